/* Timestamps and durations: RFC 3339, ranges, civil parts at fixed offsets. */
#include "town.h"

#define AT "timestamp('2009-02-13T23:31:30Z')"

static void timestamps_are_read_strictly(void **state) {
  (void)state;
  SAYINGS(&town, {AT, "2009-02-13T23:31:30Z"}, {"timestamp('2009-02-13T23:31:30.5+08:00')", "2009-02-13T15:31:30.5Z"}, {"timestamp('2009-02-13T23:31:30-00:30')", "2009-02-14T00:01:30Z"}, {"timestamp('9999-12-31T23:59:59.999999999Z')", "9999-12-31T23:59:59.999999999Z"}, {"timestamp('0001-01-01T00:00:00Z')", "0001-01-01T00:00:00Z"}, {"timestamp(1234567890)", "2009-02-13T23:31:30Z"}, {"timestamp(-1)", "1969-12-31T23:59:59Z"},
          {"timestamp(253402300800)", "error range error"}, {"timestamp(-62135596801)", "error range error"}, {"timestamp('0000-01-01T00:00:00Z')", "error ~"}, {"timestamp('10000-01-01T00:00:00Z')", "error ~"}, {"timestamp('0001-01-01T00:00:00+00:01')", "error ~"}, {"timestamp('2009-02-29T00:00:00Z')", "error ~"}, {"timestamp('2009-02-13')", "error ~"}, {"timestamp('2009-02-13T23:31:30')", "error ~"}, {"timestamp('2009-02-13 23:31:30Z')", "error ~"},
          {"timestamp('2009-02-13T24:00:00Z')", "error ~"}, {"timestamp('2009-02-13T23:31:60Z')", "error ~"}, {"timestamp('2009-02-13T23:31:30.Z')", "error ~"}, {"timestamp('2009-02-13T23:31:30.1234567890Z')", "error ~"}, {"timestamp('2009-02-13T23:31:30+24:00')", "error ~"}, {"timestamp('2009-02-13T23:31:30z')", "error ~"}, {"timestamp('')", "error ~"}, {"timestamp(timestamp(0)) == timestamp(0)", "true"}, {"timestamp('2024-02-29T12:00:00Z')", "2024-02-29T12:00:00Z"});
}

static void durations_take_units_and_fractions(void **state) {
  (void)state;
  SAYINGS(&town, {"duration('1000000s')", "1000000s"}, {"duration('1h30m')", "5400s"}, {"duration('1.5s')", "1.5s"}, {"duration('-1.5h')", "-5400s"}, {"duration('10ms')", "0.01s"}, {"duration('1us1ns')", "0.000001001s"}, {"duration('3µs')", "0.000003s"}, {"duration('0')", "0s"}, {"duration('.5s')", "0.5s"}, {"duration('+1s')", "1s"}, {"duration('-999999999ns')", "-0.999999999s"}, {"duration('9223372036.854775807s')", "9223372036.854775807s"},
          {"duration('-9223372036.854775808s')", "-9223372036.854775808s"}, {"duration('9223372036.854775808s')", "error ~"}, {"duration('320000000000s')", "error ~"}, {"duration('1')", "error ~"}, {"duration('')", "error ~"}, {"duration('s')", "error ~"}, {"duration('1 s')", "error ~"}, {"duration('1d')", "error ~"}, {"duration('-')", "error ~"}, {"duration('1.s')", "1s"}, {"duration('.s')", "error ~"}, {"duration(duration('1s'))", "1s"});
}

static void parts_are_civil_and_count_as_the_specification_says(void **state) {
  (void)state;
  SAYINGS(&town, {AT ".getFullYear()", "2009"}, {AT ".getMonth()", "1"}, {AT ".getDate()", "13"}, {AT ".getDayOfMonth()", "12"}, {AT ".getDayOfWeek()", "5"}, {AT ".getDayOfYear()", "43"}, {AT ".getHours()", "23"}, {AT ".getMinutes()", "31"}, {AT ".getSeconds()", "30"}, {"timestamp('2009-02-13T23:31:20.123456789Z').getMilliseconds()", "123"}, {"timestamp('2024-12-31T00:00:00Z').getDayOfYear()", "365"},
          {AT ".getDayOfMonth('+11:00')", "13"}, {"timestamp('2009-02-13T02:00:00Z').getDayOfMonth('-02:30')", "11"}, {AT ".getHours('02:00')", "1"}, {AT ".getDayOfWeek('UTC')", "5"}, {AT ".getFullYear('-09:30')", "2009"}, {AT ".getSeconds('-00:00')", "30"}, {"timestamp('1969-12-31T23:30:00Z').getFullYear('+01:00')", "1970"}, {"timestamp('1950-01-01T00:00:00Z').getDayOfWeek()", "0"}, {AT ".getMinutes('+05:45')", "16"},
          {AT ".getHours('+25:00')", "error invalid argument: no such time zone"}, {AT ".getHours('')", "error invalid argument~"}, {AT ".getHours(name)", "error unsupported: named time zones are not part of rules"}, {AT ".getDate('Australia/Sydney')", "unsupported ~"}, {"duration('10000s').getHours()", "2"}, {"duration('3730s').getMinutes()", "62"}, {"duration('3730s').getSeconds()", "3730"}, {"duration('123.321456789s').getMilliseconds()", "321"}, {"duration('-90s').getMinutes()", "-1"}, {"visited.getFullYear() == 2019", "true"});
}

static void time_arithmetic_stays_in_range(void **state) {
  (void)state;
  SAYINGS(&town, {AT " + duration('240s')", "2009-02-13T23:35:30Z"}, {"duration('30s') + " AT, "2009-02-13T23:32:00Z"}, {AT " - duration('1h')", "2009-02-13T22:31:30Z"}, {AT " - timestamp('2009-02-13T23:29:00Z')", "150s"}, {"duration('900s') - duration('42s')", "858s"}, {"duration('600s') + duration('50s') == duration('650s')", "true"}, {"timestamp('0001-01-01T00:00:01.000000001Z') + duration('-999999999ns')", "0001-01-01T00:00:00.000000002Z"},
          {"timestamp('0001-01-01T00:00:01.999999999Z') + duration('999999999ns')", "0001-01-01T00:00:02.999999998Z"}, {"timestamp('9999-12-31T23:59:59Z') + duration('1s')", "error range error"}, {"timestamp('0001-01-01T00:00:00Z') - duration('1ns')", "error range error"}, {"timestamp('9999-12-31T23:59:59.999999999Z') + duration('1ns')", "error range error"}, {"timestamp('9999-12-31T23:59:59Z') - timestamp('0001-01-01T00:00:00Z')", "error range error"},
          {"timestamp('2000-01-01T00:00:00Z') - duration('-9223372036.854775808s')", "2292-04-10T23:47:16.854775808Z"}, {"duration('9223372036s') + duration('9223372036s')", "error range error"}, {"duration('-9223372036s') - duration('9223372036s')", "error range error"}, {"duration('1s') < duration('2s')", "true"}, {"timestamp(1) >= timestamp(1)", "true"}, {"timestamp('2020-01-01T00:00:00.1Z') > timestamp('2020-01-01T00:00:00Z')", "true"},
          {"duration('1s') * 2", "type ~"}, {AT " + " AT, "type ~"}, {"duration('1s') - " AT, "type ~"});
}

static void every_day_survives_the_way_to_text_and_back(void **state) {
  (void)state;
  for (int64_t s = INSTANT_SECONDS_MIN; s <= INSTANT_SECONDS_MAX; s += 86400 * 367 + 12345) {
    struct instant t = {s, (int32_t)((s & 0xFFFF) * 15000)}, back;
    char out[40];
    size_t n = instant_text(t, out);
    assert_true(instant_parse(out, n, &back));
    assert_true(back.seconds == t.seconds && back.nanos == t.nanos);
  }
}

UNIT_MAIN(TOWN(timestamps_are_read_strictly), TOWN(durations_take_units_and_fractions), TOWN(parts_are_civil_and_count_as_the_specification_says), TOWN(time_arithmetic_stays_in_range), TOWN(every_day_survives_the_way_to_text_and_back))
