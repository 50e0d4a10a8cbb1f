#include "identify/monitor.h"

#include <string.h>

const char *monitor_word(enum monitor_state s) {
  static const char *const words[] = {
#define X(id, word, en, zh) word,
    MONITOR_STATE_TABLE(X)
#undef X
  };
  return s < MONITOR_STATE_COUNT ? words[s] : "";
}

const char *monitor_words(enum monitor_state s, enum language lang) {
  static const struct label words[] = {
#define X(id, word, en, zh) {en, zh},
    MONITOR_STATE_TABLE(X)
#undef X
  };
  return s < MONITOR_STATE_COUNT ? label_in(&words[s], lang, "") : "";
}

struct watch {
  const struct programme *p;
  const struct monitor *m;
  const struct segment *segment;
  struct arena *scratch;
  int32_t today;
};

/* Of a list of missing cells, those that are not there yet, put before it. */
static enum status join_missing(struct watch *w, const struct rule_missing *more, const struct rule_missing **list, struct err *e) {
  for (; more; more = more->next) {
    bool known = false;
    for (const struct rule_missing *x = *list; x && !known; x = x->next) known = x->level == more->level && x->field == more->field && x->row == more->row;
    if (known) continue;
    struct rule_missing *copy = arena_new(w->scratch, struct rule_missing);
    ARENA_TRY(e, copy);
    *copy = *more;
    copy->next = *list;
    *list = copy;
  }
  return OK;
}

/* True, false or unknown; an error is unknown: a person must look. */
static enum status ask(struct watch *w, const struct rule *rule, uint64_t h, enum truth *out, const struct rule_missing **missing, struct err *e) {
  struct rule_value v;
  TRY(eval_row(w->scratch, rule, w->segment, h, h, &v, e));
  *out = v.state != RULE_VALUE ? TRUTH_UNKNOWN : v.b ? TRUTH_TRUE : TRUTH_FALSE;
  return v.state == RULE_UNKNOWN ? join_missing(w, v.missing, missing, e) : OK;
}

static struct cell cell_of(const struct watch *w, const struct field *f, uint64_t h) {
  struct cell c = column_cell(&w->segment->levels[LEVEL_HOUSEHOLD].columns[f->column], h);
  if (c.absence != PRESENT && (f->fill >> c.absence & 1)) c = f->fill_value;
  return c;
}

static int32_t day_of(const struct watch *w, const struct field *f, uint64_t h) {
  if (!f) return MONITOR_NO_DAY;
  struct cell c = cell_of(w, f, h);
  return c.absence == PRESENT ? (int32_t)c.i : MONITOR_NO_DAY;
}

static enum status lacks(struct watch *w, const struct field *f, uint64_t h, const struct rule_missing **missing, struct err *e) {
  struct rule_missing one = {.level = LEVEL_HOUSEHOLD, .field = (uint32_t)(f - w->p->levels[LEVEL_HOUSEHOLD].fields), .row = h, .why = ABSENT_EMPTY};
  return join_missing(w, &one, missing, e);
}

/* What it is monitored as: an index in the kinds, or why not. */
static enum status monitored_as(struct watch *w, uint64_t h, struct monitor_row *r, struct err *e) {
  struct cell c = cell_of(w, w->m->kind, h);
  r->now = MONITOR_NO_KIND;
  if (c.absence != PRESENT) {
    r->now = MONITOR_KIND_UNKNOWN;
    return lacks(w, w->m->kind, h, &r->missing, e);
  }
  for (uint32_t i = 0; i < w->m->kind_count; i++)
    if (span_is(c.s, w->m->kinds[i].name)) r->now = i;
  if (r->now == MONITOR_NO_KIND && !span_is(c.s, w->m->none)) r->now = MONITOR_KIND_UNKNOWN; /* a choice that no rule stands for */
  return OK;
}

static void count_days(const struct watch *w, uint64_t h, struct monitor_row *r) {
  const struct monitor *m = w->m;
  r->clue_on = day_of(w, m->clue_on, h), r->decided_on = day_of(w, m->decided_on, h);
  r->due = r->post_by = MONITOR_NO_DAY;
  bool waits = r->now == MONITOR_NO_KIND || r->now == MONITOR_KIND_UNKNOWN;
  r->dated = r->clue_on != MONITOR_NO_DAY || !waits;
  r->late = TRUTH_UNKNOWN;
  if (r->clue_on == MONITOR_NO_DAY || !m->days) return;
  r->due = r->clue_on + m->days;
  if (m->notice) r->post_by = r->due - m->notice;
  int32_t end = waits ? w->today : r->decided_on;
  if (end != MONITOR_NO_DAY) r->late = end > r->due ? TRUTH_TRUE : TRUTH_FALSE;
}

static enum status look(struct watch *w, uint64_t h, struct monitor_row *r, struct err *e) {
  const struct monitor *m = w->m;
  const struct rule_missing *of_kinds = NULL;
  bool unknown = false, at_risk = false;
  TRY(monitored_as(w, h, r, e));
  r->should = MONITOR_NO_KIND;
  for (uint32_t i = 0; i < m->kind_count && !at_risk; i++) {
    enum truth t;
    TRY(ask(w, m->kinds[i].rule, h, &t, &of_kinds, e));
    at_risk = t == TRUTH_TRUE;
    if (at_risk) r->should = unknown ? MONITOR_KIND_UNKNOWN : i;
    unknown |= t == TRUTH_UNKNOWN;
  }
  if (!at_risk && unknown) r->should = MONITOR_KIND_UNKNOWN;
  count_days(w, h, r);
  if (r->now == MONITOR_NO_KIND || r->now == MONITOR_KIND_UNKNOWN) {
    bool clue = r->clue_on != MONITOR_NO_DAY && r->decided_on == MONITOR_NO_DAY;
    r->state = r->now == MONITOR_KIND_UNKNOWN ? MONITOR_UNKNOWN : at_risk ? MONITOR_AT_RISK : unknown ? MONITOR_UNKNOWN : clue ? MONITOR_CLUE : MONITOR_NONE;
    return r->should == MONITOR_KIND_UNKNOWN ? join_missing(w, of_kinds, &r->missing, e) : OK;
  }
  for (uint32_t i = 0; i < m->clear_count; i++) {
    enum truth t;
    TRY(ask(w, m->clear[i].rule, h, &t, &r->missing, e));
    if (t == TRUTH_FALSE) r->failed |= (uint64_t)1 << i;
    if (t == TRUTH_UNKNOWN) r->unknown |= (uint64_t)1 << i;
  }
  r->state = r->failed || !m->clear_count ? MONITOR_WATCHED : r->unknown ? MONITOR_CLEAR_UNKNOWN : MONITOR_MAY_CLEAR;
  return OK;
}

enum status monitor_each(struct programme *p, const struct identified *run, const struct segment *const *segments, uint32_t segment_count, int32_t today,
                         enum status (*row)(void *ctx, const struct monitor_row *r, struct err *e), void *ctx, struct err *e) {
  if (!p->monitor.there) return err_set(e, ERR_INPUT, "add the section `monitor` (docs/format/programme.md)", "the programme %s does not say how it monitors", p->name);
  struct arena scratch;
  struct watch w = {.p = p, .m = &p->monitor, .scratch = &scratch, .today = today};
  uint32_t class = UINT32_MAX;
  enum status s = OK;
  arena_init(&scratch, 0);
  for (uint32_t g = 0; g < segment_count && s == OK; g++) {
    w.segment = segments[g];
    for (uint64_t h = 0; h < segment_households(w.segment) && s == OK; h++) {
      struct monitor_row r = {.segment = g, .household = h, .area = sample_area(&run->sample, g, h)};
      uint32_t own = poverty_lines_class(&run->lines, r.area);
      if (own != class) poverty_lines_set(p, &run->lines, class = own);
      s = look(&w, h, &r, e);
      if (s == OK && r.state != MONITOR_NONE) s = row(ctx, &r, e);
      if (scratch.used > (1 << 20) || r.missing) arena_drop(&scratch);
    }
  }
  arena_drop(&scratch);
  return s;
}
