#include "programme/sheet.h"

#include <string.h>

enum { CELL_MAX = 4000 }; /* bytes */

struct sheet {
  struct problems *list;
  const char *file, *at, *end;
  int line, column; /* of `at`; columns count characters */
};

static struct place here(const struct sheet *s) { return (struct place){s->file, s->line, s->column}; }

static void step(struct sheet *s) { /* over one byte */
  unsigned char c = (unsigned char)*s->at++;
  if (c == '\n') s->line++, s->column = 1;
  else if ((c & 0xc0) != 0x80) s->column++;
}

static bool at_line_end(const struct sheet *s) { return s->at >= s->end || *s->at == '\n' || (*s->at == '\r' && s->at + 1 < s->end && s->at[1] == '\n'); }

/* One cell up to its comma or the line's end. False when memory ran out. */
static bool read_cell(struct sheet *s, struct tree *cell) {
  *cell = (struct tree){.kind = TREE_TEXT, .style = TREE_CELL, .at = here(s), .raw = s->at};
  if (s->at < s->end && *s->at == '"') {
    struct place opened = here(s);
    size_t cap = 1, len = 0; /* its bytes up to the closing quote, a doubled quote counting twice */
    for (const char *c = s->at + 1; c < s->end && cap <= CELL_MAX; c++, cap++)
      if (*c == '"' && (c + 1 == s->end || c[1] != '"')) break;
      else if (*c == '"') c++;
    char *out = arena_alloc(s->list->arena, cap);
    if (!out) return false;
    step(s);
    for (;;) {
      if (s->at >= s->end) {
        problem_add(s->list, opened, ERR_INPUT, "close it, and write a quote inside as two", "a quote opens here and never closes");
        break;
      }
      if (*s->at == '"') {
        step(s);
        if (s->at >= s->end || *s->at != '"') break;
      }
      if (len + 1 < cap) out[len++] = *s->at;
      else {
        problem_add(s->list, opened, ERR_LIMIT, NULL, "a cell of more than 4,000 bytes");
        while (s->at < s->end && *s->at != '"') step(s);
        if (s->at < s->end) step(s);
        break;
      }
      step(s);
    }
    cell->text = out, cell->len = (uint32_t)len;
    if (!at_line_end(s) && *s->at != ',') {
      problem_add(s->list, here(s), ERR_INPUT, "put the whole cell in quotes, and write a quote inside as two", "text after a closing quote");
      while (!at_line_end(s) && *s->at != ',') step(s);
    }
  } else {
    const char *start = s->at;
    bool stray = false;
    while (!at_line_end(s) && *s->at != ',') {
      if (*s->at == '"' && !stray) {
        stray = true;
        problem_add(s->list, here(s), ERR_INPUT, "put the whole cell in quotes, and write a quote inside as two", "a quote inside an unquoted cell");
      }
      step(s);
    }
    cell->text = arena_strn(s->list->arena, start, (size_t)(s->at - start));
    if (!cell->text) return false;
    cell->len = (uint32_t)(s->at - start);
  }
  cell->raw_end = s->at;
  return true;
}

static struct tree *new_map(struct problems *list, struct place at, uint32_t room) {
  struct tree *t = arena_new(list->arena, struct tree);
  if (!t || !(t->pairs = arena_array(list->arena, room, sizeof *t->pairs))) return NULL;
  t->kind = TREE_MAP, t->style = TREE_CELL, t->at = at;
  return t;
}

/* Puts a cell under its heading, making the inner map of a dotted one. */
static bool put_cell(struct problems *list, struct tree *row, const struct tree *head, const struct tree *cell, uint32_t room) {
  const char *dot = strchr(head->text, '.');
  if (!dot) {
    row->pairs[row->count++] = (struct tree_pair){head, cell};
    return true;
  }
  char *outer = arena_strn(list->arena, head->text, (size_t)(dot - head->text));
  struct tree *key = arena_copy(list->arena, head, sizeof *head), *inner_key = arena_copy(list->arena, head, sizeof *head);
  if (!outer || !key || !inner_key) return false;
  key->text = outer, key->len = (uint32_t)(dot - head->text);
  inner_key->text = dot + 1, inner_key->len = head->len - key->len - 1;
  struct tree *inner = NULL;
  for (uint32_t i = 0; i < row->count; i++)
    if (!strcmp(row->pairs[i].key->text, outer) && row->pairs[i].value->kind == TREE_MAP) inner = (struct tree *)(uintptr_t)row->pairs[i].value;
  if (!inner) {
    if (!(inner = new_map(list, cell->at, room))) return false;
    row->pairs[row->count++] = (struct tree_pair){key, inner};
  }
  inner->pairs[inner->count++] = (struct tree_pair){inner_key, cell};
  return true;
}

static bool read_row(struct sheet *s, struct tree *cells, uint32_t *count) {
  *count = 0;
  for (;;) {
    struct place at = here(s);
    struct tree spare, *cell = *count < SHEET_COLUMNS_MAX ? &cells[*count] : &spare;
    if (!read_cell(s, cell)) return false;
    if (*count == SHEET_COLUMNS_MAX) problem_add(s->list, at, ERR_LIMIT, NULL, "more than %u columns", SHEET_COLUMNS_MAX);
    ++*count;
    if (s->at >= s->end || *s->at != ',') break;
    step(s);
  }
  if (s->at < s->end && *s->at == '\r') step(s);
  if (s->at < s->end) step(s);
  if (*count > SHEET_COLUMNS_MAX) *count = SHEET_COLUMNS_MAX;
  return true;
}

const struct tree *sheet_read(struct problems *list, const char *file, const char *data, size_t len) {
  struct sheet s = {list, file, data, data + len, 1, 1};
  size_t bad;
  if (len > TREE_BYTES_MAX) {
    problem_add(list, (struct place){file, 0, 0}, ERR_LIMIT, "split it, or leave out what is not used", "longer than %u bytes", TREE_BYTES_MAX);
    return NULL;
  }
  if (!text_is_utf8(data, len, &bad)) {
    int line = 1;
    for (size_t i = 0; i < bad; i++) line += data[i] == '\n';
    problem_add(list, (struct place){file, line, 1}, ERR_INPUT, "save the file as UTF-8", "not UTF-8 text: byte %zu", bad + 1);
    return NULL;
  }
  if (len >= 3 && !memcmp(data, "\xef\xbb\xbf", 3)) s.at += 3;
  struct tree *heads = arena_array(list->arena, SHEET_COLUMNS_MAX, sizeof *heads), *out = arena_new(list->arena, struct tree);
  uint32_t columns = 0, room = 0;
  if (!heads || !out) goto memory;
  *out = (struct tree){.kind = TREE_LIST, .style = TREE_CELL, .at = {file, 1, 1}};
  if (s.at >= s.end) {
    problem_add(list, out->at, ERR_INPUT, "the first line names the columns", "the file is empty");
    return out;
  }
  if (!read_row(&s, heads, &columns)) goto memory;
  for (uint32_t i = 0; i < columns; i++) {
    if (!heads[i].len) problem_add(list, heads[i].at, ERR_INPUT, "the first line names the columns", "a column without a heading");
    for (uint32_t j = 0; j < i; j++)
      if (heads[i].len && !strcmp(heads[i].text, heads[j].text)) problem_add(list, heads[i].at, ERR_INPUT, "keep one of the two", "the heading \"%s\" stands twice", heads[i].text);
  }
  while (s.at < s.end && !list->broken) {
    if (at_line_end(&s)) { /* an empty line */
      while (*s.at != '\n') step(&s);
      step(&s);
      continue;
    }
    struct place at = here(&s);
    struct tree *cells = arena_array(list->arena, columns ? columns : 1, sizeof *cells), scratch[SHEET_COLUMNS_MAX];
    uint32_t count;
    if (!cells || !read_row(&s, scratch, &count)) goto memory;
    if (count != columns) problem_add(list, at, ERR_INPUT, "a cell with a comma in it stands in quotes", "%u cells where the heading has %u", count, columns);
    if (count > columns) count = columns;
    struct tree *row = new_map(list, at, columns ? columns : 1);
    if (!row) goto memory;
    for (uint32_t i = 0; i < count; i++) {
      cells[i] = scratch[i];
      bool twice = false;
      for (uint32_t j = 0; j < i; j++) twice = twice || !strcmp(heads[i].text, heads[j].text);
      if (cells[i].len && heads[i].len && !twice && !put_cell(list, row, &heads[i], &cells[i], columns)) goto memory;
    }
    if (out->count == room) {
      uint32_t want = room ? room * 2 : 64;
      const struct tree **grown = arena_grow(list->arena, out->items, room, want, sizeof *grown);
      if (!grown) goto memory;
      out->items = grown, room = want;
    }
    out->items[out->count++] = row;
  }
  return out;
memory:
  list->broken = true;
  return NULL;
}
