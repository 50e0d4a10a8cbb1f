#include "ingest/ingest.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/date.h"
#include "base/file.h"
#include "base/number.h"
#include "ingest/mapping.h"
#include "ingest/mask.h"
#include "ingest/reader.h"
#include "ingest/refused.h"
#include "ingest/form.h"
#include "ingest/sought.h"
#include "ingest/xlsx_sheet.h"

struct run {
  struct programme *p;
  const struct source *src;
  const struct ingest_options *o;
  struct ingest_sink *sink;
  struct ingest_counts *counts;
  struct reader *reader;
  struct mapping mapping;
  struct refused refused;
  char first_problem[400];
  uint64_t first_row, first_line;
  char key_buffer[3][40];
  /* flat files: the household of the rows before, to compare with */
  struct arena kept_arena;
  struct cell *kept;
  char kept_key[204];
  size_t kept_key_len;
  uint64_t kept_row; /* 0 = none */
  /* keep_good: households of which a row is refused, found in a first pass */
  bool swapped;      /* the file has another ending than the source names */
  bool looking;      /* this is the first pass: nothing is handed over or written */
  struct map broken; /* household key -> row that is refused */
};

#define REFUSED_HOUSEHOLDS_MAX 1000000u /* of which a row is refused, with keep_good */

/* ---- one row ---- */

static bool problem(char *out, size_t size, const char *field, const char *why) {
  snprintf(out, size, "%s: %s", field, why);
  return false;
}

/* The same with the cell's place, where the file is a spreadsheet: sheet!C17. */
static bool problem_at(char *out, size_t size, const struct reader *r, const struct reader_row *row, uint32_t column, const char *field, const char *why) {
  char letters[8];
  if (row->places && column != MAPPING_NO_COLUMN && row->places[column].sheet) {
    const struct reader_place *p = &row->places[column];
    return snprintf(out, size, "%.80s!%s%u, %s: %s", p->sheet, sheet_letters(p->column, letters), p->row, field, why), false;
  }
  if (row->places && column != MAPPING_NO_COLUMN) return snprintf(out, size, "%.80s, %s (it is not on this sheet): %s", r->sheet, field, why), false;
  if (!r->sheet || column == MAPPING_NO_COLUMN) return problem(out, size, field, why);
  snprintf(out, size, "%.80s!%s%llu, %s: %s", r->sheet, sheet_letters(column, letters), (unsigned long long)row->line, field, why);
  return false;
}

static bool read_side(const struct programme *p, struct mapping_side *s, const struct reader *r, const struct reader_row *row, char *out, size_t size) {
  for (uint32_t i = 0; i < s->count; i++) {
    struct mapping_entry *m = &s->entries[i];
    const struct field *f = m->validate.field;
    struct cell *cell = &s->cells[f->column];
    const struct reader_cell *from = &row->cells[m->column];
    struct reader_cell place;
    char why[300];
    if (m->within) {
      if (!mapping_place(m, p, row, &place, why, sizeof why)) return problem_at(out, size, r, row, m->column, f->name, why);
      from = &place;
    }
    if (!validate_cell(&m->validate, &r->columns[m->column], from, cell, why, sizeof why)) return problem_at(out, size, r, row, m->column, f->name, why);
    if (cell->absence == PRESENT) m->present++;
    else if (f->required) return problem_at(out, size, r, row, m->column, f->name, cell->absence == ABSENT_EMPTY ? "a value is required" : "a value is required, not a missing code");
  }
  return true;
}

static bool read_key(struct run *x, const struct reader_row *row, uint32_t column, int which, const char *name, bool needed, struct span *out, char *words, size_t size) {
  char why[200];
  *out = (struct span){"", 0};
  if (column == MAPPING_NO_COLUMN) return true;
  if (!validate_key(&row->cells[column], x->key_buffer[which], out, why, sizeof why)) return problem_at(words, size, x->reader, row, column, name, why);
  if (needed && !out->len) return problem_at(words, size, x->reader, row, column, name, "it is empty");
  return true;
}

static bool same_cell(const struct field *f, const struct cell *a, const struct cell *b) {
  if (a->absence != b->absence) return false;
  if (a->absence != PRESENT) return true;
  if (f->kind == COL_REAL) return a->d == b->d;
  if (f->kind == COL_TEXT || f->kind == COL_CHOICE) return a->s.len == b->s.len && memcmp(a->s.at, b->s.at, a->s.len) == 0;
  return a->i == b->i;
}

static void show_cell(const struct field *f, const struct cell *c, char out[60]) {
  if (f->sealed) snprintf(out, 60, "(sealed)");
  else if (c->absence != PRESENT) snprintf(out, 60, "nothing");
  else if (f->kind == COL_REAL) number_shortest(c->d, out);
  else if (f->kind == COL_DECIMAL) number_decimal_format(c->i, f->decimals, out);
  else if (f->kind == COL_BOOL) snprintf(out, 60, "%s", c->i ? "yes" : "no");
  else if (f->kind == COL_DATE) date_format((int32_t)c->i, out);
  else if (f->kind == COL_INT) snprintf(out, 60, "%lld", (long long)c->i);
  else snprintf(out, 60, "%.*s", (int)(c->s.len < 50 ? c->s.len : 50), c->s.at);
}

/* Whether this row tells of its household what the rows before did. */
static bool agrees(struct run *x, struct span key, uint64_t row, char *words, size_t size) {
  const struct mapping_side *s = &x->mapping.household;
  for (uint32_t i = 0; i < s->count; i++) {
    const struct field *f = s->entries[i].validate.field;
    char was[60], is[60];
    if (same_cell(f, &x->kept[f->column], &s->cells[f->column])) continue;
    show_cell(f, &x->kept[f->column], was);
    show_cell(f, &s->cells[f->column], is);
    snprintf(words, size, "household %.*s: %s is %s in row %llu and %s in row %llu; rows of one household must agree", (int)key.len, key.at, f->name, was,
             (unsigned long long)x->kept_row, is, (unsigned long long)row);
    return false;
  }
  return true;
}

static enum status keep_household(struct run *x, struct span key, uint64_t row, struct err *e) {
  const struct mapping_side *s = &x->mapping.household;
  arena_drop(&x->kept_arena);
  for (uint32_t i = 0; i < s->count; i++) {
    const struct field *f = s->entries[i].validate.field;
    struct cell *to = &x->kept[f->column];
    *to = s->cells[f->column];
    if (to->absence == PRESENT && f->kind == COL_TEXT) ARENA_TRY(e, to->s.at = arena_strn(&x->kept_arena, to->s.at, to->s.len));
  }
  memcpy(x->kept_key, key.at, key.len);
  x->kept_key_len = key.len;
  x->kept_row = row;
  return OK;
}

/* First pass: remembers the household of a refused row. In a ragged row nobody can say whose it is. */
static enum status remember(struct run *x, const struct reader_row *row, struct span household, struct err *e) {
  uint32_t index;
  bool fresh;
  if (row->shifted || !household.len) return OK;
  if (x->broken.count == REFUSED_HOUSEHOLDS_MAX)
    return err_set(e, ERR_LIMIT, "mend the file first", "%s: more than %u households have refused rows", x->reader->path, REFUSED_HOUSEHOLDS_MAX);
  if (!map_put(&x->broken, household.at, household.len, &index, &fresh)) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  if (fresh) x->broken.values[index] = row->number > UINT32_MAX - 2 ? 0 : (uint32_t)row->number;
  return OK;
}

static enum status refuse(struct run *x, const struct reader_row *row, struct span household, const char *problem, struct err *e) {
  char words[400];
  if (x->looking) return remember(x, row, household, e);
  snprintf(words, sizeof words, "%s", problem);
  if (x->mapping.masks) {
    char buffers[REFUSED_KNOWN][40];
    struct span known[REFUSED_KNOWN];
    mask_text(words, known, refused_known(x->reader, &x->mapping, row, buffers, known));
  }
  if (!x->counts->rows_refused++) {
    snprintf(x->first_problem, sizeof x->first_problem, "%s", words);
    x->first_row = row->number;
    x->first_line = row->line;
  }
  if (x->o->keep_good && x->sink->refused) TRY(x->sink->refused(x->sink->ctx, x->mapping.row.level, row->shifted ? (struct span){"", 0} : household, e));
  char told[800];
  if (x->o->in_words) x->o->in_words(words, told, sizeof told);
  return refused_row(&x->refused, x->reader, &x->mapping, row, x->o->in_words ? told : words, e);
}

/* The sink knows what one row can't show: a household given twice, a member whose household is nowhere. */
static enum status refuse_for_sink(struct run *x, const struct reader_row *row, struct span household, struct err *e) {
  char words[400];
  snprintf(words, sizeof words, "%s", e ? e->message : "refused");
  if (e) *e = (struct err){0};
  return refuse(x, row, household, words, e);
}

static enum status hand_over(struct run *x, const struct ingest_row *row, struct err *e) {
  if (x->looking || (x->counts->rows_refused && !x->o->keep_good)) return OK; /* nothing of this file will be kept: go on only to list what else is wrong */
  return x->sink->row(x->sink->ctx, row, e);
}

/* The values of a wide row, all of them before any is handed over. */
static bool read_spread(struct run *x, const struct reader_row *row, char *out, size_t size) {
  struct mapping *m = &x->mapping;
  for (uint32_t i = 0; i < m->spread_count; i++) {
    struct mapping_spread *s = &m->spread[i];
    const struct reader_column *column = &x->reader->columns[s->column];
    char why[300];
    if (!validate_cell(&m->spread_value, column, &row->cells[s->column], &s->cell, why, sizeof why)) return problem_at(out, size, x->reader, row, s->column, column->name, why);
  }
  return true;
}

/* A row for each column that holds a value, numbered as the columns stand in the programme. */
static enum status hand_over_spread(struct run *x, struct ingest_row *out, struct err *e) {
  struct mapping *m = &x->mapping;
  for (uint32_t i = 0; i < m->spread_count; i++) {
    const struct mapping_spread *s = &m->spread[i];
    char number[16];
    if (s->cell.absence == ABSENT_EMPTY) continue;
    snprintf(number, sizeof number, "%u", s->number);
    m->row.cells[m->spread_value.field->column] = s->cell;
    m->row.cells[m->spread_by] = (struct cell){.absence = PRESENT, .s = s->code};
    out->member_key = span_of(number);
    TRY(hand_over(x, out, e));
  }
  return OK;
}

/* A workbook of its own, or a form, without a table for a list: that list was not asked for, and is not empty. */
static enum status not_asked(struct run *x, const struct reader_row *row, struct span household, struct err *e) {
  const struct programme *p = x->p;
  if (x->looking || !x->sink->not_asked || (x->counts->rows_refused && !x->o->keep_good) || (!row->lists && !x->o->not_asked)) return OK;
  for (uint32_t l = 0; l < p->level_count; l++) {
    if (l == LEVEL_HOUSEHOLD || l == LEVEL_VILLAGE) continue;
    bool asked = row->lists ? false : !x->o->not_asked[l];
    for (uint32_t i = 0; row->lists && i < p->source_count; i++) asked |= row->lists[i] && p->sources[i].level == l;
    if (!asked) TRY(x->sink->not_asked(x->sink->ctx, l, household, e));
  }
  return OK;
}

static enum status on_row(void *ctx, const struct reader_row *row, struct err *e) {
  struct run *x = ctx;
  struct mapping *m = &x->mapping;
  struct ingest_counts *c = x->counts;
  char words[400];
  struct span household, member, village;
  c->rows_read++;
  if ((c->rows_read & 1023) == 0) {
    if (x->o->progress && row->bytes_done && x->reader->bytes) x->o->progress->total = (uint64_t)((double)c->rows_read * ((double)x->reader->bytes / (double)row->bytes_done));
    if (progress_step(x->o->progress, c->rows_read)) return err_set(e, ERR_CANCELLED, NULL, "stopped after %llu rows of %s", (unsigned long long)c->rows_read, x->reader->path);
  }
  bool is_village = m->row.level == LEVEL_VILLAGE;
  household = (struct span){"", 0};
  if (row->problem) {
    if (x->o->keep_good && !row->shifted) read_key(x, row, m->household_key, 0, "", false, &household, words, sizeof words);
    return refuse(x, row, household, row->problem, e);
  }
  if (!read_key(x, row, m->household_key, 0, "household key", !is_village, &household, words, sizeof words) ||
      !read_key(x, row, m->member_key, 1, "member key", false, &member, words, sizeof words) ||
      !read_key(x, row, m->village_key, 2, "village key", is_village, &village, words, sizeof words) ||
      !read_side(x->p, &m->household, x->reader, row, words, sizeof words) || !read_side(x->p, &m->row, x->reader, row, words, sizeof words) || !read_spread(x, row, words, sizeof words))
    return refuse(x, row, household, words, e);
  uint32_t broken = x->broken.count && !x->looking ? map_get(&x->broken, household.at, household.len) : MAP_NONE;
  if (broken != MAP_NONE) {
    snprintf(words, sizeof words, "another row of household %.*s is refused, the first in row %u; a household is kept whole or not at all", (int)household.len, household.at, broken);
    return refuse(x, row, household, words, e);
  }
  if (m->flat) {
    bool same = x->kept_row && household.len == x->kept_key_len && memcmp(household.at, x->kept_key, household.len) == 0;
    if (same && !agrees(x, household, row->number, words, sizeof words)) return refuse(x, row, household, words, e);
    if (!same) {
      TRY(keep_household(x, household, row->number, e));
      struct ingest_row h = {.level = LEVEL_HOUSEHOLD, .household_key = household, .member_key = {"", 0}, .village_key = {"", 0}, .cells = m->household.cells,
                             .mapped = m->household.mapped, .repeated = true, .source_row = row->number};
      enum status taken = hand_over(x, &h, e);
      if (taken != OK) x->kept_row = 0; /* the next row of this household asks again */
      if (taken == ERR_INPUT) return refuse_for_sink(x, row, household, e);
      if (taken != OK) return taken;
      c->households++;
    }
  }
  struct ingest_row out = {.level = m->row.level, .household_key = household, .member_key = member, .village_key = village, .cells = m->row.cells, .mapped = m->row.mapped,
                           .source_row = row->number};
  enum status taken = m->spread_count ? hand_over_spread(x, &out, e) : hand_over(x, &out, e);
  if (taken == ERR_INPUT) return refuse_for_sink(x, row, household, e);
  if (taken != OK) return taken;
  c->rows_good++;
  if (m->row.level == LEVEL_HOUSEHOLD) TRY(not_asked(x, row, household, e));
  if (m->row.level == LEVEL_HOUSEHOLD) c->households++;
  else if (m->row.level == LEVEL_MEMBER) c->members++;
  return OK;
}

/* ---- one file ---- */

static bool is_workbook(const char *path) {
  const char *dot = strrchr(path, '.');
  return dot && (strcasecmp(dot, ".xlsx") == 0 || strcasecmp(dot, ".xlsm") == 0);
}

/* The path of the source's file, in the arena: the one that is named, or the same as .xlsx where .csv is named, or the other way round. The place where files
 * are looked for may itself be a workbook with a sheet a source. */
static enum status locate(struct arena *a, const struct programme *p, const struct source *src, const struct ingest_options *o, const char **out, bool *swapped, struct err *e) {
  const char *dir = o->data_dir;
  *swapped = false;
  if (!src->file || !src->file[0]) return err_set(e, ERR_INPUT, NULL, "the source %s names no file", src->name ? src->name : "");
  if (dir && is_workbook(dir) && file_exists(dir) && !file_is_dir(dir)) {
    ARENA_TRY(e, *out = arena_str(a, dir));
    *swapped = true;
    return OK;
  }
  if (!dir) ARENA_TRY(e, dir = arena_printf(a, "%s/data", p->folder ? p->folder : "."));
  ARENA_TRY(e, *out = file_join(a, dir, src->file));
  const char *dot = strrchr(src->file, '.'), *other = !dot ? NULL : strcasecmp(dot, ".csv") == 0 ? "xlsx" : strcasecmp(dot, ".xlsx") == 0 ? "csv" : NULL, *second = NULL;
  if (other) {
    const char *file = arena_printf(a, "%.*s.%s", (int)(dot - src->file), src->file, other);
    ARENA_TRY(e, file);
    ARENA_TRY(e, second = file_join(a, dir, file));
    if (!file_exists(second)) second = NULL;
  }
  if (file_exists(*out)) return second ? err_set(e, ERR_CONFLICT, "move the older one away", "%s is there, and %s is there as well", *out, second) : OK;
  if (second) {
    *out = second;
    *swapped = true;
    return OK;
  }
  const char *hint = src->fetch_hint_en ? src->fetch_hint_en : "put it there, or say with --data where it is";
  return err_set(e, ERR_NOT_FOUND, hint, "%s is not there", *out);
}

enum status ingest_path(struct arena *a, const struct programme *p, const struct source *src, const struct ingest_options *o, const char **out, struct err *e) {
  bool swapped;
  return locate(a, p, src, o ? o : &(struct ingest_options){0}, out, &swapped, e);
}

static enum status open_reader(struct reader *r, struct arena *a, const struct programme *p, const struct source *src, const struct ingest_options *o, const char *path, bool swapped, bool must, struct err *e) {
  struct reader_wants wants = {0};
  if (is_workbook(path)) TRY(mapping_wants(&wants, a, p, src, o, e));
  if (is_workbook(path) && !o->map_file) TRY(sought_book(a, p, src, &wants.book, e));
  wants.must = must;
  return reader_open_for(r, path, swapped ? NULL : src->format, o->sheet && is_workbook(path) ? o->sheet : src->table, &wants, e);
}

bool ingest_there(const struct programme *p, const struct source *src, const char *data_dir) {
  struct ingest_options o = {.data_dir = data_dir};
  struct arena a;
  struct reader r = {0};
  struct err e;
  const char *path;
  bool swapped;
  arena_init(&a, 0);
  enum status found = locate(&a, p, src, &o, &path, &swapped, &e);
  bool there = found == OK || found == ERR_CONFLICT; /* which is said when it is read */
  if (found == OK && data_dir && strcmp(path, data_dir) == 0) { /* one workbook for all sources: is a sheet of it this source's? what else is wrong with it, reading says */
    there = open_reader(&r, &a, p, src, &o, path, swapped, true, &e) != ERR_NOT_FOUND;
    reader_close(&r);
  }
  arena_drop(&a);
  return there;
}

bool ingest_there_in(const struct programme *p, const char *book, bool *there) {
  struct arena a;
  struct xlsx_book b = {0};
  struct err e;
  const struct reader_book *sought = NULL;
  bool forms = false;
  int fd = open(book, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  arena_init(&a, (size_t)64 << 20);
  bool fine = fd >= 0 && p->source_count && sought_book(&a, p, p->sources, &sought, &e) == OK && book_open(&b, fd, book, &e) == OK && form_there(&a, &b, sought, &forms, there, &e) == OK;
  if (fd >= 0 && !fine && !b.zip && !sought) close(fd);
  book_close(&b);
  arena_drop(&a);
  if (!fine || !forms) /* a sheet a source, or something is wrong with it: each looks for itself */
    for (uint32_t i = 0; i < p->source_count; i++) there[i] = ingest_there(p, &p->sources[i], book);
  return fine && forms;
}

static void add_note(struct run *x, const struct mapping_side *s) {
  char *notes = x->counts->notes;
  size_t n = strlen(notes), size = sizeof x->counts->notes;
  for (uint32_t i = 0; i < s->count && n + 1 < size; i++) {
    const struct mapping_entry *m = &s->entries[i];
    if (m->present) continue;
    int k = snprintf(notes + n, size - n, "%scolumn %.60s (field %.60s) holds no value in any of the %llu rows", n ? "; " : "", x->reader->columns[m->column].name,
                     m->validate.field->name, (unsigned long long)x->counts->rows_read);
    if (k < 0 || (size_t)k >= size - n) {
      notes[n] = 0;
      return;
    }
    n += (size_t)k;
  }
}

static enum status verdict(struct run *x, struct err *e) {
  const struct ingest_counts *c = x->counts;
  const char *path = x->reader->path;
  if (!c->rows_read && (x->reader->form || x->o->not_asked)) return OK; /* a household's own table, printed and left empty */
  if (!c->rows_read) return err_set(e, ERR_INPUT, "is it the file you meant?", "%s has headings but no rows", path);
  if (!c->rows_refused || (x->o->keep_good && c->rows_good)) return OK;
  char hint[400], place[80];
  if (x->refused.path) snprintf(hint, sizeof hint, "%.250s lists them with their problems; mend them, or take the rest with --keep-good", x->refused.path);
  else snprintf(hint, sizeof hint, "name a file with --refused to list them; mend them, or take the rest with --keep-good");
  if (x->reader->sheet) snprintf(place, sizeof place, "row %llu of the sheet", (unsigned long long)x->first_line);
  else if (x->first_line) snprintf(place, sizeof place, "row %llu (line %llu)", (unsigned long long)x->first_row, (unsigned long long)x->first_line);
  else snprintf(place, sizeof place, "row %llu", (unsigned long long)x->first_row);
  if (c->rows_refused == 1) return err_set(e, ERR_INPUT, hint, "%s: 1 of %llu rows is refused: %s: %s", path, (unsigned long long)c->rows_read, place, x->first_problem);
  return err_set(e, ERR_INPUT, hint, "%s: %llu of %llu rows are refused; the first is %s: %s", path, (unsigned long long)c->rows_refused, (unsigned long long)c->rows_read, place,
                 x->first_problem);
}

static enum status one_pass(struct run *x, const char *what, struct err *e) {
  progress_begin(x->o->progress, what, "rows", x->reader->rows);
  x->kept_row = 0;
  enum status s = reader_each(x->reader, on_row, x, e);
  if (x->o->progress) x->o->progress->done = x->counts->rows_read;
  progress_end(x->o->progress);
  return s;
}

/* The first of two passes with keep_good over rows of members: which households can't be kept. Then all begins again. */
static enum status look_ahead(struct run *x, struct arena *a, const char *path, struct err *e) {
  if (!x->reader->bytes) return err_set(e, ERR_USAGE, "save it as a file first", "%s is a pipe: it can't be read twice, as --keep-good must", path);
  x->looking = true;
  TRY(one_pass(x, "checking", e));
  x->looking = false;
  *x->counts = (struct ingest_counts){.encoding = "UTF-8"};
  for (uint32_t i = 0; i < x->mapping.row.count; i++) x->mapping.row.entries[i].present = 0;
  for (uint32_t i = 0; i < x->mapping.household.count; i++) x->mapping.household.entries[i].present = 0;
  uint32_t columns = x->reader->column_count;
  reader_close(x->reader);
  TRY(open_reader(x->reader, a, x->p, x->src, x->o, path, x->swapped, false, e));
  if (x->reader->column_count == columns) return OK;
  return err_set(e, ERR_CONFLICT, "is somebody writing it? try again", "%s changed while it was read", path);
}

static enum status read_rows(struct run *x, struct arena *a, const char *path, struct err *e) {
  TRY(mapping_open(&x->mapping, a, x->p, x->src, x->reader, x->o, e));
  map_init(&x->broken, a);
  uint32_t n = x->p->levels[LEVEL_HOUSEHOLD].collected_count, level = x->mapping.row.level;
  ARENA_TRY(e, x->kept = arena_array(a, n + 1, sizeof *x->kept));
  if (x->o->keep_good && level != LEVEL_HOUSEHOLD && level != LEVEL_VILLAGE) TRY(look_ahead(x, a, path, e));
  enum status s = one_pass(x, "importing", e);
  x->counts->encoding = strcmp(x->reader->encoding, "GB18030") == 0 ? "GB18030" : strcmp(x->reader->encoding, "WINDOWS-1252") == 0 ? "WINDOWS-1252" : "UTF-8";
  struct err late;
  enum status closed = refused_close(&x->refused, s == OK ? e : &late);
  if (s != OK) return s;
  TRY(closed);
  if (x->reader->note[0]) snprintf(x->counts->notes, sizeof x->counts->notes, "%.80s: %s", file_base(path), x->reader->note);
  size_t noted = strlen(x->counts->notes);
  if (x->mapping.lacking[0]) snprintf(x->counts->notes + noted, sizeof x->counts->notes - noted, "%sno column in the file, so these keep what they had: %s", noted ? "; " : "", x->mapping.lacking);
  if (x->counts->rows_read) {
    add_note(x, &x->mapping.household);
    add_note(x, &x->mapping.row);
  }
  return verdict(x, e);
}

enum status ingest_source(struct programme *p, const struct source *src, const struct ingest_options *o, struct ingest_sink *sink, struct ingest_counts *counts,
                          struct err *e) {
  struct arena a;
  struct reader r = {0};
  struct run x = {.p = p, .src = src, .o = o, .sink = sink, .counts = counts, .reader = &r, .refused = {.path = o->refused_path, .book = o->refused_book}};
  const char *path;
  *counts = (struct ingest_counts){.encoding = "UTF-8"};
  arena_init(&a, (size_t)256 << 20);
  arena_init(&x.kept_arena, 0);
  enum status s = locate(&a, p, src, o, &path, &x.swapped, e);
  if (s == OK) s = refused_fits(o->refused_path, path, e);
  if (s == OK && o->refused_book) s = mapping_sheet_name(&a, src, &x.refused.sheet, e);
  if (s == OK) s = open_reader(&r, &a, p, src, o, path, x.swapped, false, e);
  if (s == OK) s = read_rows(&x, &a, path, e);
  reader_close(&r);
  arena_drop(&x.kept_arena);
  arena_drop(&a);
  return s;
}

/* ---- showing the mapping ---- */

static enum status preview(struct arena *a, const struct programme *p, const struct source *src, const struct ingest_options *o, const struct reader *r,
                           const struct ingest_match **out, uint32_t *count, struct err *e) {
  struct mapping m;
  TRY(mapping_open(&m, a, p, src, r, o, e));
  struct ingest_match *list = arena_array(a, r->column_count + m.row.count + m.household.count + 1, sizeof *list);
  ARENA_TRY(e, list);
  uint32_t n = 0;
  for (uint32_t i = 0; i < r->column_count; i++) {
    struct ingest_match base = {0};
    uint32_t before = n;
    ARENA_TRY(e, base.column = arena_str(a, r->columns[i].name));
    if (r->columns[i].label) ARENA_TRY(e, base.label = arena_str(a, r->columns[i].label));
    const char *key = i == m.household_key ? "(household key)" : i == m.member_key ? "(member key)" : i == m.village_key ? "(village key)" : NULL;
    for (int side = 0; side < 2; side++) {
      const struct mapping_side *s = side ? &m.row : &m.household;
      for (uint32_t k = 0; k < s->count; k++) {
        if (s->entries[k].column != i) continue;
        list[n] = base;
        ARENA_TRY(e, list[n].field = arena_printf(a, "%s.%s", p->levels[s->level].name, s->entries[k].validate.field->name));
        list[n++].why = s->entries[k].why;
      }
    }
    if (n > before) continue;
    list[n] = base;
    list[n].field = key;
    list[n++].why = key ? (src->household_key || src->member_key || src->village_key ? "programme" : "known word") : NULL;
  }
  *out = list;
  *count = n;
  return OK;
}

enum status ingest_preview(struct arena *a, struct programme *p, const struct source *src, const struct ingest_options *o, const struct ingest_match **out,
                           uint32_t *count, struct err *e) {
  struct reader r = {0};
  const char *path;
  bool swapped;
  TRY(locate(a, p, src, o, &path, &swapped, e));
  TRY(open_reader(&r, a, p, src, o, path, swapped, false, e));
  enum status s = preview(a, p, src, o, &r, out, count, e);
  reader_close(&r);
  return s;
}
