#include "identify/words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/number.h"

static const char *const sentences[WORD_COUNT][LANG_COUNT] = {
#define X(id, en, zh) [id] = {[LANG_EN] = en, [LANG_ZH] = zh},
    WORDS_TABLE(X)
#undef X
};

const char *words_text(enum language lang, enum word w) { return sentences[w][lang == LANG_ZH ? LANG_ZH : LANG_EN]; }

void words_add(struct text *out, enum language lang, enum word w, const char *const args[WORDS_ARGS]) {
  for (const char *s = words_text(lang, w); *s; s++) {
    if (s[0] == '{' && s[1] >= '0' && s[1] < '0' + WORDS_ARGS && s[2] == '}') {
      const char *arg = args[s[1] - '0'];
      text_add(out, arg ? arg : "");
      s += 2;
    } else {
      text_addc(out, *s);
    }
  }
}

void words_drill(struct text *out, enum language lang, const struct programme *p) {
  if (!p->drill) return;
  char open[16], all[16];
  snprintf(open, sizeof open, "%u", p->inherited->open), snprintf(all, sizeof all, "%u", p->inherited->count);
  words_say(out, lang, WORD_DRILL, open, all, p->inherited->from);
  text_addc(out, '\n');
}

enum word words_outcome(int outcome) { return (enum word)(WORD_SELECTED + outcome); }

enum word words_absence(enum absence a) {
  return a == ABSENT_REFUSED ? WORD_ABSENT_REFUSED : a == ABSENT_NOT_APPLICABLE ? WORD_ABSENT_NOT_APPLICABLE : a == ABSENT_NO_ROSTER ? WORD_ABSENT_NO_ROSTER : WORD_ABSENT_EMPTY;
}

static void grouped(struct text *out, const char *digits) { /* 1234567.5 -> 1,234,567.5 */
  const char *s = digits;
  if (*s == '-') text_addc(out, *s++);
  size_t whole = strspn(s, "0123456789");
  for (size_t i = 0; i < whole; i++) {
    if (i && (whole - i) % 3 == 0) text_addc(out, ',');
    text_addc(out, s[i]);
  }
  text_add(out, s + whole);
}

void words_number(struct text *out, double v) {
  char buffer[64];
  if (!isfinite(v) || fabs(v) >= 1e15) {
    text_add(out, number_shortest(v, buffer));
    return;
  }
  if (v == floor(v)) snprintf(buffer, sizeof buffer, "%.0f", v);
  else if (fabs(v) >= 100) snprintf(buffer, sizeof buffer, "%.2f", v);
  else snprintf(buffer, sizeof buffer, "%.6g", v);
  if (strchr(buffer, 'e')) text_add(out, buffer);
  else grouped(out, buffer);
}

void words_cell(struct text *out, enum language lang, const struct field *f, const struct cell *c) {
  char buffer[64];
  if (f->sealed) { text_add(out, words_text(lang, WORD_SEALED)); return; }
  if (c->absence != PRESENT) { text_add(out, words_text(lang, words_absence(c->absence))); return; }
  switch (f->kind) {
    case COL_BOOL: text_add(out, words_text(lang, c->i ? WORD_YES : WORD_NO)); break;
    case COL_DATE: text_add(out, date_format((int32_t)c->i, buffer)); break;
    case COL_DECIMAL: text_add(out, number_grouped(c->i, f->decimals, buffer)); break;
    case COL_INT: /* four digits stay together: it may be a year */
      if (c->i > -10000 && c->i < 10000) text_addf(out, "%lld", (long long)c->i);
      else text_add(out, number_grouped(c->i, 0, buffer));
      break;
    case COL_REAL: words_number(out, c->d); break;
    case COL_CHOICE:
      for (uint32_t i = 0; i < f->choice_count; i++)
        if (strlen(f->choices[i].code) == c->s.len && memcmp(f->choices[i].code, c->s.at, c->s.len) == 0) {
          text_add(out, label_in(&f->choices[i].label, lang, f->choices[i].code));
          return;
        }
      text_addn(out, c->s.at, c->s.len);
      break;
    default: text_addn(out, c->s.at, c->s.len);
  }
}
