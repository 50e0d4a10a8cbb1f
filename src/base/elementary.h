/* elementary.h - exp, log and the normal distribution function with the same bits on every machine.
 *
 * The C library picks its own by processor: with and without fused multiply-add the last bit differs, and a standard error in a file
 * whose bytes two machines must agree on would differ with it. These use only operations that IEEE 754 rounds exactly. Within
 * 2 units in the last place (exp, log) and 1e-15 (normal); about three times the library's time. */
#ifndef BASE_ELEMENTARY_H
#define BASE_ELEMENTARY_H

double elementary_exp(double x);
double elementary_log(double x);             /* NAN below 0, -INFINITY at 0 */
double elementary_power(double x, double a); /* x > 0: exp(a log x), exactly x x, x and sqrt x for a = 2, 1, 0.5 */
double elementary_normal(double x);          /* Phi(x) */

#endif
