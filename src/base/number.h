/* number.h - numbers from text and back, the same in every locale.
 *
 * Money and decimals are int64 in the smallest unit: "12.30" with two decimals is 1230. Nothing is rounded on the way
 * in: a third decimal is refused, so what was typed is what is stored. */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool number_int64(const char *s, size_t n, int64_t *out);   /* [+-]digits, all of it, in range */
bool number_double(const char *s, size_t n, double *out);   /* decimal or exponent form; never hex, inf or nan */
/* Decimal text to scaled integer; `decimals` 0..9. Accepts 1234.5 and 1e3; false when it does not fit exactly. */
bool number_decimal(const char *s, size_t n, int decimals, int64_t *out);
/* Scaled integer to text with all decimals: 1230, 2 -> "12.30". out[32]. */
char *number_decimal_format(int64_t v, int decimals, char out[32]);
/* With thousands separators for people: 1234567, 2 -> "12,345.67". out[40]. */
char *number_grouped(int64_t v, int decimals, char out[40]);
/* The shortest decimal text that reads back as exactly v ("0.1", "1e+300"); NaN, Infinity, -Infinity by name. out[32]. */
char *number_shortest(double v, char out[32]);
/* 10^decimals as integer; decimals 0..18. */
int64_t number_pow10(int decimals);
/* v / 10^decimals by one correctly rounded division (exact inputs below 2^53): what rules see of a money field. */
double number_unscale(int64_t v, int decimals);

#endif
