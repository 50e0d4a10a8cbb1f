#define _GNU_SOURCE
#include "base/date.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Days from civil and back: Howard Hinnant's era arithmetic (public description, "chrono-Compatible Low-Level Date Algorithms"). */
int32_t date_from_civil(int year, int month, int day) {
  int y = month <= 2 ? year - 1 : year;
  int era = (y >= 0 ? y : y - 399) / 400;
  int yoe = y - era * 400;
  int doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  int doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
  return era * 146097 + doe - 719468;
}

struct civil date_to_civil(int32_t days) {
  int z = days + 719468;
  int era = (z >= 0 ? z : z - 146096) / 146097;
  int doe = z - era * 146097;
  int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  int doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  int mp = (5 * doy + 2) / 153;
  int month = mp < 10 ? mp + 3 : mp - 9;
  return (struct civil){yoe + era * 400 + (month <= 2), month, doy - (153 * mp + 2) / 5 + 1};
}

bool date_is_valid(int year, int month, int day) {
  static const int last[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > last[month - 1]) return false;
  bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  return month != 2 || day <= 28 || leap;
}

int date_weekday(int32_t days) { return (int)(((int64_t)days % 7 + 11) % 7); }

static bool digits(const char **p, const char *end, int least, int most, int *value) {
  int n = 0, v = 0;
  while (*p < end && n < most && **p >= '0' && **p <= '9') v = v * 10 + (*(*p)++ - '0'), n++;
  *value = v;
  return n >= least;
}

bool date_parse(const char *s, size_t n, int32_t *days) {
  const char *p = s, *end = s + n;
  int y, m, d;
  if (!digits(&p, end, 4, 4, &y) || p == end) return false;
  if (*p == '-' || *p == '/' || *p == '.') {
    char sep = *p++;
    int least = sep == '-' ? 2 : 1;
    if (!digits(&p, end, least, 2, &m) || p == end || *p++ != sep || !digits(&p, end, least, 2, &d)) return false;
  } else if (!digits(&p, end, 2, 2, &m) || !digits(&p, end, 2, 2, &d)) {
    return false;
  }
  if (p != end || !date_is_valid(y, m, d)) return false;
  *days = date_from_civil(y, m, d);
  return true;
}

char *date_format(int32_t days, char out[11]) {
  struct civil c = date_to_civil(days);
  snprintf(out, 11, "%04u-%02u-%02u", (unsigned)c.year % 10000, (unsigned)c.month % 100, (unsigned)c.day % 100);
  return out;
}

char *instant_format(int64_t micros, char out[32]) {
  int64_t day = micros / 86400000000, rest = micros % 86400000000;
  if (rest < 0) rest += 86400000000, day--;
  char date[11];
  date_format((int32_t)day, date);
  unsigned s = (unsigned)(rest / 1000000), us = (unsigned)(rest % 1000000);
  if (us) snprintf(out, 32, "%sT%02u:%02u:%02u.%06uZ", date, s / 3600, s / 60 % 60, s % 60, us);
  else snprintf(out, 32, "%sT%02u:%02u:%02uZ", date, s / 3600, s / 60 % 60, s % 60);
  return out;
}

static int64_t system_now(void *ctx) {
  (void)ctx;
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int64_t fixed_now(void *ctx) {
  (void)ctx;
  const char *s = getenv("LUCID_NOW");
  if (!s) return system_now(NULL);
  int32_t day;
  unsigned h = 0, m = 0, sec = 0;
  if (strlen(s) >= 10 && date_parse(s, 10, &day)) {
    if (s[10]) sscanf(s + 10, "T%2u:%2u:%2u", &h, &m, &sec);
    return (int64_t)day * 86400000000 + ((int64_t)h * 3600 + m * 60 + sec) * 1000000;
  }
  return strtoll(s, NULL, 10) * 1000000;
}

struct clock clock_system(void) { return (struct clock){system_now, NULL}; }
struct clock clock_from_env(void) { return getenv("LUCID_NOW") ? (struct clock){fixed_now, NULL} : clock_system(); }
int64_t clock_now(struct clock c) { return c.now(c.ctx); }
