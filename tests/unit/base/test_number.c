/* numbers, dates, digests, JSON: outside text into exact values and back. */
#include "unit.h"

#include <math.h>

#include "base/date.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/number.h"
#include "base/random.h"

static void whole_numbers_are_read_to_the_edge_and_not_past_it(void **state) {
  (void)state;
  int64_t v;
  static const struct { const char *text; bool good; int64_t value; } rows[] = {
      {"0", true, 0}, {"-0", true, 0}, {"+7", true, 7}, {"9223372036854775807", true, INT64_MAX}, {"-9223372036854775808", true, INT64_MIN},
      {"9223372036854775808", false, 0}, {"-9223372036854775809", false, 0}, {"", false, 0}, {"-", false, 0}, {"1 ", false, 0}, {"1.0", false, 0}, {"0x1", false, 0}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    bool ok = number_int64(rows[i].text, strlen(rows[i].text), &v);
    assert_int_equal(ok, rows[i].good);
    if (ok) assert_int_equal(v, rows[i].value);
  }
}

static void money_is_kept_exactly_or_refused(void **state) {
  (void)state;
  int64_t v;
  static const struct { const char *text; int decimals; bool good; int64_t value; } rows[] = {
      {"2300", 2, true, 230000}, {"12.3", 2, true, 1230}, {"12.300", 2, true, 1230}, {"12.345", 2, false, 0}, {"-0.01", 2, true, -1},
      {"1e3", 2, true, 100000}, {"1.5e1", 0, true, 15}, {"1.5", 0, false, 0}, {".5", 1, true, 5}, {"5.", 0, true, 5}, {"92233720368547758.07", 2, true, INT64_MAX},
      {"92233720368547758.08", 2, false, 0}, {"-92233720368547758.08", 2, true, INT64_MIN}, {"0.000", 0, true, 0}, {"1e400", 2, false, 0}, {"nan", 2, false, 0}, {"1,000", 2, false, 0},
      {"10000000000000000000000e-20", 0, true, 100}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    bool ok = number_decimal(rows[i].text, strlen(rows[i].text), rows[i].decimals, &v);
    if (ok != rows[i].good || (ok && v != rows[i].value)) fail_msg("\"%s\" with %d decimals: %d %lld", rows[i].text, rows[i].decimals, ok, (long long)v);
  }
  char buf[40];
  assert_string_equal(number_decimal_format(-5, 2, buf), "-0.05");
  assert_string_equal(number_decimal_format(INT64_MIN, 2, buf), "-92233720368547758.08");
  assert_string_equal(number_grouped(123456789, 2, buf), "1,234,567.89");
  assert_string_equal(number_grouped(-1000, 0, buf), "-1,000");
}

static void a_double_prints_so_that_it_reads_back(void **state) {
  (void)state;
  struct rng r;
  rng_seed(&r, 1);
  char buf[32];
  assert_string_equal(number_shortest(0.1, buf), "0.1");
  assert_string_equal(number_shortest(NAN, buf), "NaN");
  for (int i = 0; i < 100000; i++) {
    uint64_t bits = rng_next(&r);
    double v, back;
    memcpy(&v, &bits, 8);
    if (!isfinite(v)) continue;
    number_shortest(v, buf);
    back = strtod(buf, NULL);
    assert_memory_equal(&v, &back, 8);
  }
}

static void money_in_a_rule_equals_its_literal(void **state) {
  (void)state;
  char buf[32];
  for (int64_t v = -500000; v < 500000; v += 7) assert_true(number_unscale(v, 2) == strtod(number_decimal_format(v, 2, buf), NULL));
}

static void every_day_of_ten_millennia_survives(void **state) {
  (void)state;
  int32_t back;
  char buf[11];
  for (int32_t d = DATE_MIN; d <= DATE_MAX; d += 3) {
    struct civil c = date_to_civil(d);
    assert_true(date_is_valid(c.year, c.month, c.day));
    assert_int_equal(date_from_civil(c.year, c.month, c.day), d);
    assert_true(date_parse(date_format(d, buf), 10, &back));
    assert_int_equal(back, d);
  }
  assert_int_equal(date_weekday(0), 4);
  assert_int_equal(date_weekday(-1), 3);
  assert_int_equal(date_weekday(date_from_civil(2026, 11, 23)), 1);
}

static void dates_that_are_not_are_refused(void **state) {
  (void)state;
  static const char *bad[] = {"2023-02-29", "1900-02-29", "2023-13-01", "2023-1-01", "23-01-01", "2023-01-01 ", "20230132", "2023/01-02", ""};
  int32_t d;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) assert_false(date_parse(bad[i], strlen(bad[i]), &d));
  assert_true(date_parse("2000-02-29", 10, &d));
  assert_true(date_parse("2016/3/5", 8, &d));
  assert_true(date_parse("20160305", 8, &d));
  char buf[32];
  assert_string_equal(instant_format(-1, buf), "1969-12-31T23:59:59.999999Z");
}

static void a_digest_is_the_one_everybody_computes(void **state) {
  (void)state;
  struct digest d, back;
  char hex[65];
  assert_true(digest_of("abc", 3, &d));
  assert_string_equal(digest_hex(&d, hex), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  assert_true(digest_from_hex(hex, 64, &back));
  assert_true(digest_equal(&d, &back));
  assert_false(digest_from_hex("zz", 2, &back));
  uint64_t draw;
  assert_true(digest_draw("seed", "H1", &draw)); /* printf 'seed\0H1' | sha256sum */
  assert_int_equal(draw, 0x46e1622c0687882a);
}

static void json_is_escaped_and_nested(void **state) {
  (void)state;
  struct text t;
  struct json j;
  text_init(&t, 1000);
  json_init(&j, &t, false);
  json_open(&j);
  json_put(&j, "a\"b", str, "x\n\x01贫");
  json_key(&j, "list");
  json_open_list(&j);
  json_int(&j, -1);
  json_double(&j, 2);
  json_double(&j, NAN);
  json_bool(&j, true);
  json_nothing(&j);
  json_open_list(&j);
  json_close_list(&j);
  json_close_list(&j);
  json_close(&j);
  assert_string_equal(text_str(&t), "{\"a\\\"b\":\"x\\n\\u0001贫\",\"list\":[-1,2.0,\"NaN\",true,null,[]]}");
  text_free(&t);
}

static void random_numbers_repeat_from_their_seed_and_stay_in_range(void **state) {
  (void)state;
  struct rng a, b;
  rng_seed(&a, 42);
  rng_seed(&b, 42);
  double sum = 0, squares = 0;
  for (int i = 0; i < 100000; i++) {
    assert_int_equal(rng_next(&a), rng_next(&b));
    assert_true(rng_below(&a, 7) < 7);
    (void)rng_below(&b, 7);
    double n = rng_normal(&a);
    (void)rng_normal(&b);
    sum += n;
    squares += n * n;
  }
  assert_true(fabs(sum / 1e5) < 0.02 && fabs(squares / 1e5 - 1) < 0.03);
}

UNIT_MAIN(UNIT(whole_numbers_are_read_to_the_edge_and_not_past_it), UNIT(money_is_kept_exactly_or_refused), UNIT(a_double_prints_so_that_it_reads_back),
          UNIT(money_in_a_rule_equals_its_literal), UNIT(every_day_of_ten_millennia_survives), UNIT(dates_that_are_not_are_refused),
          UNIT(a_digest_is_the_one_everybody_computes), UNIT(json_is_escaped_and_nested), UNIT(random_numbers_repeat_from_their_seed_and_stay_in_range))
