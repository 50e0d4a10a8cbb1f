#include "cli/diff_rounds.h"

#include <stdio.h>

#include "cli/table.h"
#include "identify/diff.h"
#include "identify/explain.h"
#include "identify/words.h"

enum { NOT_THERE = OUTCOME_COUNT, COLUMNS };

struct side {
  struct deciding d;
  struct identified run;
};

static enum status decide(struct cli *c, const char *path, const char *round, struct side *s, struct err *e) {
  struct run_record *record;
  bool recorded;
  const char *seed;
  TRY(deciding_open(c, path, round, true, &s->d, e));
  ARENA_TRY(e, record = arena_new(&c->arena, struct run_record));
  TRY(deciding_recorded(c, &s->d, record, &recorded, &seed, e));
  return deciding_run(c, &s->d, NULL, seed, true, &s->run, e);
}

static const char *side_words(const struct side *s, uint32_t segment, uint64_t row, struct text *x, struct cli *c, bool missing, struct err *e, enum status *st) {
  const struct decision_set *set = row == UINT64_MAX ? NULL : &s->run.decisions->sets[segment];
  const struct member_numbers numbers = deciding_numbers(&s->d);
  text_clear(x);
  if (!set || *st != OK) return "";
  *st = missing ? explain_missing(s->d.programme, s->d.segments[segment], set, row, &numbers, c->lang, x, e) : explain_reasons(s->d.programme, set, row, c->lang, x, e);
  return text_str(x);
}

static struct diff_walk walk_of(const struct side *b, const struct side *a, const struct diff_moved *moved) {
  return (struct diff_walk){.before = b->d.segments, .after = a->d.segments, .before_count = b->d.segment_count, .after_count = a->d.segment_count, .moved = moved};
}

static uint32_t outcome_of(const struct side *s, uint32_t segment, uint64_t row) { return row == UINT64_MAX ? (uint32_t)NOT_THERE : s->run.decisions->sets[segment].outcome[row]; }

static enum status list(struct cli *c, const struct side *b, const struct side *a, const struct diff_moved *moved, struct err *e) {
  static const char *const headings[] = {"household", "area", "before", "after", "reasons_before", "reasons_after", "missing_after", NULL};
  struct table_out *t;
  struct text x;
  struct diff_pair p;
  enum status st = OK;
  TRY(table_open(c, headings, &t, e));
  text_init(&x, 1 << 16);
  for (struct diff_walk w = walk_of(b, a, moved); st == OK && diff_next(&w, &p);) {
    uint32_t was = outcome_of(b, p.before_segment, p.before), is = outcome_of(a, p.after_segment, p.after);
    if (was == is) continue;
    const struct side *s = p.before == UINT64_MAX ? a : b;
    uint32_t segment = s == a ? p.after_segment : p.before_segment;
    uint64_t row = s == a ? p.after : p.before;
    uint32_t area = s->run.sample.area[s->run.sample.first[segment] + row];
    struct cell key = column_cell(&s->d.segments[segment]->household_key, row);
    text_clear(&x);
    if (key.absence == PRESENT) text_addn(&x, key.s.at, key.s.len);
    table_text(t, text_str(&x)), table_text(t, area < s->d.programme->area_count ? s->d.programme->areas[area].code : "");
    table_text(t, was == NOT_THERE ? table_word(t, "not registered") : table_word(t, outcome_word((enum outcome)was)));
    table_text(t, is == NOT_THERE ? table_word(t, "not registered") : table_word(t, outcome_word((enum outcome)is)));
    table_text(t, side_words(b, p.before_segment, p.before, &x, c, false, e, &st));
    table_text(t, side_words(a, p.after_segment, p.after, &x, c, false, e, &st));
    table_text(t, side_words(a, p.after_segment, p.after, &x, c, true, e, &st));
  }
  text_free(&x);
  enum status closed = table_close(t, st == OK ? e : NULL);
  return st == OK ? closed : st;
}

static const char *name_of(const struct cli *c, const struct table_out *t, int o) { return o == NOT_THERE ? table_word(t, "not registered") : words_text(c->lang, words_outcome(o)); }

static enum status matrix(struct cli *c, const struct side *b, const struct side *a, const struct diff_moved *moved, struct err *e) {
  uint64_t moves[COLUMNS][COLUMNS] = {{0}};
  const char *headings[COLUMNS + 2] = {c->lang == LANG_ZH ? "原结果 \\ 新结果" : "before \\ after"};
  char names[COLUMNS][64];
  struct table_out *t;
  struct diff_pair p;
  for (struct diff_walk w = walk_of(b, a, moved); diff_next(&w, &p);) moves[outcome_of(b, p.before_segment, p.before)][outcome_of(a, p.after_segment, p.after)]++;
  for (int o = 0; o < OUTCOME_COUNT; o++) {
    snprintf(names[o], sizeof names[o], ">%s", words_text(c->lang, words_outcome(o)));
    headings[o + 1] = names[o];
  }
  headings[NOT_THERE + 1] = ">not registered";
  TRY(table_open(c, headings, &t, e));
  for (int i = 0; i < COLUMNS; i++) {
    table_text(t, name_of(c, t, i));
    for (int k = 0; k < COLUMNS; k++) table_int(t, (int64_t)moves[i][k]);
  }
  return table_close(t, e);
}

enum status diff_rounds(struct cli *c, const char *path, const char *before, const char *after, struct err *e) {
  struct side b = {0}, a = {0};
  enum status st = decide(c, path, before, &b, e);
  if (st == OK) st = decide(c, path, after, &a, e);
  struct diff_moved moved;
  if (st == OK) st = diff_find_moved(&c->arena, walk_of(&b, &a, NULL), &moved, e);
  if (st == OK && c->format == FORMAT_TABLE) {
    st = matrix(c, &b, &a, &moved, e);
    putchar('\n');
  }
  if (st == OK) st = list(c, &b, &a, &moved, e);
  deciding_close(&b.d), deciding_close(&a.d);
  return st;
}
