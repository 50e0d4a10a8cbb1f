#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/deciding.h"
#include "cli/say.h"
#include "cli/table.h"
#include "identify/monitor.h"
#include "identify/words.h"

struct listing {
  struct cli *c;
  struct deciding *d;
  struct table_out *t;
  struct member_numbers numbers;
  int32_t today;
  uint32_t area;            /* only households in it; SAMPLE_NO_AREA = all */
  int only;                 /* only this state; -1 = all but those not known, -2 = all */
  uint64_t count[MONITOR_STATE_COUNT], overdue, late, other_kind;
  struct text words;
};

static bool lives_in(const struct programme *p, uint32_t area, uint32_t around) {
  for (; area != SAMPLE_NO_AREA && area < p->area_count; area = p->areas[area].parent)
    if (p->areas[area].now == p->areas[around].now) return true;
  return false;
}

static const char *kind_words(const struct listing *x, uint32_t kind) {
  const struct monitor *m = &x->d->programme->monitor;
  if (kind == MONITOR_KIND_UNKNOWN) return monitor_words(MONITOR_UNKNOWN, x->c->lang);
  return kind < m->kind_count ? label_in(&m->kinds[kind].label, x->c->lang, m->kinds[kind].name) : NULL;
}

static void put_choice(struct listing *x, const struct field *f, const struct segment *s, uint64_t h) {
  struct cell c = {.absence = ABSENT_EMPTY};
  if (f) c = column_cell(&s->levels[LEVEL_HOUSEHOLD].columns[f->column], h);
  text_clear(&x->words);
  if (c.absence == PRESENT) words_cell(&x->words, x->c->lang, f, &c);
  table_text(x->t, text_str(&x->words));
}

static void put_day(struct listing *x, int32_t day) {
  char buf[16];
  table_text(x->t, day == MONITOR_NO_DAY ? NULL : date_format(day, buf));
}

/* Conditions for clearing that do not hold; those that are not known with a question mark. */
static void put_lacking(struct listing *x, const struct monitor_row *r) {
  const struct monitor *m = &x->d->programme->monitor;
  text_clear(&x->words);
  for (uint32_t i = 0; i < m->clear_count; i++) {
    bool failed = r->failed >> i & 1, unknown = r->unknown >> i & 1;
    if (failed || unknown) text_addf(&x->words, "%s%s%s", x->words.len ? "; " : "", label_in(&m->clear[i].label, x->c->lang, m->clear[i].name), unknown ? "?" : "");
  }
  table_text(x->t, text_str(&x->words));
}

static enum status put(void *ctx, const struct monitor_row *r, struct err *e) {
  struct listing *x = ctx;
  const struct programme *p = x->d->programme;
  const struct segment *s = x->d->segments[r->segment];
  if (x->area != SAMPLE_NO_AREA && !lives_in(p, r->area, x->area)) return OK;
  bool waits = r->state == MONITOR_AT_RISK || r->state == MONITOR_CLUE || (r->state == MONITOR_UNKNOWN && r->clue_on != MONITOR_NO_DAY);
  bool overdue = waits && r->dated && r->late == TRUTH_TRUE, other = r->now < p->monitor.kind_count && r->should < p->monitor.kind_count && r->now != r->should;
  x->count[r->state]++;
  x->overdue += overdue, x->other_kind += other;
  x->late += !waits && r->dated && r->late == TRUTH_TRUE;
  if (x->only >= 0 ? (int)r->state != x->only : x->only == -1 && r->state == MONITOR_UNKNOWN && r->clue_on == MONITOR_NO_DAY) return OK;
  struct cell key = column_cell(&s->household_key, r->household);
  text_clear(&x->words);
  if (key.absence == PRESENT) text_addn(&x->words, key.s.at, key.s.len);
  table_text(x->t, text_str(&x->words));
  table_text(x->t, r->area < p->area_count ? p->areas[r->area].code : NULL);
  table_text(x->t, x->c->format == FORMAT_TABLE ? monitor_words(r->state, x->c->lang) : monitor_word(r->state));
  table_text(x->t, kind_words(x, r->now));
  table_text(x->t, kind_words(x, r->should));
  put_choice(x, p->monitor.risk, s, r->household);
  put_choice(x, p->monitor.clue, s, r->household);
  put_day(x, r->clue_on);
  put_day(x, waits ? r->post_by : MONITOR_NO_DAY);
  put_day(x, r->due);
  if (waits && r->due != MONITOR_NO_DAY) table_int(x->t, (int64_t)r->due - x->today);
  else table_text(x->t, NULL);
  put_day(x, r->decided_on);
  table_text(x->t, !r->dated ? NULL : table_word(x->t, r->late == TRUTH_TRUE ? "yes" : r->late == TRUTH_FALSE ? "no" : "not known"));
  put_lacking(x, r);
  TRY(explain_cells(p, s, r->household, r->missing, &x->numbers, x->c->lang, &x->words, e));
  table_text(x->t, text_str(&x->words));
  return OK;
}

static void tell(struct listing *x) {
  const uint64_t *n = x->count;
  cli_note(x->c, "at risk and not monitored: %" PRIu64 "; clues without a risk by the rules: %" PRIu64 "; of those with a clue overdue: %" PRIu64, n[MONITOR_AT_RISK], n[MONITOR_CLUE], x->overdue);
  cli_note(x->c, "monitored: %" PRIu64 ", of whom %" PRIu64 " may be cleared, of %" PRIu64 " that is not known; decided too late: %" PRIu64 "; of another kind now: %" PRIu64,
           n[MONITOR_WATCHED] + n[MONITOR_MAY_CLEAR] + n[MONITOR_CLEAR_UNKNOWN], n[MONITOR_MAY_CLEAR], n[MONITOR_CLEAR_UNKNOWN], x->late, x->other_kind);
  if (n[MONITOR_UNKNOWN]) cli_note(x->c, "not known whether at risk: %" PRIu64 " households (a question, never a no; --state unknown lists them with what is missing)", n[MONITOR_UNKNOWN]);
}

static enum status list(struct cli *c, struct deciding *d, struct listing *x, struct err *e) {
  static const char *const headings[] = {"household", "area", "state", "monitored as", "should be", "risk", "clue from", "clue on", "post by", "due", ">days left", "decided on", "late", "lacking", "missing", NULL};
  struct identified run;
  TRY(deciding_run(c, d, NULL, NULL, true, &run, e));
  TRY(table_open(c, headings, &x->t, e));
  text_init(&x->words, 1 << 16);
  enum status s = monitor_each(d->programme, &run, d->segments, d->segment_count, x->today, put, x, e);
  text_free(&x->words);
  enum status closed = table_close(x->t, s == OK ? e : NULL);
  if (s != OK || closed != OK) return s == OK ? closed : s;
  tell(x);
  return OK;
}

static enum status options(struct cli *c, struct listing *x, struct err *e) {
  const char *on = cli_option(c, "on"), *area = cli_option(c, "area"), *state = cli_option(c, "state");
  char hint[200] = "all";
  x->today = (int32_t)(clock_now(c->clock) / 86400000000);
  if (on && !date_parse(on, strlen(on), &x->today)) return err_set(e, ERR_USAGE, "write 2019-12-31", "\"%.40s\" is not a date", on);
  x->area = area ? programme_area(x->d->programme, area) : SAMPLE_NO_AREA;
  if (area && x->area == UINT32_MAX) return err_set(e, ERR_USAGE, "`areas` in the programme lists them", "no area has the code \"%.60s\"", area);
  x->only = !state ? -1 : strcmp(state, "all") == 0 ? -2 : -3;
  for (int i = MONITOR_AT_RISK; i < MONITOR_STATE_COUNT && state; i++) {
    size_t n = strlen(hint);
    snprintf(hint + n, sizeof hint - n, ", %s", monitor_word((enum monitor_state)i));
    if (strcmp(state, monitor_word((enum monitor_state)i)) == 0) x->only = i;
  }
  return x->only == -3 ? err_set(e, ERR_USAGE, hint, "\"%.40s\" is no state", state) : OK;
}

static enum status run(struct cli *c, struct err *e) {
  const char *path;
  struct deciding d;
  struct listing x = {.c = c, .d = &d};
  TRY(cli_need(c, 0, "the registry", &path, e));
  enum status s = deciding_open(c, path, cli_option(c, "round"), true, &d, e);
  if (s == OK) {
    x.numbers = deciding_numbers(&d);
    s = options(c, &x, e);
  }
  if (s == OK) s = list(c, &d, &x, e);
  deciding_close(&d);
  return s;
}

const struct verb verb_monitor = {
    .name = "monitor",
    .arguments = "REGISTRY",
    .summary = "who may fall back into poverty, what is overdue, and who may be cleared",
    .options = "round=NAME  the round (default: the latest)\n"
               "as-of=DATE  as it was known on that day, at that instant, or after that event ('#17')\n"
               "on=DATE  count days to this day (default: today)\n"
               "area=CODE  only households of this area\n"
               "state=WORD  only those at_risk, clue, unknown, monitored, may_clear or clear_unknown; `all` (default: all but those not known that have no clue)\n"
               "threads=N  threads to use\n"
               "key=FILE  the registry's key, when it does not lie beside it\n"
               "snapshots=FOLDER  where its snapshots lie, when not beside it\n",
    .text = "Runs the programme's section `monitor` over a closed round: which households are at risk and not monitored, of which kind, and how many\n"
            "days are left until that must be decided (below 0: overdue); by when the notice must be posted; who is monitored, whether that was\n"
            "decided in time, and whether the household may be cleared: all conditions hold, or the ones that are lacking are named, with a\n"
            "question mark where they are not known. Nothing is changed: a household is cleared by a person, with `lucid set` or an import.\n\n"
            "What is missing makes a household `unknown`, with the names of the missing fields: a question for a person, never a no.\n\n"
            "  lucid monitor county.lucid --round 2019 --on 2019-12-01\n"
            "  lucid monitor county.lucid --state may_clear --format csv\n"
            "  lucid monitor county.lucid --state unknown --area 433124110226 --lang zh\n",
    .run = run,
};
