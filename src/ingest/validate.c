#include "ingest/validate.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/date.h"
#include "base/number.h"

#define EXACT_DOUBLE 9007199254740992.0 /* 2^53: above it a double no longer tells whole numbers apart */

/* An area's code that was replaced is taken, and kept as the one that stands for it now. */
static const char *in_use(const struct field *f, uint32_t i) { return f->in_use ? f->in_use[i] : f->choices[i].code; }

enum status validate_open(struct validate *v, struct arena *a, const struct field *field, enum conversion conversion, const struct recode *recode,
                          uint32_t recode_count, struct err *e) {
  *v = (struct validate){.field = field, .conversion = conversion, .recode = recode, .recode_count = recode_count};
  map_init(&v->choices, a);
  for (int pass = 0; pass < 3; pass++) /* codes first: a label that is another's code stands back */
    for (uint32_t i = 0; i < field->choice_count; i++) {
      const struct choice *c = &field->choices[i];
      const char *text = pass == 0 ? c->code : pass == 1 ? c->label.en : c->label.zh;
      uint32_t index;
      bool fresh;
      if (!text || !text[0]) continue;
      if (!map_put(&v->choices, text, strlen(text), &index, &fresh)) return err_set(e, ERR_MEMORY, NULL, "out of memory");
      uint32_t *value = &v->choices.values[index];
      if (fresh) *value = i;
      else if (*value != i && (*value == VALIDATE_TWO || (strcmp(field->choices[*value].code, text) != 0 && strcmp(in_use(field, *value), in_use(field, i)) != 0))) *value = VALIDATE_TWO;
    }
  v->missing_any = field->missing_count > 0;
  ARENA_TRY(e, v->missing_number = arena_array(a, field->missing_count + 1, sizeof(double)));
  for (uint32_t i = 0; i < field->missing_count; i++)
    if (!number_double(field->missing[i].text, strlen(field->missing[i].text), &v->missing_number[i])) v->missing_number[i] = (double)NAN;
  return OK;
}

/* ---- words ---- */

/* The value between quotes, cut short; nothing of a sealed field. */
static const char *shown(const struct validate *v, struct span s, char buf[80]) {
  if (v->field->sealed) return "the value (sealed, not shown)";
  size_t n = s.len;
  if (n > 60) {
    for (n = 60; n && ((unsigned char)s.at[n] & 0xc0) == 0x80; n--) {}
    while (n && isdigit((unsigned char)s.at[n]) && isdigit((unsigned char)s.at[n - 1])) n--; /* half a number would not be known for what it is (ingest/mask.h) */
    snprintf(buf, 80, "\"%.*s...\"", (int)n, s.at);
  } else {
    snprintf(buf, 80, "\"%.*s\"", (int)n, s.at);
  }
  for (char *p = buf; *p; p++)
    if ((unsigned char)*p < ' ') *p = ' ';
  return buf;
}

#define WHY(...) (snprintf(why, size, __VA_ARGS__), false)

static struct span trim(struct span s) {
  for (;;) { /* also the ideographic and the no-break space, which spreadsheets leave behind */
    s = span_trim(s);
    if (s.len && (s.at[0] == '\n' || s.at[0] == '\r')) s.at++, s.len--;
    else if (s.len && (s.at[s.len - 1] == '\n' || s.at[s.len - 1] == '\r')) s.len--;
    else if (s.len >= 3 && memcmp(s.at, "\u3000", 3) == 0) s.at += 3, s.len -= 3;
    else if (s.len >= 3 && memcmp(s.at + s.len - 3, "\u3000", 3) == 0) s.len -= 3;
    else if (s.len >= 2 && memcmp(s.at, "\u00a0", 2) == 0) s.at += 2, s.len -= 2;
    else if (s.len >= 2 && memcmp(s.at + s.len - 2, "\u00a0", 2) == 0) s.len -= 2;
    else return s;
  }
}

/* Digits and letters in the full width of Chinese type (U+FF01 to U+FF5E) as plain ones, where nothing else of more than a byte is in it. */
static struct span narrow(struct span s, char buffer[40]) {
  size_t n = 0;
  bool any = false;
  for (size_t i = 0; i < s.len; i++, n++) {
    if (n == 40) return s;
    unsigned char c = (unsigned char)s.at[i];
    if (c < 0x80) {
      buffer[n] = (char)c;
      continue;
    }
    uint32_t code = 0;
    size_t k = text_utf8_next(s.at + i, s.len - i, &code);
    if (!k || code < 0xff01 || code > 0xff5e) return s;
    buffer[n] = (char)(code - 0xfee0);
    any = true;
    i += k - 1;
  }
  return any ? (struct span){buffer, n} : s;
}

/* The same for a text that is a number and no words: an identity number, a telephone. */
static struct span narrow_number(struct span s, char buffer[40]) {
  struct span n = narrow(s, buffer);
  for (size_t i = 0; i < n.len; i++)
    if (!(n.at[i] >= '0' && n.at[i] <= '9') && n.at[i] != '-' && n.at[i] != '+' && !(i && (n.at[i] == 'X' || n.at[i] == 'x'))) return s;
  return n;
}

static const char *const yes_words[] = {"1", "yes", "y", "true", "t", "是", "有", NULL};
static const char *const no_words[] = {"0", "no", "n", "false", "f", "否", "无", "没有", NULL};

static int boolean_word(struct span s) { /* 1, 0, or -1 */
  if (s.len == 1 && (s.at[0] == '0' || s.at[0] == '1')) return s.at[0] - '0';
  for (const char *const *w = yes_words; *w; w++)
    if (span_is_nocase(s, *w)) return 1;
  for (const char *const *w = no_words; *w; w++)
    if (span_is_nocase(s, *w)) return 0;
  return -1;
}

static bool is_missing_text(const struct validate *v, struct span s, enum absence *why) {
  for (uint32_t i = 0; i < v->field->missing_count; i++)
    if (span_is(s, v->field->missing[i].text)) {
      *why = v->field->missing[i].why;
      return true;
    }
  return false;
}

/* "NA" and "." say "nothing" in files of R and Stata; in a text field they may be what was meant. */
static bool is_blank_word(const struct field *f, struct span s) {
  return f->kind != COL_TEXT && f->kind != COL_CHOICE && ((s.len == 1 && s.at[0] == '.') || (s.len == 2 && memcmp(s.at, "NA", 2) == 0));
}

/* ---- numbers ---- */

static bool bounded(const struct validate *v, int64_t i, char *why, size_t size) {
  const struct field *f = v->field;
  if (!f->bounded || (i >= f->lo && i <= f->hi)) return true;
  char value[40], limit[40];
  int64_t bound = i < f->lo ? f->lo : f->hi;
  if (f->kind == COL_DATE) {
    date_format((int32_t)i, value);
    date_format((int32_t)bound, limit);
  } else {
    number_decimal_format(i, f->kind == COL_DECIMAL ? f->decimals : 0, value);
    number_decimal_format(bound, f->kind == COL_DECIMAL ? f->decimals : 0, limit);
  }
  return WHY("%s is %s, %s", f->sealed ? "the value" : value, i < f->lo ? "below the least allowed" : "above the most allowed", limit);
}

static int64_t divide_rounded(int64_t v, int64_t by) { return v >= 0 ? (v + by / 2) / by : -((-v + by / 2) / by); }

/* A scaled integer after the field's conversion. */
static bool converted(const struct validate *v, int64_t i, struct span s, struct cell *out, char *why, size_t size) {
  int64_t by = 1;
  char buf[80];
  switch (v->conversion) {
    case CONVERT_THOUSAND: by = 1000; break;
    case CONVERT_TEN_THOUSAND: by = 10000; break;
    case CONVERT_TWELVE: by = 12; break;
    case CONVERT_NEGATE: by = -1; break;
    case CONVERT_TWELFTH: i = i == INT64_MIN ? i / 12 : divide_rounded(i, 12); break;
    default: break;
  }
  if (__builtin_mul_overflow(i, by, &i)) return WHY("%s is too large", shown(v, s, buf));
  out->absence = PRESENT;
  out->i = i;
  return bounded(v, i, why, size);
}

static bool scaled_from_text(const struct validate *v, struct span s, struct cell *out, char *why, size_t size) {
  const struct field *f = v->field;
  int decimals = f->kind == COL_DECIMAL ? f->decimals : 0;
  int64_t i;
  char buf[80];
  double d;
  bool good;
  if (v->conversion == CONVERT_HUNDREDTH && decimals < 2) {
    good = number_decimal(s.at, s.len, decimals, &i) && i % 100 == 0;
    i /= good ? 100 : 1;
  } else {
    good = number_decimal(s.at, s.len, v->conversion == CONVERT_HUNDREDTH ? decimals - 2 : decimals, &i);
  }
  if (good) return converted(v, i, s, out, why, size);
  if (!number_double(s.at, s.len, &d)) {
    if (memchr(s.at, ',', s.len)) return WHY("%s is not a number: write it without commas", shown(v, s, buf));
    return WHY("%s is not %s", shown(v, s, buf), f->kind == COL_INT ? "an integer" : "a number");
  }
  if (fabs(d) >= 9.2e18 / (double)number_pow10(decimals)) return WHY("%s is too large", shown(v, s, buf));
  if (f->kind == COL_INT) return WHY("%s is not a whole number", shown(v, s, buf));
  return WHY("%s has more than %d decimals", shown(v, s, buf), decimals);
}

/* Up to 15 digits and a small power of ten are exact in one division: no need for strtod. */
static bool real_fast(struct span s, double *out) {
  static const double powers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
  size_t i = s.len && s.at[0] == '-';
  uint64_t digits = 0;
  unsigned seen = 0, after = 0;
  bool point = false;
  for (; i < s.len; i++) {
    unsigned d = (unsigned)(unsigned char)s.at[i] - '0';
    if (d > 9) {
      if (s.at[i] != '.' || point) return false;
      point = true;
      continue;
    }
    if (++seen > 15) return false;
    digits = digits * 10 + d;
    after += point;
  }
  if (!seen) return false;
  double v = (double)digits / powers[after];
  *out = s.at[0] == '-' && v != 0 ? -v : v;
  return true;
}

static bool real_value(const struct validate *v, double d, struct span s, struct cell *out, char *why, size_t size) {
  const struct field *f = v->field;
  char buf[80], limit[32];
  switch (v->conversion) {
    case CONVERT_HUNDREDTH: d /= 100; break;
    case CONVERT_THOUSAND: d *= 1000; break;
    case CONVERT_TEN_THOUSAND: d *= 10000; break;
    case CONVERT_TWELVE: d *= 12; break;
    case CONVERT_TWELFTH: d /= 12; break;
    case CONVERT_NEGATE: d = -d; break;
    default: break;
  }
  if (!isfinite(d)) return WHY("%s is too large", shown(v, s, buf));
  out->absence = PRESENT;
  out->d = d == 0 ? 0.0 : d;
  if (!f->real_bounded || (d >= f->real_lo && d <= f->real_hi)) return true;
  number_shortest(d < f->real_lo ? f->real_lo : f->real_hi, limit);
  return WHY("%s is %s, %s", shown(v, s, buf), d < f->real_lo ? "below the least allowed" : "above the most allowed", limit);
}

static bool looks_not_finite(struct span s) {
  static const char *const words[] = {"nan", "inf", "infinity", NULL};
  if (s.len && (s.at[0] == '-' || s.at[0] == '+')) s.at++, s.len--;
  for (const char *const *w = words; *w; w++)
    if (span_is_nocase(s, *w)) return true;
  return false;
}

/* ---- dates ---- */

static bool day_first(struct span s, bool month_first, int32_t *days) {
  int part[3], n = 0;
  size_t i = 0;
  for (; n < 3; n++) {
    size_t from = i;
    for (part[n] = 0; i < s.len && s.at[i] >= '0' && s.at[i] <= '9' && i - from < 5; i++) part[n] = part[n] * 10 + (s.at[i] - '0');
    if (i == from || (n == 2 ? i - from != 4 : i - from > 2)) return false;
    if (n < 2 && (i >= s.len || !strchr("./-", s.at[i++]))) return false;
  }
  int day = month_first ? part[1] : part[0], month = month_first ? part[0] : part[1];
  if (i != s.len || !date_is_valid(part[2], month, day)) return false;
  *days = date_from_civil(part[2], month, day);
  return true;
}

static bool date_from_text(const struct validate *v, struct span s, struct cell *out, char *why, size_t size) {
  char buf[80];
  int32_t days;
  bool dmy = v->conversion == CONVERT_DMY, mdy = v->conversion == CONVERT_MDY;
  if (!(dmy || mdy ? day_first(s, mdy, &days) : date_parse(s.at, s.len, &days)))
    return WHY("%s is not a date; write %s", shown(v, s, buf), dmy ? "31.12.2026" : mdy ? "12/31/2026" : "2026-12-31");
  out->absence = PRESENT;
  out->i = days;
  return bounded(v, days, why, size);
}

/* ---- choices ---- */

static uint32_t find_choice(const struct validate *v, struct span s) {
  uint32_t i = map_get(&v->choices, s.at, s.len);
  if (i != MAP_NONE) return i;
  for (i = 0; i < v->field->choice_count; i++) {
    const struct choice *c = &v->field->choices[i];
    if (span_is_nocase(s, c->code) || (c->label.en && span_is_nocase(s, c->label.en))) return i;
  }
  return MAP_NONE;
}

static bool choice_from(const struct validate *v, struct span s, const char *label, struct cell *out, char *why, size_t size) {
  const struct field *f = v->field;
  char buf[80], other[80];
  uint32_t i = find_choice(v, s);
  if (label) {
    uint32_t by_label = find_choice(v, trim(span_of(label)));
    if (i == MAP_NONE) i = by_label;
    else if (by_label < f->choice_count && i < f->choice_count && by_label != i)
      return WHY("%s is labelled %s in the file, which is the choice %s", shown(v, s, buf), shown(v, span_of(label), other), f->choices[by_label].code);
  }
  if (i == VALIDATE_TWO) return WHY("%s is the label of more than one choice", shown(v, s, buf));
  if (i == MAP_NONE && label) return WHY("%s (%s) is not one of the choices", shown(v, s, buf), shown(v, span_of(label), other));
  if (i == MAP_NONE) return WHY("%s is not one of the choices", shown(v, s, buf));
  out->absence = PRESENT;
  out->s = span_of(in_use(f, i));
  return true;
}

/* What a missing code of the file means: by its name, by its label, else .n "not applicable", .m "roster not taken" (as we export them), any other
 * "refused or does not know"; never empty. */
static void from_tag(const struct validate *v, const struct reader_column *col, char tag, struct cell *out) {
  char name[3] = {'.', tag, 0};
  if (is_missing_text(v, (struct span){name, 2}, &out->absence)) return;
  for (uint32_t i = 0; i < col->label_count; i++)
    if (col->labels[i].tag == tag && is_missing_text(v, span_of(col->labels[i].text), &out->absence)) return;
  out->absence = tag == 'n' ? ABSENT_NOT_APPLICABLE : tag == 'm' ? ABSENT_NO_ROSTER : ABSENT_REFUSED;
}

/* ---- by kind ---- */

/* 1.10101E+17: what a spreadsheet makes of an identity number, whose last digits are lost. */
static bool is_cut_number(struct span s) {
  size_t i = 0, digits = 0;
  while (i < s.len && ((s.at[i] >= '0' && s.at[i] <= '9') || (s.at[i] == '.' && i == 1))) i++;
  if (!i || i + 2 >= s.len || (s.at[i] != 'E' && s.at[i] != 'e') || s.at[i + 1] != '+') return false;
  for (i += 2; i < s.len && s.at[i] >= '0' && s.at[i] <= '9'; i++) digits++;
  return i == s.len && digits == 2;
}

static bool from_text(struct validate *v, struct span s, struct cell *out, char *why, size_t size) {
  const struct field *f = v->field;
  char buf[80];
  enum absence absence;
  s = trim(s);
  if (f->kind != COL_TEXT && f->kind != COL_CHOICE) s = narrow(s, v->buffer);
  else if (f->sealed) s = narrow_number(s, v->buffer);
  if (v->missing_any && is_missing_text(v, s, &absence)) {
    out->absence = absence;
    return true;
  }
  if (!s.len || is_blank_word(f, s)) {
    out->absence = ABSENT_EMPTY;
    return true;
  }
  if (f->kind != COL_TEXT && s.len == 2 && s.at[0] == '.' && s.at[1] >= 'a' && s.at[1] <= 'z' && (f->kind != COL_CHOICE || find_choice(v, s) == MAP_NONE)) {
    static const struct reader_column no_labels;
    from_tag(v, &no_labels, s.at[1], out);
    return true;
  }
  switch (f->kind) {
    case COL_INT:
      if (v->conversion == CONVERT_NONE && number_int64(s.at, s.len, &out->i)) {
        out->absence = PRESENT;
        return bounded(v, out->i, why, size);
      } __attribute__((fallthrough));
    case COL_DECIMAL: return scaled_from_text(v, s, out, why, size);
    case COL_REAL: {
      double d;
      if (real_fast(s, &d) || number_double(s.at, s.len, &d)) return real_value(v, d, s, out, why, size);
      if (looks_not_finite(s)) return WHY("%s is not a finite number", shown(v, s, buf));
      if (memchr(s.at, ',', s.len)) return WHY("%s is not a number: write it with a decimal point and no other commas", shown(v, s, buf));
      return WHY("%s is not a number", shown(v, s, buf));
    }
    case COL_BOOL: {
      int b = boolean_word(s);
      if (b < 0) return WHY("%s is not yes or no", shown(v, s, buf));
      out->absence = PRESENT;
      out->i = b;
      return true;
    }
    case COL_DATE: return date_from_text(v, s, out, why, size);
    case COL_CHOICE: return choice_from(v, s, NULL, out, why, size);
    case COL_TEXT:
      if (s.len > VALIDATE_TEXT_MAX) return WHY("the text has %zu bytes; at most %u are kept", s.len, VALIDATE_TEXT_MAX);
      if (f->sealed && is_cut_number(s)) return WHY("a spreadsheet has cut this number to a form like 1.1E+17: format its column as text, and enter it again");
      out->absence = PRESENT;
      out->s = s;
      return true;
    case COL_KIND_COUNT: break;
  }
  return WHY("the field has no known type");
}

/* The text a number stands for: whole ones without point, others the shortest that reads back. */
static struct span number_text(double d, bool single, char buffer[40]) {
  if (d == floor(d) && fabs(d) < EXACT_DOUBLE) {
    snprintf(buffer, 40, "%lld", (long long)d);
  } else if (single) {
    for (int digits = 6; digits <= 9; digits++) { /* the fewest digits that are this float */
      snprintf(buffer, 40, "%.*g", digits, d);
      double back;
      if (number_double(buffer, strlen(buffer), &back) && (float)back == (float)d) break;
    }
  } else {
    number_shortest(d, buffer);
  }
  return span_of(buffer);
}

static bool from_number(struct validate *v, const struct reader_column *col, const struct reader_cell *c, struct cell *out, char *why, size_t size) {
  const struct field *f = v->field;
  double d = c->number;
  if (isnan(d)) return WHY("the value is NaN, not a number");
  if (isinf(d)) return WHY("the value is infinite");
  const char *label = col->label_count && col->type == READER_NUMBER ? reader_label_of(col, d) : NULL;
  for (uint32_t i = 0; i < f->missing_count; i++)
    if (v->missing_number[i] == d || (label && strcmp(label, f->missing[i].text) == 0)) {
      out->absence = f->missing[i].why;
      return true;
    }
  if (c->percent && v->conversion == CONVERT_HUNDREDTH) { /* 45 %, kept as 0.45, stands for the 45 that others write */
    char shifted[40];
    snprintf(shifted, sizeof shifted, "%.15g", d * 100);
    if (!number_double(shifted, strlen(shifted), &d)) return WHY("the value is no number");
  }
  out->absence = PRESENT;
  if (f->kind == COL_REAL) return real_value(v, d, number_text(d, c->single, v->buffer), out, why, size);
  if (f->kind == COL_INT && d == floor(d) && fabs(d) < EXACT_DOUBLE && v->conversion == CONVERT_NONE) {
    out->i = (int64_t)d;
    return bounded(v, out->i, why, size);
  }
  if (fabs(d) >= EXACT_DOUBLE) return WHY("the number has too many digits to be exact in this file: keep such numbers as text");
  struct span s = number_text(d, c->single, v->buffer);
  if (f->kind == COL_CHOICE) return choice_from(v, s, label, out, why, size);
  if (f->kind == COL_BOOL && label) {
    int b = boolean_word(trim(span_of(label)));
    if (b >= 0) {
      out->i = b;
      return true;
    }
  }
  return from_text(v, s, out, why, size);
}

/* The cell's words as a recode sees them: its text, its value label, its number. */
static const struct recode *recoded(struct validate *v, const struct reader_column *col, const struct reader_cell *c) {
  struct span words[2] = {{NULL, 0}, {NULL, 0}};
  char tag[3] = {'.', c->tag, 0};
  if (c->kind == READ_EMPTY) words[0] = (struct span){"", 0};
  else if (c->kind == READ_TEXT) words[0] = trim(c->text);
  else if (c->kind == READ_TAG) words[0] = (struct span){tag, 2};
  else if (c->kind == READ_NUMBER) {
    const char *label = col->label_count ? reader_label_of(col, c->number) : NULL;
    words[0] = number_text(c->number, c->single, v->buffer);
    if (label) words[1] = trim(span_of(label));
  }
  for (uint32_t i = 0; i < v->recode_count; i++)
    for (int k = 0; k < 2; k++)
      if (words[k].at && span_is(words[k], v->recode[i].from)) return &v->recode[i];
  return NULL;
}

static bool date_cell(struct validate *v, int64_t days, struct cell *out, char *why, size_t size) {
  if (days < DATE_MIN || days > DATE_MAX) return WHY("the date is out of range");
  if (v->field->kind == COL_DATE) {
    out->absence = PRESENT;
    out->i = days;
    return bounded(v, days, why, size);
  }
  date_format((int32_t)days, v->buffer);
  if (v->field->kind == COL_TEXT) return from_text(v, span_of(v->buffer), out, why, size);
  return WHY("the file holds a date where the field is not one");
}

/* A Chinese identity number: 18 places (date of birth from the 7th, sex in the 17th, a check digit), 20 on a disability card, 15 before 1999.
 * The number itself never stands in a message. */
static bool from_identity(const struct validate *v, struct span s, struct cell *out, char *why, size_t size) {
  static const int weights[17] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  int digit[20], sum = 0;
  char plain[40];
  s = narrow(trim(s), plain);
  if (!s.len) return true;
  if (s.len != 15 && s.len != 18 && s.len != 20) return WHY("the identity number has %zu characters, not 18 (or 15, or 20 on a disability card)", s.len);
  for (size_t i = 0; i < s.len; i++) {
    if (i == 17 && (s.at[i] == 'X' || s.at[i] == 'x')) digit[i] = 10;
    else if (s.at[i] >= '0' && s.at[i] <= '9') digit[i] = s.at[i] - '0';
    else return WHY("character %zu of the identity number is not a digit", i + 1);
  }
  bool old = s.len == 15;
  const int *d = old ? digit + 6 : digit + 8; /* year in the century, month, day */
  int year = (old ? 1900 : digit[6] * 1000 + digit[7] * 100) + d[0] * 10 + d[1], month = d[2] * 10 + d[3], day = d[4] * 10 + d[5];
  for (int i = 0; i < 17 && !old; i++) sum += weights[i] * digit[i];
  if (!old && (12 - sum % 11) % 11 != digit[17]) return WHY("the check digit of the identity number is wrong");
  if (year < 1850 || !date_is_valid(year, month, day)) return WHY("the date inside the identity number is not a date");
  out->absence = PRESENT;
  if (v->conversion == CONVERT_ID_SEX) {
    out->s = span_of(digit[old ? 14 : 16] % 2 ? "male" : "female");
    return true;
  }
  out->i = date_from_civil(year, month, day);
  if (!v->field->bounded || (out->i >= v->field->lo && out->i <= v->field->hi)) return true;
  return WHY("the date inside the identity number is out of range");
}

static bool identity_cell(struct validate *v, const struct reader_cell *c, struct cell *out, char *why, size_t size) {
  if (c->kind == READ_EMPTY || c->kind == READ_TAG) return true;
  if (c->kind == READ_BAD) return WHY("%.*s", (int)(c->text.len < 200 ? c->text.len : 200), c->text.at);
  if (c->kind == READ_TEXT) return from_identity(v, c->text, out, why, size);
  if (c->kind != READ_NUMBER || !isfinite(c->number) || fabs(c->number) >= EXACT_DOUBLE) return WHY("the identity number passed through a number and lost digits: keep it as text");
  return from_identity(v, number_text(c->number, c->single, v->buffer), out, why, size);
}

bool validate_cell(struct validate *v, const struct reader_column *col, const struct reader_cell *c, struct cell *out, char *why, size_t size) {
  *out = (struct cell){.absence = ABSENT_EMPTY};
  if (v->recode_count) {
    const struct recode *r = recoded(v, col, c);
    if (r) return from_text(v, span_of(r->to), out, why, size);
  }
  if (v->conversion == CONVERT_ID_BIRTH || v->conversion == CONVERT_ID_SEX) return identity_cell(v, c, out, why, size);
  switch ((enum reader_kind)c->kind) {
    case READ_EMPTY:
      if (v->missing_any) is_missing_text(v, (struct span){"", 0}, &out->absence);
      return true;
    case READ_TAG: from_tag(v, col, c->tag, out); return true;
    case READ_TEXT: return from_text(v, c->text, out, why, size);
    case READ_NUMBER: return from_number(v, col, c, out, why, size);
    case READ_DATE: return date_cell(v, c->days, out, why, size);
    case READ_BAD: return WHY("%.*s", (int)(c->text.len < 200 ? c->text.len : 200), c->text.at);
  }
  return WHY("the cell has no known form");
}

bool validate_key(const struct reader_cell *c, char buffer[40], struct span *out, char *why, size_t size) {
  *out = (struct span){"", 0};
  switch ((enum reader_kind)c->kind) {
    case READ_EMPTY: case READ_TAG: return true;
    case READ_TEXT:
      *out = narrow(trim(c->text), buffer);
      if (out->len > 200) return WHY("a number of %zu bytes is too long; at most 200 are possible", out->len);
      for (size_t i = 0; i < out->len; i++)
        if ((unsigned char)out->at[i] < ' ') return WHY("it holds a control character");
      return true;
    case READ_NUMBER:
      if (!isfinite(c->number)) return WHY("it is not a finite number");
      if (fabs(c->number) >= EXACT_DOUBLE) return WHY("the number has too many digits to be exact in this file: keep such numbers as text");
      *out = number_text(c->number, c->single, buffer);
      return true;
    case READ_DATE: return WHY("it is a date");
    case READ_BAD: return WHY("%.*s", (int)(c->text.len < 150 ? c->text.len : 150), c->text.at);
  }
  return WHY("it has no known form");
}
