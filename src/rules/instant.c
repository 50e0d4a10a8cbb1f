#include "rules/instant.h"

#include <stdio.h>
#include <string.h>

#include "base/date.h"

static bool digits(const char *s, int n, int *out) {
  int v = 0;
  for (int i = 0; i < n; i++) {
    if (s[i] < '0' || s[i] > '9') return false;
    v = v * 10 + (s[i] - '0');
  }
  *out = v;
  return true;
}

static bool in_range(int64_t seconds) { return seconds >= INSTANT_SECONDS_MIN && seconds <= INSTANT_SECONDS_MAX; }

bool instant_parse(const char *s, size_t n, struct instant *out) {
  int year, month, day, hour, minute, second;
  if (n < 20 || s[4] != '-' || s[7] != '-' || s[10] != 'T' || s[13] != ':' || s[16] != ':') return false;
  if (!digits(s, 4, &year) || !digits(s + 5, 2, &month) || !digits(s + 8, 2, &day) || !digits(s + 11, 2, &hour) || !digits(s + 14, 2, &minute) ||
      !digits(s + 17, 2, &second))
    return false;
  if (!date_is_valid(year, month, day) || hour > 23 || minute > 59 || second > 59) return false;
  size_t i = 19;
  int32_t nanos = 0;
  if (s[i] == '.') {
    int32_t unit = INSTANT_NANOS;
    for (i++; i < n && s[i] >= '0' && s[i] <= '9'; i++) {
      if (unit == 1) return false; /* finer than a nanosecond */
      unit /= 10;
      nanos += (s[i] - '0') * unit;
    }
    if (unit == INSTANT_NANOS) return false;
  }
  int64_t offset = 0;
  if (i + 1 == n && s[i] == 'Z') {
    offset = 0;
  } else if (i + 6 == n && (s[i] == '+' || s[i] == '-') && s[i + 3] == ':') {
    int h, m;
    if (!digits(s + i + 1, 2, &h) || !digits(s + i + 4, 2, &m) || h > 23 || m > 59) return false;
    offset = (h * 60 + m) * 60;
    if (s[i] == '-') offset = -offset;
  } else {
    return false;
  }
  int64_t seconds = (int64_t)date_from_civil(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - offset;
  if (!in_range(seconds)) return false;
  *out = (struct instant){seconds, nanos};
  return true;
}

/* The fraction of a second without its trailing zeros: "" or ".25". */
static size_t fraction(int32_t nanos, char *out) {
  if (!nanos) return 0;
  size_t n = (size_t)snprintf(out, 16, ".%09d", (int)nanos);
  while (out[n - 1] == '0') n--;
  return n;
}

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

size_t instant_text(struct instant t, char *out) {
  int64_t day = floor_div(t.seconds, 86400), rest = t.seconds - day * 86400;
  struct civil c = date_to_civil((int32_t)day);
  size_t n = (size_t)snprintf(out, 24, "%04d-%02d-%02dT%02d:%02d:%02d", c.year % 10000, c.month, c.day, (int)(rest / 3600), (int)(rest / 60 % 60), (int)(rest % 60));
  n += fraction(t.nanos, out + n);
  out[n++] = 'Z';
  out[n] = 0;
  return n;
}

bool duration_parse(const char *s, size_t n, int64_t *out) {
  static const struct { const char *unit; int64_t nanos; } units[] = {
      {"ns", 1}, {"us", 1000}, {"\xC2\xB5s", 1000}, {"\xCE\xBCs", 1000}, {"ms", 1000000}, {"h", 3600000000000}, {"m", 60000000000}, {"s", 1000000000}};
  size_t i = 0;
  bool negative = n && s[0] == '-';
  if (n && (s[0] == '-' || s[0] == '+')) i++;
  if (i + 1 == n && s[i] == '0') {
    *out = 0;
    return true;
  }
  if (i == n) return false;
  int64_t sum = 0; /* kept negative: reaches INT64_MIN */
  while (i < n) {
    int64_t whole = 0, part = 0, scale = 1;
    size_t seen = 0;
    for (; i < n && s[i] >= '0' && s[i] <= '9'; i++, seen++)
      if (__builtin_mul_overflow(whole, (int64_t)10, &whole) || __builtin_add_overflow(whole, (int64_t)(s[i] - '0'), &whole)) return false;
    if (i < n && s[i] == '.')
      for (i++; i < n && s[i] >= '0' && s[i] <= '9'; i++, seen++)
        if (scale < 100000000000000) part = part * 10 + (s[i] - '0'), scale *= 10; /* past 14 digits nothing reaches a nanosecond of an hour */
    if (!seen) return false;
    size_t u = 0, count = sizeof units / sizeof *units;
    for (; u < count; u++) {
      size_t len = strlen(units[u].unit);
      if (n - i >= len && memcmp(s + i, units[u].unit, len) == 0) break;
    }
    if (u == count) return false;
    i += strlen(units[u].unit);
    int64_t piece;
    __int128 small = (__int128)part * units[u].nanos / scale;
    if (__builtin_mul_overflow(-whole, units[u].nanos, &piece) || __builtin_sub_overflow(piece, (int64_t)small, &piece) || __builtin_add_overflow(sum, piece, &sum)) return false;
  }
  if (!negative && sum == INT64_MIN) return false;
  *out = negative ? sum : -sum;
  return true;
}

size_t duration_text(int64_t nanos, char *out) {
  uint64_t u = nanos < 0 ? 0 - (uint64_t)nanos : (uint64_t)nanos;
  size_t n = (size_t)snprintf(out, 24, "%s%llu", nanos < 0 ? "-" : "", (unsigned long long)(u / INSTANT_NANOS));
  n += fraction((int32_t)(u % INSTANT_NANOS), out + n);
  out[n++] = 's';
  out[n] = 0;
  return n;
}

bool instant_add(struct instant t, int64_t nanos, struct instant *out) {
  int64_t whole = floor_div(nanos, INSTANT_NANOS);
  int64_t n = t.nanos + (nanos - whole * INSTANT_NANOS), seconds = t.seconds + whole; /* both far from int64's ends */
  if (n >= INSTANT_NANOS) n -= INSTANT_NANOS, seconds++;
  if (!in_range(seconds)) return false;
  *out = (struct instant){seconds, (int32_t)n};
  return true;
}

bool instant_difference(struct instant a, struct instant b, int64_t *nanos) {
  __int128 d = (__int128)(a.seconds - b.seconds) * INSTANT_NANOS + (a.nanos - b.nanos);
  if (d > INT64_MAX || d < INT64_MIN) return false;
  *nanos = (int64_t)d;
  return true;
}

int64_t instant_get(struct instant t, enum instant_part part, int32_t offset) {
  int64_t seconds = t.seconds + offset, day = floor_div(seconds, 86400), rest = seconds - day * 86400;
  switch (part) {
  case PART_HOURS: return rest / 3600;
  case PART_MINUTES: return rest / 60 % 60;
  case PART_SECONDS: return rest % 60;
  case PART_MILLISECONDS: return t.nanos / 1000000;
  case PART_DAY_OF_WEEK: return date_weekday((int32_t)day);
  default: break;
  }
  struct civil c = date_to_civil((int32_t)day);
  switch (part) {
  case PART_YEAR: return c.year;
  case PART_MONTH: return c.month - 1;
  case PART_DATE: return c.day;
  case PART_DAY_OF_MONTH: return c.day - 1;
  default: return day - date_from_civil(c.year, 1, 1);
  }
}

bool instant_zone(const char *s, size_t n, int32_t *offset, bool *named) {
  *named = false;
  if (n == 3 && memcmp(s, "UTC", 3) == 0) {
    *offset = 0;
    return true;
  }
  bool sign = n && (s[0] == '+' || s[0] == '-');
  int h, m;
  if (n == 5u + sign && s[sign + 2] == ':' && digits(s + sign, 2, &h) && digits(s + sign + 3, 2, &m)) {
    if (h > 23 || m > 59) return false;
    *offset = (h * 60 + m) * 60;
    if (s[0] == '-') *offset = -*offset;
    return true;
  }
  *named = n && ((s[0] >= 'A' && s[0] <= 'Z') || (s[0] >= 'a' && s[0] <= 'z'));
  return false;
}
