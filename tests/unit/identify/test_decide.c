#include "fixture.h"
#include "identify/whatif.h"

#define RULES                                                                                                \
  "identify:\n  include:\n    - {name: below, rule: per_head < line}\n    - {name: child_out, rule: 'members.exists(m, m.age >= 6 && m.age < 16 && !m.in_school)'}\n" \
  "  exclude:\n    - {name: has_car, rule: car}\n"

static void the_four_outcomes_begin_with_three(void **state) {
  (void)state;
  county_programme(RULES);
  struct home homes[] = {HOME("1", "A", 4000, 2), HOME("2", "A", 9000, 2), HOME("3", "A", 4000, 2), HOME("4", "B", 4000, 2)};
  homes[2].car = whole(1);
  homes[3].income = none(ABSENT_REFUSED);
  const struct segment *s = county_segment(homes, COUNT(homes));
  struct identified r = decided(&s, NULL);
  assert_outcome(&r, 0, OUTCOME_SELECTED);
  assert_outcome(&r, 1, OUTCOME_NOT_SELECTED);
  assert_outcome(&r, 2, OUTCOME_NOT_SELECTED);
  assert_outcome(&r, 3, OUTCOME_UNDECIDED);
  const struct decision_set *d = &r.decisions->sets[0];
  assert_int_equal(mask_at(&d->include, 0), 1);
  assert_int_equal(mask_at(&d->exclude, 2), 1);
  assert_int_equal(d->missing_count, 1);
  assert_int_equal(d->missing[0].household, 3);
  assert_int_equal(d->missing[0].field, F_INCOME);
  assert_int_equal(d->missing[0].why, ABSENT_REFUSED);
  assert_int_equal(r.result->missing_count, 1);
  assert_string_equal(r.result->missing[0].name, "income");
  assert_int_equal(r.result->missing[0].cells[ABSENT_REFUSED], 1);
}

static void an_exclusion_that_holds_decides_whatever_else_is_missing(void **state) {
  (void)state;
  county_programme(RULES);
  struct home homes[] = {HOME("1", "A", 4000, 2), HOME("2", "A", 9000, 2)};
  homes[0].income = none(ABSENT_EMPTY);
  homes[0].car = whole(1);
  homes[1].car = none(ABSENT_EMPTY); /* includes nobody: whether there is a car does not matter */
  const struct segment *s = county_segment(homes, COUNT(homes));
  struct identified r = decided(&s, NULL);
  assert_outcome(&r, 0, OUTCOME_NOT_SELECTED);
  assert_outcome(&r, 1, OUTCOME_NOT_SELECTED);
  assert_int_equal(r.decisions->sets[0].missing_count, 0);
}

static void every_member_whose_answer_is_missing_is_named(void **state) {
  (void)state;
  county_programme(RULES);
  struct home homes[] = {HOME("1", "A", 9000, 2)};
  homes[0].member_count = 3;
  homes[0].members[0] = (struct person){whole(40), whole(0)};
  homes[0].members[1] = (struct person){whole(9), none(ABSENT_REFUSED)};
  homes[0].members[2] = (struct person){none(ABSENT_EMPTY), whole(0)};
  const struct segment *s = county_segment(homes, COUNT(homes));
  struct identified r = decided(&s, NULL);
  assert_outcome(&r, 0, OUTCOME_UNDECIDED);
  const struct decision_set *d = &r.decisions->sets[0];
  assert_int_equal(d->missing_count, 2);
  assert_int_equal(d->missing[0].field, F_AGE);
  assert_int_equal(d->missing[0].row, 2);
  assert_int_equal(d->missing[1].field, F_IN_SCHOOL);
  assert_int_equal(d->missing[1].row, 1);
}

static void a_roster_that_was_not_taken_is_not_an_empty_one(void **state) {
  (void)state;
  county_programme(RULES);
  struct home homes[] = {HOME("1", "A", 9000, 2), HOME("2", "A", 9000, 2)};
  homes[0].no_roster = true;
  const struct segment *s = county_segment(homes, COUNT(homes));
  struct identified r = decided(&s, NULL);
  assert_outcome(&r, 0, OUTCOME_UNDECIDED);
  assert_outcome(&r, 1, OUTCOME_NOT_SELECTED);
  assert_int_equal(r.decisions->sets[0].missing[0].why, ABSENT_NO_ROSTER);
}

static void a_division_by_zero_is_undecided_and_said(void **state) {
  (void)state;
  county_programme("identify:\n  include:\n    - {name: odd, rule: 100 / size > 3}\n");
  struct home homes[] = {HOME("1", "A", 4000, 0), HOME("2", "A", 4000, 5)};
  const struct segment *s = county_segment(homes, COUNT(homes));
  struct identified r = decided(&s, NULL);
  assert_outcome(&r, 0, OUTCOME_UNDECIDED);
  assert_true(r.decisions->sets[0].flags[0] & DECISION_ERROR);
  assert_outcome(&r, 1, OUTCOME_SELECTED);
  assert_int_equal(r.result->reasons[0].errors.households, 1);
}

/* Blank any field of a selected household: it may become undecided, never not selected. */
static void a_blank_never_turns_a_yes_into_a_no(void **state) {
  (void)state;
  county_programme(RULES "dimensions:\n  cutoff: 1/2\n  list:\n    - {name: d, indicators: [{name: straw, rule: roof == \"straw\"}, {name: small, rule: size < 2}]}\n");
  struct rng rng;
  rng_seed(&rng, 7);
  enum { N = 400 };
  struct home *homes = arena_array(&arena, N * 8, sizeof *homes);
  for (int i = 0; i < N; i++) {
    struct home h = HOME(arena_printf(&arena, "%d", i), rng_below(&rng, 2) ? "A" : "B", (int64_t)rng_below(&rng, 9000), (int64_t)rng_below(&rng, 6));
    h.car = whole(rng_below(&rng, 4) == 0);
    h.member_count = rng_below(&rng, 3);
    for (uint32_t m = 0; m < h.member_count; m++) h.members[m] = (struct person){whole((int64_t)rng_below(&rng, 60)), whole(rng_below(&rng, 2) == 0)};
    for (int v = 0; v < 8; v++) {
      struct home *x = &homes[v * N + i];
      *x = h;
      x->key = arena_printf(&arena, "%d-%d", i, v);
      if (v == 1) x->income = none(ABSENT_EMPTY);
      if (v == 2) x->car = none(ABSENT_REFUSED);
      if (v == 3) x->size = none(ABSENT_EMPTY);
      if (v == 4) x->no_roster = true, x->member_count = 0;
      if (v == 5) x->members[0].age = none(ABSENT_EMPTY);
      if (v == 6) x->members[0].in_school = none(ABSENT_EMPTY);
      if (v == 7) x->village = none(ABSENT_EMPTY);
    }
  }
  const struct segment *s = county_segment(homes, N * 8);
  struct identified r = decided(&s, NULL);
  const struct decision_set *d = &r.decisions->sets[0];
  uint64_t yes = 0, undecided = 0;
  for (int i = 0; i < N; i++)
    for (int v = 1; v < 8; v++) {
      uint8_t full = d->outcome[i], blank = d->outcome[v * N + i];
      if (full == OUTCOME_SELECTED && blank == OUTCOME_NOT_SELECTED) fail_msg("household %d, blank %d: a yes became a no", i, v);
      if (full == OUTCOME_NOT_SELECTED && blank == OUTCOME_SELECTED) fail_msg("household %d, blank %d: a no became a yes", i, v);
      yes += full == OUTCOME_SELECTED;
      undecided += blank == OUTCOME_UNDECIDED;
      uint64_t n;
      (void)decisions_missing(d, (uint64_t)(v * N + i), &n);
      if ((blank == OUTCOME_UNDECIDED) != (n > 0) && !(d->flags[v * N + i] & DECISION_ERROR)) fail_msg("household %d, blank %d: undecided, and %d named", i, v, (int)n);
    }
  assert_true(yes > 300);
  assert_true(undecided > 300);
}

static void one_thread_or_five_give_the_same_bytes(void **state) {
  (void)state;
  county_programme(RULES "  rank: {rule: per_head, order: ascending}\n  quota: {level: village, ties: draw, places: [{area: \"*\", places: 700}]}\n");
  struct rng rng;
  rng_seed(&rng, 3);
  enum { N = 9000 };
  struct home *homes = arena_array(&arena, N, sizeof *homes);
  for (int i = 0; i < N; i++) {
    homes[i] = (struct home)HOME(arena_printf(&arena, "%d", i), rng_below(&rng, 2) ? "A" : "B", (int64_t)rng_below(&rng, 40) * 250, 1 + (int64_t)rng_below(&rng, 3));
    if (rng_below(&rng, 10) == 0) homes[i].income = none(ABSENT_REFUSED);
    if (rng_below(&rng, 10) == 0) homes[i].village = none(ABSENT_EMPTY);
  }
  const struct segment *s = county_segment(homes, N);
  struct err e = {0};
  char hash[2][65];
  for (int t = 0; t < 2; t++) {
    struct pool *pool;
    struct identified out;
    assert_ok(pool_open(&pool, t ? 5 : 1, &e), &e);
    struct identify_input in = {.programme = programme, .segments = &s, .segment_count = 1, .round = "2026", .snapshot = "00ff", .seed = "x", .pool = pool};
    assert_ok(identify_run(&arena, &in, &out, &e), &e);
    memcpy(hash[t], out.result->decisions_hash, 65);
    pool_close(pool);
  }
  assert_string_equal(hash[0], hash[1]);
}

static void without_inclusions_the_multidimensionally_poor_qualify(void **state) {
  (void)state;
  county_programme("dimensions:\n  cutoff: 1/2\n  list:\n    - {name: d, indicators: [{name: straw, rule: roof == \"straw\"}, {name: crowd, rule: size > 5}, {name: low, rule: income < 1000.0}, {name: nocar, rule: '!car'}]}\n"
                   "identify:\n  exclude:\n    - {name: rich, rule: income > 100000.0}\n");
  struct home homes[] = {HOME("1", "A", 900, 2), HOME("2", "A", 5000, 2), HOME("3", "A", 900, 2), HOME("4", "A", 900, 2)};
  homes[1].car = whole(1);
  homes[2].roof = none(ABSENT_EMPTY); /* low and without a car: poor already */
  homes[3].roof = none(ABSENT_EMPTY);
  homes[3].car = whole(1); /* low, perhaps straw: could be */
  const struct segment *s = county_segment(homes, COUNT(homes));
  struct identified r = decided(&s, NULL);
  const struct decision_set *d = &r.decisions->sets[0];
  assert_outcome(&r, 0, OUTCOME_SELECTED);
  assert_outcome(&r, 1, OUTCOME_NOT_SELECTED);
  assert_outcome(&r, 2, OUTCOME_SELECTED);
  assert_outcome(&r, 3, OUTCOME_UNDECIDED);
  assert_near(decision_score(r.decisions, d, 3), 0.25, 1e-12);
  assert_near(decision_score_high(r.decisions, d, 3), 0.5, 1e-12);
  assert_int_equal(d->missing[0].field, F_ROOF);
  assert_int_equal(r.result->nation.af.unknown_households, 1);
}

static void a_score_of_three_thirds_of_a_third_reaches_a_third(void **state) {
  (void)state;
  assert_int_equal(decide_poor(1.0 / 3, 1.0 / 6 + 1.0 / 6, 1), TRUTH_TRUE);
  assert_int_equal(decide_poor(1.0 / 3, 1.0 / 3 - 1e-8, 1.0 / 3 - 1e-8), TRUTH_FALSE);
  assert_int_equal(decide_poor(0.5, 0.2, 0.6), TRUTH_UNKNOWN);
}

static void a_line_by_area_reads_as_the_area_s_own(void **state) {
  (void)state;
  struct err e = {0};
  char *yaml = arena_printf(&arena, "%s%s", COUNTY_YAML, RULES);
  char *line = strstr(yaml, "amount: 2300}");
  char *text = arena_printf(&arena, "%.*samounts: [{year: 2026, area: A, amount: 2000}, {year: 2026, area: B, amount: 3000}]}%s", (int)(line - yaml), yaml, line + strlen("amount: 2300}"));
  struct programme_file file = {.name = "programme.yaml", .data = text, .len = strlen(text)};
  struct problem *problems = NULL;
  assert_ok(programme_load_files(&arena, "county", &file, 1, &programme, &problems, &e), &e);
  struct home homes[] = {HOME("1", "A", 2500, 1), HOME("2", "B", 2500, 1), HOME("3", "A", 1500, 1), HOME("4", "B", 3500, 1)};
  homes[3].village = none(ABSENT_EMPTY); /* no area, no line: not known */
  const struct segment *s = county_segment(homes, COUNT(homes));
  struct identified r = decided(&s, NULL);
  assert_outcome(&r, 0, OUTCOME_NOT_SELECTED);
  assert_outcome(&r, 1, OUTCOME_SELECTED);
  assert_outcome(&r, 2, OUTCOME_SELECTED);
  assert_outcome(&r, 3, OUTCOME_UNDECIDED);
  assert_true(r.decisions->sets[0].flags[3] & DECISION_NO_LINE);
  assert_false(r.decisions->sets[0].flags[0] & DECISION_NO_LINE);
  const struct figure *f = &r.result->nation.lines[0].headcount; /* each against its own line; the fourth could be either */
  assert_near(f->value, 2.0 / 3, 1e-12);
  assert_near(f->low, 2.0 / 4, 1e-12);
  assert_near(f->high, 3.0 / 4, 1e-12);
  assert_true(isnan(r.result->nation.lines[0].amount));
  assert_near(r.result->breakdowns[0].groups[1].lines[0].amount, 3000, 0);
  assert_near(r.result->nation.lines[0].average_shortfall.value, 500, 1e-9);
}

static void a_programme_that_includes_nobody_is_refused(void **state) {
  (void)state;
  struct err e = {0};
  county_programme(RULES);
  struct programme empty = *programme;
  empty.identify.include_count = 0;
  assert_refused(decide_check(&empty, &e), ERR_INPUT, "no rule that includes anybody", &e);
  empty.identify.include_count = DECISION_RULES + 1;
  assert_refused(decide_check(&empty, &e), ERR_LIMIT, "65 inclusions; at most 64", &e);
}

/* A rule that reads `deprived` must say what the bounds of the score say, for every pattern of true, false and unknown. */
static void deprived_as_a_rule_reads_it_is_unknown_only_when_the_score_straddles_the_cutoff(void **state) {
  (void)state;
  static const char *const cutoffs[] = {"1/6", "1/4", "1/3", "1/2", "2/3", "1"};
  for (size_t c = 0; c < COUNT(cutoffs); c++) {
    county_programme(arena_printf(&arena, "dimensions:\n  cutoff: %s\n  list:\n"
      "    - {name: a, weight: 1/3, indicators: [{name: straw, rule: 'roof == \"straw\" // the roof'}]}\n"
      "    - {name: b, weight: 1/3, indicators: [{name: low, rule: income < 2300.0}, {name: carless, rule: '!car'}]}\n"
      "    - {name: c, weight: 1/3, indicators: [{name: few, rule: size < 2}, {name: away, rule: place == \"B\"}]}\n"
      "identify: {include: [{name: poor, rule: deprived}]}\n", cutoffs[c]));
    enum { N = 243 };
    struct home homes[N];
    for (int i = 0; i < N; i++) {
      homes[i] = (struct home)HOME(arena_printf(&arena, "%d", i), i / 81 % 3 ? "B" : "A", i % 3 ? 1000 : 9000, i / 3 % 3 ? 1 : 4);
      if (i % 3 == 2) homes[i].income = none(ABSENT_REFUSED);
      if (i / 3 % 3 == 2) homes[i].size = none(ABSENT_EMPTY);
      homes[i].roof = i / 9 % 3 == 2 ? none(ABSENT_EMPTY) : word(i / 9 % 3 ? "straw" : "tile");
      homes[i].car = i / 27 % 3 == 2 ? none(ABSENT_EMPTY) : whole(!(i / 27 % 3));
      if (i / 81 % 3 == 2) homes[i].village = none(ABSENT_EMPTY);
    }
    const struct segment *s = county_segment(homes, N);
    struct identified r = decided(&s, NULL);
    const struct decision_set *d = &r.decisions->sets[0];
    uint32_t seen[3] = {0};
    for (uint32_t h = 0; h < N; h++) {
      enum truth rule = mask_at(&d->include, h) & 1 ? TRUTH_TRUE : mask_at(&d->include_unknown, h) & 1 ? TRUTH_UNKNOWN : TRUTH_FALSE;
      if (rule != (enum truth)d->poor[h]) fail_msg("cutoff %s, pattern %u: the rule says %d, the bounds %d", cutoffs[c], h, (int)rule, (int)d->poor[h]);
      seen[rule == TRUTH_TRUE ? 0 : rule == TRUTH_FALSE ? 1 : 2]++;
      if (rule == TRUTH_TRUE && mask_at(&d->deprived_unknown, h)) assert_outcome(&r, h, OUTCOME_SELECTED);
    }
    assert_true(seen[0] && seen[1] && seen[2]);
  }
}

/* Blocks of random households with everything missing now and then: what the loops over bytes decide is what whole rules, run on each
 * row by the row evaluator, decide. Rules of every kind, more than eight of one, members, an error, a ranking and a quota. */
static void blocks_decide_as_the_row_evaluator_does(void **state) {
  (void)state;
  static const char *const programmes[] = {
      RULES,
      "dimensions:\n  cutoff: 1/3\n  list:\n    - {name: a, weight: 1/2, indicators: [{name: straw, rule: 'roof == \"straw\"'}, {name: young, rule: 'members.exists(m, m.age < 6)'}]}\n"
      "    - {name: b, weight: 1/2, indicators: [{name: low, rule: income < 3000.0}, {name: carless, rule: '!car'}, {name: many, rule: size > 3}]}\n"
      "causes: [{name: big, rule: size > 4}, {name: out, rule: 'members.exists(m, !m.in_school)'}]\n"
      "identify:\n  rank: {rule: per_head, order: ascending}\n  quota: {level: county, ties: draw, count: persons, places: [{area: C, places: 300}]}\n",
      "identify:\n  include: [{name: i0, rule: size > 0 && income / double(size) < 500.0}, {name: i1, rule: 10 / (size - 2) > 4}, {name: i2, rule: 'members.all(m, m.in_school)'}, {name: i3, rule: income < 100.0}, {name: i4, rule: income < 200.0},\n"
      "    {name: i5, rule: income < 300.0}, {name: i6, rule: income < 400.0}, {name: i7, rule: income < 500.0}, {name: i8, rule: 'place == \"B\" && size > 5'}, {name: i9, rule: 'roof != \"tile\" && size > 6'}]\n"
      "  exclude: [{name: has_car, rule: car}, {name: old, rule: 'members.exists(m, m.age > 100)'}]\n"};
  enum { N = 2 * EVAL_BLOCK + 77 };
  static struct home homes[N];
  struct rng r;
  rng_seed(&r, 20260101);
  for (size_t which = 0; which < COUNT(programmes); which++) {
    county_programme(programmes[which]);
    for (int i = 0; i < N; i++) {
      homes[i] = (struct home)HOME(arena_printf(&arena, "%d", i), rng_next(&r) % 2 ? "A" : "B", (int64_t)(rng_next(&r) % 40) * 250, (int64_t)(rng_next(&r) % 9));
      homes[i].car = whole(rng_next(&r) % 4 == 0);
      homes[i].roof = word(rng_next(&r) % 3 ? "tile" : "straw");
      if (rng_next(&r) % 12 == 0) homes[i].income = none(ABSENT_REFUSED);
      if (rng_next(&r) % 12 == 0) homes[i].size = none(ABSENT_EMPTY);
      if (rng_next(&r) % 12 == 0) homes[i].car = none(ABSENT_NOT_APPLICABLE);
      if (rng_next(&r) % 12 == 0) homes[i].roof = none(ABSENT_EMPTY);
      if (rng_next(&r) % 20 == 0) homes[i].village = none(ABSENT_EMPTY);
      homes[i].no_roster = rng_next(&r) % 15 == 0;
      homes[i].member_count = homes[i].no_roster ? 0 : (uint32_t)(rng_next(&r) % 5);
      for (uint32_t m = 0; m < homes[i].member_count; m++) {
        homes[i].members[m].age = rng_next(&r) % 10 ? whole((int64_t)(rng_next(&r) % 110)) : none(ABSENT_REFUSED);
        homes[i].members[m].in_school = rng_next(&r) % 10 ? whole(rng_next(&r) % 2) : none(ABSENT_EMPTY);
      }
    }
    const struct segment *s = county_segment(homes, N);
    struct identified got = decided(&s, "seed");
    const struct decision_set *d = &got.decisions->sets[0];
    struct arena scratch;
    arena_init(&scratch, 0);
    for (uint64_t h = 0; h < N; h++) {
      struct whatif w;
      struct whatif_answer x;
      struct err e = {0};
      double rank;
      whatif_open(&w, programme, s, h);
      assert_ok(whatif_decide(&w, &scratch, &x, &e), &e);
      if (mask_at(&d->include, h) != x.include || mask_at(&d->include_unknown, h) != x.include_unknown || mask_at(&d->exclude, h) != x.exclude || mask_at(&d->exclude_unknown, h) != x.exclude_unknown ||
          mask_at(&d->cause, h) != x.cause || mask_at(&d->cause_unknown, h) != x.cause_unknown || mask_at(&d->deprived, h) != x.deprived || mask_at(&d->deprived_unknown, h) != x.deprived_unknown || d->poor[h] != x.poor)
        fail_msg("programme %zu, household %llu: the block says something else than the rows", which, (unsigned long long)h);
      assert_near(decision_score(got.decisions, d, h), x.score, 0);
      assert_near(decision_score_high(got.decisions, d, h), x.score_high, 0);
      if ((d->outcome[h] == OUTCOME_NOT_SELECTED) != (x.qualifies == TRUTH_FALSE)) fail_msg("programme %zu, household %llu: %s", which, (unsigned long long)h, outcome_word((enum outcome)d->outcome[h]));
      if (x.qualifies == TRUTH_UNKNOWN && d->outcome[h] != OUTCOME_UNDECIDED) fail_msg("programme %zu, household %llu is not undecided", which, (unsigned long long)h);
      if (programme->identify.has_rank && x.qualifies != TRUTH_FALSE && (decisions_rank(got.decisions, d, h, &rank) != x.ranked || (x.ranked && rank != x.rank))) fail_msg("programme %zu, household %llu: another rank", which, (unsigned long long)h);
      uint64_t missing;
      (void)decisions_missing(d, h, &missing);
      if (d->outcome[h] == OUTCOME_UNDECIDED && !missing && !(d->flags[h] & DECISION_ERROR)) fail_msg("programme %zu, household %llu is undecided and nothing is named", which, (unsigned long long)h);
      if (h % 256 == 255) arena_drop(&scratch);
    }
    arena_drop(&scratch);
  }
}

/* A brief run keeps less, and says the same: outcomes, hash, and the sums by home. Also where somebody's household does not fit a byte. */
static void a_brief_run_decides_the_same(void **state) {
  (void)state;
  for (int large = 0; large < 2; large++) {
    county_programme(large ? "identify:\n  include: [{name: below, rule: per_head < line}]\n  rank: {rule: per_head, order: ascending}\n  quota: {level: county, ties: draw, count: persons, places: [{area: C, places: 500}]}\n" : RULES);
    struct home homes[300];
    for (int i = 0; i < 300; i++) {
      homes[i] = (struct home)HOME(arena_printf(&arena, "%d", i), i % 3 ? "A" : "B", i % 7 * 1500, i % 5);
      if (i % 11 == 0) homes[i].size = none(ABSENT_EMPTY);
    }
    if (large) homes[7].size = whole(300);
    const struct segment *s = county_segment(homes, COUNT(homes));
    struct err e = {0};
    struct identified whole_run = decided(&s, "seed"), brief;
    struct identify_input in = {.programme = programme, .segments = &s, .segment_count = 1, .round = "2026", .snapshot = "00ff", .seed = "seed", .seed_from = "option", .brief = true};
    assert_ok(identify_run(&arena, &in, &brief, &e), &e);
    assert_string_equal(brief.result->decisions_hash, whole_run.result->decisions_hash);
    assert_true((brief.sample.few == NULL) == (large == 1));
    uint64_t households = 0;
    double persons = 0, all = 0;
    for (int o = 0; o < OUTCOME_COUNT; o++) {
      assert_int_equal(brief.homes[0].households[o], whole_run.homes[0].households[o]);
      assert_near(brief.homes[0].persons[o], whole_run.homes[0].persons[o], 0);
      households += brief.homes[0].households[o];
      persons += brief.homes[0].persons[o];
    }
    for (int i = 0; i < 300; i++) all += whole_run.sample.persons[i];
    assert_int_equal(households, 300);
    assert_near(persons, all, 0);
  }
}

IDENTIFY_MAIN(UNIT(blocks_decide_as_the_row_evaluator_does), UNIT(a_brief_run_decides_the_same), UNIT(the_four_outcomes_begin_with_three), UNIT(an_exclusion_that_holds_decides_whatever_else_is_missing), UNIT(every_member_whose_answer_is_missing_is_named),
              UNIT(a_roster_that_was_not_taken_is_not_an_empty_one), UNIT(a_division_by_zero_is_undecided_and_said), UNIT(a_blank_never_turns_a_yes_into_a_no),
              UNIT(one_thread_or_five_give_the_same_bytes), UNIT(without_inclusions_the_multidimensionally_poor_qualify), UNIT(a_score_of_three_thirds_of_a_third_reaches_a_third),
              UNIT(a_line_by_area_reads_as_the_area_s_own), UNIT(a_programme_that_includes_nobody_is_refused), UNIT(deprived_as_a_rule_reads_it_is_unknown_only_when_the_score_straddles_the_cutoff))
