#include "plan/flow.h"

#include <string.h>

#define WRONG(...) return err_set(e, ERR_INPUT, "this is a fault of whoever made the claims", __VA_ARGS__)
#define ENDLESS INT64_MAX

/* Edge i and its reverse i ^ 1; `room` is what may still flow. Edges in pairs: source to claim, claim to pot by `may`, pot to its parent or the sink. */
struct net {
  const struct flow_model *m;
  uint32_t nodes, edges, source, sink;
  uint32_t *to;
  int64_t *room;
  uint32_t *at, *list; /* edges of each node */
  uint32_t *depth, *next, *queue;
};

static uint32_t claim_node(uint32_t i) { return i; }
static uint32_t pot_node(const struct net *n, uint32_t j) { return n->m->claim_count + j; }
static uint32_t claim_edge(uint32_t i) { return 2 * i; }
static uint32_t may_edge(const struct net *n, uint32_t i) { return 2 * (n->m->claim_count + i); }
static uint32_t pot_edge(const struct net *n, uint32_t j) { return 2 * (n->m->claim_count + n->m->may_count + j); }

static enum status check(const struct flow_model *m, struct err *e) {
  __int128 sum = 0;
  for (uint32_t j = 0; j < m->pot_count; j++) {
    if (m->pots[j].limit < 0) WRONG("pot %u has a limit of %lld", j, (long long)m->pots[j].limit);
    if (m->pots[j].parent != FLOW_NONE && (m->pots[j].parent <= j || m->pots[j].parent >= m->pot_count)) WRONG("pot %u is part of pot %u, which does not come later", j, m->pots[j].parent);
  }
  for (uint32_t i = 0; i < m->claim_count; i++) {
    const struct flow_claim *c = &m->claims[i];
    if (c->owed < 0) WRONG("claim %u is owed %lld", i, (long long)c->owed);
    if (c->may_from > m->may_count || c->may_count > m->may_count - c->may_from) WRONG("claim %u names pots that are not there", i);
    sum += c->owed;
  }
  for (uint32_t i = 0; i < m->may_count; i++)
    if (m->may[i] >= m->pot_count) WRONG("pot %u may pay; there are %u", m->may[i], m->pot_count);
  if (sum > FLOW_AMOUNT_MAX) WRONG("the claims are too large to be added up: state them in a larger unit");
  return OK;
}

static void set_edge(struct net *n, uint32_t edge, uint32_t from, uint32_t to) { n->to[edge] = to, n->to[edge + 1] = from; }

static enum status net_make(struct arena *a, const struct flow_model *m, struct net *n, struct err *e) {
  *n = (struct net){.m = m, .nodes = m->claim_count + m->pot_count + 2, .edges = 2 * (m->claim_count + m->may_count + m->pot_count)};
  n->source = n->nodes - 2, n->sink = n->nodes - 1;
  ARENA_TRY(e, n->to = arena_array(a, n->edges + 2u, sizeof *n->to));
  ARENA_TRY(e, n->room = arena_array(a, n->edges + 2u, sizeof *n->room));
  ARENA_TRY(e, n->at = arena_array(a, n->nodes + 2u, sizeof *n->at));
  ARENA_TRY(e, n->list = arena_array(a, n->edges + 1u, sizeof *n->list));
  ARENA_TRY(e, n->depth = arena_array(a, n->nodes, sizeof *n->depth));
  ARENA_TRY(e, n->next = arena_array(a, n->nodes, sizeof *n->next));
  ARENA_TRY(e, n->queue = arena_array(a, n->nodes, sizeof *n->queue));
  for (uint32_t i = 0; i < m->claim_count; i++) {
    set_edge(n, claim_edge(i), n->source, claim_node(i));
    for (uint32_t k = m->claims[i].may_from; k < m->claims[i].may_from + m->claims[i].may_count; k++) set_edge(n, may_edge(n, k), claim_node(i), pot_node(n, m->may[k]));
  }
  for (uint32_t j = 0; j < m->pot_count; j++) set_edge(n, pot_edge(n, j), pot_node(n, j), m->pots[j].parent == FLOW_NONE ? n->sink : pot_node(n, m->pots[j].parent));
  for (uint32_t x = 0; x < n->edges; x++) n->at[n->to[x ^ 1] + 1]++;
  for (uint32_t v = 0; v < n->nodes; v++) n->at[v + 1] += n->at[v], n->next[v] = n->at[v];
  for (uint32_t x = 0; x < n->edges; x++) n->list[n->next[n->to[x ^ 1]]++] = x;
  return OK;
}

/* ---- Dinic: shortest ways first, all of one length at once ---- */

static bool measure(struct net *n) {
  uint32_t head = 0, tail = 0;
  memset(n->depth, 0xff, n->nodes * sizeof *n->depth);
  n->depth[n->source] = 0;
  n->queue[tail++] = n->source;
  while (head < tail) {
    const uint32_t v = n->queue[head++];
    for (uint32_t i = n->at[v]; i < n->at[v + 1]; i++) {
      const uint32_t x = n->list[i];
      if (!n->room[x] || n->depth[n->to[x]] != FLOW_NONE) continue;
      n->depth[n->to[x]] = n->depth[v] + 1;
      n->queue[tail++] = n->to[x];
    }
  }
  return n->depth[n->sink] != FLOW_NONE;
}

/* One way of the least length from the source, walked with `queue` as the edges taken; returns what it carries. */
static int64_t walk(struct net *n) {
  uint32_t v = n->source, length = 0;
  while (v != n->sink) {
    bool on = false;
    for (; n->next[v] < n->at[v + 1] && !on; n->next[v] += !on) {
      const uint32_t x = n->list[n->next[v]];
      on = n->room[x] && n->depth[n->to[x]] == n->depth[v] + 1;
      if (on) n->queue[length++] = x;
    }
    if (on) v = n->to[n->queue[length - 1]];
    else if (!length) return 0;
    else { /* a dead end: never again by this edge */
      v = n->to[n->queue[--length] ^ 1];
      n->next[v]++;
    }
  }
  int64_t most = ENDLESS;
  for (uint32_t i = 0; i < length; i++)
    if (n->room[n->queue[i]] < most) most = n->room[n->queue[i]];
  for (uint32_t i = 0; i < length; i++) {
    if (n->room[n->queue[i]] != ENDLESS) n->room[n->queue[i]] -= most;
    if (n->room[n->queue[i] ^ 1] != ENDLESS) n->room[n->queue[i] ^ 1] += most;
  }
  return most;
}

static void augment(struct net *n) {
  while (measure(n)) {
    memcpy(n->next, n->at, n->nodes * sizeof *n->next);
    while (walk(n)) {}
  }
}

/* Nothing flows yet; each claim may take `cap`. */
static void pour(struct net *n, const int64_t *cap) {
  const struct flow_model *m = n->m;
  memset(n->room, 0, n->edges * sizeof *n->room);
  for (uint32_t i = 0; i < m->claim_count; i++) n->room[claim_edge(i)] = cap[i];
  for (uint32_t i = 0; i < m->may_count; i++) n->room[may_edge(n, i)] = ENDLESS;
  for (uint32_t j = 0; j < m->pot_count; j++) n->room[pot_edge(n, j)] = m->pots[j].limit;
  augment(n);
}

/* ---- shares ---- */

struct share { bool *active, *counted, *stuck; int64_t *cap; }; /* stuck: there is no way for more, nor will there be while nothing is poured anew */

/* After `augment`, depth says what is on the source's side of the least cut. The share that the active claims there can have; false: nobody is short. */
static bool next_share(const struct net *n, const struct share *s, int64_t *part, int64_t *of) {
  *part = *of = 0;
  int64_t lacking = 0;
  for (uint32_t i = 0; i < n->m->claim_count; i++) {
    lacking += n->room[claim_edge(i)];
    if (s->active[i] && n->depth[claim_node(i)] != FLOW_NONE) *part += s->cap[i], *of += n->m->claims[i].owed;
  }
  *part -= lacking;
  if (*part < 0) *part = 0;
  return lacking > 0;
}

/* Up to so much more for a claim, if there is a way. */
static bool give(struct net *n, struct share *s, uint32_t i, int64_t most) {
  const int64_t lacks = n->m->claims[i].owed - s->cap[i], more = lacks < most ? lacks : most;
  if (more <= 0 || s->stuck[i]) return false;
  n->room[claim_edge(i)] = more;
  augment(n);
  if (n->room[claim_edge(i)]) /* all that it reaches is closed */
    for (uint32_t k = 0; k < n->m->claim_count; k++) s->stuck[k] |= n->depth[claim_node(k)] != FLOW_NONE;
  const int64_t got = more - n->room[claim_edge(i)];
  s->cap[i] += got;
  n->room[claim_edge(i)] = 0;
  return got > 0;
}

/* The claims of one rank: the largest share that all can have, then those who could have more, until none can. */
static void fill_rank(struct net *n, struct share *s, uint32_t rank) {
  const struct flow_model *m = n->m;
  uint32_t left = 0;
  for (uint32_t i = 0; i < m->claim_count; i++) left += s->active[i] = m->claims[i].rank == rank && m->claims[i].owed;
  while (left) {
    int64_t part, of;
    memset(s->counted, 0, m->claim_count * sizeof *s->counted);
    memset(s->stuck, 0, m->claim_count * sizeof *s->stuck);
    for (uint32_t i = 0; i < m->claim_count; i++)
      if (s->active[i]) s->cap[i] = m->claims[i].owed;
    for (pour(n, s->cap); next_share(n, s, &part, &of); pour(n, s->cap)) { /* Newton: each cut gives a smaller share, until it can be paid */
      for (uint32_t i = 0; i < m->claim_count; i++) {
        if (!s->active[i]) continue;
        s->counted[i] = n->depth[claim_node(i)] != FLOW_NONE;
        s->cap[i] = (int64_t)((__int128)m->claims[i].owed * part / of);
      }
    }
    uint32_t tight = 0;
    bool any = false;
    for (uint32_t i = 0; i < m->claim_count; i++) { /* units that rounding left; who cannot have one has what it gets */
      any |= s->counted[i];
      if (s->counted[i] && !give(n, s, i, 1)) s->active[i] = false, tight++;
    }
    for (uint32_t i = 0; i < m->claim_count && !tight; i++)
      if (s->active[i] && (s->counted[i] || !any)) s->active[i] = false, tight++;
    left -= tight;
  }
  for (uint32_t i = 0; i < m->claim_count; i++)
    if (m->claims[i].rank == rank) (void)give(n, s, i, m->claims[i].owed);
}

/* ---- what is short, and why ---- */

static uint32_t root(uint32_t *group, uint32_t v) {
  while (group[v] != v) v = group[v] = group[group[v]];
  return v;
}

static void name_shortfalls(const struct net *n, uint32_t *group, struct flowed *out) {
  const struct flow_model *m = n->m;
  for (uint32_t v = 0; v < n->nodes; v++) group[v] = v;
  for (uint32_t x = 0; x < n->edges; x++) { /* what reaches each other on the short side */
    uint32_t a = n->to[x ^ 1], b = n->to[x];
    if (!n->room[x] || a == n->source || b == n->source || n->depth[a] == FLOW_NONE || n->depth[b] == FLOW_NONE) continue;
    a = root(group, a), b = root(group, b);
    if (a < b) group[b] = a;
    else group[a] = b;
  }
  uint32_t *number = n->next; /* of each root */
  memset(number, 0xff, n->nodes * sizeof *number);
  for (uint32_t i = 0; i < m->claim_count; i++) {
    out->claim_in[i] = FLOW_NONE;
    if (n->depth[claim_node(i)] == FLOW_NONE) continue;
    uint32_t *at = &number[root(group, claim_node(i))];
    if (*at == FLOW_NONE) *at = out->shortfall_count++;
    out->claim_in[i] = *at;
    out->shortfalls[*at].claims++;
    out->shortfalls[*at].amount += m->claims[i].owed - out->paid[i];
  }
  for (uint32_t j = 0; j < m->pot_count; j++) {
    out->pot_in[j] = FLOW_NONE;
    const uint32_t v = pot_node(n, j);
    if (n->depth[v] == FLOW_NONE || n->depth[n->to[pot_edge(n, j)]] != FLOW_NONE) continue;
    out->pot_in[j] = number[root(group, v)];
    if (out->pot_in[j] != FLOW_NONE) out->shortfalls[out->pot_in[j]].pots++;
  }
}

static enum status solve_in(struct arena *a, struct arena *scratch, const struct flow_model *m, struct flowed *out, struct err *e) {
  struct net n;
  struct share s;
  uint32_t *group;
  TRY(net_make(scratch, m, &n, e));
  ARENA_TRY(e, s.active = arena_array(scratch, m->claim_count + 1u, sizeof *s.active));
  ARENA_TRY(e, s.counted = arena_array(scratch, m->claim_count + 1u, sizeof *s.counted));
  ARENA_TRY(e, s.stuck = arena_array(scratch, m->claim_count + 1u, sizeof *s.stuck));
  ARENA_TRY(e, s.cap = arena_array(scratch, m->claim_count + 1u, sizeof *s.cap));
  ARENA_TRY(e, group = arena_array(scratch, n.nodes, sizeof *group));
  ARENA_TRY(e, out->paid = arena_array(a, m->claim_count + 1u, sizeof *out->paid));
  ARENA_TRY(e, out->from = arena_array(a, m->may_count + 1u, sizeof *out->from));
  ARENA_TRY(e, out->used = arena_array(a, m->pot_count + 1u, sizeof *out->used));
  ARENA_TRY(e, out->shortfalls = arena_array(a, m->claim_count + 1u, sizeof *out->shortfalls));
  ARENA_TRY(e, out->claim_in = arena_array(a, m->claim_count + 1u, sizeof *out->claim_in));
  ARENA_TRY(e, out->pot_in = arena_array(a, m->pot_count + 1u, sizeof *out->pot_in));
  pour(&n, s.cap);
  for (int64_t done = -1;;) { /* ranks as they rise */
    int64_t rank = -1;
    for (uint32_t i = 0; i < m->claim_count; i++)
      if ((int64_t)m->claims[i].rank > done && (rank < 0 || (int64_t)m->claims[i].rank < rank)) rank = m->claims[i].rank;
    if (rank < 0) break;
    fill_rank(&n, &s, (uint32_t)rank);
    done = rank;
  }
  for (uint32_t i = 0; i < m->claim_count; i++) {
    out->paid[i] = s.cap[i];
    out->unpaid += m->claims[i].owed - s.cap[i];
    n.room[claim_edge(i)] = m->claims[i].owed - s.cap[i];
  }
  for (uint32_t i = 0; i < m->may_count; i++) out->from[i] = n.room[may_edge(&n, i) + 1];
  for (uint32_t j = 0; j < m->pot_count; j++) out->used[j] = n.room[pot_edge(&n, j) + 1];
  (void)measure(&n);
  name_shortfalls(&n, group, out);
  return OK;
}

enum status flow_solve(struct arena *a, const struct flow_model *m, struct flowed *out, struct err *e) {
  struct arena scratch;
  *out = (struct flowed){0};
  TRY(check(m, e));
  arena_init(&scratch, 0);
  enum status st = solve_in(a, &scratch, m, out, e);
  arena_drop(&scratch);
  return st;
}
