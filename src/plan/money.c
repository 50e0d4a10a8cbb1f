#include "plan/money.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- kinds of funds and where they lie ---- */

static enum status find_kinds(struct money *m, const struct planning *n, struct err *e) {
  for (uint32_t f = 0; f < n->fund_count; f++) {
    const struct fund *x = &n->funds[f];
    uint32_t k = 0;
    while (k < m->kind_count && (strcmp(m->kinds[k].name, x->name) || m->kinds[k].pays != x->pays || m->kinds[k].pays_guarantees != x->pays_guarantees)) k++;
    if (k < m->kind_count) continue;
    if (k == MONEY_KINDS) return err_set(e, ERR_LIMIT, "join those that pay the same", "more than %u kinds of funds", MONEY_KINDS);
    m->kinds[m->kind_count++] = (struct money_kind){x->name, x->pays, x->pays_guarantees, x->option, f};
  }
  return OK;
}

static uint32_t kind_of(const struct money *m, const struct fund *x) {
  uint32_t k = 0;
  while (strcmp(m->kinds[k].name, x->name) || m->kinds[k].pays != x->pays || m->kinds[k].pays_guarantees != x->pays_guarantees) k++;
  return k;
}

static uint32_t county(const struct programme *p, uint32_t area) { return area == PLANNING_EVERYWHERE || area >= p->area_count ? UINT32_MAX : sample_area_at(p, area, p->home_level); }

static enum status find_areas(struct arena *a, struct money *m, const struct people *people, struct err *e) {
  const struct programme *p = m->programme;
  const struct planning *n = m->planning;
  m->pooled = true;
  for (uint32_t f = 0; f < n->fund_count; f++) {
    const uint32_t area = n->funds[f].area;
    if (area == PLANNING_EVERYWHERE || p->areas[area].level < p->home_level) continue;
    if (p->areas[area].level > p->home_level)
      return err_set(e, ERR_INPUT, "give it to the county, and say what may be done where by capacities", "the fund \"%s\" lies at %s, below the level at which money is planned", n->funds[f].name, p->areas[area].code);
    m->pooled = false;
  }
  ARENA_TRY(e, m->area_of_village = arena_array(a, people->village_count + 1u, sizeof *m->area_of_village));
  ARENA_TRY(e, m->areas = arena_array(a, p->area_count + 1u, sizeof *m->areas));
  if (m->pooled) {
    m->areas[m->area_count++] = PLANNING_EVERYWHERE;
    return OK;
  }
  uint32_t *at;
  ARENA_TRY(e, at = arena_array(a, p->area_count + 1u, sizeof *at));
  for (uint32_t i = 0; i < p->area_count; i++) { /* counties in the programme's order, so that nothing depends on who is planned for first */
    at[i] = UINT32_MAX;
    bool there = false;
    for (uint32_t v = 0; v < people->village_count && p->areas[i].level == p->home_level && !there; v++) there = county(p, people->villages[v].area) == i;
    if (there) at[i] = m->area_count, m->areas[m->area_count++] = i;
  }
  for (uint32_t v = 0; v < people->village_count; v++) {
    const uint32_t c = county(p, people->villages[v].area);
    m->area_of_village[v] = c == UINT32_MAX ? UINT32_MAX : at[c];
  }
  return OK;
}

static bool under(const struct programme *p, uint32_t area, uint32_t above) {
  while (area != UINT32_MAX && area < p->area_count) {
    if (area == above) return true;
    area = p->areas[area].parent;
  }
  return false;
}

struct share { uint32_t area; int64_t units; double rest; };
static int by_rest(const void *x, const void *y) {
  const struct share *a = x, *b = y;
  if (a->rest != b->rest) return a->rest > b->rest ? -1 : 1;
  return (a->area > b->area) - (a->area < b->area);
}

/* A fund's amount to the money areas under its own, by persons; what is left of rounding goes to the largest remainders. */
static void allot(const struct money *m, const struct fund *x, const double *persons, struct share *shares, int64_t *table, uint32_t year) {
  const int64_t amount = (int64_t)floor(x->amount);
  const uint32_t k = kind_of(m, x);
  double all = 0;
  uint32_t count = 0;
  for (uint32_t a = 0; a < m->area_count; a++)
    if (m->pooled || x->area == PLANNING_EVERYWHERE || under(m->programme, m->areas[a], x->area)) shares[count++].area = a, all += persons[a];
  int64_t given = 0;
  for (uint32_t i = 0; i < count; i++) {
    const double part = all > 0 ? (double)amount * persons[shares[i].area] / all : 0;
    shares[i].units = (int64_t)floor(part), shares[i].rest = part - floor(part);
    given += shares[i].units;
  }
  qsort(shares, count, sizeof *shares, by_rest);
  for (uint32_t i = 0; i < count; i++) *money_at(m, table, year, shares[i].area, k) += shares[i].units + (all > 0 && given < amount ? given++, 1 : 0);
}

static enum status fill(struct arena *a, struct money *m, const struct people *people, struct err *e) {
  const struct planning *n = m->planning;
  double *persons;
  struct share *shares;
  ARENA_TRY(e, persons = arena_array(a, m->area_count + 1u, sizeof *persons));
  ARENA_TRY(e, shares = arena_array(a, m->area_count + 1u, sizeof *shares));
  ARENA_TRY(e, m->has_funds = arena_array(a, m->years + 1u, sizeof *m->has_funds));
  const size_t cells = (size_t)m->years * m->area_count * m->kind_count + 1u;
  ARENA_TRY(e, m->had = arena_array(a, cells, sizeof *m->had));
  for (uint32_t v = 0; v < people->village_count; v++)
    if (m->area_of_village[v] != UINT32_MAX) persons[m->area_of_village[v]] += people->villages[v].persons;
  for (uint32_t f = 0; f < n->fund_count; f++) {
    const struct fund *x = &n->funds[f];
    if (x->year < m->year || x->year >= m->year + (int32_t)m->years) continue;
    m->has_funds[x->year - m->year] = true;
    allot(m, x, persons, shares, m->had, (uint32_t)(x->year - m->year));
  }
  ARENA_TRY(e, m->left = arena_copy(a, m->had, cells * sizeof *m->had));
  return OK;
}

/* ---- guarantees ---- */

static unsigned bits(uint64_t x) { return (unsigned)__builtin_popcountll(x); }

struct turn { uint32_t kind; unsigned other; };
static int by_other(const void *x, const void *y) {
  const struct turn *a = x, *b = y;
  if (a->other != b->other) return a->other < b->other ? -1 : 1;
  return (a->kind > b->kind) - (a->kind < b->kind);
}

/* A flow from the claims of one area to its kinds of funds: claims in the order of the programme, each by augmenting paths over
 * funds that may pay it, so that a claim is short only when no rearrangement of the earlier ones helps. */
struct flow {
  uint32_t left_count, right_count;
  const uint64_t *may;   /* left: bit k = right k */
  int64_t *room;         /* right: what is left of it */
  int64_t *sent;         /* [left][right] */
  const uint32_t *order; /* right nodes, the one to draw on first */
};

static int64_t augment(struct flow *f, uint32_t claim, int64_t want, uint64_t *seen) {
  for (uint32_t i = 0; i < f->right_count; i++) {
    const uint32_t k = f->order[i];
    if (!(f->may[claim] >> k & 1) || !f->room[k] || (*seen >> k & 1)) continue;
    const int64_t take = f->room[k] < want ? f->room[k] : want;
    f->room[k] -= take, f->sent[(size_t)claim * f->right_count + k] += take;
    return take;
  }
  for (uint32_t i = 0; i < f->right_count; i++) { /* nothing free: have somebody else move to another fund */
    const uint32_t k = f->order[i];
    if (!(f->may[claim] >> k & 1) || (*seen >> k & 1)) continue;
    *seen |= (uint64_t)1 << k;
    for (uint32_t other = 0; other < f->left_count; other++) {
      int64_t *held = &f->sent[(size_t)other * f->right_count + k];
      if (other == claim || !*held) continue;
      const int64_t moved = augment(f, other, *held < want ? *held : want, seen);
      if (!moved) continue;
      *held -= moved, f->sent[(size_t)claim * f->right_count + k] += moved;
      return moved;
    }
  }
  return 0;
}

static enum status flow_run(struct arena *a, struct flow *f, const int64_t *want, int64_t *got, struct err *e) {
  ARENA_TRY(e, f->sent = arena_array(a, (size_t)f->left_count * f->right_count + 1u, sizeof *f->sent));
  for (uint32_t c = 0; c < f->left_count; c++) {
    got[c] = 0;
    while (got[c] < want[c]) {
      uint64_t seen = 0;
      const int64_t step = augment(f, c, want[c] - got[c], &seen);
      if (!step) break;
      got[c] += step;
    }
  }
  return OK;
}

static enum status pay_guarantees(struct arena *a, struct money *m, const struct people *people, struct err *e) {
  const struct planning *n = m->planning;
  if (!n->guarantee_count) return OK;
  ARENA_TRY(e, m->claims = arena_array(a, (size_t)m->area_count * n->guarantee_count + 1u, sizeof *m->claims));
  uint64_t may[16] = {0};
  struct turn turns[MONEY_KINDS];
  uint32_t order[MONEY_KINDS];
  for (uint32_t k = 0; k < m->kind_count; k++) {
    turns[k] = (struct turn){k, bits(m->kinds[k].pays) * 32u + bits(m->kinds[k].pays_guarantees)};
    for (uint32_t g = 0; g < n->guarantee_count; g++) may[g] |= (uint64_t)(m->kinds[k].pays_guarantees >> g & 1) << k;
  }
  qsort(turns, m->kind_count, sizeof *turns, by_other);
  for (uint32_t k = 0; k < m->kind_count; k++) order[k] = turns[k].kind;
  for (uint32_t area = 0; area < m->area_count; area++) {
    double owed[16] = {0};
    int64_t want[16] = {0}, got[16] = {0};
    for (uint32_t i = 0; i < people->count; i++)
      if (m->area_of_village[people->village[i]] == area)
        for (uint32_t g = 0; g < n->guarantee_count; g++) owed[g] += people->owed[g][i];
    for (uint32_t g = 0; g < n->guarantee_count; g++) want[g] = (int64_t)ceil(owed[g]);
    struct flow f = {.left_count = n->guarantee_count, .right_count = m->kind_count, .may = may, .room = money_at(m, m->left, 0, area, 0), .order = order};
    TRY(flow_run(a, &f, want, got, e));
    for (uint32_t g = 0; g < n->guarantee_count; g++) {
      m->claims[m->claim_count++] = (struct money_claim){area, g, want[g], got[g]};
      m->owed += want[g], m->paid += got[g];
    }
  }
  return OK;
}

/* ---- purses ---- */

static enum status find_purses(struct money *m, struct err *e) {
  const struct planning *n = m->planning;
  uint64_t own[PLANNING_MEASURES];
  for (uint32_t x = 0; x < n->measure_count; x++) {
    own[x] = 0;
    for (uint32_t k = 0; k < m->kind_count; k++)
      if (m->kinds[k].pays >> x & 1) own[x] |= (uint64_t)1 << k;
    const bool costs = n->measures[x].cost > 0 || n->measures[x].upkeep > 0;
    if (!costs) continue;
    if (!own[x]) {
      m->unpaid |= (uint64_t)1 << x;
      continue;
    }
    for (uint32_t i = 0, had = m->purse_count; i <= had; i++) { /* alone, and with every union there is that shares a fund with it: sets that share none add up by themselves */
      if (i < had && !(own[x] & m->purses[i].kinds)) continue;
      const uint64_t set = own[x] | (i < had ? m->purses[i].kinds : 0);
      uint32_t j = 0;
      while (j < m->purse_count && m->purses[j].kinds != set) j++;
      if (j < m->purse_count) continue;
      if (j == MONEY_PURSES) return err_set(e, ERR_LIMIT, "let a fund pay fewer kinds of measures, or funds pay the same ones", "the funds overlap in more than %u ways", MONEY_PURSES);
      m->purses[m->purse_count++].kinds = set;
    }
  }
  for (uint32_t j = 0; j < m->purse_count; j++)
    for (uint32_t x = 0; x < n->measure_count; x++)
      if (own[x] && !(own[x] & ~m->purses[j].kinds)) m->purses[j].measures |= (uint64_t)1 << x;
  return OK;
}

enum status money_make(struct arena *a, const struct people *p, int32_t year, uint32_t years, struct money *out, struct err *e) {
  *out = (struct money){.programme = p->programme, .planning = p->planning, .year = year, .years = years};
  TRY(find_kinds(out, p->planning, e));
  TRY(find_areas(a, out, p, e));
  TRY(fill(a, out, p, e));
  TRY(pay_guarantees(a, out, p, e));
  return find_purses(out, e);
}

int64_t money_purse(const struct money *m, uint32_t year, uint32_t area, uint32_t purse) {
  int64_t sum = 0;
  for (uint32_t k = 0; k < m->kind_count; k++)
    if (m->purses[purse].kinds >> k & 1) sum += *money_at(m, m->left, year, area, k);
  return sum;
}

enum status money_divide(struct arena *a, const struct money *m, uint32_t year, uint32_t area, const int64_t *spent, int64_t *from, struct err *e) {
  const struct planning *n = m->planning;
  uint64_t may[PLANNING_MEASURES];
  int64_t got[PLANNING_MEASURES], *room;
  uint32_t order[MONEY_KINDS];
  struct turn turns[MONEY_KINDS];
  for (uint32_t x = 0; x < n->measure_count; x++) {
    may[x] = 0;
    for (uint32_t k = 0; k < m->kind_count; k++) may[x] |= (uint64_t)(m->kinds[k].pays >> x & 1) << k;
  }
  for (uint32_t k = 0; k < m->kind_count; k++) turns[k] = (struct turn){k, bits(m->kinds[k].pays)};
  qsort(turns, m->kind_count, sizeof *turns, by_other);
  for (uint32_t k = 0; k < m->kind_count; k++) order[k] = turns[k].kind;
  ARENA_TRY(e, room = arena_copy(a, money_at(m, m->left, year, area, 0), m->kind_count * sizeof *room));
  struct flow f = {.left_count = n->measure_count, .right_count = m->kind_count, .may = may, .room = room, .order = order};
  TRY(flow_run(a, &f, spent, got, e));
  for (uint32_t x = 0; x < n->measure_count; x++)
    if (got[x] < spent[x]) return err_set(e, ERR_INTERNAL, "please report this", "no fund is left for \"%s\"", n->measures[x].name);
  memcpy(from, f.sent, (size_t)n->measure_count * m->kind_count * sizeof *from);
  return OK;
}
