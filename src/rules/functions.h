/* functions.h - every function of the rule language that is not an operator or a macro, in one table.
 *
 * A row is one overload: its name, whether it is written `f(x)` (G), `x.f()` (M) or either (B), the result, the arguments,
 * and a line for people. The checker looks names up here; the evaluator switches on the id. Several overloads may share an
 * id: the argument's type tells them apart. Letters: b bool, i int, u uint, d double, s string, t timestamp, r duration,
 * L any list, R rows of a level, A any type, n null, T type.
 *
 * Rows marked "ours" are extensions, not CEL. `exp` and `ln` end rounded to 14 significant digits, so that the same rule
 * gives the same figure with every C library. round(x, n) is round(x * 10^n) / 10^n in doubles, x itself past 2^52. */
#ifndef RULES_FUNCTIONS_H
#define RULES_FUNCTIONS_H

/* id, name, style, result, arguments, what it is */
#define FUNCTION_TABLE(X)                                                                                         \
  X(FN_SIZE, "size", 'B', 'i', "s", "characters (code points) of a text")                                         \
  X(FN_SIZE, "size", 'B', 'i', "L", "items of a list")                                                            \
  X(FN_SIZE, "size", 'B', 'i', "R", "rows of a level: members.size(); unknown when the roster was not taken")     \
  X(FN_CONTAINS, "contains", 'M', 'b', "ss", "the text holds the other")                                          \
  X(FN_STARTS_WITH, "startsWith", 'M', 'b', "ss", "the text begins with the other")                               \
  X(FN_ENDS_WITH, "endsWith", 'M', 'b', "ss", "the text ends with the other")                                     \
  X(FN_MATCHES, "matches", 'B', 'b', "ss", "an RE2 pattern is found in the text, in time linear in its length")   \
  X(FN_INT, "int", 'G', 'i', "i", "itself")                                                                       \
  X(FN_INT, "int", 'G', 'i', "u", "refused past the range of int")                                                \
  X(FN_INT, "int", 'G', 'i', "d", "cut towards zero; refused out of range")                                       \
  X(FN_INT, "int", 'G', 'i', "s", "reads a decimal integer")                                                      \
  X(FN_INT, "int", 'G', 'i', "t", "seconds since 1970-01-01T00:00:00Z")                                           \
  X(FN_UINT, "uint", 'G', 'u', "u", "itself")                                                                     \
  X(FN_UINT, "uint", 'G', 'u', "i", "refused when negative")                                                      \
  X(FN_UINT, "uint", 'G', 'u', "d", "cut towards zero; refused out of range")                                     \
  X(FN_UINT, "uint", 'G', 'u', "s", "reads a decimal integer")                                                    \
  X(FN_DOUBLE, "double", 'G', 'd', "d", "itself")                                                                 \
  X(FN_DOUBLE, "double", 'G', 'd', "i", "the nearest double")                                                     \
  X(FN_DOUBLE, "double", 'G', 'd', "u", "the nearest double")                                                     \
  X(FN_DOUBLE, "double", 'G', 'd', "s", "reads a number")                                                         \
  X(FN_STRING, "string", 'G', 's', "s", "itself")                                                                 \
  X(FN_STRING, "string", 'G', 's', "b", "true or false")                                                          \
  X(FN_STRING, "string", 'G', 's', "i", "decimal digits")                                                         \
  X(FN_STRING, "string", 'G', 's', "u", "decimal digits")                                                         \
  X(FN_STRING, "string", 'G', 's', "d", "the shortest text that reads back as the same number")                   \
  X(FN_STRING, "string", 'G', 's', "t", "RFC 3339 in UTC")                                                        \
  X(FN_STRING, "string", 'G', 's', "r", "seconds: 1.5s")                                                          \
  X(FN_BOOL, "bool", 'G', 'b', "b", "itself")                                                                     \
  X(FN_BOOL, "bool", 'G', 'b', "s", "reads 1 t T true TRUE True, 0 f F false FALSE False")                        \
  X(FN_TIMESTAMP, "timestamp", 'G', 't', "t", "itself")                                                           \
  X(FN_TIMESTAMP, "timestamp", 'G', 't', "s", "reads RFC 3339: 2026-01-31T08:00:00Z")                             \
  X(FN_TIMESTAMP, "timestamp", 'G', 't', "i", "seconds since 1970-01-01T00:00:00Z")                               \
  X(FN_DURATION, "duration", 'G', 'r', "r", "itself")                                                             \
  X(FN_DURATION, "duration", 'G', 'r', "s", "reads 1h30m, 2.5s, 10ms; units h m s ms us ns")                      \
  X(FN_TYPE, "type", 'G', 'T', "A", "the type of a value")                                                        \
  X(FN_GET_FULL_YEAR, "getFullYear", 'M', 'i', "t", "year")                                                       \
  X(FN_GET_FULL_YEAR, "getFullYear", 'M', 'i', "ts", "year, at an offset such as +08:00")                         \
  X(FN_GET_MONTH, "getMonth", 'M', 'i', "t", "month from 0")                                                      \
  X(FN_GET_MONTH, "getMonth", 'M', 'i', "ts", "month from 0, at an offset")                                       \
  X(FN_GET_DATE, "getDate", 'M', 'i', "t", "day of the month from 1")                                             \
  X(FN_GET_DATE, "getDate", 'M', 'i', "ts", "day of the month from 1, at an offset")                              \
  X(FN_GET_DAY_OF_MONTH, "getDayOfMonth", 'M', 'i', "t", "day of the month from 0")                               \
  X(FN_GET_DAY_OF_MONTH, "getDayOfMonth", 'M', 'i', "ts", "day of the month from 0, at an offset")                \
  X(FN_GET_DAY_OF_WEEK, "getDayOfWeek", 'M', 'i', "t", "0 = Sunday .. 6 = Saturday")                              \
  X(FN_GET_DAY_OF_WEEK, "getDayOfWeek", 'M', 'i', "ts", "0 = Sunday .. 6 = Saturday, at an offset")               \
  X(FN_GET_DAY_OF_YEAR, "getDayOfYear", 'M', 'i', "t", "day of the year from 0")                                  \
  X(FN_GET_DAY_OF_YEAR, "getDayOfYear", 'M', 'i', "ts", "day of the year from 0, at an offset")                   \
  X(FN_GET_HOURS, "getHours", 'M', 'i', "t", "hour of the day")                                                   \
  X(FN_GET_HOURS, "getHours", 'M', 'i', "ts", "hour of the day, at an offset")                                    \
  X(FN_GET_HOURS, "getHours", 'M', 'i', "r", "whole hours of a duration")                                         \
  X(FN_GET_MINUTES, "getMinutes", 'M', 'i', "t", "minute of the hour")                                            \
  X(FN_GET_MINUTES, "getMinutes", 'M', 'i', "ts", "minute of the hour, at an offset")                             \
  X(FN_GET_MINUTES, "getMinutes", 'M', 'i', "r", "whole minutes of a duration")                                   \
  X(FN_GET_SECONDS, "getSeconds", 'M', 'i', "t", "second of the minute")                                          \
  X(FN_GET_SECONDS, "getSeconds", 'M', 'i', "ts", "second of the minute, at an offset")                           \
  X(FN_GET_SECONDS, "getSeconds", 'M', 'i', "r", "whole seconds of a duration")                                   \
  X(FN_GET_MILLISECONDS, "getMilliseconds", 'M', 'i', "t", "thousandths of the second")                           \
  X(FN_GET_MILLISECONDS, "getMilliseconds", 'M', 'i', "ts", "thousandths of the second, at an offset")            \
  X(FN_GET_MILLISECONDS, "getMilliseconds", 'M', 'i', "r", "thousandths within the second of a duration")         \
  X(FN_EXP, "exp", 'G', 'd', "d", "ours: e to the power")                                                         \
  X(FN_LN, "ln", 'G', 'd', "d", "ours: natural logarithm; an error at 0 and below")                               \
  X(FN_ROUND, "round", 'G', 'd', "d", "ours: to a whole number, halves away from zero")                           \
  X(FN_ROUND, "round", 'G', 'd', "di", "ours: to so many decimals (0..15), halves away from zero")                \
  X(FN_FLOOR, "floor", 'G', 'd', "d", "ours: the whole number not above")                                         \
  X(FN_CEIL, "ceil", 'G', 'd', "d", "ours: the whole number not below")                                           \
  X(FN_ABS, "abs", 'G', 'i', "i", "ours: without its sign; overflows at the least int")                           \
  X(FN_ABS, "abs", 'G', 'd', "d", "ours: without its sign")                                                       \
  X(FN_MIN, "min", 'G', 'i', "ii", "ours: the smaller")                                                           \
  X(FN_MIN, "min", 'G', 'u', "uu", "ours: the smaller")                                                           \
  X(FN_MIN, "min", 'G', 'd', "dd", "ours: the smaller; NaN if either is")                                         \
  X(FN_MAX, "max", 'G', 'i', "ii", "ours: the larger")                                                            \
  X(FN_MAX, "max", 'G', 'u', "uu", "ours: the larger")                                                            \
  X(FN_MAX, "max", 'G', 'd', "dd", "ours: the larger; NaN if either is")

enum function {
  FN_SIZE, FN_CONTAINS, FN_STARTS_WITH, FN_ENDS_WITH, FN_MATCHES,
  FN_INT, FN_UINT, FN_DOUBLE, FN_STRING, FN_BOOL, FN_TIMESTAMP, FN_DURATION, FN_TYPE,
  FN_GET_FULL_YEAR, FN_GET_MONTH, FN_GET_DATE, FN_GET_DAY_OF_MONTH, FN_GET_DAY_OF_WEEK, FN_GET_DAY_OF_YEAR,
  FN_GET_HOURS, FN_GET_MINUTES, FN_GET_SECONDS, FN_GET_MILLISECONDS,
  FN_EXP, FN_LN, FN_ROUND, FN_FLOOR, FN_CEIL, FN_ABS, FN_MIN, FN_MAX,
  FN_COUNT
};

struct function_row {
  enum function id;
  const char *name;
  char style, result;
  const char *arguments;
  const char *text;
};
extern const struct function_row function_rows[];
extern const unsigned function_row_count;

#endif
