#include "plan/flow.h"

#include "base/random.h"
#include "unit.h"

static struct err err;

/* The most that can be paid when each claim may take `cap`: over every set of pots given up, what those can spend and what claims with no other pot
 * cannot get (least cut by trying all; a pot whose parent is given up too counts there). */
static int64_t most_by_trying(const struct flow_model *m, const int64_t *cap) {
  int64_t least = INT64_MAX;
  for (uint32_t set = 0; set < 1u << m->pot_count; set++) { /* pots on the source's side */
    int64_t cut = 0;
    for (uint32_t j = 0; j < m->pot_count; j++)
      if (set >> j & 1 && (m->pots[j].parent == FLOW_NONE || !(set >> m->pots[j].parent & 1))) cut += m->pots[j].limit;
    for (uint32_t i = 0; i < m->claim_count; i++) {
      bool in = true;
      for (uint32_t k = 0; k < m->claims[i].may_count; k++) in &= set >> m->may[m->claims[i].may_from + k] & 1;
      if (!in) cut += cap[i]; /* the claim stays on the other side */
    }
    if (cut < least) least = cut;
  }
  return least;
}

struct small { struct flow_model m; struct flow_pot pots[6]; struct flow_claim claims[6]; uint32_t may[36]; };

static void small_make(struct small *s, uint64_t seed) {
  struct rng r;
  rng_seed(&r, seed);
  *s = (struct small){0};
  s->m = (struct flow_model){s->pots, 2 + (uint32_t)rng_below(&r, 5), s->claims, 1 + (uint32_t)rng_below(&r, 6), s->may, 0};
  for (uint32_t j = 0; j < s->m.pot_count; j++) {
    s->pots[j] = (struct flow_pot){(int64_t)rng_below(&r, 40), FLOW_NONE};
    if (j + 1 < s->m.pot_count && rng_below(&r, 2)) s->pots[j].parent = j + 1 + (uint32_t)rng_below(&r, s->m.pot_count - j - 1);
  }
  for (uint32_t i = 0; i < s->m.claim_count; i++) {
    s->claims[i] = (struct flow_claim){(int64_t)rng_below(&r, 50), (uint32_t)rng_below(&r, 3), s->m.may_count, 0};
    for (uint32_t j = 0; j < s->m.pot_count; j++)
      if (rng_below(&r, 3) == 0) s->may[s->m.may_count++] = j, s->claims[i].may_count++;
  }
}

static int64_t sum(const int64_t *x, uint32_t n) {
  int64_t s = 0;
  for (uint32_t i = 0; i < n; i++) s += x[i];
  return s;
}

static void payments_must_add_up(const struct flow_model *m, const struct flowed *f) {
  int64_t used[6] = {0}, unpaid = 0;
  for (uint32_t i = 0; i < m->claim_count; i++) {
    int64_t got = 0;
    for (uint32_t k = m->claims[i].may_from; k < m->claims[i].may_from + m->claims[i].may_count; k++) {
      assert_true(f->from[k] >= 0);
      got += f->from[k];
      for (uint32_t j = m->may[k]; j != FLOW_NONE; j = m->pots[j].parent) used[j] += f->from[k];
    }
    assert_true(got == f->paid[i] && got <= m->claims[i].owed);
    unpaid += m->claims[i].owed - got;
  }
  for (uint32_t j = 0; j < m->pot_count; j++) assert_true(used[j] == f->used[j] && used[j] <= m->pots[j].limit);
  assert_true(unpaid == f->unpaid);
}

static void rank_by_rank_as_much_is_paid_as_trying_every_cut_allows(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= 2000; seed++) {
    struct small s;
    struct flowed f;
    struct arena a;
    arena_init(&a, 0);
    small_make(&s, seed);
    assert_ok(flow_solve(&a, &s.m, &f, &err), &err);
    payments_must_add_up(&s.m, &f);
    for (uint32_t rank = 0; rank < 3; rank++) {
      int64_t cap[6] = {0}, paid = 0;
      for (uint32_t i = 0; i < s.m.claim_count; i++) {
        if (s.claims[i].rank > rank) continue;
        cap[i] = s.claims[i].rank == rank ? s.claims[i].owed : f.paid[i];
        paid += f.paid[i];
      }
      if (paid != most_by_trying(&s.m, cap)) fail_msg("seed %d, ranks to %u: paid %lld of %lld", (int)seed, rank, (long long)paid, (long long)most_by_trying(&s.m, cap));
    }
    arena_drop(&a);
  }
}

/* Whoever has a smaller share than another of its rank, by more than rounding makes (two units), could not have a unit of the other's. */
static void what_is_short_is_shared_alike(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= 2000; seed++) {
    struct small s;
    struct flowed f;
    struct arena a;
    arena_init(&a, 0);
    small_make(&s, seed);
    assert_ok(flow_solve(&a, &s.m, &f, &err), &err);
    for (uint32_t i = 0; i < s.m.claim_count; i++)
      for (uint32_t j = 0; j < s.m.claim_count; j++) {
        const struct flow_claim *x = &s.claims[i], *y = &s.claims[j];
        if (x->rank != y->rank || f.paid[i] == x->owed || (f.paid[i] + 2) * y->owed >= (f.paid[j] - 2) * x->owed) continue;
        int64_t cap[6];
        for (uint32_t k = 0; k < s.m.claim_count; k++) cap[k] = s.claims[k].rank <= x->rank ? f.paid[k] : 0;
        cap[i]++, cap[j]--;
        if (most_by_trying(&s.m, cap) == sum(cap, s.m.claim_count)) fail_msg("seed %d: claim %u has %lld of %lld, claim %u %lld of %lld, and could give", (int)seed, i, (long long)f.paid[i], (long long)x->owed, j, (long long)f.paid[j], (long long)y->owed);
      }
    arena_drop(&a);
  }
}

static void a_shortfall_names_its_claims_its_pots_and_its_amount(void **state) {
  (void)state;
  /* schooling in two villages from one earmark, medical aid from its own and from the county's; the county's is part of the province's */
  const struct flow_pot pots[] = {{100, FLOW_NONE}, {50, FLOW_NONE}, {500, 3}, {30, FLOW_NONE}};
  const uint32_t may[] = {0, 0, 1, 2};
  const struct flow_claim claims[] = {{90, 0, 0, 1}, {60, 0, 1, 1}, {80, 1, 2, 2}};
  const struct flow_model m = {pots, 4, claims, 3, may, 4};
  struct arena a;
  arena_init(&a, 0);
  struct flowed f;
  assert_ok(flow_solve(&a, &m, &f, &err), &err);
  assert_true(f.paid[0] == 60 && f.paid[1] == 40 && f.paid[2] == 80); /* two thirds each */
  assert_int_equal(f.shortfall_count, 1);
  assert_true(f.shortfalls[0].amount == 50 && f.shortfalls[0].claims == 2 && f.shortfalls[0].pots == 1);
  assert_int_equal(f.claim_in[0], 0);
  assert_int_equal(f.claim_in[1], 0);
  assert_int_equal(f.claim_in[2], FLOW_NONE);
  assert_int_equal(f.pot_in[0], 0);
  assert_int_equal(f.pot_in[1], FLOW_NONE);
  arena_drop(&a);
}

static void every_shortfall_is_the_sum_of_what_its_claims_lack_and_its_pots_are_used_up(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= 1000; seed++) {
    struct small s;
    struct flowed f;
    struct arena a;
    arena_init(&a, 0);
    small_make(&s, seed);
    assert_ok(flow_solve(&a, &s.m, &f, &err), &err);
    int64_t total = 0;
    for (uint32_t g = 0; g < f.shortfall_count; g++) {
      assert_true(f.shortfalls[g].amount > 0);
      total += f.shortfalls[g].amount;
    }
    assert_true(total == f.unpaid);
    for (uint32_t i = 0; i < s.m.claim_count; i++)
      if (f.paid[i] < s.claims[i].owed) assert_true(f.claim_in[i] < f.shortfall_count);
    for (uint32_t j = 0; j < s.m.pot_count; j++)
      if (f.pot_in[j] != FLOW_NONE) assert_true(f.used[j] == s.pots[j].limit);
    arena_drop(&a);
  }
}

/* The one pot that only the second claim can use must be left to it: a greedy walk would not. */
static void a_pot_is_left_to_the_claim_that_has_no_other(void **state) {
  (void)state;
  const struct flow_pot pots[] = {{10, FLOW_NONE}, {10, FLOW_NONE}};
  const uint32_t may[] = {0, 1, 0};
  const struct flow_claim claims[] = {{10, 0, 0, 2}, {10, 0, 2, 1}};
  const struct flow_model m = {pots, 2, claims, 2, may, 3};
  struct arena a;
  arena_init(&a, 0);
  struct flowed f;
  assert_ok(flow_solve(&a, &m, &f, &err), &err);
  assert_true(f.unpaid == 0 && f.from[1] == 10 && f.from[2] == 10 && !f.shortfall_count);
  arena_drop(&a);
}

static void thousands_of_claims_are_no_matter_and_disorder_is_refused(void **state) {
  (void)state;
  enum { CLAIMS = 5000, POTS = 300, EACH = 6 };
  struct arena a;
  arena_init(&a, 0);
  struct flow_pot *pots = arena_array(&a, POTS, sizeof *pots);
  struct flow_claim *claims = arena_array(&a, CLAIMS, sizeof *claims);
  uint32_t *may = arena_array(&a, CLAIMS * EACH, sizeof *may);
  struct rng r;
  rng_seed(&r, 4);
  for (uint32_t j = 0; j < POTS; j++) pots[j] = (struct flow_pot){(int64_t)rng_below(&r, 3000000), j < POTS - 20 ? POTS - 20 + j % 20 : FLOW_NONE};
  for (uint32_t j = POTS - 20; j < POTS; j++) pots[j].limit *= 12;
  for (uint32_t i = 0; i < CLAIMS; i++) {
    claims[i] = (struct flow_claim){(int64_t)rng_below(&r, 150000), i % 4, i * EACH, EACH};
    for (uint32_t k = 0; k < EACH; k++) may[i * EACH + k] = (i / 100 * 5 + (uint32_t)rng_below(&r, 30)) % (POTS - 20);
  }
  struct flow_model m = {pots, POTS, claims, CLAIMS, may, CLAIMS * EACH};
  struct flowed f;
  assert_ok(flow_solve(&a, &m, &f, &err), &err);
  int64_t owed = 0;
  for (uint32_t i = 0; i < CLAIMS; i++) owed += claims[i].owed;
  assert_true(sum(f.paid, CLAIMS) + f.unpaid == owed && f.unpaid > 0);
  pots[3].parent = 2;
  assert_refused(flow_solve(&a, &m, &f, &err), ERR_INPUT, "does not come later", &err);
  pots[3].parent = FLOW_NONE, claims[7].owed = -1;
  assert_refused(flow_solve(&a, &m, &f, &err), ERR_INPUT, "claim 7 is owed -1", &err);
  claims[7].owed = 1, may[4] = POTS;
  assert_refused(flow_solve(&a, &m, &f, &err), ERR_INPUT, "pot 300 may pay", &err);
  arena_drop(&a);
}

UNIT_MAIN(UNIT(rank_by_rank_as_much_is_paid_as_trying_every_cut_allows), UNIT(what_is_short_is_shared_alike), UNIT(a_shortfall_names_its_claims_its_pots_and_its_amount),
          UNIT(every_shortfall_is_the_sum_of_what_its_claims_lack_and_its_pots_are_used_up), UNIT(a_pot_is_left_to_the_claim_that_has_no_other),
          UNIT(thousands_of_claims_are_no_matter_and_disorder_is_refused))
