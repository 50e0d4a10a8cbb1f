/* unit.h - what every unit test includes: cmocka with the headers it wants first, and a few helpers.
 * A test function's title reads as a promise; `UNIT(name)` makes its row in the table of main. */
#ifndef UNIT_H
#define UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/status.h"

#define UNIT(f) cmocka_unit_test(f)
#define UNIT_MAIN(...)                                                                                       \
  int main(void) {                                                                                           \
    const struct CMUnitTest tests[] = {__VA_ARGS__};                                                         \
    return cmocka_run_group_tests(tests, NULL, NULL);                                                        \
  }

/* Fails with the error's own words when a call that should succeed did not. */
#define assert_ok(call, e)                                                                                   \
  do {                                                                                                       \
    (e)->message[0] = (e)->hint[0] = 0;                                                                      \
    enum status unit_status_ = (call);                                                                       \
    if (unit_status_ != OK) fail_msg("%s: %s: %s HINT: %s", #call, status_name(unit_status_), (e)->message, (e)->hint); \
  } while (0)

/* The call must fail with this status and its message must contain the words. */
#define assert_refused(call, want, words, e)                                                                 \
  do {                                                                                                       \
    (e)->message[0] = (e)->hint[0] = 0;                                                                      \
    enum status unit_status_ = (call);                                                                       \
    if (unit_status_ != (want)) fail_msg("%s: %s, not %s: %s", #call, status_name(unit_status_), status_name(want), (e)->message); \
    if (!strstr((e)->message, (words)) && !strstr((e)->hint, (words))) fail_msg("%s: message is \"%s\" HINT: \"%s\", without \"%s\"", #call, (e)->message, (e)->hint, (words)); \
  } while (0)

#define assert_near(a, b, relative)                                                                          \
  do {                                                                                                       \
    double unit_a_ = (a), unit_b_ = (b);                                                                     \
    double unit_scale_ = unit_b_ < 0 ? -unit_b_ : unit_b_;                                                   \
    double unit_off_ = unit_a_ > unit_b_ ? unit_a_ - unit_b_ : unit_b_ - unit_a_;                            \
    if (!(unit_off_ <= (relative) * (unit_scale_ > 1e-300 ? unit_scale_ : 1))) fail_msg("%s = %.17g, not %.17g", #a, unit_a_, unit_b_); \
  } while (0)

#endif
