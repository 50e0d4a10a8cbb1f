#include "ingest/mapping.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"

struct wish { /* one line of a mapping, before columns are looked up */
  const char *field, *column, *why;
  const struct field *target; /* NULL = find it by name */
  enum conversion conversion;
  const struct recode *recode;
  uint32_t recode_count;
  const char *const *within;
  uint32_t within_count;
  bool may_lack;
  const char *file; /* where it stands, for messages; NULL = nowhere */
  int line;
};

struct wishes {
  struct arena *arena;
  struct wish *list;
  uint32_t count, cap;
  const char *household_key, *member_key, *village_key; /* names of columns, or NULL */
};

static enum status add_wish(struct wishes *w, struct wish wish, struct err *e) {
  if (w->count == w->cap) {
    uint32_t cap = w->cap ? w->cap * 2 : 32;
    struct wish *p = arena_grow(w->arena, w->list, w->count, cap, sizeof *p);
    ARENA_TRY(e, p);
    w->list = p;
    w->cap = cap;
  }
  w->list[w->count++] = wish;
  return OK;
}

/* ---- the programme's own mapping ---- */

static enum status wishes_of_source(struct wishes *w, const struct source *src, struct err *e) {
  for (uint32_t i = 0; i < src->map_count; i++) {
    const struct source_map *m = &src->maps[i];
    struct wish wish = {.field = m->field, .column = m->column, .why = "programme", .target = m->target, .conversion = m->conversion, .recode = m->recode,
                        .recode_count = m->recode_count, .within = m->within, .within_count = m->within_count, .may_lack = src->partial, .file = "programme.yaml", .line = m->line};
    TRY(add_wish(w, wish, e));
  }
  return OK;
}

/* Fields that the programme's map leaves out are sought by their own name. */
static enum status wishes_by_name(struct wishes *w, const struct programme *p, uint32_t level, const struct reader *r, struct err *e) {
  const struct level *l = &p->levels[level];
  uint32_t given = w->count;
  for (uint32_t i = 0; i < l->collected_count; i++) {
    const struct field *f = &l->fields[i];
    bool mapped = false;
    for (uint32_t k = 0; k < given && !mapped; k++) {
      const char *dot = strrchr(w->list[k].field, '.');
      mapped = w->list[k].target ? w->list[k].target == f : strcmp(dot ? dot + 1 : w->list[k].field, f->name) == 0;
    }
    for (uint32_t c = 0; c < r->column_count && !mapped; c++) {
      if (strcmp(r->columns[c].name, f->name) != 0 || r->columns[c].type == READER_OTHER) continue;
      struct wish wish = {.field = f->name, .column = r->columns[c].name, .why = "same name", .target = f};
      TRY(add_wish(w, wish, e));
      mapped = true;
    }
  }
  return OK;
}

/* ---- a map file ---- */

static const struct { const char *word; enum conversion id; } conversions[] = {
#define X(id, word, text) {word, id},
    CONVERSION_TABLE(X)
#undef X
};

struct map_file {
  struct wishes *w;
  const char *path;
  uint32_t field, column, with;
};

static enum status on_map_row(void *ctx, const struct reader_row *row, struct err *e) {
  struct map_file *f = ctx;
  if (row->problem) return err_set(e, ERR_INPUT, NULL, "%s, line %llu: %s", f->path, (unsigned long long)row->line, row->problem);
  struct span s[3] = {{"", 0}, {"", 0}, {"", 0}};
  uint32_t at[3] = {f->field, f->column, f->with};
  const char *text[3];
  for (int i = 0; i < 3; i++) {
    if (at[i] != UINT32_MAX && row->cells[at[i]].kind == READ_TEXT) s[i] = span_trim(row->cells[at[i]].text);
    ARENA_TRY(e, text[i] = arena_strn(f->w->arena, s[i].at, s[i].len));
  }
  if (!text[0][0] && !text[1][0]) return OK;
  if (!text[0][0] || !text[1][0])
    return err_set(e, ERR_INPUT, "each line names a field and a column", "%s, line %llu: no %s is named", f->path, (unsigned long long)row->line, text[0][0] ? "column" : "field");
  const char **key = strcmp(text[0], "household_key") == 0 ? &f->w->household_key : strcmp(text[0], "member_key") == 0 ? &f->w->member_key
                     : strcmp(text[0], "village_key") == 0 ? &f->w->village_key : NULL;
  if (key) {
    *key = text[1];
    return OK;
  }
  struct wish wish = {.field = text[0], .column = text[1], .why = "map file", .file = f->path, .line = (int)row->line};
  for (size_t i = 0; i < sizeof conversions / sizeof *conversions; i++)
    if (strcmp(conversions[i].word, text[2]) == 0) {
      wish.conversion = conversions[i].id;
      return add_wish(f->w, wish, e);
    }
  return err_set(e, ERR_INPUT, "percent, thousands, ten_thousands, monthly, yearly, negate, dmy, mdy, id_birth or id_sex", "%s, line %llu: %s is not a conversion", f->path, (unsigned long long)row->line, text[2]);
}

static enum status wishes_of_file(struct wishes *w, const char *path, struct err *e) {
  struct reader r;
  TRY(reader_open(&r, path, "csv", NULL, e));
  struct map_file f = {w, path, reader_column_of(&r, "field"), reader_column_of(&r, "column"), reader_column_of(&r, "with")};
  enum status s = OK;
  if (f.field == UINT32_MAX || f.column == UINT32_MAX)
    s = err_set(e, ERR_INPUT, "its first line is: field,column,with", "%s is not a map file: it has no headings field and column", path);
  if (s == OK) s = reader_each(&r, on_map_row, &f, e);
  reader_close(&r);
  return s;
}

/* ---- guessing ---- */

/* Lower case without spaces and ASCII punctuation. */
static void plain(const char *s, char out[200]) {
  size_t n = 0;
  for (; *s && n < 199; s++) {
    unsigned char c = (unsigned char)*s;
    if (c >= 'A' && c <= 'Z') out[n++] = (char)(c + 32);
    else if (c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) out[n++] = (char)c;
  }
  out[n] = 0;
}

static bool alike(const char *a, const char *b) {
  char x[200], y[200];
  if (!a || !b) return false;
  plain(a, x);
  plain(b, y);
  return x[0] && strcmp(x, y) == 0;
}

/* 0 = does not fit; higher is better. */
static int fits(const struct field *f, const struct reader_column *c, const char **why) {
  if (c->type == READER_OTHER || !c->name[0]) return 0;
  if (strcmp(f->name, c->name) == 0) return *why = "same name", 4;
  if (alike(f->name, c->name)) return *why = "same name", 3;
  if (alike(f->label.en, c->name) || alike(f->label.zh, c->name)) return *why = "label", 2;
  if (alike(f->label.en, c->label) || alike(f->label.zh, c->label) || alike(f->name, c->label)) return *why = "label", 1;
  return 0;
}

static enum status guess_level(struct wishes *w, const struct programme *p, uint32_t level, const struct reader *r, struct err *e) {
  const struct level *l = &p->levels[level];
  for (uint32_t i = 0; i < l->collected_count; i++) {
    int best = 0;
    uint32_t times = 0, at = 0;
    const char *why = NULL, *best_why = NULL;
    for (uint32_t c = 0; c < r->column_count; c++) {
      int score = fits(&l->fields[i], &r->columns[c], &why);
      if (score > best) best = score, times = 1, at = c, best_why = why;
      else if (score == best && score) times++;
    }
    if (times != 1 || !best_why) continue;
    struct wish wish = {.field = l->fields[i].name, .column = r->columns[at].name, .why = best_why, .target = &l->fields[i]};
    TRY(add_wish(w, wish, e));
  }
  return OK;
}

/* Whether the key's column, in one of its spellings `a|b`, is this one. */
static bool is_spelling(const char *key, const char *column) {
  size_t n = strlen(column);
  for (const char *at = key; at;) {
    if (strncmp(at, column, n) == 0 && (at[n] == 0 || at[n] == '|')) return true;
    const char *bar = strchr(at, '|');
    at = bar ? bar + 1 : NULL;
  }
  return false;
}

/* `taken`: the household's key, which numbers no members. */
static const char *guess_key(const struct mapping *m, const struct reader *r, const char *const *words, const char *taken) {
  for (; *words; words++)
    for (uint32_t i = 0; i < r->column_count; i++)
      if (!m->sealed_column[i] && alike(r->columns[i].name, *words) && !is_spelling(taken, r->columns[i].name)) return r->columns[i].name;
  return NULL;
}

static const char *const household_words[] = {"household_key", "household_id", "household", "hhid", "hh_id", "hid", "hh", "hhcode", "户编号", "户号", "户编码", "家庭编号", NULL};
static const char *const member_words[] = {"member_key", "member_id", "member", "person_id", "person", "pid", "indid", "idind", "idno", "number", "人编号", "户内序号", "成员编号", "序号", NULL};
static const char *const village_words[] = {"village_key", "village_id", "village_code", "village", "area_code", "area", "code", "行政区划代码", "村编码", "村", NULL};

/* ---- putting it together ---- */

static enum status where(const struct wish *w, const struct reader *r, struct err *e) {
  if (w->file) return err_prefix(e, "%s:%d", w->file, w->line);
  return err_prefix(e, "%s", r->path);
}

static uint32_t distance(const char *a, const char *b) { /* of edits, for names up to 40 bytes, without case */
  uint32_t row[41], n = (uint32_t)strlen(a), m = (uint32_t)strlen(b);
  if (n > 40 || m > 40) return 99;
  for (uint32_t j = 0; j <= m; j++) row[j] = j;
  for (uint32_t i = 1; i <= n; i++) {
    uint32_t diagonal = row[0];
    row[0] = i;
    for (uint32_t j = 1; j <= m; j++) {
      uint32_t keep = row[j], change = diagonal + (strncasecmp(&a[i - 1], &b[j - 1], 1) != 0);
      uint32_t insert = row[j - 1] + 1, remove = row[j] + 1;
      row[j] = change < insert ? change : insert;
      if (remove < row[j]) row[j] = remove;
      diagonal = keep;
    }
  }
  return row[m];
}

static enum status no_column(const struct reader *r, const char *name, struct err *e) {
  const char *near = NULL;
  uint32_t best = 3;
  for (uint32_t i = 0; i < r->column_count; i++) {
    uint32_t d = distance(name, r->columns[i].name);
    if (d < best) best = d, near = r->columns[i].name;
  }
  char hint[300];
  if (near) snprintf(hint, sizeof hint, "did you mean %.100s?", near);
  else {
    size_t n = (size_t)snprintf(hint, sizeof hint, "its columns are");
    for (uint32_t i = 0; i < r->column_count && n < 200; i++) n += (size_t)snprintf(hint + n, sizeof hint - n, "%s %.60s", i ? "," : "", r->columns[i].name);
    if (n >= 200) snprintf(hint + n, sizeof hint - n, ", ...");
  }
  return err_set(e, ERR_INPUT, hint, "%s has no column %.100s", r->path, name);
}

/* The column of that name; of one of its spellings where they are divided by |. Two of them in one file are a question for a person. */
static enum status spelling(const struct reader *r, const char *name, uint32_t *out, struct err *e) {
  *out = reader_column_of(r, name);
  if (*out != UINT32_MAX || !strchr(name, '|')) return OK;
  for (const char *at = name; at;) {
    const char *bar = strchr(at, '|');
    char one[400];
    snprintf(one, sizeof one, "%.*s", (int)(bar ? (size_t)(bar - at) : strlen(at)), at);
    uint32_t column = one[0] ? reader_column_of(r, one) : UINT32_MAX;
    if (column != UINT32_MAX && *out != UINT32_MAX && column != *out)
      return err_set(e, ERR_INPUT, "take one of them out of the file", "%s has two columns for the same field, %.100s and %.100s", r->path, r->columns[*out].name, one);
    if (column != UINT32_MAX) *out = column;
    at = bar ? bar + 1 : NULL;
  }
  return OK;
}

static enum status find_column(const struct reader *r, const char *name, uint32_t *out, struct err *e) {
  TRY(spelling(r, name, out, e));
  if (*out == UINT32_MAX) {
    char first[200];
    snprintf(first, sizeof first, "%.*s", (int)strcspn(name, "|"), name);
    return no_column(r, first, e);
  }
  if (r->columns[*out].type == READER_OTHER)
    return err_set(e, ERR_INPUT, "in R: make it a plain vector", "%s: column %.100s is a list or a matrix, which can't be imported", r->path, name);
  return OK;
}

/* "age", "members.age" or "household.hhsize": the collected field of the row's level, or of the household in a flat file. */
static const struct field *find_field(const struct mapping *m, const struct programme *p, const char *name) {
  const char *dot = strchr(name, '.');
  for (int side = 0; side < 2; side++) {
    uint32_t level = side ? LEVEL_HOUSEHOLD : m->row.level;
    if (side && !m->flat) break;
    const struct level *l = &p->levels[level];
    if (dot && (strlen(l->name) != (size_t)(dot - name) || strncmp(l->name, name, (size_t)(dot - name)) != 0)) continue;
    for (uint32_t i = 0; i < l->collected_count; i++)
      if (strcmp(l->fields[i].name, dot ? dot + 1 : name) == 0) return &l->fields[i];
  }
  return NULL;
}

static enum status open_side(struct mapping_side *s, struct arena *a, const struct programme *p, uint32_t level, uint32_t wishes, struct err *e) {
  uint32_t n = p->levels[level].collected_count;
  s->level = level;
  ARENA_TRY(e, s->entries = arena_array(a, wishes + 1, sizeof *s->entries));
  ARENA_TRY(e, s->cells = arena_array(a, n + 1, sizeof *s->cells));
  ARENA_TRY(e, s->mapped = arena_array(a, bits_words(n) + 1, 8));
  for (uint32_t i = 0; i < n; i++) s->cells[i].absence = ABSENT_EMPTY;
  return OK;
}

/* Whether a partial source's file lacks the column, or one it needs beside it: then the field stays as it was, and the person is told. */
static enum status lacks(struct mapping *m, const struct reader *r, const struct wish *w, bool *gone, struct err *e) {
  uint32_t column;
  const char *name = w->column;
  TRY(spelling(r, name, &column, e));
  *gone = column == UINT32_MAX;
  size_t n = strlen(m->lacking);
  if (*gone && n < sizeof m->lacking - 120) snprintf(m->lacking + n, sizeof m->lacking - n, "%s%.*s", n ? ", " : "", (int)strcspn(name, "|") < 80 ? (int)strcspn(name, "|") : 80, name);
  else if (*gone && n < sizeof m->lacking - 8 && m->lacking[n - 1] != '.') snprintf(m->lacking + n, sizeof m->lacking - n, ", ...");
  return OK;
}

static enum status open_within(struct mapping_entry *entry, struct arena *a, const struct reader *r, const struct wish *w, struct err *e) {
  uint32_t *to = arena_array(a, w->within_count + 1, sizeof *to);
  ARENA_TRY(e, to);
  for (uint32_t i = 0; i < w->within_count; i++) {
    uint32_t *column = &to[entry->within_count];
    if (!w->may_lack) TRY(find_column(r, w->within[i], column, e));
    else TRY(spelling(r, w->within[i], column, e)); /* of a partial source: a code, or a name that only one place has, needs none around it */
    entry->within_count += *column != UINT32_MAX;
  }
  entry->within = to;
  map_init(&entry->places, a);
  return OK;
}

static enum status grant(struct mapping *m, struct arena *a, const struct programme *p, const struct reader *r, const struct wish *w, struct err *e) {
  const struct field *f = w->target ? w->target : find_field(m, p, w->field);
  if (!f) {
    err_set(e, ERR_INPUT, "name a collected field of this source's level", "%.100s is not a field that this file can fill", w->field);
    return where(w, r, e);
  }
  bool own = f->level == m->row.level;
  if (!own && !(m->flat && f->level == LEVEL_HOUSEHOLD)) {
    err_set(e, ERR_INPUT, "map it in a source of that level", "%s is a field of %s, not of %s", f->name, p->levels[f->level].name, p->levels[m->row.level].name);
    return where(w, r, e);
  }
  struct mapping_side *side = own ? &m->row : &m->household;
  uint32_t column;
  if (w->may_lack) {
    bool gone;
    TRY(lacks(m, r, w, &gone, e));
    if (gone) return OK;
  }
  enum status s = find_column(r, w->column, &column, e);
  if (s != OK) return w->file ? where(w, r, e) : s;
  if (bits_get(side->mapped, f->column)) {
    err_set(e, ERR_INPUT, "keep one of the two", "%s is filled twice", f->name);
    return where(w, r, e);
  }
  bits_set(side->mapped, f->column);
  struct mapping_entry *entry = &side->entries[side->count++];
  entry->column = column;
  entry->why = w->why;
  if (w->within_count) TRY(open_within(entry, a, r, w, e)); /* by name: also where none of them is there */
  const bool identity = w->conversion == CONVERT_ID_BIRTH || w->conversion == CONVERT_ID_SEX; /* an identity number, whatever is read out of it */
  if (f->sealed || identity) m->sealed_column[column] = m->any_sealed = true;
  return validate_open(&entry->validate, a, f, w->conversion, w->recode, w->recode_count, e);
}

/* The columns of a wide file. The fields they fill count as mapped: every row that is made has both. */
static enum status open_spread(struct mapping *m, struct arena *a, const struct source *src, const struct reader *r, struct err *e) {
  if (!src->spread_count) return OK;
  ARENA_TRY(e, m->spread = arena_array(a, src->spread_count, sizeof *m->spread));
  for (uint32_t i = 0; i < src->spread_count; i++) {
    struct wish w = {.column = src->spread[i].column};
    bool gone = false;
    if (src->partial) TRY(lacks(m, r, &w, &gone, e));
    if (gone) continue;
    struct mapping_spread *s = &m->spread[m->spread_count++];
    TRY(find_column(r, w.column, &s->column, e));
    s->code = span_of(src->spread[i].code), s->number = i + 1;
  }
  if (!m->spread_count) return err_set(e, ERR_INPUT, "is it the file you meant?", "%s has none of the columns that the source spreads", r->path);
  bits_set(m->row.mapped, src->spread_value->column);
  bits_set(m->row.mapped, src->spread_by->column);
  m->spread_by = src->spread_by->column;
  return validate_open(&m->spread_value, a, src->spread_value, CONVERT_NONE, NULL, 0, e);
}

static enum status check_required(const struct programme *p, const struct mapping_side *s, const struct reader *r, struct err *e) {
  const struct level *l = &p->levels[s->level];
  for (uint32_t i = 0; i < l->collected_count; i++)
    if (l->fields[i].required && !bits_get(s->mapped, i))
      return err_set(e, ERR_INPUT, "map a column to it, in the programme's sources or with --map", "%s: nothing fills the required field %s.%s", r->path, l->name, l->fields[i].name);
  return OK;
}

/* Keys stand in the registry as plain text, in messages and in refused rows. */
static enum status open_key(const struct mapping *m, const struct reader *r, const char *name, uint32_t *column, struct err *e) {
  *column = MAPPING_NO_COLUMN;
  if (!name) return OK;
  TRY(find_column(r, name, column, e));
  if (!m->sealed_column[*column]) return OK;
  return err_set(e, ERR_INPUT, "name another column; without one, members are numbered as they stand", "%s: the column %s feeds a sealed field and cannot be a key as well: keys are plain text", r->path, r->columns[*column].name);
}

static enum status open_keys(struct mapping *m, const struct wishes *w, const struct reader *r, struct err *e) {
  TRY(open_key(m, r, w->household_key, &m->household_key, e));
  TRY(spelling(r, w->member_key ? w->member_key : "", &m->member_key, e));
  if (!r->form || m->member_key != UINT32_MAX) TRY(open_key(m, r, w->member_key, &m->member_key, e));
  TRY(open_key(m, r, w->village_key, &m->village_key, e));
  bool village = m->row.level == LEVEL_VILLAGE;
  if (village && m->village_key == MAPPING_NO_COLUMN)
    return err_set(e, ERR_INPUT, "say which: village_key in the source, or a line village_key,COLUMN in the map file", "%s: no column is known to hold the village's code", r->path);
  if (!village && m->household_key == MAPPING_NO_COLUMN)
    return err_set(e, ERR_INPUT, "say which: household_key in the source, or a line household_key,COLUMN in the map file", "%s: no column is known to hold the household's number", r->path);
  return OK;
}

enum status mapping_open(struct mapping *m, struct arena *a, const struct programme *p, const struct source *src, const struct reader *r,
                         const struct ingest_options *o, struct err *e) {
  *m = (struct mapping){.flat = src->flat && src->level != LEVEL_HOUSEHOLD && src->level != LEVEL_VILLAGE};
  m->row.level = src->level;
  struct wishes w = {.arena = a, .household_key = src->household_key, .member_key = src->member_key, .village_key = src->village_key};
  if (src->level >= p->level_count) return err_set(e, ERR_INPUT, NULL, "%s: the source's level is not one of the programme's", r->path);
  if (o->map_file) TRY(wishes_of_file(&w, o->map_file, e));
  else if (src->map_count || !o->guess) {
    TRY(wishes_of_source(&w, src, e));
    TRY(wishes_by_name(&w, p, src->level, r, e));
    if (m->flat) TRY(wishes_by_name(&w, p, LEVEL_HOUSEHOLD, r, e));
  } else {
    TRY(guess_level(&w, p, src->level, r, e));
    if (m->flat) TRY(guess_level(&w, p, LEVEL_HOUSEHOLD, r, e));
  }
  ARENA_TRY(e, m->sealed_column = arena_array(a, r->column_count + 1, sizeof *m->sealed_column));
  for (uint32_t l = 0; l < p->level_count; l++)
    for (uint32_t i = 0; i < p->levels[l].field_count; i++) m->masks |= p->levels[l].fields[i].sealed;
  TRY(open_side(&m->row, a, p, src->level, w.count, e));
  TRY(open_side(&m->household, a, p, LEVEL_HOUSEHOLD, w.count, e));
  for (uint32_t i = 0; i < w.count; i++) TRY(grant(m, a, p, r, &w.list[i], e));
  if (!o->map_file) TRY(open_spread(m, a, src, r, e));
  bool guess = o->guess || (!o->map_file && !src->map_count);
  if (guess && !w.household_key && src->level != LEVEL_VILLAGE) w.household_key = guess_key(m, r, household_words, NULL);
  if (guess && !w.member_key && src->level != LEVEL_VILLAGE && src->level != LEVEL_HOUSEHOLD) w.member_key = guess_key(m, r, member_words, w.household_key);
  if (guess && !w.village_key && src->level == LEVEL_VILLAGE) w.village_key = guess_key(m, r, village_words, w.household_key);
  TRY(open_keys(m, &w, r, e));
  TRY(check_required(p, &m->row, r, e));
  return m->flat ? check_required(p, &m->household, r, e) : OK;
}

/* ---- what a workbook is searched for ---- */

struct want_list { struct arena *arena; const char **list; uint32_t count, cap; };

static enum status want(struct want_list *w, const char *heading, struct err *e) {
  if (!heading || !heading[0]) return OK;
  if (w->count == w->cap) {
    uint32_t cap = w->cap ? w->cap * 2 : 64;
    void *p = arena_grow(w->arena, w->list, w->count, cap, sizeof *w->list);
    ARENA_TRY(e, p);
    w->list = p, w->cap = cap;
  }
  w->list[w->count++] = heading;
  return OK;
}

static enum status want_words(struct want_list *w, const char *const *words, struct err *e) {
  struct text t;
  text_init(&t, 4000);
  for (; *words; words++) text_addf(&t, "%s%s", t.len ? "|" : "", *words);
  const char *joined = arena_str(w->arena, text_str(&t));
  text_free(&t);
  ARENA_TRY(e, joined);
  return want(w, joined, e);
}

static enum status want_level(struct want_list *w, const struct programme *p, uint32_t level, bool labels, struct err *e) {
  const struct level *l = &p->levels[level];
  for (uint32_t i = 0; i < l->collected_count; i++) {
    const struct field *f = &l->fields[i];
    const char *all = f->name;
    if (labels) ARENA_TRY(e, all = arena_printf(w->arena, "%s|%s|%s", f->name, f->label.zh ? f->label.zh : "", f->label.en ? f->label.en : ""));
    TRY(want(w, all, e));
  }
  return OK;
}

enum status mapping_sheet_name(struct arena *a, const struct source *src, const char **out, struct err *e) {
  const char *base = file_base(src->file ? src->file : ""), *dot = strrchr(base, '.');
  ARENA_TRY(e, *out = arena_strn(a, base, dot ? (size_t)(dot - base) : strlen(base)));
  return OK;
}

enum status mapping_wants(struct reader_wants *out, struct arena *a, const struct programme *p, const struct source *src, const struct ingest_options *o, struct err *e) {
  struct want_list w = {.arena = a};
  struct wishes wishes = {.arena = a, .household_key = src->household_key, .member_key = src->member_key, .village_key = src->village_key};
  if (o->map_file) TRY(wishes_of_file(&wishes, o->map_file, e));
  else TRY(wishes_of_source(&wishes, src, e));
  TRY(want(&w, wishes.household_key, e));
  TRY(want(&w, wishes.member_key, e));
  TRY(want(&w, wishes.village_key, e));
  for (uint32_t i = 0; i < wishes.count; i++) {
    TRY(want(&w, wishes.list[i].column, e));
    for (uint32_t k = 0; k < wishes.list[i].within_count; k++) TRY(want(&w, wishes.list[i].within[k], e));
  }
  for (uint32_t i = 0; i < src->spread_count; i++) TRY(want(&w, src->spread[i].column, e));
  bool guess = !o->map_file && !src->map_count && !src->spread_count;
  if (src->level < p->level_count && guess) {
    TRY(want_level(&w, p, src->level, true, e));
    if (src->flat) TRY(want_level(&w, p, LEVEL_HOUSEHOLD, true, e));
    if (!src->household_key && src->level != LEVEL_VILLAGE) TRY(want_words(&w, household_words, e));
    if (!src->member_key && src->level != LEVEL_VILLAGE && src->level != LEVEL_HOUSEHOLD) TRY(want_words(&w, member_words, e));
    if (!src->village_key && src->level == LEVEL_VILLAGE) TRY(want_words(&w, village_words, e));
  }
  *out = (struct reader_wants){.headings = w.list, .count = w.count};
  if (!src->name || !src->file) return OK;
  TRY(mapping_sheet_name(a, src, &out->names[0], e)); /* a sheet is known by the name that the source's own file has, or by the source's */
  out->names[1] = src->name;
  const char **others = arena_array(a, p->source_count + 1, sizeof *others);
  ARENA_TRY(e, others);
  for (uint32_t i = 0; i < p->source_count; i++) {
    const char *name;
    TRY(mapping_sheet_name(a, &p->sources[i], &name, e));
    if (strcmp(name, out->names[0]) != 0) others[out->other_count++] = name;
  }
  out->others = others;
  return OK;
}

/* ---- places by name ---- */

#define PLACE_NAMES_MAX 400u

static struct span cell_text(const struct reader_cell *c) { return c->kind == READ_TEXT ? span_trim(c->text) : (struct span){"", 0}; }

static bool lies_in(const struct programme *p, uint32_t area, uint32_t around) {
  for (; area != UINT32_MAX; area = p->areas[area].parent)
    if (around != UINT32_MAX && p->areas[area].now == p->areas[around].now) return true;
  return around == UINT32_MAX;
}

static bool called(const struct area *a, struct span name) { return (a->name_zh && span_is(name, a->name_zh)) || (a->name_en && span_is_nocase(name, a->name_en)) || span_is(name, a->code); }

/* The only area of that name inside `around`, of the level, or of any level wider than `level` when `wider`. */
static uint32_t place_called(const struct programme *p, struct span name, uint32_t around, uint32_t level, bool wider, uint32_t *count) {
  uint32_t found = UINT32_MAX;
  *count = 0;
  for (uint32_t i = 0; i < p->area_count; i++) {
    const struct area *a = &p->areas[i];
    if ((wider ? a->level >= level : a->level != level) || !called(a, name) || !lies_in(p, i, around)) continue;
    if (found != UINT32_MAX && p->areas[found].now == a->now) continue; /* one place under a former and a present code */
    found = i;
    ++*count;
  }
  return *count == 1 ? found : UINT32_MAX;
}

static bool place_words(char *why, size_t size, struct span name, struct span around, uint32_t count) {
  int n = (int)(name.len < 60 ? name.len : 60), k = (int)(around.len < 60 ? around.len : 60);
  if (count) snprintf(why, size, "\"%.*s\" is the name of %u areas%s%.*s: write its code", n, name.at, count, k ? " in " : "", k, around.at);
  else snprintf(why, size, "the programme has no area \"%.*s\"%s%.*s", n, name.at, k ? " in " : "", k, around.at);
  return false;
}

bool mapping_place(struct mapping_entry *m, const struct programme *p, const struct reader_row *row, struct reader_cell *out, char *why, size_t size) {
  const struct field *f = m->validate.field;
  struct span name = cell_text(&row->cells[m->column]);
  char key[PLACE_NAMES_MAX];
  size_t n = 0;
  *out = row->cells[m->column];
  if (!name.len) return true;
  for (uint32_t i = 0; i <= m->within_count; i++) {
    struct span part = i < m->within_count ? cell_text(&row->cells[m->within[i]]) : name;
    if (n + part.len + 1 >= sizeof key) return snprintf(why, size, "the names of the place are too long"), false;
    memcpy(key + n, part.at, part.len);
    n += part.len;
    key[n++] = '/';
  }
  uint32_t known = map_get(&m->places, key, n), count, around = UINT32_MAX;
  struct span last = {"", 0};
  for (uint32_t i = 0; i < m->within_count && known == MAP_NONE; i++) {
    struct span part = cell_text(&row->cells[m->within[i]]);
    if (!part.len) continue;
    uint32_t next = place_called(p, part, around, f->area_level, true, &count);
    if (next == UINT32_MAX)
      return place_words(why, size, part, last, count);
    around = next, last = part;
  }
  if (known == MAP_NONE) {
    uint32_t index;
    bool fresh;
    known = place_called(p, name, around, f->area_level, false, &count);
    if (known == UINT32_MAX)
      return place_words(why, size, name, last, count);
    if (!map_put(&m->places, key, n, &index, &fresh)) return snprintf(why, size, "out of memory"), false;
    m->places.values[index] = known;
  }
  *out = (struct reader_cell){.kind = READ_TEXT, .text = span_of(p->areas[p->areas[known].now].code)};
  return true;
}
