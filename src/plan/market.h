/* market.h - what a market takes: quantities at falling prices, who sells there already, and what a forced area would do.
 *
 * A product sells `per_day` tonnes a day at today's price on normal transport. What is harvested must be sold before it spoils: within the season and
 * the storage life. So at today's price a year's sales are at most per_day x (season + storage days); at a price r times today's demand is r^elasticity
 * times that (constant elasticity, below 0). These are the *tiers*: quantity by price. Who grows the product already, here and in the neighbourhood,
 * sells in the same market and is counted first, at the output of the year in which most is harvested; only what is left of a tier can be planned.
 *
 * `market_judge` answers the question that was not asked before the glut: if this area is planted, what is harvested year by year, at what price does
 * it sell, how many days does it take to clear against the days it keeps, on normal and on disturbed transport, what share of the farmland and of
 * the households hangs on it; and, over the range of what is only assumed, in what share of the range it would be refused.
 *
 * Units: mu, kg, currency units a kg, days. */
#ifndef PLAN_MARKET_H
#define PLAN_MARKET_H

#include "plan/worth.h"

struct market { /* of one product */
  uint32_t tier_count;
  double price[PLANNING_TIERS];    /* currency units a kg, falling */
  int64_t demand[PLANNING_TIERS];  /* kg a year in all at that price */
  int64_t left[PLANNING_TIERS];    /* kg a year that can be added */
  double existing_mu;
  int64_t existing;                /* kg in the year with most of them */
  int64_t kg_mu;                   /* of a new mu in its best year */
};

/* `own_mu`: what the register says is grown by its households; used where the programme names no growers of its own area. */
void market_make(const struct product *k, uint32_t years, double own_mu, struct market *out);
/* kg harvested by those who grow it already in year t from now. */
double market_existing(const struct product *k, double own_mu, uint32_t t);
/* r^elasticity, rounded to nine digits so that it is the same everywhere. */
double market_demand_share(double price_share, double elasticity);

/* ---- a forced area, year by year ---- */

#define MARKET_YEARS 20u

struct market_year {
  uint32_t year;
  double mu;                   /* planted, old and new */
  int64_t output;              /* kg: old and new */
  double price;                /* at which all of it would sell within the days it keeps, normal transport; NAN = at no tier's price */
  double days, stressed_days;  /* to clear at today's price */
  int64_t unsold, stressed_unsold; /* kg that spoils, at the lowest tier's price; at today's price on disturbed transport */
};

enum market_reason { MARKET_UNSOLD = 1, MARKET_FARMLAND = 2, MARKET_HOUSEHOLDS = 4, MARKET_STRESSED = 8 /* a warning, no refusal */, MARKET_LOSS = 16 /* the price does not pay for the crop */ };

struct market_case { /* what somebody wants planted */
  double mu;                   /* new */
  uint32_t over;               /* years that the planting takes, evenly; 1 = at once */
  double existing_mu;          /* negative = the programme's growers */
  double farmland, households, mu_household; /* of the place; 0 = not known: shares are not judged */
};

struct market_verdict {
  unsigned reasons;            /* bits of enum market_reason */
  bool refused;
  double keeps;                /* days */
  struct market_year years[MARKET_YEARS];
  uint32_t worst;              /* index of the year with the most output */
  double share_farmland, share_households; /* NAN = not known */
  double income;               /* of a new mu in its best year at the price it clears at, after cost; negative = it does not pay */
  double most_mu;              /* new area that would still be allowed */
  double refused_range;        /* share of the draws over what is assumed in which it is refused */
  uint32_t draws;
};

/* Judges by the product as given, then over `draws` draws from the ranges of what is only assumed: yields and price by their ranges, sales a day between half and
 * double, elasticity, survival, storage life by a third either way. */
void market_judge(const struct product *k, const struct market_case *c, uint32_t draws, uint64_t seed, struct market_verdict *out);

#endif
