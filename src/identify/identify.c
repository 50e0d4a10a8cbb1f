#include "identify/identify.h"

#include <string.h>
#include <time.h>

#include "identify/figures.h"
#include "identify/quota.h"
#include "identify/tally.h"

#define PHASES 6

struct watch { int64_t wall; double processor; };

static struct watch watch_now(void) {
  struct timespec t = {0};
  (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (struct watch){progress_now_us(), (double)t.tv_sec + (double)t.tv_nsec / 1e9};
}

static void phase_end(struct identify_result *r, const char *name, struct watch *began) {
  const struct watch now = watch_now();
  r->phases[r->phase_count++] = (struct phase){.name = name, .seconds = (double)(now.wall - began->wall) / 1e6, .processor = now.processor - began->processor};
  *began = now;
}

static enum status uses_join(struct arena *a, struct identify_result *r, const struct sample *s, const struct decide_report *d, struct err *e) {
  uint32_t n = s->use_count + d->use_count;
  ARENA_TRY(e, r->rules = arena_array(a, n ? n : 1, sizeof *r->rules));
  if (s->use_count) memcpy(r->rules, s->uses, s->use_count * sizeof *r->rules);
  if (d->use_count) memcpy(r->rules + s->use_count, d->uses, d->use_count * sizeof *r->rules);
  r->rule_count = n;
  return OK;
}

static enum status result_new(struct arena *a, const struct identify_input *in, struct identify_result **out, struct err *e) {
  struct programme *p = in->programme;
  struct identify_result *r;
  ARENA_TRY(e, r = arena_new(a, struct identify_result));
  ARENA_TRY(e, r->phases = arena_array(a, PHASES, sizeof *r->phases));
  r->programme = p;
  r->round = in->round ? in->round : "";
  r->year = in->year ? in->year : p->year;
  memccpy(r->snapshot, in->snapshot ? in->snapshot : "", 0, sizeof r->snapshot - 1);
  digest_hex(&p->rules_hash, r->rules_hash);
  digest_hex(&p->source_hash, r->source_hash);
  r->engine = LUCID_VERSION;
  r->seed = in->seed ? in->seed : r->snapshot;
  r->seed_from = in->seed ? (in->seed_from ? in->seed_from : "option") : "snapshot";
  r->main_line = p->main_line;
  r->unit = p->design.welfare_unit;
  r->note = (struct label){.en = p->design.note_en, .zh = p->design.note_zh};
  r->has_quota = p->identify.has_quota;
  r->assumptions = p->assumed;
  r->assumption_count = p->assumed_count;
  *out = r;
  return OK;
}

/* A line that is a share of everybody's welfare needs all of the sample. */
static bool needs_welfare(const struct programme *p) {
  for (uint32_t k = 0; k < p->line_count; k++)
    if (p->lines[k].kind == LINE_RELATIVE) return true;
  return false;
}

enum status identify_run(struct arena *a, const struct identify_input *in, struct identified *out, struct err *e) {
  struct programme *p = in->programme;
  *out = (struct identified){0};
  TRY(decide_check(p, e));
  struct identify_result *r;
  TRY(result_new(a, in, &r, e));
  out->result = r;
  struct watch began = watch_now();
  programme_set_year(p, r->year);
  struct sample *s = &out->sample;
  TRY(sample_read(a, p, in->segments, in->segment_count, in->brief && !needs_welfare(p), in->pool, s, e));
  r->households_without_weight = s->without_weight;
  struct figures f = {.programme = p, .sample = s, .lines = &out->lines, .pool = in->pool};
  if (!s->brief) TRY(figures_surveys(a, s, &f.persons, &f.households, e));
  phase_end(r, "sample", &began);
  TRY(poverty_lines_find(a, p, s, f.persons, r->year, &out->lines, e));
  phase_end(r, "line", &began);

  struct decisions *d;
  TRY(decisions_new(a, p, in->segments, in->segment_count, &d, e));
  struct decide_report report;
  TRY(decide_all(a, p, s, &out->lines, in->pool, in->progress, d, &report, e));
  if (report.many) {
    TRY(sample_read_persons(a, s, in->pool, e));
    TRY(decisions_new(a, p, in->segments, in->segment_count, &d, e));
    TRY(decide_all(a, p, s, &out->lines, in->pool, in->progress, d, &report, e));
  }
  out->decisions = d;
  f.decisions = d;
  memcpy(d->rules_hash, r->rules_hash, sizeof d->rules_hash);
  memcpy(d->snapshot, r->snapshot, sizeof d->snapshot);
  d->seed = r->seed;
  TRY(uses_join(a, r, s, &report, e));
  phase_end(r, "rules", &began);
  TRY(quota_fill(a, p, s, r->seed, in->pool, d, &r->quota, &r->quota_count, e));
  phase_end(r, "quota", &began);
  out->homes = report.homes;
  if (!in->brief) {
    TRY(tally_reasons(a, p, s, d, &report, r, e));
    TRY(tally_missing(a, p, s, d, r, e));
    if (!in->decisions_only) TRY(figures_all(a, &f, r, e));
  }
  phase_end(r, "figures", &began);
  if (in->brief) TRY(decisions_hash(d, r->decisions_hash, e));
  else TRY(decisions_write(a, d, &out->file, &out->file_len, r->decisions_hash, e));
  phase_end(r, "write", &began);
  return OK;
}
