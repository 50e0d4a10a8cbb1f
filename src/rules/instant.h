/* instant.h - timestamps and durations of the rule language: text to value and back, and their civil parts.
 *
 * A timestamp is seconds since 1970 and nanoseconds 0..999999999, years 0001 to 9999. A duration is int64 nanoseconds,
 * about 292 years either way: beyond that is CEL's range error (the reference implementation has the same bound). */
#ifndef RULES_INSTANT_H
#define RULES_INSTANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INSTANT_SECONDS_MIN (-62135596800) /* 0001-01-01T00:00:00Z */
#define INSTANT_SECONDS_MAX 253402300799   /* 9999-12-31T23:59:59Z */
#define INSTANT_NANOS 1000000000

struct instant {
  int64_t seconds;
  int32_t nanos;
};

enum instant_part { PART_YEAR, PART_MONTH, PART_DATE, PART_DAY_OF_MONTH, PART_DAY_OF_WEEK, PART_DAY_OF_YEAR, PART_HOURS, PART_MINUTES, PART_SECONDS, PART_MILLISECONDS };

/* RFC 3339, all of s: 2026-01-31T08:00:00.25+08:00. */
bool instant_parse(const char *s, size_t n, struct instant *out);
/* In UTC, no more decimals than needed. out[40]; returns the length. */
size_t instant_text(struct instant t, char *out);
/* [+-](number unit)+ with h m s ms us ns, or 0. */
bool duration_parse(const char *s, size_t n, int64_t *nanos);
/* "1.5s". out[40]; returns the length. */
size_t duration_text(int64_t nanos, char *out);
/* t + nanos; false outside the years 0001..9999. */
bool instant_add(struct instant t, int64_t nanos, struct instant *out);
/* a - b in nanoseconds; false when it does not fit. */
bool instant_difference(struct instant a, struct instant b, int64_t *nanos);
int64_t instant_get(struct instant t, enum instant_part part, int32_t offset_seconds);
/* "UTC", "+08:00", "-02:30", "02:00": seconds east. False for anything else; *named: it looks like a named zone. */
bool instant_zone(const char *s, size_t n, int32_t *offset_seconds, bool *named);

#endif
