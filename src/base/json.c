#include "base/json.h"

#include <math.h>
#include <string.h>

#include "base/number.h"

void json_init(struct json *j, struct text *out, bool pretty) { *j = (struct json){.out = out, .pretty = pretty}; }

static void newline(struct json *j) {
  if (!j->pretty) return;
  text_addc(j->out, '\n');
  for (int i = 0; i < j->depth; i++) text_add(j->out, "  ");
}

/* What stands before a value or a key: a comma unless it is the first, and the line's indent. */
static void before(struct json *j) {
  if (j->after_key) {
    j->after_key = false;
    return;
  }
  uint64_t bit = (uint64_t)1 << (j->depth & 63);
  if (j->started & bit) text_addc(j->out, ',');
  j->started |= bit;
  if (j->depth) newline(j);
}

static void open_with(struct json *j, char c) {
  before(j);
  text_addc(j->out, c);
  j->depth++;
  j->started &= ~((uint64_t)1 << (j->depth & 63));
}

static void close_with(struct json *j, char c) {
  bool any = j->started >> (j->depth & 63) & 1;
  j->depth--;
  if (any) newline(j);
  text_addc(j->out, c);
}

void json_open(struct json *j) { open_with(j, '{'); }
void json_close(struct json *j) { close_with(j, '}'); }
void json_open_list(struct json *j) { open_with(j, '['); }
void json_close_list(struct json *j) { close_with(j, ']'); }

void json_escape(struct text *out, const char *s, size_t n) {
  size_t from = 0;
  for (size_t i = 0; i < n; i++) {
    unsigned char c = (unsigned char)s[i];
    if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7F) continue;
    text_addn(out, s + from, i - from);
    from = i + 1;
    if (c == '"' || c == '\\') text_addf(out, "\\%c", c);
    else if (c == '\n') text_add(out, "\\n");
    else if (c == '\t') text_add(out, "\\t");
    else if (c == '\r') text_add(out, "\\r");
    else text_addf(out, "\\u%04x", c);
  }
  text_addn(out, s + from, n - from);
}

void json_key(struct json *j, const char *key) {
  before(j);
  text_addc(j->out, '"');
  json_escape(j->out, key, strlen(key));
  text_add(j->out, j->pretty ? "\": " : "\":");
  j->after_key = true;
}

void json_strn(struct json *j, const char *s, size_t n) {
  before(j);
  text_addc(j->out, '"');
  json_escape(j->out, s, n);
  text_addc(j->out, '"');
}

void json_str(struct json *j, const char *s) { s ? json_strn(j, s, strlen(s)) : json_nothing(j); }

void json_int(struct json *j, int64_t v) {
  before(j);
  text_addf(j->out, "%lld", (long long)v);
}

void json_uint(struct json *j, uint64_t v) {
  before(j);
  text_addf(j->out, "%llu", (unsigned long long)v);
}

void json_double(struct json *j, double v) {
  char buf[32];
  number_shortest(v, buf);
  if (isfinite(v)) {
    before(j);
    text_add(j->out, buf);
    if (!strpbrk(buf, ".e")) text_add(j->out, ".0"); /* stays a real number to every reader */
  } else {
    json_str(j, buf);
  }
}

void json_bool(struct json *j, bool v) {
  before(j);
  text_add(j->out, v ? "true" : "false");
}

void json_nothing(struct json *j) {
  before(j);
  text_add(j->out, "null");
}

void json_raw(struct json *j, const char *s) {
  before(j);
  text_add(j->out, s);
}
