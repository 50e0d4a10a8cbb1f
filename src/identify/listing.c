#include "identify/listing.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/number.h"
#include "identify/explain.h"
#include "identify/words.h"

#define ROW_MAX ((size_t)1 << 16)

void listing_cell(struct text *out, const char *s, bool last) {
  bool apostrophe = span_is_formula(span_of(s));
  if (strpbrk(s, ",\"\r\n") || apostrophe) {
    text_addc(out, '"');
    if (apostrophe) text_addc(out, '\'');
    for (; *s; s++) {
      if (*s == '"') text_addc(out, '"');
      text_addc(out, *s);
    }
    text_addc(out, '"');
  } else {
    text_add(out, s);
  }
  text_addc(out, last ? '\n' : ',');
}

static void codes(struct text *out, const struct programme *p, const struct decision_set *d, uint64_t h) {
  const struct identify *id = &p->identify;
  text_clear(out);
  for (uint32_t i = 0; i < id->include_count; i++)
    if (mask_at(&d->include, h) >> i & 1) text_addf(out, "%sinclude:%s", out->len ? " " : "", id->include[i].name);
  for (uint32_t i = 0; i < id->exclude_count; i++)
    if (mask_at(&d->exclude, h) >> i & 1) text_addf(out, "%sexclude:%s", out->len ? " " : "", id->exclude[i].name);
  for (uint32_t i = 0; i < p->indicator_count; i++)
    if (mask_at(&d->deprived, h) >> i & 1) text_addf(out, "%sdeprived:%s", out->len ? " " : "", p->indicators[i].name);
}

static void causes(struct text *out, const struct programme *p, const struct decision_set *d, uint64_t h, enum language lang) {
  text_clear(out);
  for (uint32_t i = 0; i < p->identify.cause_count; i++)
    if (mask_at(&d->cause, h) >> i & 1) text_addf(out, "%s%s", out->len ? "; " : "", label_in(&p->identify.causes[i].label, lang, p->identify.causes[i].name));
}

static void flags(struct text *out, uint8_t f) {
  static const struct { uint8_t bit; const char *word; } names[] = {
      {DECISION_TIED, "tied"}, {DECISION_DRAWN, "drawn"}, {DECISION_PROVISIONAL, "provisional"}, {DECISION_COULD, "could_take_a_place"}, {DECISION_ERROR, "rule_error"}, {DECISION_NO_AREA, "no_area"}, {DECISION_NO_LINE, "no_line"}};
  text_clear(out);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (f & names[i].bit) text_addf(out, "%s%s", out->len ? " " : "", names[i].word);
}

static void real(struct text *out, bool known, double v, bool last) {
  char b[32];
  listing_cell(out, known && isfinite(v) ? number_shortest(v, b) : "", last);
}

static enum status row(struct text *line, struct text *x, const struct programme *p, const struct segment *seg, const struct identified *run, uint32_t g, uint64_t h, const struct member_numbers *numbers, enum language lang, struct err *e) {
  const struct decision_set *d = &run->decisions->sets[g];
  const uint64_t i = run->sample.first[g] + h;
  const uint32_t area = run->sample.area[i];
  struct cell key = column_cell(&seg->household_key, h);
  text_clear(line);
  text_clear(x);
  if (key.absence == PRESENT) text_addn(x, key.s.at, key.s.len);
  listing_cell(line, text_str(x), false);
  listing_cell(line, area < p->area_count ? p->areas[area].code : "", false);
  listing_cell(line, outcome_word((enum outcome)d->outcome[h]), false);
  codes(x, p, d, h);
  listing_cell(line, text_str(x), false);
  TRY(explain_reasons(p, d, h, lang, x, e));
  listing_cell(line, text_str(x), false);
  causes(x, p, d, h, lang);
  listing_cell(line, text_str(x), false);
  real(line, run->sample.persons_known[i], run->sample.persons[i], false);
  real(line, p->design.welfare != NULL, run->sample.welfare[i], false);
  real(line, p->indicator_count > 0, decision_score(run->decisions, d, h), false);
  real(line, p->indicator_count > 0, decision_score_high(run->decisions, d, h), false);
  double rank;
  const bool ranked = decisions_rank(run->decisions, d, h, &rank);
  const uint32_t place = decisions_place(d, h);
  real(line, ranked, rank, false);
  real(line, place > 0, place, false);
  TRY(explain_missing(p, seg, d, h, numbers, lang, x, e));
  listing_cell(line, text_str(x), false);
  flags(x, d->flags[h]);
  listing_cell(line, text_str(x), !p->drill);
  if (p->drill) listing_cell(line, "drill", true); /* on every row: a part of the list is one as well */
  return text_check(line, "a row of the decisions", e);
}

enum status listing_write(const char *path, const struct programme *p, const struct segment *const *segments, const struct identified *run, const struct member_numbers *numbers, enum language lang, struct err *e) {
  struct arena a;
  arena_init(&a, 0);
  char *tmp;
  ARENA_TRY(e, tmp = arena_printf(&a, "%s.tmp-%ld", path, (long)getpid()));
  int fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600); /* every household is in it, with why */
  FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
  if (!f) {
    enum status failed = err_errno(e, errno, "cannot write %s", path);
    arena_drop(&a);
    return failed;
  }
  struct text line, x;
  text_init(&line, ROW_MAX);
  text_init(&x, ROW_MAX);
  fputs("household,area,outcome,codes,reasons,causes,persons,welfare,score,score_high,rank,position,missing,flags", f);
  fputs(p->drill ? ",drill\n" : "\n", f);
  enum status st = OK;
  for (uint32_t g = 0; g < run->decisions->set_count && st == OK; g++)
    for (uint64_t h = 0; h < run->decisions->sets[g].rows && st == OK; h++) {
      st = row(&line, &x, p, segments[g], run, g, h, numbers, lang, e);
      if (st == OK && fwrite(text_str(&line), 1, line.len, f) != line.len) st = err_errno(e, errno, "cannot write %s", path);
    }
  text_free(&line);
  text_free(&x);
  if (st == OK && (fflush(f) != 0 || fsync(fileno(f)) != 0)) st = err_errno(e, errno, "cannot write %s", path);
  if (fclose(f) != 0 && st == OK) st = err_errno(e, errno, "cannot write %s", path);
  if (st == OK && rename(tmp, path) != 0) st = err_errno(e, errno, "cannot put %s in place", path);
  if (st != OK) unlink(tmp);
  arena_drop(&a);
  return st;
}
