#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ingest/dta.h"

struct sizes { /* of the fixed-length texts, by version */
  uint32_t name, format, label, set, data_label, expansion;
};

static struct sizes sizes_of(int version) {
  struct sizes s = {.name = version < 110 ? 9 : version < 118 ? 33 : 129,
                    .format = version < 114 ? 12 : version < 118 ? 49 : 57,
                    .label = version < 118 ? 81 : 321,
                    .data_label = 81,
                    .expansion = version < 110 ? 2 : 4};
  s.set = s.name;
  return s;
}

struct cursor {
  struct dta_file *f;
  size_t at;
  struct err *e;
};

static enum status damaged(struct cursor *c, const char *what) {
  return err_set(c->e, ERR_INPUT, "copy or download it again; or save it again from Stata", "%s is damaged: %s at byte %zu", c->f->path, what, c->at);
}

static enum status need(struct cursor *c, uint64_t n, const char *what) {
  if (n <= c->f->len - c->at) return OK;
  return err_set(c->e, ERR_INPUT, "copy or download it again", "%s is cut off or damaged: it ends at byte %zu, in the middle of %s", c->f->path, c->f->len, what);
}

uint64_t dta_uint(const struct dta_file *f, const uint8_t *p, unsigned n) {
  uint64_t v = 0;
  for (unsigned i = 0; i < n; i++) v |= (uint64_t)p[i] << 8 * (f->big_endian ? n - 1 - i : i);
  return v;
}

static enum status take_uint(struct cursor *c, unsigned n, uint64_t *v, const char *what) {
  TRY(need(c, n, what));
  *v = dta_uint(c->f, c->f->bytes + c->at, n);
  c->at += n;
  return OK;
}

static enum status take_tag(struct cursor *c, const char *tag) {
  size_t n = strlen(tag);
  TRY(need(c, n, tag));
  if (memcmp(c->f->bytes + c->at, tag, n) != 0) {
    char what[80];
    snprintf(what, sizeof what, "%s is not where it must be,", tag);
    return damaged(c, what);
  }
  c->at += n;
  return OK;
}

/* A text of fixed length, up to its first NUL. */
static struct span fixed(const uint8_t *p, uint32_t size) { return (struct span){(const char *)p, strnlen((const char *)p, size)}; }

/* ---- the head ---- */

static enum status check_counts(struct cursor *c) {
  struct dta_file *f = c->f;
  if (f->variable_count == 0) return err_set(c->e, ERR_INPUT, NULL, "%s holds no variables", f->path);
  if (f->variable_count > READER_COLUMNS_MAX)
    return err_set(c->e, ERR_LIMIT, "save fewer variables", "%s has %u variables; at most %u are read", f->path, f->variable_count, READER_COLUMNS_MAX);
  return OK;
}

static enum status old_head(struct cursor *c, const struct sizes *s) {
  struct dta_file *f = c->f;
  uint64_t k, n;
  c->at = 4;
  TRY(take_uint(c, 2, &k, "the head"));
  TRY(take_uint(c, 4, &n, "the head"));
  f->variable_count = (uint32_t)k;
  f->rows = n;
  TRY(need(c, s->data_label + 18, "the head"));
  c->at += s->data_label + 18;
  return check_counts(c);
}

static enum status new_head(struct cursor *c, uint64_t map[14]) {
  struct dta_file *f = c->f;
  uint64_t k, n, len;
  TRY(take_tag(c, "</release><byteorder>"));
  TRY(need(c, 3, "the head"));
  f->big_endian = memcmp(f->bytes + c->at, "MSF", 3) == 0;
  if (!f->big_endian && memcmp(f->bytes + c->at, "LSF", 3) != 0) return damaged(c, "no byte order");
  c->at += 3;
  TRY(take_tag(c, "</byteorder><K>"));
  TRY(take_uint(c, f->version == 119 ? 4 : 2, &k, "the head"));
  TRY(take_tag(c, "</K><N>"));
  TRY(take_uint(c, f->version == 117 ? 4 : 8, &n, "the head"));
  TRY(take_tag(c, "</N><label>"));
  TRY(take_uint(c, f->version == 117 ? 1 : 2, &len, "the head"));
  TRY(need(c, len, "the label of the data"));
  c->at += len;
  TRY(take_tag(c, "</label><timestamp>"));
  TRY(take_uint(c, 1, &len, "the head"));
  TRY(need(c, len, "the head"));
  c->at += len;
  TRY(take_tag(c, "</timestamp></header>"));
  TRY(take_tag(c, "<map>"));
  for (int i = 0; i < 14; i++) TRY(take_uint(c, 8, &map[i], "the map"));
  TRY(take_tag(c, "</map>"));
  f->variable_count = k > UINT32_MAX ? UINT32_MAX : (uint32_t)k;
  f->rows = n;
  return check_counts(c);
}

/* ---- the variables ---- */

static enum status set_type(struct cursor *c, struct dta_variable *v, uint32_t code) {
  static const uint32_t widths[] = {[DTA_BYTE] = 1, [DTA_INT] = 2, [DTA_LONG] = 4, [DTA_FLOAT] = 4, [DTA_DOUBLE] = 8};
  int version = c->f->version;
  if (version < 111) {
    const char *known = "bilfd", *at = code && code < 128 ? strchr(known, (int)code) : NULL;
    if (at) v->type = (enum dta_type)(at - known);
    else if (code > 127) v->type = DTA_TEXT, v->width = code - 127;
    else return damaged(c, "an unknown type of variable");
  } else if (version < 117) {
    if (code >= 251) v->type = (enum dta_type)(code - 251);
    else if (code >= 1 && code <= 244) v->type = DTA_TEXT, v->width = code;
    else return damaged(c, "an unknown type of variable");
  } else {
    if (code >= 65526 && code <= 65530) v->type = (enum dta_type)(65530 - code);
    else if (code == 32768) v->type = DTA_LONG_TEXT, v->width = 8;
    else if (code >= 1 && code <= 2045) v->type = DTA_TEXT, v->width = code;
    else return damaged(c, "an unknown type of variable");
  }
  if (v->type <= DTA_DOUBLE) v->width = widths[v->type];
  return OK;
}

static enum status tagged(struct cursor *c, uint64_t to, const char *tag) { /* in the new versions a section stands where the map says */
  if (c->f->version < 117) return OK;
  if (to > c->f->len) return need(c, UINT64_MAX, tag);
  c->at = (size_t)to;
  return take_tag(c, tag);
}

/* A section of one text of `size` bytes a variable; `which` is the span's offset in struct dta_variable. */
static enum status take_texts(struct cursor *c, uint32_t size, size_t which, const char *what) {
  struct dta_file *f = c->f;
  TRY(need(c, (uint64_t)size * f->variable_count, what));
  for (uint32_t i = 0; i < f->variable_count; i++) {
    *(struct span *)(void *)((char *)&f->variables[i] + which) = fixed(f->bytes + c->at, size);
    c->at += size;
  }
  return OK;
}

static enum status variables(struct cursor *c, struct arena *a, const struct sizes *s, const uint64_t map[14]) {
  struct dta_file *f = c->f;
  unsigned code_bytes = f->version < 117 ? 1 : 2, sort_bytes = f->version == 119 ? 4 : 2;
  TRY(tagged(c, map[2], "<variable_types>"));
  TRY(need(c, (uint64_t)code_bytes * f->variable_count, "the types of the variables"));
  ARENA_TRY(c->e, f->variables = arena_array(a, f->variable_count, sizeof *f->variables));
  uint64_t width = 0;
  for (uint32_t i = 0; i < f->variable_count; i++) {
    struct dta_variable *v = &f->variables[i];
    TRY(set_type(c, v, (uint32_t)dta_uint(f, f->bytes + c->at, code_bytes)));
    c->at += code_bytes;
    v->at = (uint32_t)width;
    width += v->width;
  }
  f->row_width = (uint32_t)width; /* at most 32,768 x 2,045 */
  TRY(tagged(c, map[3], "<varnames>"));
  TRY(take_texts(c, s->name, offsetof(struct dta_variable, name), "the names of the variables"));
  if (f->version < 117) {
    TRY(need(c, (uint64_t)sort_bytes * (f->variable_count + 1), "the sort order"));
    c->at += (size_t)sort_bytes * (f->variable_count + 1);
  }
  TRY(tagged(c, map[5], "<formats>"));
  TRY(take_texts(c, s->format, offsetof(struct dta_variable, format), "the formats"));
  TRY(tagged(c, map[6], "<value_label_names>"));
  TRY(take_texts(c, s->set, offsetof(struct dta_variable, set), "the names of value labels"));
  TRY(tagged(c, map[7], "<variable_labels>"));
  return take_texts(c, s->label, offsetof(struct dta_variable, label), "the labels of the variables");
}

static enum status rows(struct cursor *c, const struct sizes *s, const uint64_t map[14]) {
  struct dta_file *f = c->f;
  while (f->version < 117) { /* expansion fields: characteristics and notes, passed over */
    uint64_t type, len;
    TRY(take_uint(c, 1, &type, "the characteristics"));
    TRY(take_uint(c, s->expansion, &len, "the characteristics"));
    if (type == 0 && len == 0) break;
    TRY(need(c, len, "the characteristics"));
    c->at += len;
  }
  TRY(tagged(c, map[9], "<data>"));
  size_t left = f->len - c->at;
  if (f->rows > left / f->row_width)
    return err_set(c->e, ERR_INPUT, "copy or download it again", "%s is cut off or damaged: it states %llu rows, and %zu are there", f->path, (unsigned long long)f->rows, left / f->row_width);
  f->data = f->bytes + c->at;
  c->at += f->rows * f->row_width;
  return f->version < 117 ? OK : take_tag(c, "</data>");
}

/* ---- long texts and value labels ---- */

static int by_reference(const void *a, const void *b) {
  const struct dta_long_text *x = a, *y = b;
  if (x->v != y->v) return x->v < y->v ? -1 : 1;
  return x->o < y->o ? -1 : x->o > y->o;
}

static enum status long_texts(struct cursor *c, struct arena *a, const uint64_t map[14]) {
  struct dta_file *f = c->f;
  unsigned o_bytes = f->version == 117 ? 4 : 8;
  uint64_t cap = 0;
  TRY(tagged(c, map[10], "<strls>"));
  while (f->len - c->at >= 3 && memcmp(f->bytes + c->at, "GSO", 3) == 0) {
    uint64_t v, o, type, len;
    c->at += 3;
    TRY(take_uint(c, 4, &v, "a long text"));
    TRY(take_uint(c, o_bytes, &o, "a long text"));
    TRY(take_uint(c, 1, &type, "a long text"));
    TRY(take_uint(c, 4, &len, "a long text"));
    TRY(need(c, len, "a long text"));
    if (f->long_text_count == cap) {
      uint64_t more = cap ? cap * 2 : 64;
      struct dta_long_text *p = arena_grow(a, f->long_texts, cap, more, sizeof *p);
      if (!p) return err_set(c->e, ERR_LIMIT, "save long texts as CSV", "%s has too many long texts", f->path);
      f->long_texts = p;
      cap = more;
    }
    f->long_texts[f->long_text_count++] = (struct dta_long_text){v, o, type == 130 ? fixed(f->bytes + c->at, (uint32_t)len) : (struct span){NULL, 0}};
    c->at += len;
  }
  TRY(take_tag(c, "</strls>"));
  if (f->long_text_count) qsort(f->long_texts, f->long_text_count, sizeof *f->long_texts, by_reference);
  return OK;
}

/* Version 108 has names of 9 bytes, but libreadstat writes 33: the one whose lengths add up is meant. */
static uint32_t name_size(const struct cursor *c, const struct sizes *s, uint64_t len) {
  const struct dta_file *f = c->f;
  const uint8_t *at = f->bytes + c->at + 12;
  if (f->version != 108 || f->len - c->at < 44) return s->set;
  return 8 + 8 * dta_uint(f, at, 4) + dta_uint(f, at + 4, 4) == len ? 9 : 33;
}

static enum status one_set(struct cursor *c, struct arena *a, const struct sizes *s, uint32_t *cap) {
  struct dta_file *f = c->f;
  uint64_t len, n, text;
  TRY(take_uint(c, 4, &len, "the value labels"));
  uint32_t size = name_size(c, s, len);
  TRY(need(c, size + 3, "the value labels"));
  struct span name = fixed(f->bytes + c->at, size);
  c->at += size + 3;
  TRY(need(c, len, "the value labels"));
  if (len < 8) return damaged(c, "value labels of no length");
  size_t end = c->at + len;
  TRY(take_uint(c, 4, &n, "the value labels"));
  TRY(take_uint(c, 4, &text, "the value labels"));
  if (n > (end - c->at) / 8 || text > end - c->at - 8 * n) return damaged(c, "value labels longer than they say");
  if (f->set_count == *cap) {
    uint32_t more = *cap ? *cap * 2 : 16;
    struct dta_set *p = arena_grow(a, f->sets, *cap, more, sizeof *p);
    if (!p) return err_set(c->e, ERR_LIMIT, NULL, "%s has too many value labels", f->path);
    f->sets = p;
    *cap = more;
  }
  const uint8_t *at = f->bytes + c->at;
  f->sets[f->set_count++] = (struct dta_set){.name = name, .count = (uint32_t)n, .offsets = at, .values = at + 4 * n, .text = at + 8 * n, .text_len = (uint32_t)text};
  c->at = end;
  return OK;
}

static enum status value_labels(struct cursor *c, struct arena *a, const struct sizes *s, const uint64_t map[14]) {
  struct dta_file *f = c->f;
  uint32_t cap = 0;
  if (f->version < 117) {
    while (c->at < f->len) TRY(one_set(c, a, s, &cap));
    return OK;
  }
  TRY(tagged(c, map[11], "<value_labels>"));
  while (f->len - c->at >= 5 && memcmp(f->bytes + c->at, "<lbl>", 5) == 0) {
    c->at += 5;
    TRY(one_set(c, a, s, &cap));
    TRY(take_tag(c, "</lbl>"));
  }
  TRY(take_tag(c, "</value_labels>"));
  return take_tag(c, "</stata_dta>");
}

enum status dta_parse(struct arena *a, const uint8_t *bytes, size_t len, const char *path, struct dta_file *f, struct err *e) {
  static const char start[] = "<stata_dta><header><release>";
  uint64_t map[14] = {0};
  *f = (struct dta_file){.path = path, .bytes = bytes, .len = len};
  struct cursor c = {.f = f, .e = e};
  if (len == 0) return err_set(e, ERR_INPUT, NULL, "%s is empty", path);
  if (len >= sizeof start + 2 && memcmp(bytes, start, sizeof start - 1) == 0) {
    const uint8_t *v = bytes + sizeof start - 1;
    c.at = sizeof start + 2;
    for (int i = 0; i < 3; i++) f->version = f->version * 10 + (v[i] >= '0' && v[i] <= '9' ? v[i] - '0' : 100);
    if (f->version < 117 || f->version > 119) return err_set(e, ERR_INPUT, "save it from Stata with saveold", "%s is a .dta file of a version that is not read", path);
  } else {
    bool known = len >= 4 && (bytes[0] == 108 || (bytes[0] >= 110 && bytes[0] <= 115)) && (bytes[1] == 1 || bytes[1] == 2) && bytes[2] == 1;
    if (!known) return err_set(e, ERR_INPUT, "is it a Stata file? versions from Stata 6 on are read", "%s does not begin as a .dta file does", path);
    f->version = bytes[0];
    f->big_endian = bytes[1] == 1;
  }
  const struct sizes s = sizes_of(f->version);
  TRY(f->version < 117 ? old_head(&c, &s) : new_head(&c, map));
  TRY(variables(&c, a, &s, map));
  TRY(rows(&c, &s, map));
  if (f->version >= 117) TRY(long_texts(&c, a, map));
  return value_labels(&c, a, &s, map);
}
