#include "cli/table.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "base/json.h"
#include "base/number.h"
#include "cli/say.h"

enum { MOST_COLUMNS = 64 };

struct held { /* a cell as text; numbers keep that they are numbers */
  const char *text;
  bool number;
};

struct table_out {
  struct cli *c;
  const char *const *headings;
  int columns;
  struct held *cells; /* row after row */
  size_t count, cap;
  bool failed;
};

enum status table_open(struct cli *c, const char *const *headings, struct table_out **out, struct err *e) {
  ARENA_TRY(e, *out = arena_new(&c->arena, struct table_out));
  **out = (struct table_out){.c = c, .headings = headings};
  while (headings[(*out)->columns]) (*out)->columns++;
  if ((*out)->columns < 1 || (*out)->columns > MOST_COLUMNS) return err_set(e, ERR_INTERNAL, NULL, "a table of %d columns", (*out)->columns);
  return OK;
}

static void hold(struct table_out *t, const char *text, bool number) {
  if (t->count == t->cap) {
    size_t cap = t->cap ? t->cap * 2 : 256;
    struct held *grown = arena_grow(&t->c->arena, t->cells, t->count, cap, sizeof *grown);
    if (!grown) {
      t->failed = true;
      return;
    }
    t->cells = grown;
    t->cap = cap;
  }
  t->cells[t->count++] = (struct held){text, number};
}

/* What a person sees on a terminal must not command it, nor break its row; CSV and JSON carry the bytes as they are. */
static void hold_shown(struct table_out *t, const char *s, bool number) {
  char *own = s ? arena_str(&t->c->arena, s) : NULL;
  if (s && !own) t->failed = true;
  if (own && t->c->format == FORMAT_TABLE) text_tame_line(own);
  hold(t, own, number);
}

void table_text(struct table_out *t, const char *s) { hold_shown(t, s, false); }

void table_int(struct table_out *t, int64_t v) {
  char buf[40];
  if (t->c->format == FORMAT_TABLE) number_grouped(v, 0, buf);
  else number_decimal_format(v, 0, buf);
  hold(t, arena_str(&t->c->arena, buf), true);
}

void table_number(struct table_out *t, const char *digits) { hold_shown(t, digits, true); }

const char *table_word(const struct table_out *t, const char *english) { return t->c->format == FORMAT_TABLE ? say(t->c, english) : english; }

void table_real(struct table_out *t, double v, int decimals) {
  char buf[64];
  if (!isfinite(v)) {
    hold(t, NULL, false);
    return;
  }
  if (t->c->format == FORMAT_TABLE) snprintf(buf, sizeof buf, "%.*f", decimals, v);
  else number_shortest(v, buf);
  hold(t, arena_str(&t->c->arena, buf), true);
}

static const char *heading(const struct table_out *t, int i) {
  const char *name = t->headings[i] + (t->headings[i][0] == '>');
  return table_word(t, name); /* programs that read CSV or JSON find the same names in every language */
}

static void print_padded(const char *s, size_t width, bool right, bool last) {
  size_t w = text_width(s, strlen(s)), pad = width > w ? width - w : 0;
  if (right) printf("%*s%s", (int)pad, "", s);
  else printf("%s%*s", s, last ? 0 : (int)pad, "");
  fputs(last ? "\n" : "  ", stdout);
}

static void print_table(const struct table_out *t) {
  size_t width[MOST_COLUMNS] = {0};
  for (int i = 0; i < t->columns; i++) width[i] = text_width(heading(t, i), strlen(heading(t, i)));
  for (size_t k = 0; k < t->count; k++) {
    size_t w = t->cells[k].text ? text_width(t->cells[k].text, strlen(t->cells[k].text)) : 0;
    if (w > width[k % (size_t)t->columns]) width[k % (size_t)t->columns] = w;
  }
  for (int i = 0; i < t->columns; i++) print_padded(heading(t, i), width[i], t->headings[i][0] == '>', i + 1 == t->columns);
  for (size_t k = 0; k < t->count; k++) {
    int i = (int)(k % (size_t)t->columns);
    print_padded(t->cells[k].text ? t->cells[k].text : "", width[i], t->headings[i][0] == '>', i + 1 == t->columns);
  }
}

static void print_csv_cell(const char *s, bool last) {
  if (s && strpbrk(s, ",\"\r\n")) {
    putchar('"');
    for (; *s; s++) {
      if (*s == '"') putchar('"');
      putchar(*s);
    }
    putchar('"');
  } else if (s) {
    fputs(s, stdout);
  }
  fputs(last ? "\r\n" : ",", stdout);
}

static void print_csv(const struct table_out *t) {
  for (int i = 0; i < t->columns; i++) print_csv_cell(heading(t, i), i + 1 == t->columns);
  for (size_t k = 0; k < t->count; k++) print_csv_cell(t->cells[k].text, (k + 1) % (size_t)t->columns == 0);
}

static enum status print_json(const struct table_out *t, struct err *e) {
  struct text out;
  struct json j;
  text_init(&out, (size_t)1 << 32);
  json_init(&j, &out, true);
  json_open_list(&j);
  for (size_t k = 0; k < t->count; k++) {
    int i = (int)(k % (size_t)t->columns);
    if (i == 0) json_open(&j);
    json_key(&j, heading(t, i));
    if (t->cells[k].number) json_raw(&j, t->cells[k].text);
    else json_str(&j, t->cells[k].text);
    if (i + 1 == t->columns) json_close(&j);
  }
  json_close_list(&j);
  enum status s = text_check(&out, "the table", e);
  if (s == OK) puts(text_str(&out));
  text_free(&out);
  return s;
}

enum status table_result(struct cli *c, struct err *e, const char *headings, ...) {
  const char *names[MOST_COLUMNS + 1];
  struct table_out *t;
  int n = 0;
  if (c->format == FORMAT_TABLE) return OK;
  for (const char *at = headings; *at && n < MOST_COLUMNS; at += *at == ' ') {
    size_t len = strcspn(at, " ");
    ARENA_TRY(e, names[n++] = arena_strn(&c->arena, at, len));
    at += len;
  }
  names[n] = NULL;
  TRY(table_open(c, names, &t, e));
  va_list ap;
  va_start(ap, headings);
  for (int i = 0; i < n; i++) {
    if (names[i][0] == '>') table_int(t, va_arg(ap, int64_t));
    else table_text(t, va_arg(ap, const char *));
  }
  va_end(ap);
  return table_close(t, e);
}

enum status table_close(struct table_out *t, struct err *e) {
  if (t->columns < 1 || t->columns > MOST_COLUMNS) return err_set(e, ERR_INTERNAL, NULL, "a table of %d columns", t->columns);
  if (t->failed) return err_set(e, ERR_MEMORY, NULL, "out of memory printing a table");
  if (t->count % (size_t)t->columns) return err_set(e, ERR_INTERNAL, NULL, "a table with an unfinished row");
  if (t->c->format == FORMAT_JSON) return print_json(t, e);
  if (t->c->format == FORMAT_CSV) print_csv(t);
  else print_table(t);
  return OK;
}
