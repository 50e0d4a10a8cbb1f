#include <errno.h>
#include <readstat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/number.h"
#include "ingest/export.h"

#define STATA_EPOCH (-3653)
#define STATA_TEXT_MAX 2045u
#define EXACT_DIGITS 1000000000000000 /* 10^15: decimals below it survive a double */

enum how { AS_INT8, AS_INT16, AS_INT32, AS_DOUBLE, AS_TEXT, AS_LONG_TEXT, AS_CODES /* choices: whole numbers of their own */, AS_NUMBERED };

struct dta_column {
  enum how how;
  uint32_t width; /* AS_TEXT */
  readstat_variable_t *variable;
  int32_t *codes; /* AS_CODES: per choice */
  readstat_string_ref_t ***refs; /* AS_LONG_TEXT: per segment, per dictionary entry */
  readstat_string_ref_t *nothing; /* AS_LONG_TEXT: the empty one, for what is missing */
};

struct dta_out {
  const struct export_plan *plan;
  readstat_writer_t *writer;
  struct dta_column *columns;
  struct arena arena;
  struct text text; /* a cell's own text, NUL-terminated */
};

static ssize_t write_bytes(const void *data, size_t n, void *ctx) { return (ssize_t)fwrite(data, 1, n, ctx); }

static enum status said(readstat_error_t rc, const char *what, struct err *e) {
  if (rc == READSTAT_OK) return OK;
  if (rc == READSTAT_ERROR_WRITE) return err_errno(e, EIO, "cannot write the file");
  return err_set(e, ERR_INTERNAL, "export it as CSV, and report this", "the .dta writer refused %s: %s", what, readstat_error_message(rc));
}

/* ---- deciding on types ---- */

static const struct column *column_of(const struct export_plan *p, const struct export_column *c, uint32_t segment) {
  const struct segment *s = p->from->segments[segment];
  switch (c->role) {
    case EXPORT_HOUSEHOLD: return &s->household_key;
    case EXPORT_VILLAGE: return &s->village_code;
    case EXPORT_FIELD: return &s->levels[p->from->level].columns[c->at];
    case EXPORT_NUMBER: return NULL;
  }
  return NULL;
}

static void range_of(const struct export_plan *p, const struct export_column *c, int64_t *lo, int64_t *hi) {
  *lo = *hi = 0;
  for (uint32_t i = 0; i < p->from->segment_count; i++) {
    const struct column *col = column_of(p, c, i);
    if (col->min < *lo) *lo = col->min;
    if (col->max > *hi) *hi = col->max;
  }
}

static uint32_t longest_code(const struct field *f, uint32_t most) {
  for (uint32_t i = 0; i < f->missing_count; i++)
    if (strlen(f->missing[i].text) > most) most = (uint32_t)strlen(f->missing[i].text);
  return most;
}

static uint32_t longest_text(const struct export_plan *p, const struct export_column *c) {
  uint32_t most = c->field ? longest_code(c->field, 2) : 1; /* 2: ".r" */
  for (uint32_t i = 0; i < p->from->segment_count; i++) {
    const struct column *col = column_of(p, c, i);
    for (uint32_t k = 0; k < col->dict_count; k++)
      if (col->dict_at[k + 1] - col->dict_at[k] > most) most = col->dict_at[k + 1] - col->dict_at[k];
  }
  return most;
}

static void as_text(struct dta_column *d, uint32_t width) {
  d->how = width > STATA_TEXT_MAX ? AS_LONG_TEXT : AS_TEXT;
  d->width = width;
}

static enum status choose_codes(struct dta_out *o, const struct field *f, struct dta_column *d, struct err *e) {
  uint32_t whole = 0;
  ARENA_TRY(e, d->codes = arena_array(&o->arena, f->choice_count + 1, sizeof *d->codes));
  for (uint32_t i = 0; i < f->choice_count; i++) {
    int64_t v;
    char back[32];
    const char *code = f->choices[i].code;
    bool number = number_int64(code, strlen(code), &v) && v >= -2147483647 && v <= 2147483620;
    if (number) snprintf(back, sizeof back, "%lld", (long long)v);
    if (!number || strcmp(back, code) != 0) continue; /* "01" is a name, not a number */
    d->codes[i] = (int32_t)v;
    whole++;
  }
  if (whole == f->choice_count && whole) d->how = AS_CODES;
  else if (!whole && f->choice_count) d->how = AS_NUMBERED;
  else as_text(d, 1);
  return OK;
}

static enum status choose(struct dta_out *o, uint32_t i, struct err *e) {
  const struct export_column *c = &o->plan->columns[i];
  struct dta_column *d = &o->columns[i];
  int64_t lo, hi;
  if (c->role == EXPORT_NUMBER) {
    d->how = AS_INT32;
    return OK;
  }
  if (c->role != EXPORT_FIELD || c->field->kind == COL_TEXT) {
    as_text(d, longest_text(o->plan, c));
    return OK;
  }
  range_of(o->plan, c, &lo, &hi);
  switch (c->field->kind) {
    case COL_BOOL: d->how = AS_INT8; return OK;
    case COL_DATE: d->how = AS_INT32; return OK;
    case COL_REAL: d->how = AS_DOUBLE; return OK;
    case COL_CHOICE:
      TRY(choose_codes(o, c->field, d, e));
      if (d->how == AS_TEXT) as_text(d, longest_text(o->plan, c));
      return OK;
    case COL_DECIMAL:
      if (lo > -EXACT_DIGITS && hi < EXACT_DIGITS) d->how = AS_DOUBLE;
      else as_text(d, longest_code(c->field, 32));
      return OK;
    default:
      d->how = lo >= -127 && hi <= 100 ? AS_INT8 : lo >= -32767 && hi <= 32740 ? AS_INT16 : lo >= -2147483647 && hi <= 2147483620 ? AS_INT32 : AS_DOUBLE;
      if (lo < -(INT64_C(1) << 53) || hi > INT64_C(1) << 53) as_text(d, longest_code(c->field, 32));
      return OK;
  }
}

/* ---- names and labels ---- */

/* At most `most` characters of s, cut at a character's edge. */
static void cut_text(const char *s, size_t most, char *out, size_t size) {
  size_t n = 0, len = strlen(s);
  for (size_t characters = 0; n < len && characters < most; characters++) {
    uint32_t code;
    size_t k = text_utf8_next(s + n, len - n, &code);
    if (!k || n + k >= size) break;
    n += k;
  }
  memcpy(out, s, n);
  out[n] = 0;
}

static bool label_is_own(const struct field *f, uint32_t i, enum language lang) { /* no other choice has it, as label or code */
  const char *mine = label_in(&f->choices[i].label, lang, f->choices[i].code);
  for (uint32_t k = 0; k < f->choice_count; k++)
    if (k != i && (strcmp(label_in(&f->choices[k].label, lang, f->choices[k].code), mine) == 0 || strcmp(f->choices[k].code, mine) == 0)) return false;
  return true;
}

static void add_labels(struct dta_out *o, uint32_t i) {
  const struct export_column *c = &o->plan->columns[i];
  struct dta_column *d = &o->columns[i];
  const struct field *f = c->field;
  enum language lang = o->plan->from->lang;
  if (!f || (f->kind != COL_BOOL && d->how != AS_CODES && d->how != AS_NUMBERED)) return;
  char name[40];
  snprintf(name, sizeof name, "l%u", i + 1);
  readstat_label_set_t *set = readstat_add_label_set(o->writer, READSTAT_TYPE_INT32, name);
  if (f->kind == COL_BOOL) {
    readstat_label_int32_value(set, 0, lang == LANG_ZH ? "否" : "no");
    readstat_label_int32_value(set, 1, lang == LANG_ZH ? "是" : "yes");
  }
  for (uint32_t k = 0; f->kind == COL_CHOICE && k < f->choice_count; k++) {
    const char *label = label_is_own(f, k, lang) ? label_in(&f->choices[k].label, lang, f->choices[k].code) : f->choices[k].code;
    readstat_label_int32_value(set, d->how == AS_CODES ? d->codes[k] : (int32_t)k + 1, label);
  }
  readstat_variable_set_label_set(d->variable, set);
}

static enum status add_refs(struct dta_out *o, uint32_t i, struct err *e) {
  const struct export_plan *p = o->plan;
  struct dta_column *d = &o->columns[i];
  ARENA_TRY(e, d->refs = arena_array(&o->arena, p->from->segment_count + 1, sizeof *d->refs));
  ARENA_TRY(e, d->nothing = readstat_add_string_ref(o->writer, ""));
  for (uint32_t s = 0; s < p->from->segment_count; s++) {
    const struct column *col = column_of(p, &p->columns[i], s);
    ARENA_TRY(e, d->refs[s] = arena_array(&o->arena, col->dict_count + 1, sizeof(void *)));
    for (uint32_t k = 0; k < col->dict_count; k++) {
      struct span text = column_dict(col, k);
      text_clear(&o->text);
      text_addn(&o->text, text.at, text.len);
      TRY(text_check(&o->text, "a text", e));
      if (text.len && !(d->refs[s][k] = readstat_add_string_ref(o->writer, text_str(&o->text)))) return err_set(e, ERR_MEMORY, NULL, "out of memory");
    }
  }
  return OK;
}

static const char *const stata_words[] = {"aggregate", "array", "boolean", "break", "byte", "case", "catch", "class", "colvector", "complex", "const", "continue", "default", "delegate", "delete", "do", "double", "else", "eltypedef", "end", "enum", "explicit", "export", "external", "float", "for", "friend", "function", "global", "goto", "if", "in", "inline", "int", "local", "long", "namespace", "new", "numeric", "operator", "orgtypedef", "pointer", "polymorphic", "pragma", "private", "protected", "public", "quad", "real", "return", "rowvector", "scalar", "short", "signed", "static", "strl", "string", "struct", "super", "switch", "template", "this", "throw", "transmorphic", "try", "typedef", "typename", "union", "unsigned", "using", "vector", "version", "virtual", "void", "volatile", "while", "with", NULL};

static bool is_stata_word(const char *name) {
  for (const char *const *w = stata_words; *w; w++)
    if (strcmp(*w, name) == 0) return true;
  return strncmp(name, "str", 3) == 0 && name[3] >= '0' && name[3] <= '9'; /* types: str1 to str2045 */
}

/* Stata's names have 32 characters, and some words are its own: then f_ stands before, and a number behind when two would be the same. */
static void stata_name(struct dta_out *o, uint32_t i, char out[33]) {
  const char *name = o->plan->columns[i].name;
  char whole[80];
  snprintf(whole, sizeof whole, "%s%s", is_stata_word(name) ? "f_" : "", name);
  cut_text(whole, 32, out, 33);
  for (uint32_t k = 0; k < i; k++) {
    if (strcmp(o->columns[k].variable->name, out) != 0) continue;
    char tail[12];
    snprintf(tail, sizeof tail, "_%u", i + 1);
    size_t n = strlen(out), most = 32 - strlen(tail);
    memcpy(out + (n < most ? n : most), tail, strlen(tail) + 1);
  }
}

static enum status add_variable(struct dta_out *o, uint32_t i, struct err *e) {
  static const readstat_type_t types[] = {[AS_INT8] = READSTAT_TYPE_INT8, [AS_INT16] = READSTAT_TYPE_INT16, [AS_INT32] = READSTAT_TYPE_INT32, [AS_DOUBLE] = READSTAT_TYPE_DOUBLE,
                                          [AS_TEXT] = READSTAT_TYPE_STRING, [AS_LONG_TEXT] = READSTAT_TYPE_STRING_REF, [AS_CODES] = READSTAT_TYPE_INT32, [AS_NUMBERED] = READSTAT_TYPE_INT32};
  const struct export_column *c = &o->plan->columns[i];
  struct dta_column *d = &o->columns[i];
  char name[33], label[321];
  TRY(choose(o, i, e));
  stata_name(o, i, name);
  d->variable = readstat_add_variable(o->writer, name, types[d->how], d->how == AS_TEXT ? d->width : 0);
  if (!d->variable) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  if (c->label) {
    cut_text(c->label, 80, label, sizeof label);
    readstat_variable_set_label(d->variable, label);
  }
  if (c->field && c->field->kind == COL_DATE) readstat_variable_set_format(d->variable, "%td");
  add_labels(o, i);
  return d->how == AS_LONG_TEXT ? add_refs(o, i, e) : OK;
}

/* ---- rows ---- */

static readstat_error_t put_text(struct dta_out *o, struct dta_column *d, struct span s) {
  text_clear(&o->text);
  text_addn(&o->text, s.at, s.len);
  return readstat_insert_string_value(o->writer, d->variable, text_str(&o->text));
}

static readstat_error_t put_whole(struct dta_out *o, struct dta_column *d, int64_t v) {
  switch (d->how) {
    case AS_INT8: return readstat_insert_int8_value(o->writer, d->variable, (int8_t)v);
    case AS_INT16: return readstat_insert_int16_value(o->writer, d->variable, (int16_t)v);
    case AS_DOUBLE: return readstat_insert_double_value(o->writer, d->variable, (double)v);
    default: return readstat_insert_int32_value(o->writer, d->variable, (int32_t)v);
  }
}

static readstat_error_t put_choice(struct dta_out *o, struct dta_column *d, const struct field *f, struct span code, bool *known) {
  for (uint32_t k = 0; k < f->choice_count; k++)
    if (span_is(code, f->choices[k].code)) return readstat_insert_int32_value(o->writer, d->variable, d->how == AS_CODES ? d->codes[k] : (int32_t)k + 1);
  *known = false;
  return READSTAT_OK;
}

static readstat_error_t put_missing(struct dta_out *o, struct dta_column *d, const struct field *f, enum absence why) {
  const char *code = export_missing(f, why);
  if (d->how == AS_TEXT) return put_text(o, d, span_of(f->kind == COL_TEXT && code[0] == '.' ? "" : code));
  if (d->how == AS_LONG_TEXT) return readstat_insert_string_ref(o->writer, d->variable, d->nothing);
  if (why == ABSENT_EMPTY) return readstat_insert_missing_value(o->writer, d->variable);
  bool tag = code[0] == '.' && code[1] >= 'a' && code[1] <= 'z' && !code[2];
  return readstat_insert_tagged_missing_value(o->writer, d->variable, tag ? code[1] : why == ABSENT_REFUSED ? 'r' : why == ABSENT_NOT_APPLICABLE ? 'n' : 'm');
}

static enum status put_field(struct dta_out *o, uint32_t i, const struct segment *s, uint32_t segment, uint64_t row, struct err *e) {
  const struct export_column *c = &o->plan->columns[i];
  const struct field *f = c->field;
  struct dta_column *d = &o->columns[i];
  const struct column *col = &s->levels[o->plan->from->level].columns[c->at];
  struct cell cell = column_cell(col, row);
  char buf[40];
  bool known = true;
  readstat_error_t rc = READSTAT_OK;
  if (cell.absence != PRESENT) return said(put_missing(o, d, f, cell.absence), f->name, e);
  switch (f->kind) {
    case COL_BOOL: rc = put_whole(o, d, cell.i); break;
    case COL_DATE: rc = put_whole(o, d, cell.i - STATA_EPOCH); break;
    case COL_INT:
      snprintf(buf, sizeof buf, "%lld", (long long)cell.i);
      rc = d->how == AS_TEXT ? put_text(o, d, span_of(buf)) : put_whole(o, d, cell.i);
      break;
    case COL_DECIMAL:
      if (d->how == AS_TEXT) rc = put_text(o, d, span_of(number_decimal_format(cell.i, f->decimals, buf)));
      else rc = readstat_insert_double_value(o->writer, d->variable, number_unscale(cell.i, f->decimals));
      break;
    case COL_REAL: rc = readstat_insert_double_value(o->writer, d->variable, cell.d); break;
    case COL_CHOICE:
      if (d->how == AS_CODES || d->how == AS_NUMBERED) {
        rc = put_choice(o, d, f, cell.s, &known);
        break;
      } __attribute__((fallthrough));
    case COL_TEXT:
      if (d->how == AS_TEXT) rc = put_text(o, d, cell.s);
      else {
        readstat_string_ref_t *ref = d->refs[segment][column_code_of(col, cell.s)];
        rc = readstat_insert_string_ref(o->writer, d->variable, ref ? ref : d->nothing);
      }
      break;
    case COL_KIND_COUNT: break;
  }
  if (!known) return err_set(e, ERR_CONFLICT, "export with the programme that the round was closed with", "%s holds %.*s, which is not one of its choices now", f->name, (int)(cell.s.len < 60 ? cell.s.len : 60), cell.s.at);
  return said(rc, f->name, e);
}

static enum status put_number(struct dta_out *o, struct dta_column *d, const struct segment *s, uint64_t household, uint64_t row, uint64_t place, struct err *e) {
  char buffer[24], back[24];
  struct span own;
  int64_t v = 0;
  TRY(export_number(o->plan->from, s, household, row, place, buffer, &own, e));
  bool whole = number_int64(own.at, own.len, &v) && v >= -2147483647 && v <= 2147483620;
  snprintf(back, sizeof back, "%lld", (long long)v);
  if (!whole || !span_is(own, back)) /* "01" is a name, not a number */
    return err_set(e, ERR_CONFLICT, "export it as CSV", "a row's own number is \"%.*s\", and such numbers are whole in a .dta", (int)(own.len < 60 ? own.len : 60), own.at);
  return said(put_whole(o, d, v), "number", e);
}

static enum status put_row(void *ctx, const struct segment *s, uint32_t segment, uint64_t household, uint64_t row, uint64_t number, struct err *e) {
  struct dta_out *o = ctx;
  TRY(said(readstat_begin_row(o->writer), "a row", e));
  for (uint32_t i = 0; i < o->plan->count; i++) {
    struct dta_column *d = &o->columns[i];
    struct cell cell = {.absence = PRESENT, .s = {"", 0}};
    switch (o->plan->columns[i].role) {
      case EXPORT_FIELD: TRY(put_field(o, i, s, segment, row, e)); continue;
      case EXPORT_NUMBER: TRY(put_number(o, d, s, household, row, number, e)); continue;
      case EXPORT_HOUSEHOLD: cell = column_cell(&s->household_key, household); break;
      case EXPORT_VILLAGE: {
        uint64_t at = o->plan->from->level == LEVEL_VILLAGE ? row : s->village_of ? s->village_of[household] : SEGMENT_NO_ROW;
        if (at != SEGMENT_NO_ROW) cell = column_cell(&s->village_code, at);
        break;
      }
    }
    TRY(said(put_text(o, d, cell.absence == PRESENT ? cell.s : (struct span){"", 0}), "a key", e));
  }
  return said(readstat_end_row(o->writer), "a row", e);
}

static enum status write_all(struct dta_out *o, void *stream, struct err *e) {
  const struct export_from *from = o->plan->from;
  ARENA_TRY(e, o->columns = arena_array(&o->arena, o->plan->count + 1, sizeof *o->columns));
  if (o->plan->rows > INT32_MAX) return err_set(e, ERR_LIMIT, "export it as CSV", "%llu rows are more than a .dta file is written with", (unsigned long long)o->plan->rows);
  readstat_set_data_writer(o->writer, write_bytes);
  readstat_writer_set_file_format_version(o->writer, 118);
  readstat_writer_set_file_timestamp(o->writer, (time_t)date_from_civil(from->year < 1970 ? 1970 : from->year, 1, 1) * 86400 + 43200);
  char title[81];
  cut_text(label_in(&from->programme->title, from->lang, from->programme->name), 80, title, sizeof title);
  readstat_writer_set_file_label(o->writer, title);
  for (uint32_t i = 0; i < o->plan->count; i++) TRY(add_variable(o, i, e));
  TRY(said(readstat_begin_writing_dta(o->writer, stream, (long)o->plan->rows), "the head", e));
  TRY(export_each(o->plan, put_row, o, e));
  return said(readstat_end_writing(o->writer), "the end", e);
}

enum status export_dta(const struct export_plan *p, const char *path, struct err *e) {
  struct export_file f;
  struct dta_out o = {.plan = p, .writer = readstat_writer_init()};
  if (!o.writer) return err_set(e, ERR_MEMORY, NULL, "out of memory");
  arena_init(&o.arena, 0);
  text_init(&o.text, 1u << 20);
  enum status s = export_file_open(&f, path, e);
  if (s == OK) s = export_file_close(&f, write_all(&o, f.stream, e), e);
  readstat_writer_free(o.writer);
  text_free(&o.text);
  arena_drop(&o.arena);
  return s;
}
