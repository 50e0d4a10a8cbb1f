#include "plan/market.h"

#include <math.h>
#include <string.h>

double market_demand_share(double price_share, double elasticity) {
  if (!(price_share > 0)) return 0;
  return round(exp(elasticity * log(price_share)) * 1e9) / 1e9;
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
