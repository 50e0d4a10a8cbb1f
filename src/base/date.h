/* date.h - civil dates as int32 days since 1970-01-01, in the proleptic Gregorian calendar. No time zones: a date is
 * what stands on the form. Instants (when an event happened) are int64 microseconds since 1970-01-01T00:00:00Z. */
#ifndef BASE_DATE_H
#define BASE_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DATE_MIN (-719162) /* 0001-01-01 */
#define DATE_MAX 2932896   /* 9999-12-31 */

struct civil {
  int year, month, day; /* 1..9999, 1..12, 1..31 */
};

int32_t date_from_civil(int year, int month, int day); /* any values; normalise first with date_is_valid */
struct civil date_to_civil(int32_t days);
bool date_is_valid(int year, int month, int day);
int date_weekday(int32_t days); /* 0 = Sunday .. 6 = Saturday */

/* Reads exactly `YYYY-MM-DD`, `YYYY/M/D`, `YYYY.M.D` or `YYYYMMDD`, nothing around it. */
bool date_parse(const char *s, size_t n, int32_t *days);
/* Writes YYYY-MM-DD and a NUL into out[11]. */
char *date_format(int32_t days, char out[11]);
/* Writes RFC 3339 in UTC with microseconds left out when zero: 2026-01-02T03:04:05Z. out[32]. */
char *instant_format(int64_t micros, char out[32]);

/* The clock comes in as a struct, so that any run can be replayed. */
struct clock {
  int64_t (*now)(void *ctx); /* microseconds since 1970 */
  void *ctx;
};
struct clock clock_system(void);
/* The system's clock, or the fixed instant of the environment variable LUCID_NOW (RFC 3339 or seconds): for replay and tests. */
struct clock clock_from_env(void);
int64_t clock_now(struct clock c);

#endif
