#include "base/text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"

void text_init(struct text *t, size_t max) { *t = (struct text){.max = max}; }

void text_free(struct text *t) {
  free(t->data);
  text_init(t, t->max);
}

void text_clear(struct text *t) {
  t->len = 0;
  t->full = false;
  if (t->data) t->data[0] = 0;
}

/* Room for n more bytes and the NUL. */
static bool reserve(struct text *t, size_t n) {
  if (n > t->max - t->len) return false;
  size_t want = t->len + n + 1;
  if (want <= t->cap) return true;
  size_t cap = t->cap ? t->cap * 2 : 256;
  if (cap < want) cap = want;
  if (cap > t->max + 1) cap = t->max + 1;
  char *p = realloc(t->data, cap);
  if (!p) return false;
  t->data = p;
  t->cap = cap;
  return true;
}

void text_addn(struct text *t, const char *s, size_t n) {
  if (t->full) return;
  if (!reserve(t, n)) {
    t->full = true;
    return;
  }
  if (n) memcpy(t->data + t->len, s, n);
  t->len += n;
  t->data[t->len] = 0;
}

void text_add(struct text *t, const char *s) { text_addn(t, s, strlen(s)); }
void text_addc(struct text *t, char c) { text_addn(t, &c, 1); }

void text_addf(struct text *t, const char *fmt, ...) {
  va_list ap, again;
  va_start(ap, fmt);
  va_copy(again, ap);
  int n = vsnprintf(NULL, 0, fmt, ap);
  va_end(ap);
  if (n < 0 || t->full || !reserve(t, (size_t)n)) {
    t->full = true;
  } else {
    vsnprintf(t->data + t->len, (size_t)n + 1, fmt, again);
    t->len += (size_t)n;
  }
  va_end(again);
}

const char *text_str(const struct text *t) { return t->data ? t->data : ""; }

enum status text_check(const struct text *t, const char *what, struct err *e) {
  if (!t->full) return OK;
  return err_set(e, ERR_LIMIT, NULL, "%s is longer than %zu bytes", what, t->max);
}

struct span span_of(const char *s) { return (struct span){s, strlen(s)}; }

struct span span_trim(struct span s) {
  while (s.len && (*s.at == ' ' || *s.at == '\t')) s.at++, s.len--;
  while (s.len && (s.at[s.len - 1] == ' ' || s.at[s.len - 1] == '\t')) s.len--;
  return s;
}

bool span_is(struct span s, const char *word) { return strlen(word) == s.len && memcmp(s.at, word, s.len) == 0; }

bool span_is_nocase(struct span s, const char *word) {
  if (strlen(word) != s.len) return false;
  for (size_t i = 0; i < s.len; i++)
    if (tolower((unsigned char)s.at[i]) != tolower((unsigned char)word[i])) return false;
  return true;
}

size_t text_utf8_next(const char *s, size_t n, uint32_t *code) {
  const unsigned char *u = (const unsigned char *)s;
  if (n == 0) return 0;
  if (u[0] < 0x80) {
    *code = u[0];
    return 1;
  }
  size_t len = u[0] >= 0xF0 ? 4 : u[0] >= 0xE0 ? 3 : 2;
  if (u[0] < 0xC2 || u[0] > 0xF4 || n < len) return 0;
  uint32_t c = u[0] & (0x7Fu >> len);
  for (size_t i = 1; i < len; i++) {
    if ((u[i] & 0xC0) != 0x80) return 0;
    c = c << 6 | (u[i] & 0x3Fu);
  }
  static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
  if (c < least[len] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) return 0;
  *code = c;
  return len;
}

size_t text_utf8_put(char out[4], uint32_t c) {
  if (c < 0x80) {
    out[0] = (char)c;
    return 1;
  }
  size_t len = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
  for (size_t i = len - 1; i > 0; i--, c >>= 6) out[i] = (char)(0x80 | (c & 0x3F));
  static const unsigned char lead[5] = {0, 0, 0xC0, 0xE0, 0xF0};
  out[0] = (char)(lead[len] | c);
  return len;
}

bool text_is_utf8(const char *s, size_t n, size_t *bad) {
  size_t i = 0;
  while (i < n) {
    uint32_t c = 0;
    uint64_t eight;
    if (n - i >= 8) { /* letters and figures, eight at a time: no byte above 0x7F, none zero */
      memcpy(&eight, s + i, 8);
      if (!((eight | (eight - 0x0101010101010101u)) & 0x8080808080808080u)) {
        i += 8;
        continue;
      }
    }
    size_t len = text_utf8_next(s + i, n - i, &c);
    if (len == 0 || c == 0) {
      if (bad) *bad = i;
      return false;
    }
    i += len;
  }
  return true;
}

void text_tame(char *s) {
  for (unsigned char *u = (unsigned char *)s; *u; u++) {
    if ((*u < 0x20 && *u != '\n' && *u != '\t') || *u == 0x7F) *u = '?';
    if (*u == 0xC2 && u[1] >= 0x80 && u[1] < 0xA0) u[0] = u[1] = '?'; /* those above 0x7F */
  }
}

void text_tame_line(char *s) {
  text_tame(s);
  for (; *s; s++)
    if (*s == '\n' || *s == '\t') *s = ' ';
}

size_t text_width(const char *s, size_t n) {
  size_t width = 0;
  while (n) {
    uint32_t c = 0;
    size_t len = text_utf8_next(s, n, &c);
    if (!len) len = 1, c = '?';
    bool wide = (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) || (c >= 0xAC00 && c <= 0xD7A3) ||
                (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) || c >= 0x20000;
    width += wide ? 2 : 1;
    s += len;
    n -= len;
  }
  return width;
}

bool span_is_formula(struct span s) {
  double v;
  while (s.len && s.at[0] == '\'') s.at++, s.len--;
  if (!s.len || !memchr("=+-@\t\r", s.at[0], 6)) return false;
  return s.at[0] != '-' || !number_double(s.at, s.len, &v);
}
