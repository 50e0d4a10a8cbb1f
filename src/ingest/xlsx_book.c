#include "ingest/xlsx_book.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zip.h>

#include "ingest/xlsx_part.h"

/* ---- styles ---- */

enum xlsx_style book_style_of(unsigned number, const char *code) {
  if (!code) {
    if ((number >= 14 && number <= 17) || number == 22 || (number >= 27 && number <= 31) || number == 36 || (number >= 50 && number <= 54) || number == 57 || number == 58) return XLSX_DATE;
    return number == 9 || number == 10 ? XLSX_PERCENT : XLSX_PLAIN;
  }
  bool day = false, month = false, clock = false, percent = false;
  for (const char *p = code; *p && *p != ';'; p++) {
    if (*p == '"' || *p == '[') { /* words, and what is not shown: [Red], [$-804] */
      p = strchr(p + 1, *p == '"' ? '"' : ']');
      if (!p) break;
    } else if (*p == '\\' || *p == '_' || *p == '*') {
      if (!*++p) break;
    } else if (*p == 'y' || *p == 'Y' || *p == 'd' || *p == 'D') day = true;
    else if (*p == 'm' || *p == 'M') month = true;
    else if (*p == 'h' || *p == 'H' || *p == 's' || *p == 'S') clock = true;
    else if (*p == '%') percent = true;
  }
  return day || (month && !clock) ? XLSX_DATE : percent ? XLSX_PERCENT : XLSX_PLAIN;
}

struct styles {
  struct xlsx_book *b;
  struct { unsigned number; enum xlsx_style style; } *formats;
  uint32_t count, cap;
  bool cells;
};

static unsigned number_of(const char *s) { return s ? (unsigned)strtoul(s, NULL, 10) : 0; }

static enum status on_style(void *ctx, const char *name, const char **a, bool *enough, struct err *e) {
  struct styles *s = ctx;
  struct xlsx_book *b = s->b;
  (void)enough;
  if (strcmp(name, "numFmt") == 0 && s->count < XLSX_FORMATS_MAX) {
    const char *code = part_attribute(a, "formatCode");
    if (s->count == s->cap) {
      uint32_t cap = s->cap ? s->cap * 2 : 32;
      void *p = arena_grow(&b->arena, s->formats, s->cap, cap, sizeof *s->formats);
      ARENA_TRY(e, p);
      s->formats = p, s->cap = cap;
    }
    s->formats[s->count].number = number_of(part_attribute(a, "numFmtId"));
    s->formats[s->count++].style = book_style_of(0, code ? code : "");
  } else if (strcmp(name, "cellXfs") == 0) {
    s->cells = true;
  } else if (s->cells && strcmp(name, "xf") == 0) {
    unsigned number = number_of(part_attribute(a, "numFmtId"));
    enum xlsx_style style = book_style_of(number, NULL);
    for (uint32_t i = 0; i < s->count; i++)
      if (s->formats[i].number == number) style = s->formats[i].style;
    if (b->style_count == XLSX_STYLES_MAX) return err_set(e, ERR_LIMIT, "copy its values into a new workbook", "%s has more than %u cell formats", b->path, XLSX_STYLES_MAX);
    if (b->style_count == b->style_cap) {
      uint32_t cap = b->style_cap ? b->style_cap * 2 : 64;
      uint8_t *p = arena_grow(&b->arena, b->styles, b->style_cap, cap, 1);
      ARENA_TRY(e, p);
      b->styles = p, b->style_cap = cap;
    }
    b->styles[b->style_count++] = (uint8_t)style;
  }
  return OK;
}

static enum status on_style_end(void *ctx, const char *name, bool *enough, struct err *e) {
  (void)e;
  if (strcmp(name, "cellXfs") == 0) *enough = ((struct styles *)ctx)->cells;
  return OK;
}

/* ---- shared texts ---- */

struct shared {
  struct xlsx_book *b;
  struct text text;
  int phonetic;
  bool in_text;
};

static enum status on_shared(void *ctx, const char *name, const char **a, bool *enough, struct err *e) {
  struct shared *s = ctx;
  (void)a, (void)enough, (void)e;
  if (strcmp(name, "si") == 0) text_clear(&s->text);
  else if (strcmp(name, "rPh") == 0) s->phonetic++;
  else if (strcmp(name, "t") == 0) s->in_text = !s->phonetic;
  return OK;
}

static enum status too_much(const struct xlsx_book *b, struct err *e) {
  return err_set(e, ERR_LIMIT, "save the sheet as CSV instead", "%s holds more text than the %zu MiB that are kept in memory", b->path, XLSX_SHARED_MAX >> 20);
}

static enum status on_shared_text(void *ctx, const char *t, size_t n, struct err *e) {
  struct shared *s = ctx;
  if (!s->in_text) return OK;
  text_addn(&s->text, t, n);
  return s->text.full ? err_set(e, ERR_LIMIT, NULL, "%s: a text is too long", s->b->path) : OK;
}

static enum status on_shared_end(void *ctx, const char *name, bool *enough, struct err *e) {
  struct shared *s = ctx;
  struct xlsx_book *b = s->b;
  (void)enough;
  if (strcmp(name, "t") == 0) s->in_text = false;
  else if (strcmp(name, "rPh") == 0) s->phonetic -= s->phonetic > 0;
  if (strcmp(name, "si") != 0) return OK;
  if (b->shared_count == b->shared_cap) {
    uint32_t cap = b->shared_cap ? b->shared_cap * 2 : 1024;
    if ((uint64_t)cap * sizeof *b->shared > XLSX_SHARED_MAX) return too_much(b, e);
    struct span *p = realloc(b->shared, cap * sizeof *p);
    if (!p) return err_set(e, ERR_MEMORY, NULL, "out of memory");
    b->shared = p, b->shared_cap = cap;
  }
  size_t n = s->text.len;
  char *kept = arena_strn(&b->shared_arena, n ? text_str(&s->text) : "", n);
  if (!kept) return too_much(b, e);
  b->shared[b->shared_count++] = (struct span){kept, book_unescape(kept, n)};
  return OK;
}

static int hex_digit(char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; }

size_t book_unescape(char *s, size_t n) {
  size_t to = 0;
  for (size_t i = 0; i < n;) {
    unsigned code = 0;
    bool escape = i + 7 <= n && s[i] == '_' && s[i + 1] == 'x' && s[i + 6] == '_';
    for (int k = 2; k < 6 && escape; k++) {
      int d = hex_digit(s[i + (size_t)k]);
      escape = d >= 0;
      code = code << 4 | (unsigned)(d & 15);
    }
    if (!escape || !code || code >= 0x80) { /* others need no escape, and stay as they are */
      s[to++] = s[i++];
      continue;
    }
    s[to++] = (char)code;
    i += 7;
  }
  return to;
}

/* ---- the workbook ---- */

struct relations {
  struct xlsx_book *b;
  const char *base;     /* folder of the part that they belong to, with a slash */
  const char *wanted;   /* how the type ends */
  const char *id;       /* NULL = any */
  const char *target;   /* what was found */
};

static bool ends_with(const char *s, const char *end) {
  size_t n = strlen(s), k = strlen(end);
  return n >= k && strcmp(s + n - k, end) == 0;
}

static enum status on_relation(void *ctx, const char *name, const char **a, bool *enough, struct err *e) {
  struct relations *r = ctx;
  if (strcmp(name, "Relationship") != 0) return OK;
  const char *type = part_attribute(a, "Type"), *id = part_attribute(a, "Id"), *target = part_attribute(a, "Target"), *mode = part_attribute(a, "TargetMode");
  if (!type || !target || !ends_with(type, r->wanted) || (r->id && (!id || strcmp(id, r->id) != 0)) || (mode && strcmp(mode, "Internal") != 0)) return OK;
  if (target[0] == '/') ARENA_TRY(e, r->target = arena_str(&r->b->arena, target + 1));
  else ARENA_TRY(e, r->target = arena_printf(&r->b->arena, "%s%s", r->base, target));
  *enough = true;
  return OK;
}

static enum status related(struct xlsx_book *b, const char *part, const char *base, const char *wanted, const char *id, const char **out, struct err *e) {
  static const struct part_handler h = {on_relation, NULL, NULL};
  struct relations r = {b, base, wanted, id, NULL};
  bool absent;
  TRY(part_parse(b->zip, part, b->path, &h, &r, &absent, e));
  *out = r.target;
  return OK;
}

static enum status on_workbook(void *ctx, const char *name, const char **a, bool *enough, struct err *e) {
  struct xlsx_book *b = ctx;
  (void)enough;
  if (strcmp(name, "workbookPr") == 0) {
    const char *v = part_attribute(a, "date1904");
    b->from_1904 = v && (strcmp(v, "1") == 0 || strcmp(v, "true") == 0 || strcmp(v, "on") == 0);
  }
  if (strcmp(name, "sheet") != 0) return OK;
  const char *title = part_attribute(a, "name"), *state = part_attribute(a, "state"), *id = NULL;
  for (const char **at = a; at[0]; at += 2)
    if (strchr(at[0], ':') && ends_with(at[0], ":id")) id = at[1];
  if (b->sheet_count == XLSX_SHEETS_MAX) return err_set(e, ERR_LIMIT, NULL, "%s has more than %u sheets", b->path, XLSX_SHEETS_MAX);
  if (b->sheet_count == b->sheet_cap) {
    uint32_t cap = b->sheet_cap ? b->sheet_cap * 2 : 8;
    void *p = arena_grow(&b->arena, b->sheets, b->sheet_cap, cap, sizeof *b->sheets);
    ARENA_TRY(e, p);
    b->sheets = p, b->sheet_cap = cap;
  }
  struct xlsx_sheet_name *s = &b->sheets[b->sheet_count++];
  ARENA_TRY(e, s->name = arena_str(&b->arena, title ? title : ""));
  ARENA_TRY(e, s->part = arena_str(&b->arena, id ? id : "")); /* a relation still */
  s->hidden = state && strcmp(state, "visible") != 0;
  return OK;
}

static enum status look_at_start(int fd, const char *path, struct err *e) {
  unsigned char head[8] = {0};
  ssize_t n = pread(fd, head, sizeof head, 0);
  if (n == 0) return err_set(e, ERR_INPUT, "a workbook has at least a sheet with headings", "%s is empty", path);
  if (n < 0) return err_set(e, ERR_USAGE, "save it as a file first", "%s is a pipe, or can't be read from its middle, as a workbook must", path);
  static const unsigned char compound[] = {0xd0, 0xcf, 0x11, 0xe0};
  if (memcmp(head, compound, 4) == 0)
    return err_set(e, ERR_INPUT, "open it in the spreadsheet, take a password off where there is one, and save it as .xlsx", "%s is an old .xls workbook or one with a password, which is not read", path);
  if (memcmp(head, "PK", 2) != 0) return err_set(e, ERR_INPUT, "is it a text file? name it .csv", "%s is not an .xlsx workbook", path);
  return OK;
}

static enum status read_book(struct xlsx_book *b, struct err *e) {
  static const struct part_handler workbook = {on_workbook, NULL, NULL}, styles = {on_style, on_style_end, NULL}, shared = {on_shared, on_shared_end, on_shared_text};
  const char *part = NULL, *target;
  TRY(related(b, "_rels/.rels", "", "/officeDocument", NULL, &part, e));
  if (!part) part = "xl/workbook.xml";
  const char *slash = strrchr(part, '/');
  char *base = arena_strn(&b->arena, part, slash ? (size_t)(slash + 1 - part) : 0);
  ARENA_TRY(e, base);
  char *rels = arena_printf(&b->arena, "%s_rels/%s.rels", base, slash ? slash + 1 : part);
  ARENA_TRY(e, rels);
  bool absent;
  TRY(part_parse(b->zip, part, b->path, &workbook, b, &absent, e));
  if (absent || !b->sheet_count) return err_set(e, ERR_INPUT, zip_name_locate(b->zip, "content.xml", 0) >= 0 ? "save it as .xlsx" : "save it as .xlsx in the spreadsheet", "%s is a zip file, but not an .xlsx workbook", b->path);
  for (uint32_t i = 0; i < b->sheet_count; i++) { /* chart sheets are of another type, and have no cells */
    TRY(related(b, rels, base, "/worksheet", b->sheets[i].part, &target, e));
    b->sheets[i].part = target;
  }
  TRY(related(b, rels, base, "/styles", NULL, &target, e));
  if (target) TRY(part_parse(b->zip, target, b->path, &styles, &(struct styles){.b = b}, &absent, e));
  TRY(related(b, rels, base, "/sharedStrings", NULL, &target, e));
  if (!target) return OK;
  struct shared s = {.b = b};
  text_init(&s.text, (size_t)16 << 20);
  enum status done = part_parse(b->zip, target, b->path, &shared, &s, &absent, e);
  text_free(&s.text);
  return done;
}

enum status book_open(struct xlsx_book *b, int fd, const char *path, struct err *e) {
  *b = (struct xlsx_book){.path = path};
  arena_init(&b->arena, (size_t)64 << 20);
  arena_init(&b->shared_arena, XLSX_SHARED_MAX);
  enum status s = look_at_start(fd, path, e);
  int why = 0;
  if (s == OK && !(b->zip = zip_fdopen(fd, 0, &why))) s = err_set(e, ERR_INPUT, "was it copied whole? open it in the spreadsheet and save it again", "%s is damaged: the end of its container is not there", path);
  if (!b->zip) close(fd);
  if (s == OK) s = read_book(b, e);
  if (s != OK) book_close(b);
  return s;
}

void book_close(struct xlsx_book *b) {
  if (b->zip) zip_discard(b->zip);
  free(b->shared);
  arena_drop(&b->shared_arena);
  arena_drop(&b->arena);
  *b = (struct xlsx_book){0};
}
