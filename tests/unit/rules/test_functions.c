/* Conversions, text functions, and our extensions. */
#include "town.h"

#include "rules/functions.h"

static void conversions_keep_to_their_ranges(void **state) {
  (void)state;
  SAYINGS(&town, {"int(42u)", "42"}, {"int(9223372036854775807u)", "9223372036854775807"}, {"int(18446744073709551615u)", "error range error"}, {"int(-123.456)", "-123"}, {"int(1.9)", "1"}, {"int(-7.9)", "-7"}, {"int(1e99)", "error range error"}, {"int(9223372036854775807.0)", "error range error"}, {"int(-9223372036854775808.0)", "error range error"}, {"int(0.0/0.0)", "error range error"},
          {"int(double(36028797018963969))", "36028797018963968"}, {"int('987')", "987"}, {"int('-9223372036854775808')", "-9223372036854775808"}, {"int('9223372036854775808')", "error invalid argument~"}, {"int('1.5')", "error invalid argument~"}, {"int(' 1')", "error invalid argument~"}, {"int('')", "error invalid argument~"}, {"int(timestamp('2004-09-16T23:59:59Z'))", "1095379199"}, {"int(timestamp('1969-12-31T23:59:59.5Z'))", "-1"},
          {"uint(1729)", "1729u"}, {"uint(-1)", "error range error"}, {"uint(3.99)", "3u"}, {"uint(1e19)", "10000000000000000000u"}, {"uint(6.022e23)", "error range error"}, {"uint(-0.5)", "error range error"}, {"uint('300')", "300u"}, {"uint('-1')", "error invalid argument~"}, {"uint('18446744073709551616')", "error invalid argument~"}, {"uint(7u)", "7u"},
          {"double(1000000000000)", "1000000000000.0"}, {"double(9223372036854775807)", "9.223372036854776e+18"}, {"double(18446744073709551615u) == 18446744073709551616.0", "true"}, {"double('-0.0')", "-0.0"}, {"double('6.02214e23')", "6.02214e+23"}, {"double('-5.43e-21')", "-5.43e-21"}, {"double('x')", "error invalid argument~"}, {"double('NaN')", "NaN"}, {"double('-inf')", "-Infinity"}, {"double('1e999')", "error invalid argument~"}, {"double(1.5)", "1.5"},
          {"string(123)", "'123'"}, {"string(-456)", "'-456'"}, {"string(9876u)", "'9876'"}, {"string(-4.5e-3)", "'-0.0045'"}, {"string(0.1 + 0.2)", "'0.30000000000000004'"}, {"string(true)", "'true'"}, {"string('x')", "'x'"}, {"string(timestamp(0))", "'1970-01-01T00:00:00Z'"}, {"string(duration('1h'))", "'3600s'"}, {"string(visited)", "'2019-04-14T00:00:00Z'"},
          {"bool('true')", "true"}, {"bool('T')", "true"}, {"bool('0')", "false"}, {"bool('False')", "false"}, {"bool('TrUe')", "error invalid argument~"}, {"bool(true)", "true"});
}

static void text_functions_count_characters_not_bytes(void **state) {
  (void)state;
  SAYINGS(&town, {"size('')", "0"}, {"size('πέντε')", "5"}, {"'🐱🐱'.size()", "2"}, {"'foobar'.startsWith('foo')", "true"}, {"'foobar'.startsWith('')", "true"}, {"''.startsWith('f')", "false"}, {"'forté'.endsWith('té')", "true"}, {"'a'.endsWith('ba')", "false"}, {"'hello'.contains('')", "true"}, {"''.contains('a')", "false"}, {"'abababc'.contains('ababc')", "true"}, {"'hello'.contains('ol')", "false"}, {"name.contains('Hua')", "true"}, {"'Straße'.contains('aß')", "true"}, {"'aaab'.contains('aab')", "true"});
}

static void our_mathematics_is_the_same_everywhere(void **state) {
  (void)state;
  SAYINGS(&town, {"exp(0.0)", "1.0"}, {"exp(1.0)", "2.718281828459"}, {"exp(1000.0)", "Infinity"}, {"exp(-1000.0)", "0.0"}, {"ln(1.0)", "0.0"}, {"ln(10.0)", "2.302585092994"}, {"ln(0.0)", "error invalid argument: ln of 0 or less"}, {"ln(-1.0)", "error invalid argument~"}, {"ln(0.0/0.0)", "NaN"}, {"round(2.5)", "3.0"}, {"round(-2.5)", "-3.0"}, {"round(2.4)", "2.0"}, {"round(1234.5678, 2)", "1234.57"}, {"round(0.125, 2)", "0.13"},
          {"round(1e300, 2)", "1e+300"}, {"round(0.0/0.0)", "NaN"}, {"round(1.0, 16)", "error invalid argument: round takes 0 to 15 decimals"}, {"round(1.0, -1)", "error invalid argument~"}, {"floor(-1.5)", "-2.0"}, {"ceil(-1.5)", "-1.0"}, {"floor(1.5)", "1.0"}, {"ceil(1.2)", "2.0"}, {"abs(-3)", "3"}, {"abs(-3.5)", "3.5"}, {"abs(-9223372036854775808)", "error return error for overflow"}, {"min(2, 1)", "1"}, {"max(2u, 1u)", "2u"},
          {"min(1.5, -1.5)", "-1.5"}, {"max(0.0/0.0, 1.0)", "NaN"}, {"min(1.0, 0.0/0.0)", "NaN"}, {"max(max(1, 2), 3)", "3"});
}

static void the_table_documents_every_function(void **state) {
  (void)state;
  bool seen[FN_COUNT] = {false};
  for (unsigned i = 0; i < function_row_count; i++) {
    assert_true(function_rows[i].id < FN_COUNT);
    assert_true(strchr("GMB", function_rows[i].style) != NULL);
    assert_true(strlen(function_rows[i].text) > 3);
    seen[function_rows[i].id] = true;
  }
  for (int f = 0; f < FN_COUNT; f++) assert_true(seen[f]);
}

UNIT_MAIN(TOWN(conversions_keep_to_their_ranges), TOWN(text_functions_count_characters_not_bytes), TOWN(our_mathematics_is_the_same_everywhere), TOWN(the_table_documents_every_function))
