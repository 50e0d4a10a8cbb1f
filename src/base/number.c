#include "base/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool number_int64(const char *s, size_t n, int64_t *out) {
  size_t i = 0;
  bool negative = n && s[0] == '-';
  if (n && (s[0] == '-' || s[0] == '+')) i++;
  if (i == n) return false;
  int64_t v = 0;
  for (; i < n; i++) {
    if (s[i] < '0' || s[i] > '9') return false;
    int d = s[i] - '0';
    if (__builtin_mul_overflow(v, 10, &v) || __builtin_sub_overflow(v, d, &v)) return false; /* kept negative: reaches INT64_MIN */
  }
  if (!negative && v == INT64_MIN) return false;
  *out = negative ? v : -v;
  return true;
}

/* [sign] digits [. digits] [e [sign] digits], at least one digit before the exponent. */
static bool looks_decimal(const char *s, size_t n) {
  size_t i = 0, seen = 0;
  if (i < n && (s[i] == '-' || s[i] == '+')) i++;
  while (i < n && s[i] >= '0' && s[i] <= '9') i++, seen++;
  if (i < n && s[i] == '.')
    for (i++; i < n && s[i] >= '0' && s[i] <= '9'; i++) seen++;
  if (!seen) return false;
  if (i < n && (s[i] == 'e' || s[i] == 'E')) {
    i++;
    if (i < n && (s[i] == '-' || s[i] == '+')) i++;
    size_t from = i;
    while (i < n && s[i] >= '0' && s[i] <= '9') i++;
    if (i == from) return false;
  }
  return i == n;
}

bool number_double(const char *s, size_t n, double *out) {
  char buf[512];
  if (n == 0 || n >= sizeof buf || !looks_decimal(s, n)) return false;
  memcpy(buf, s, n);
  buf[n] = 0;
  double v = strtod(buf, NULL); /* LC_NUMERIC stays "C": the program never calls setlocale for it */
  if (!isfinite(v)) return false;
  *out = v == 0 ? 0.0 : v;
  return true;
}

bool number_decimal(const char *s, size_t n, int decimals, int64_t *out) {
  if (n >= 512 || !looks_decimal(s, n)) return false;
  size_t i = 0;
  bool negative = s[0] == '-';
  if (s[0] == '-' || s[0] == '+') i++;
  size_t e = i;
  while (e < n && s[e] != 'e' && s[e] != 'E') e++;
  int64_t exponent = 0;
  if (e < n && (!number_int64(s + e + 1, n - e - 1, &exponent) || exponent > 400 || exponent < -400)) return false;
  /* The digits, and how many stand after the point; then shift by exponent + decimals. */
  int64_t v = 0;
  int64_t shift = exponent + decimals;
  bool point = false;
  size_t zeros = 0; /* trailing zeros held back, so that 1.5000 fits two decimals */
  for (; i < e; i++) {
    if (s[i] == '.') {
      point = true;
      continue;
    }
    if (point) shift--;
    if (s[i] == '0') {
      zeros++;
      continue;
    }
    for (; zeros; zeros--)
      if (__builtin_mul_overflow(v, 10, &v)) return false;
    if (__builtin_mul_overflow(v, 10, &v) || __builtin_sub_overflow(v, s[i] - '0', &v)) return false;
  }
  shift += (int64_t)zeros;
  if (v == 0) {
    *out = 0;
    return true;
  }
  if (shift < 0) return false;
  for (; shift; shift--)
    if (__builtin_mul_overflow(v, 10, &v)) return false;
  if (!negative && v == INT64_MIN) return false;
  *out = negative ? v : -v;
  return true;
}

int64_t number_pow10(int decimals) {
  int64_t p = 1;
  for (int i = 0; i < decimals && i < 18; i++) p *= 10;
  return p;
}

char *number_decimal_format(int64_t v, int decimals, char out[32]) {
  uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v, p = (uint64_t)number_pow10(decimals);
  if (decimals > 0) snprintf(out, 32, "%s%llu.%0*llu", v < 0 ? "-" : "", (unsigned long long)(u / p), decimals, (unsigned long long)(u % p));
  else snprintf(out, 32, "%lld", (long long)v);
  return out;
}

char *number_grouped(int64_t v, int decimals, char out[40]) {
  char plain[32];
  number_decimal_format(v, decimals, plain);
  const char *p = plain;
  char *o = out;
  if (*p == '-') *o++ = *p++;
  size_t whole = strcspn(p, ".");
  for (size_t i = 0; i < whole; i++) {
    if (i && (whole - i) % 3 == 0) *o++ = ',';
    *o++ = p[i];
  }
  memcpy(o, p + whole, strlen(p + whole) + 1);
  return out;
}

char *number_shortest(double v, char out[32]) {
  if (isnan(v)) return memcpy(out, "NaN", 4);
  if (isinf(v)) return v > 0 ? memcpy(out, "Infinity", 9) : memcpy(out, "-Infinity", 10);
  for (int digits = 15; digits <= 17; digits++) { /* 15 digits always survive; most typed numbers need no more */
    snprintf(out, 32, "%.*g", digits, v);
    if (strtod(out, NULL) == v) break;
  }
  return out;
}

double number_unscale(int64_t v, int decimals) { return (double)v / (double)number_pow10(decimals); }
