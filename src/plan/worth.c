#include "plan/worth.h"

#include <math.h>
#include <string.h>

void worth_scale_make(const struct planning_settings *s, struct worth_scale *out) {
  *out = (struct worth_scale){.horizon = s->horizon, .years = s->horizon + WORTH_TERMINAL, .bottom = s->bottom, .objective = s->objective};
  double w = 1;
  for (uint32_t t = 0; t < out->years; t++) {
    out->weight[t] = w;
    w /= 1 + s->discount;
  }
}

void worth_income_stream(const struct worth_scale *w, const struct measure *x, struct worth_part *out) {
  memset(out, 0, sizeof *out);
  out->success = x->success;
  if (x->effect != EFFECT_INCOME && x->effect != EFFECT_PER_HEAD) return;
  const double amount[3] = {x->income.low, x->income.mid, x->income.high};
  for (uint32_t t = x->from_year; t < w->years && (!x->lasts || t < x->from_year + x->lasts); t++)
    for (int i = 0; i < 3; i++) out->add[i][t] = amount[i];
}

double worth_yield(const struct product *k, uint32_t age) {
  if (!k->yield_count) return 0;
  return k->yield[age < k->yield_count ? age : k->yield_count - 1] * k->survival;
}

void worth_product_stream(const struct worth_scale *w, const struct product *k, double price_share, struct worth_part *out) {
  memset(out, 0, sizeof *out);
  out->success = 1;
  const double mid = k->price.mid > 0 ? k->price.mid : 1;
  const double dy[3] = {1 - k->yield_range.low, 0, k->yield_range.high - 1}, dp[3] = {1 - k->price.low / mid, 0, k->price.high / mid - 1};
  for (int i = 0; i < 3; i++) {
    const double off = sqrt(dy[i] * dy[i] + dp[i] * dp[i]); /* yields and prices err apart */
    const double factor = i == 0 ? (off < 1 ? 1 - off : 0) : i == 1 ? 1 : 1 + off;
    uint32_t bearing = 0;
    for (uint32_t t = 0; t < w->years; t++) {
      double kg = worth_yield(k, t);
      if (!(kg > 0)) continue;
      kg *= bearing++ % 2 ? 1 - k->alternate : 1 + k->alternate;
      const double net = kg * factor * price_share * k->price.mid - k->cost_mu;
      out->add[i][t] = net > 0 ? net : 0;
    }
  }
}

void worth_part_add(struct worth_part *to, const struct worth_part *from, double times) {
  for (int i = 0; i < 3; i++)
    for (uint32_t t = 0; t < WORTH_YEARS; t++) to->add[i][t] += from->add[i][t] * times;
  to->success = from->success;
}

static double gap(const struct worth_scale *w, const struct worth_person *h, double welfare) {
  const double y = welfare > w->bottom ? welfare : w->bottom;
  return y < h->line ? (h->line - y) / h->line : 0;
}

/* Adds the discounted gaps that are left, to the powers 0, 1, 2. Years of the same income are taken together. */
static void after(const struct worth_scale *w, const struct worth_person *h, const double *add, double share, double *sum) {
  for (uint32_t t = 0; t < w->years;) {
    const double same = add[t], g = gap(w, h, h->welfare + same / h->persons);
    double x = 0;
    for (; t < w->years && add[t] == same; t++) x += w->weight[t];
    if (!(g > 0)) continue;
    x *= share;
    sum[OBJECTIVE_FGT0] += x, sum[OBJECTIVE_FGT1] += x * g, sum[OBJECTIVE_FGT2] += x * g * g;
  }
}

/* Sums over how the parts turn out; what is left of poverty, by the weights of `w`. */
static void expected(const struct worth_scale *w, const struct worth_person *h, const struct worth_part *const *parts, uint32_t count, double *left) {
  static const double weight[3] = {0.3, 0.4, 0.3};
  uint32_t sure = 0;
  for (uint32_t k = 0; k < count; k++) sure |= parts[k]->success >= 1 ? 1u << k : 0;
  for (uint32_t works = 0; works < 1u << count; works++) { /* which parts turn out well */
    if ((works & sure) != sure) continue;
    double share = 1;
    for (uint32_t k = 0; k < count; k++)
      if (!(sure >> k & 1)) share *= works >> k & 1 ? parts[k]->success : 1 - parts[k]->success;
    if (!(share > 0)) continue;
    for (int i = 0; i < 3; i++) {
      double add[WORTH_YEARS] = {0};
      for (uint32_t k = 0; k < count; k++)
        for (uint32_t t = 0; t < w->years && works >> k & 1; t++) add[t] += parts[k]->add[i][t];
      after(w, h, add, share * weight[i], left);
    }
  }
}

struct worth worth_of(const struct worth_scale *w, const struct worth_person *h, const struct worth_part *const *parts, uint32_t count, double score_after) {
  double left[OBJECTIVE_COUNT] = {0}, all = 0;
  const double g = gap(w, h, h->welfare);
  for (uint32_t t = 0; t < w->years; t++) all += w->weight[t];
  struct worth out = {{0}};
  if (g > 0) {
    expected(w, h, parts, count, left);
    out.of[OBJECTIVE_FGT0] = h->persons * (all - left[OBJECTIVE_FGT0]);
    out.of[OBJECTIVE_FGT1] = h->persons * (all * g - left[OBJECTIVE_FGT1]);
    out.of[OBJECTIVE_FGT2] = h->persons * (all * g * g - left[OBJECTIVE_FGT2]);
  }
  out.of[OBJECTIVE_M0] = h->persons * all * (h->score - score_after);
  for (int o = 0; o < OBJECTIVE_COUNT; o++)
    if (!(out.of[o] > 0)) out.of[o] = 0; /* rounding; nothing planned takes income away */
  return out;
}

struct worth worth_left(const struct worth_scale *w, const struct worth_person *h, const struct worth_part *const *parts, uint32_t count, double score_after, uint32_t t) {
  struct worth_scale one = *w;
  double left[OBJECTIVE_COUNT] = {0};
  for (uint32_t y = 0; y < w->years; y++) one.weight[y] = y == t;
  expected(&one, h, parts, count, left);
  struct worth out;
  for (int o = 0; o < OBJECTIVE_COUNT; o++) out.of[o] = h->persons * left[o];
  out.of[OBJECTIVE_M0] = h->persons * score_after;
  return out;
}

struct worth worth_sure(const struct worth_scale *w, const struct worth_person *h, const struct worth_stream *streams, uint32_t count, double score_after) {
  double left[OBJECTIVE_COUNT] = {0}, all = 0;
  const double g = gap(w, h, h->welfare);
  struct worth out = {{0}};
  for (uint32_t t = 0; t < w->years; t++) all += w->weight[t];
  uint32_t sure = 0;
  for (uint32_t k = 0; k < count; k++) sure |= streams[k].success >= 1 ? 1u << k : 0;
  for (uint32_t works = 0; works < 1u << count && g > 0; works++) {
    if ((works & sure) != sure) continue;
    double share = 1, add[WORTH_YEARS] = {0};
    for (uint32_t k = 0; k < count; k++) {
      if (!(sure >> k & 1)) share *= works >> k & 1 ? streams[k].success : 1 - streams[k].success;
      for (uint32_t t = 0; t < w->years && works >> k & 1; t++) add[t] += streams[k].add[t] * streams[k].times;
    }
    if (share > 0) after(w, h, add, share, left);
  }
  if (g > 0) {
    out.of[OBJECTIVE_FGT0] = all - left[OBJECTIVE_FGT0];
    out.of[OBJECTIVE_FGT1] = all * g - left[OBJECTIVE_FGT1];
    out.of[OBJECTIVE_FGT2] = all * g * g - left[OBJECTIVE_FGT2];
  }
  out.of[OBJECTIVE_M0] = all * (h->score - score_after);
  for (int o = 0; o < OBJECTIVE_COUNT; o++) out.of[o] = out.of[o] > 0 ? h->persons * out.of[o] : 0;
  return out;
}

double worth_value(const struct worth_scale *w, const struct worth_person *h, const struct worth_part *const *parts, uint32_t count, double score_after, enum objective o) {
  return worth_of(w, h, parts, count, score_after).of[o];
}
