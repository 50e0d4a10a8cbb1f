#include "plan/market.h"

#include <math.h>
#include <string.h>

#include "base/elementary.h"
#include "base/random.h"

double market_demand_share(double price_share, double elasticity) {
  if (!(price_share > 0)) return 0;
  return round(elementary_exp(elasticity * elementary_log(price_share)) * 1e9) / 1e9;
}

double market_existing(const struct product *k, double own_mu, uint32_t t) {
  double kg = 0;
  bool own = false;
  for (uint32_t i = 0; i < k->grower_count; i++) {
    kg += k->growers[i].mu * worth_yield(k, k->growers[i].age + t);
    own |= !k->growers[i].neighbours;
  }
  if (!own) kg += own_mu * worth_yield(k, PLANNING_AGES); /* their age is not known: in full bearing */
  return kg * (1 + k->alternate);
}

void market_make(const struct product *k, uint32_t years, double own_mu, struct market *out) {
  memset(out, 0, sizeof *out);
  double most = 0, mu = 0;
  bool own = false;
  for (uint32_t t = 0; t < years; t++) {
    const double kg = market_existing(k, own_mu, t);
    if (kg > most) most = kg;
  }
  for (uint32_t i = 0; i < k->grower_count; i++) mu += k->growers[i].mu, own |= !k->growers[i].neighbours;
  out->existing_mu = own ? mu : mu + own_mu;
  out->existing = (int64_t)ceil(most);
  double best = 0;
  for (uint32_t t = 0; t < years; t++)
    if (worth_yield(k, t) > best) best = worth_yield(k, t);
  out->kg_mu = (int64_t)ceil(best * (1 + k->alternate));
  out->tier_count = k->tier_count;
  for (uint32_t i = 0; i < k->tier_count; i++) {
    out->price[i] = k->price.mid * k->tiers[i];
    out->demand[i] = (int64_t)floor(k->per_day * 1000 * (k->season_days + k->storage_days) * market_demand_share(k->tiers[i], k->elasticity));
    out->left[i] = out->demand[i] > out->existing ? out->demand[i] - out->existing : 0;
  }
}

/* ---- a forced area ---- */

/* kg in year t of `mu` planted evenly over the first years; the output of a year in which most trees bear well. */
static double new_output(const struct product *k, double mu, uint32_t over, uint32_t t) {
  double kg = 0;
  for (uint32_t y = 0; y < over && y <= t; y++) kg += mu / over * worth_yield(k, t - y);
  return kg * (1 + k->alternate);
}

static double old_output(const struct product *k, const struct market_case *c, uint32_t t) {
  return c->existing_mu < 0 ? market_existing(k, 0, t) : c->existing_mu * worth_yield(k, PLANNING_AGES) * (1 + k->alternate);
}

/* The price, as a share of today's, at which a year's output sells within the days it keeps; NAN below the lowest tier. */
static double clearing_share(const struct product *k, double kg, double keeps) {
  const double today = k->per_day * 1000 * keeps, lowest = k->tier_count ? k->tiers[k->tier_count - 1] : 1;
  if (kg <= today) return 1;
  const double share = today > 0 ? round(elementary_exp(elementary_log(kg / today) / k->elasticity) * 1e9) / 1e9 : 0;
  return share >= lowest ? share : NAN;
}

static void judge_years(const struct product *k, const struct market_case *c, double mu, struct market_verdict *v) {
  const double lowest = k->tier_count ? k->tiers[k->tier_count - 1] : 1, speed = k->per_day * 1000, stressed = k->stressed_per_day * 1000;
  v->keeps = k->season_days + k->storage_days;
  v->worst = 0;
  double old_mu = c->existing_mu;
  if (old_mu < 0) {
    old_mu = 0;
    for (uint32_t i = 0; i < k->grower_count; i++) old_mu += k->growers[i].mu;
  }
  const uint32_t over = c->over ? c->over : 1;
  for (uint32_t t = 0; t < MARKET_YEARS; t++) {
    struct market_year *y = &v->years[t];
    const double kg = old_output(k, c, t) + new_output(k, mu, over, t), share = clearing_share(k, kg, v->keeps);
    const double sold = speed * v->keeps * market_demand_share(lowest, k->elasticity), in_trouble = stressed * v->keeps;
    *y = (struct market_year){.year = t, .mu = old_mu + mu * (t + 1 < over ? t + 1 : over) / over, .output = (int64_t)kg, .price = isnan(share) ? NAN : share * k->price.mid,
                              .days = speed > 0 ? kg / speed : NAN, .stressed_days = stressed > 0 ? kg / stressed : NAN,
                              .unsold = isnan(share) ? (int64_t)(kg - sold) : 0, .stressed_unsold = stressed > 0 && kg > in_trouble ? (int64_t)(kg - in_trouble) : 0};
    if (y->output > v->years[v->worst].output) v->worst = t;
  }
}

static void judge(const struct product *k, const struct market_case *c, double mu, struct market_verdict *v) {
  judge_years(k, c, mu, v);
  const struct market_year *w = &v->years[v->worst];
  v->reasons = 0;
  v->share_farmland = c->farmland > 0 ? w->mu / c->farmland : NAN;
  v->share_households = c->households > 0 && c->mu_household > 0 ? w->mu / c->mu_household / c->households : NAN;
  double best = 0;
  for (uint32_t t = 0; t < MARKET_YEARS; t++)
    if (worth_yield(k, t) > best) best = worth_yield(k, t);
  const double lowest = k->price.mid * (k->tier_count ? k->tiers[k->tier_count - 1] : 1);
  v->income = best * (isnan(w->price) ? lowest : w->price) - k->cost_mu;
  if (w->unsold > 0) v->reasons |= MARKET_UNSOLD;
  if (v->share_farmland > k->most_farmland) v->reasons |= MARKET_FARMLAND;
  if (v->share_households > k->most_households) v->reasons |= MARKET_HOUSEHOLDS;
  if (w->stressed_unsold > 0) v->reasons |= MARKET_STRESSED;
  if (v->income < 0) v->reasons |= MARKET_LOSS;
  v->refused = v->reasons & ~(unsigned)MARKET_STRESSED;
}

static double two_halves(const struct range *r, double z) {
  const double x = r->mid + z / 1.2815515655446004 * (z > 0 ? r->high - r->mid : r->mid - r->low);
  return x > 0 ? x : 0;
}

/* A factor from 1/most to most, even in its logarithm. */
static double within(struct rng *r, double most) { return elementary_exp((2 * rng_unit(r) - 1) * elementary_log(most)); }

void market_judge(const struct product *k, const struct market_case *c, uint32_t draws, uint64_t seed, struct market_verdict *out) {
  memset(out, 0, sizeof *out);
  judge(k, c, c->mu, out);
  double low = 0, high = c->mu > 1 ? c->mu : 1;
  struct market_verdict v;
  for (int i = 0; i < 24 && !out->refused; i++) { /* until it would be refused */
    judge(k, c, high, &v);
    if (v.refused) break;
    low = high, high *= 2;
  }
  for (int i = 0; i < 40; i++) {
    judge(k, c, (low + high) / 2, &v);
    if (v.refused) high = (low + high) / 2;
    else low = (low + high) / 2;
  }
  out->most_mu = floor(low);
  uint32_t refused = 0;
  for (uint32_t d = 0; d < draws; d++) {
    struct rng r;
    struct product x = *k;
    rng_seed(&r, seed + 0x9E3779B97F4A7C15u * (d + 1));
    const double yield = two_halves(&k->yield_range, rng_normal(&r));
    for (uint32_t t = 0; t < PLANNING_AGES; t++) x.yield[t] *= yield;
    x.price.mid = two_halves(&k->price, rng_normal(&r));
    const double speed = within(&r, 2), survival = k->survival * within(&r, 4.0 / 3);
    x.per_day *= speed, x.stressed_per_day *= speed;
    x.survival = survival < 1 ? survival : 1;
    x.elasticity *= within(&r, 4.0 / 3), x.storage_days *= within(&r, 4.0 / 3);
    judge(&x, c, c->mu, &v);
    refused += v.refused;
  }
  out->draws = draws, out->refused_range = draws ? (double)refused / draws : NAN;
}
