#include <string.h>

#include "cli/deciding.h"
#include "cli/table.h"
#include "identify/explain.h"
#include "identify/trace.h"

static void trace_row(void *ctx, const struct trace_item *x) {
  struct table_out *t = ctx;
  table_text(t, x->level_label);
  if (x->row) table_int(t, (int64_t)x->row);
  else table_text(t, NULL);
  table_text(t, x->field), table_text(t, x->label), table_text(t, x->value), table_text(t, x->rule), table_text(t, x->source);
}

/* Line by line, the figures on the way, the divisor. */
/* The text as rows: how deep a line stands, and what it says. */
static enum status lines(struct cli *c, struct text *t, struct err *e) {
  static const char *const heads[] = {">depth", "text", NULL};
  struct table_out *out;
  TRY(table_open(c, heads, &out, e));
  for (char *at = t->data, *end; at && *at; at = end) {
    end = at + strcspn(at, "\n");
    if (*end) *end++ = 0;
    size_t indent = strspn(at, " ");
    if (at[indent]) table_int(out, (int64_t)indent / 2), table_text(out, at + indent);
  }
  return table_close(out, e);
}

static enum status income(struct cli *c, const struct deciding *d, const struct household_ref *ref, struct err *e) {
  static const char *const heads[] = {"level", ">row", "field", "name", "value", "rule", "source", NULL};
  struct table_out *t;
  TRY(table_open(c, heads, &t, e));
  TRY(trace_welfare(&c->arena, d->programme, d->segments[ref->segment], ref->row, c->lang, trace_row, t, e));
  return table_close(t, e);
}

static enum status cmd_explain(struct cli *c, struct err *e) {
  const char *path, *household;
  TRY(cli_need(c, 0, "the registry", &path, e));
  TRY(cli_need(c, 1, "the household's number", &household, e));
  struct deciding d;
  struct identified run;
  struct household_ref ref;
  struct run_record *record;
  bool recorded = false;
  const char *seed = NULL;
  ARENA_TRY(e, record = arena_new(&c->arena, struct run_record));
  enum status st = deciding_open(c, path, cli_option(c, "round"), true, &d, e);
  if (st == OK) st = registry_find(d.registry, d.snapshot, household, &ref, e);
  if (st == OK) st = deciding_recorded(c, &d, record, &recorded, &seed, e);
  if (st == OK) st = deciding_run(c, &d, NULL, seed, true, &run, e);
  if (st == OK && cli_flag(c, "income")) st = income(c, &d, &ref, e);
  else if (st == OK) {
    struct text t;
    text_init(&t, (size_t)16 << 20);
    struct member_numbers numbers = deciding_numbers(&d);
    struct explain_input in = {.programme = d.programme, .run = &run, .segments = d.segments, .segment = ref.segment, .household = ref.row, .numbers = &numbers,
                               .stale = recorded && strcmp(record->rules_hash, run.result->rules_hash) != 0};
    if (recorded && !in.stale && !cli_option(c, "as-of") && strcmp(record->decisions_hash, run.result->decisions_hash) != 0)
      st = err_set(e, ERR_CORRUPT, "the snapshot, the program or the record was altered: `lucid fsck`, then identify again", "deciding again gave other decisions than the run that was recorded");
    if (st == OK && c->format == FORMAT_JSON) st = explain_json(&c->arena, d.programme, &in, &t, e);
    else if (st == OK) st = explain_text(&c->arena, d.programme, &in, c->lang, &t, e);
    if (st == OK && t.len && c->format != FORMAT_JSON) text_tame(t.data);
    if (st == OK && c->format == FORMAT_CSV) st = lines(c, &t, e);
    else if (st == OK) fputs(text_str(&t), stdout);
    text_free(&t);
  }
  deciding_close(&d);
  return st;
}

const struct verb verb_explain = {
    .name = "explain",
    .arguments = "REGISTRY HOUSEHOLD",
    .summary = "say why one household was decided as it was, and what would alter it",
    .options = "income  how the income came about: each line with its price and evidence, what does not count, the sum, the divisor\n"
               "round=NAME  the round (default: the latest)\n"
               "as-of=DATE  as it was known on that day (2016-12-31), at that instant, or after that event ('#17')\n"
               "threads=N  threads to use\n"
               "key=FILE  the registry's key, when it does not lie beside it\n"
               "snapshots=FOLDER  where its snapshots lie, when not beside it\n",
    .text = "Shows the outcome, every rule part by part with the values it saw, what is missing and what each answer would lead to, the place in\n"
               "the ranking, and the smallest change of facts that would alter the decision. It is for staff and the household, as facts to check; never\n"
               "for a notice. In words (--lang en or zh) or as JSON (--format json).\n\n"
               "  lucid explain county.lucid 431122001 --lang zh\n"
               "  lucid explain county.lucid 431122001 --income --format csv\n",
    .run = cmd_explain};
