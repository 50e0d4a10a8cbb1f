/* import.c - sources of a programme into the registry: read and staged, then merged as one event. */
#include "registry/import.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "ingest/books.h"
#include "ingest/refused_book.h"
#include "registry/correct.h"
#include "registry/merge.h"
#include "registry/round.h"

struct file_seen { const char *path; struct stat st; }; /* as the file was when its digest was taken; path NULL = it is no plain file */

/* SHA-256 of the files read, in order: the digest of one file, or the digest of the digests of several. `seen` gets one entry a source. */
static enum status files_digest(struct registry *r, const struct source *const *src, const char *const *books, uint32_t count, const struct ingest_options *o, char hex[65], uint64_t *bytes,
                                struct file_seen *seen, struct err *e) {
  struct digest_stream all;
  struct digest d = {{0}};
  enum status s = OK;
  *bytes = 0;
  if (!digest_open(&all)) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  for (uint32_t i = 0; i < count && s == OK; i++) {
    struct arena a;
    arena_init(&a, 0);
    const char *path = NULL;
    struct err absent; /* reading says it */
    if (books && books[i]) path = books[i];
    else if (ingest_path(&a, r->p, src[i], o, &path, &absent) != OK) path = NULL;
    struct digest_stream one;
    struct stat st;
    FILE *f = path && stat(path, &st) == 0 && S_ISREG(st.st_mode) ? fopen(path, "rb") : NULL; /* what is no file, reading refuses */
    static const size_t block = 1 << 16;
    char *buffer = arena_alloc(&a, block);
    if (f && buffer && digest_open(&one)) {
      for (size_t n; (n = fread(buffer, 1, block, f)) > 0; *bytes += n) digest_add(&one, buffer, n);
      if (!digest_close(&one, &d)) s = err_set(e, ERR_MEMORY, NULL, "out of memory");
      digest_add(&all, d.bytes, 32);
      if (!(seen[i].path = arena_str(r->arena, path))) s = err_set(e, ERR_MEMORY, NULL, "out of memory");
      seen[i].st = st;
    }
    if (f) fclose(f);
    arena_drop(&a);
  }
  struct digest sum;
  if (!digest_close(&all, &sum) && s == OK) s = err_set(e, ERR_MEMORY, NULL, "out of memory");
  digest_hex(count == 1 ? &d : &sum, hex);
  return s;
}

/* The digest must be of what was read: who changed the file in between is told to try again. */
static enum status still_as_seen(const struct file_seen *f, struct err *e) {
  struct stat now;
  if (!f->path) return OK;
  if (stat(f->path, &now) == 0 && now.st_dev == f->st.st_dev && now.st_ino == f->st.st_ino && now.st_size == f->st.st_size && now.st_mtim.tv_sec == f->st.st_mtim.tv_sec &&
      now.st_mtim.tv_nsec == f->st.st_mtim.tv_nsec)
    return OK;
  return err_set(e, ERR_CONFLICT, "is somebody writing it? nothing was taken in; try again", "%s changed while it was read", f->path);
}

enum status import_begin(struct import *im, struct registry *r, const char *round, bool dry_run, struct err *e) {
  *im = (struct import){.r = r, .dry = dry_run};
  if (!dry_run) TRY(core_writable(r, e));
  TRY(round_writable(r, round, &im->round, e));
  return stage_open(&im->stage, r, e);
}

enum status import_finish(struct import *im, const char *source, const char *source_hash, struct progress *pr, struct import_counts *out, struct err *e) {
  struct registry *r = im->r;
  struct writer w;
  TRY(stage_ready(&im->stage, e));
  enum status s = im->dry ? store_begin(r->db, false, e) : core_begin(r, e);
  if (s != OK) return s;
  if (!im->dry) core_writer_note(r, "importing");
  store_behind(r->db, !im->dry);
  s = writer_open(&w, r, 0, im->dry, e);
  if (s == OK) {
    /* Another command may have closed the round while the files were read. */
    struct round_info now;
    s = round_writable(r, im->round.name, &now, e);
    w.round = im->round.id;
    w.lists = w.round;
    if (s == OK) s = correct_base(r, w.round, &w.lists, e);
    if (s == OK) s = merge_run(&im->stage, &w, pr, e);
    struct event ev = {.kind = im->kind ? im->kind : "import", .source = source, .source_hash = source_hash, .detail = im->detail ? im->detail : im->round.name};
    if (s == OK) s = writer_finish(&w, &ev, e);
    out->event = ev.id, out->inserted = w.inserted, out->changed = w.changed, out->unchanged = w.unchanged, out->ended = w.ended;
  }
  if (s == OK && im->stage.left_out) {
    size_t have = strlen(out->read.notes);
    snprintf(out->read.notes + have, sizeof out->read.notes - have, "%s%" PRIu64 " rows say otherwise than a birth, death, marriage, move, split or merge recorded in this round, and were left out: %s", have ? "\n" : "", im->stage.left_out, im->stage.left_out_words);
  }
  if (s == OK && !im->dry && out->inserted + out->changed + out->ended == 0) { /* nothing new: nothing is written, not even an event */
    out->event = 0;
    core_rollback(r);
  } else if (s == OK && !im->dry) {
    s = core_commit(r, e);
  } else {
    core_rollback(r);
  }
  writer_drop(&w);
  store_behind(r->db, false);
  if (!im->dry) core_writer_done(r);
  return s;
}

void import_close(struct import *im) { stage_close(&im->stage); }

static void add_counts(struct ingest_counts *to, const struct ingest_counts *from) {
  to->rows_read += from->rows_read, to->rows_good += from->rows_good, to->rows_refused += from->rows_refused, to->households += from->households, to->members += from->members;
  to->encoding = from->encoding;
  size_t have = strlen(to->notes);
  if (from->notes[0]) snprintf(to->notes + have, sizeof to->notes - have, "%s%s", have ? "\n" : "", from->notes);
}

/* Sources have other columns: the refused rows of a second one go to a CSV beside the first's. A workbook has room for all. */
static enum status refused_beside(struct import *im, struct ingest_options *mine, const char *path, const struct source *src, bool of_book, uint32_t number, struct err *e) {
  const char *dot = strrchr(path, '.'), *slash = strrchr(path, '/');
  size_t stem = dot && (!slash || dot > slash) ? (size_t)(dot - path) : strlen(path);
  if (of_book) ARENA_TRY(e, mine->refused_path = arena_printf(im->r->arena, "%.*s-%s-%u%s", (int)stem, path, src->name, number, path + stem));
  else ARENA_TRY(e, mine->refused_path = arena_printf(im->r->arena, "%.*s-%s%s", (int)stem, path, src->name, path + stem));
  return OK;
}

/* Which lists each workbook has a source for: by its path, a bit a level. */
struct asked { struct map books; uint32_t *levels; };

static enum status asked_open(struct asked *a, struct arena *arena, const struct source *const *src, const char *const *books, uint32_t count, struct err *e) {
  map_init(&a->books, arena);
  ARENA_TRY(e, a->levels = arena_array(arena, count + 1, sizeof *a->levels));
  for (uint32_t i = 0; i < count && books; i++) {
    uint32_t at;
    if (books[i] && !map_put(&a->books, books[i], strlen(books[i]), &at, NULL)) return err_set(e, ERR_MEMORY, NULL, "out of memory");
    if (books[i]) a->levels[at] |= (uint32_t)1 << src[i]->level;
  }
  return OK;
}

static const bool *not_asked_in(const struct asked *a, const char *book, bool *levels) {
  uint32_t at = book ? map_get(&a->books, book, strlen(book)) : MAP_NONE;
  for (uint32_t l = 0; l < LEVEL_MAX && at != MAP_NONE; l++) levels[l] = !(a->levels[at] >> l & 1);
  return at == MAP_NONE ? NULL : levels;
}

/* Where many workbooks are one source, all of them are read before the import is given up: who mends them wants the whole list. */
static enum status import_sources(struct import *im, const struct source *const *src, const char *const *books, const struct file_seen *seen, uint32_t count, const struct ingest_options *o, struct import_counts *out, struct err *e) {
  struct ingest_sink sink = stage_sink(&im->stage);
  struct ingest_options mine = o ? *o : (struct ingest_options){0};
  struct err first = {0};
  uint32_t refused = 0;
  struct asked asked;
  bool not_asked[LEVEL_MAX];
  TRY(asked_open(&asked, im->r->arena, src, books, count, e));
  for (uint32_t i = 0; i < count; i++) {
    struct ingest_counts c = {0};
    const char *book = books ? books[i] : NULL;
    bool keep = o && o->keep_good;
    if (refused && !keep && src[i] != src[i - 1]) break;
    if (o && o->refused_path && !o->refused_book && out->read.rows_refused) TRY(refused_beside(im, &mine, o->refused_path, src[i], book, i + 1, e));
    mine.data_dir = book ? book : o ? o->data_dir : NULL;
    mine.not_asked = not_asked_in(&asked, book, not_asked);
    if (!i || src[i] != src[i - 1]) stage_source(&im->stage, src[i]); /* the workbooks of one source are one file in many: nobody may be given in two of them */
    enum status s = ingest_source(im->r->p, src[i], &mine, &sink, &c, e);
    if (c.rows_refused && o && mine.refused_path != o->refused_path) {
      size_t have = strlen(c.notes);
      snprintf(c.notes + have, sizeof c.notes - have, "%sthe refused rows of %s are in %s", have ? "; " : "", src[i]->name, mine.refused_path);
    }
    if (book && strlen(out->read.notes) > sizeof out->read.notes / 2) c.notes[0] = 0; /* a thousand books would say the same */
    add_counts(&out->read, &c);
    if (s == ERR_INPUT && book && c.rows_refused) {
      if (!refused++ && e) first = *e;
      continue;
    }
    TRY(s);
    TRY(still_as_seen(&seen[i], e));
  }
  if (!refused || (o && o->keep_good && out->read.rows_good)) return OK;
  if (refused == 1 && e) *e = first;
  if (refused == 1) return ERR_INPUT;
  return err_set(e, ERR_INPUT, first.hint, "%u workbooks have refused rows; the first: %s", refused, first.message);
}

/* With a workbook for the refused rows, where their path is one's. */
static enum status import_all(struct import *im, const struct source *const *src, const char *const *books, const struct file_seen *seen, uint32_t count, const struct ingest_options *o, struct import_counts *out, struct err *e) {
  if (!o || !refused_is_book(o->refused_path)) return import_sources(im, src, books, seen, count, o, out, e);
  struct ingest_options mine = *o;
  const struct programme *p = im->r->p;
  TRY(refused_book_open(&mine.refused_book, o->refused_path, p->language_count ? p->languages[0] : LANG_EN, e));
  enum status s = import_sources(im, src, books, seen, count, &mine, out, e);
  struct err late;
  enum status closed = refused_book_close(mine.refused_book, s == OK ? e : &late);
  return s == OK ? closed : s;
}

/* The names of the files, each once, as far as they fit: for the event. */
static void add_name(char *names, size_t size, const char *name) {
  size_t have = strlen(names), n = strlen(name);
  if (strstr(names, name) || have + n + 8 > size) return;
  snprintf(names + have, size - have, "%s%s", have ? ", " : "", name);
}

/* `books`: for each source the workbook it is read from, NULL = its own file. */
static enum status import_these(struct registry *r, const char *round, const struct source *const *src, const char *const *books, uint32_t count, const struct ingest_options *o, bool dry_run, struct import_counts *out, struct err *e);

enum status import_from(struct registry *r, const char *round, const struct source *const *src, uint32_t count, const struct ingest_options *o, bool dry_run, struct import_counts *out, struct err *e) {
  return import_these(r, round, src, NULL, count, o, dry_run, out, e);
}

static enum status import_these(struct registry *r, const char *round, const struct source *const *src, const char *const *books, uint32_t count, const struct ingest_options *o, bool dry_run, struct import_counts *out, struct err *e) {
  struct import im;
  char hex[65], names[1000] = "";
  uint64_t bytes;
  *out = (struct import_counts){0};
  for (uint32_t i = 0; i < count; i++) add_name(names, sizeof names, file_base(books && books[i] ? books[i] : src[i]->file ? src[i]->file : ""));
  struct file_seen *seen = arena_array(r->arena, count + 1, sizeof *seen);
  ARENA_TRY(e, seen);
  TRY(files_digest(r, src, books, count, o, hex, &bytes, seen, e));
  TRY(core_space(r, 4 * bytes + (1 << 20), "the import", e)); /* work file, write-ahead log, tables and their index */
  enum status s = import_begin(&im, r, round, dry_run, e);
  if (s == OK) s = import_all(&im, src, books, seen, count, o, out, e);
  if (s == OK) s = import_finish(&im, names, hex, o ? o->progress : NULL, out, e);
  import_close(&im);
  return s;
}

enum status registry_import(struct registry *r, const char *round, const char *source_or_null, const struct ingest_options *o, bool dry_run, struct import_counts *out, struct err *e) {
  const struct source **src;
  uint32_t n = 0;
  char absent[500] = "";
  *out = (struct import_counts){0};
  const char *const *books, **from;
  uint32_t book_count;
  TRY(books_in(r->arena, r->p, o ? o->data_dir : NULL, &books, &book_count, e));
  size_t room = ((size_t)r->p->source_count + 1) * (book_count + 1);
  ARENA_TRY(e, src = arena_array(r->arena, room, sizeof *src));
  ARENA_TRY(e, from = arena_array(r->arena, room, sizeof *from));
  bool *used = arena_array(r->arena, book_count + 1, sizeof *used);
  ARENA_TRY(e, used);
  const uint32_t sources = r->p->source_count;
  bool *holds = arena_array(r->arena, (size_t)sources * book_count + 1, sizeof *holds); /* book after book */
  ARENA_TRY(e, holds);
  for (uint32_t k = 0; k < book_count; k++) (void)ingest_there_in(r->p, books[k], holds + (size_t)k * sources);
  /* Households first, then their lists, then villages: whatever order the programme names them in. */
  static const int order[] = {0, 1, 2};
  for (size_t pass = 0; pass < 3; pass++)
    for (uint32_t i = 0; i < r->p->source_count; i++) {
      const struct source *x = &r->p->sources[i];
      int rank = x->level == LEVEL_HOUSEHOLD || x->flat ? 0 : x->level == LEVEL_VILLAGE ? 2 : 1;
      if (rank != order[pass] || (source_or_null && strcmp(x->name, source_or_null) != 0)) continue;
      bool there = !(x->form && book_count) && ingest_there(r->p, x, o ? o->data_dir : NULL); /* its own file is one of the books */
      uint32_t before = n;
      for (uint32_t k = 0; k < book_count && !there; k++)
        if (holds[(size_t)k * sources + i]) src[n] = x, from[n++] = books[k], used[k] = true;
      if (n > before) continue;
      if (source_or_null || !x->optional || there) {
        src[n++] = x;
        continue;
      }
      size_t have = strlen(absent);
      snprintf(absent + have, sizeof absent - have, "%s%s", have ? ", " : "", x->file);
    }
  if (!n && source_or_null) return err_set(e, ERR_NOT_FOUND, "`sources` in programme.yaml lists them", "the programme has no source \"%s\"", source_or_null);
  if (!n && absent[0]) return err_set(e, ERR_NOT_FOUND, "put them there, or say with --data where they are", "none of the programme's files is there: %s", absent);
  if (!n) return err_set(e, ERR_USAGE, "add `sources` to programme.yaml, or give --file and --map", "the programme names no sources");
  TRY(import_these(r, round, src, from, n, o, dry_run, out, e));
  for (uint32_t k = 0; k < book_count && !source_or_null; k++) {
    size_t have = strlen(out->read.notes);
    const char *name = file_base(books[k]);
    if (!used[k] && have + strlen(name) + 80 < sizeof out->read.notes) snprintf(out->read.notes + have, sizeof out->read.notes - have, "%s%s has no sheet of a source, and was passed over", have ? "\n" : "", name);
  }
  if (!absent[0]) return OK;
  char notes[sizeof out->read.notes];
  snprintf(notes, sizeof notes, "not there, and passed over: %s%s%s", absent, out->read.notes[0] ? "\n" : "", out->read.notes);
  memcpy(out->read.notes, notes, sizeof notes);
  return OK;
}
