/* planning.h - what a programme says about help: what binds a village, the money there is, what may be done with it, what each thing
 * brings and from when, and what markets bear.
 *
 * The sections are `plan`, `constraints`, `funds`, `guarantees`, `measures` with `capacities`, `products` with `growers` (docs/format/programme.md). All of
 * them are optional; `measures` needs `plan` and `funds`. The room `plan` makes a model of them and of a snapshot; nothing is computed here.
 *
 * Amounts of money are doubles in whole currency units (yuan) as written; the planner turns them into integers once. A `struct range` is
 * what is expected and how far it may be off: `low` and `high` are the 10th and the 90th percentile. When a file gives one number all
 * three are equal, and the value counts as known. What nobody measured says `assumed`, and every result that rests on it says so.
 *
 * Years count from the plan's first year as 0. "Area" is an index in programme.areas or PLANNING_EVERYWHERE. */
#ifndef PROGRAMME_PLANNING_H
#define PROGRAMME_PLANNING_H

#include <stdbool.h>
#include <stdint.h>

#include "programme/label.h"

#define PLANNING_EVERYWHERE UINT32_MAX
#define PLANNING_NONE UINT32_MAX
#define PLANNING_YEARS 12u   /* the longest horizon */
#define PLANNING_AGES 30u    /* years of a yield curve */
#define PLANNING_TIERS 8u    /* price tiers of a product */
#define PLANNING_MEASURES 64u
#define PLANNING_WORKS 6u      /* measures of villages: their bundles are tried one by one */
#define PLANNING_PRODUCTS 32u
#define PLANNING_FUNDS 2000u

struct rule;

struct range { double low, mid, high; };

#define PLANNING_CONSTRAINTS 32u
#define PLANNING_GUARANTEES 16u

/* The ten key projects: what a measure belongs to. The number is the one people know it by. */
#define PROJECT_TABLE(X)                                                                  \
  X(PROJECT_PRODUCTION, "production", "production", "发展生产")                           \
  X(PROJECT_TOURISM, "tourism", "rural tourism", "乡村旅游")                              \
  X(PROJECT_LABOUR, "labour", "labour transfer and training", "转移就业")                 \
  X(PROJECT_RELOCATION, "relocation", "relocation", "易地搬迁")                           \
  X(PROJECT_ECOLOGY, "ecology", "ecological compensation", "生态补偿")                    \
  X(PROJECT_EDUCATION, "education", "education", "教育发展")                              \
  X(PROJECT_MEDICAL, "medical", "medical assistance", "医疗救助帮扶")                     \
  X(PROJECT_FLOOR, "floor", "social-security floor", "社会保障兜底")                      \
  X(PROJECT_INFRASTRUCTURE, "infrastructure", "infrastructure", "基础设施配套")           \
  X(PROJECT_SERVICES, "services", "public services", "公共服务保障")
enum project {
#define X(id, word, en, zh) id,
  PROJECT_TABLE(X)
#undef X
      PROJECT_COUNT
};

/* The policy options that one more yuan may go to. */
#define OPTION_TABLE(X)                                                                                       \
  X(OPTION_INFRASTRUCTURE, "infrastructure", "infrastructure", "基础设施")                                    \
  X(OPTION_INDUSTRY, "industry", "local industry", "特色产业")                                                \
  X(OPTION_PEOPLE, "people", "employment and training of skilled people", "就业与人才培训")                   \
  X(OPTION_ECOLOGY, "ecology", "ecology", "生态资产")                                                         \
  X(OPTION_OTHER, "other", "other", "其他")
enum policy_option {
#define X(id, word, en, zh) id,
  OPTION_TABLE(X)
#undef X
      OPTION_COUNT
};

#define OBJECTIVE_TABLE(X) X(OBJECTIVE_FGT2, "fgt2") X(OBJECTIVE_FGT1, "fgt1") X(OBJECTIVE_FGT0, "fgt0") X(OBJECTIVE_M0, "m0")
enum objective {
#define X(id, word) id,
  OBJECTIVE_TABLE(X)
#undef X
      OBJECTIVE_COUNT
};

struct planning_settings { /* section `plan` */
  uint32_t horizon;          /* years, 1 to PLANNING_YEARS; 5 */
  double discount;           /* a year; 0.05 */
  uint32_t line;             /* index in programme.lines: the line towards which gaps fall */
  double bottom;             /* welfare below this counts as this: an income of nothing is a mistake more often than a fact */
  enum objective objective;  /* what is maximised; the others are valued beside it */
  uint32_t most;             /* measures a household can take, 1 to 4 */
  const struct rule *who;    /* household, bool: who is planned for; NULL = whom the round's decision selects, and those at risk below the line */
  const char *who_source;
  const struct rule *labour; /* household, double: months of labour a year that it can give; NULL = not limited */
  const struct rule *land;   /* household, double: mu that can be planted; NULL = not limited */
  const char *labour_source, *land_source;
  double change_penalty;     /* share of a choice's value that changing last year's plan must exceed; 0 */
  double village_floor;      /* each village where somebody is planned for gets at least this share of the money per poor person; 0 = no floor */
  uint32_t seed;             /* of the draws over what is not certain */
  bool assumed; const char *source; int line_no;
};

/* What may bind a village. `rule` is of the village's level: true = it binds. */
struct constraint { const char *name; struct label label; const struct rule *rule; const char *rule_source, *source; bool assumed; int line; };

/* Money of one source in one year. Rows of the same `name` and `area` in other years are the same fund. */
struct fund {
  const char *name; struct label label;
  int32_t year;
  uint32_t area;             /* who may be paid from it: households and villages under this area */
  double amount;             /* currency units, 0 and up */
  double carry_over;         /* share of what is left over that the next year may spend, 0 to 1 */
  uint64_t pays;             /* bit m: measure m */
  uint32_t pays_guarantees;  /* bit g: guarantee g */
  enum policy_option option; /* which policy option this money belongs to, or OPTION_OTHER */
  const char *source; bool assumed; int line;
};

/* What is owed to all who qualify. Not rationed: a shortfall is an arrear of the level that owes it. */
struct guarantee {
  const char *name; struct label label;
  const struct rule *rule;   /* household, bool: it is owed; unknown = undecided, listed with the fields that are missing */
  const struct rule *amount; /* household, double: currency units in the plan's first year */
  const char *rule_source, *amount_source;
  uint32_t owed_by;          /* index in programme.area_levels: which level owes what is short */
  uint32_t settles;          /* bit i: indicator i (programme.indicators, or dimensions in order) is no longer deprived afterwards */
  bool owed;                 /* no fund need pay for it: what none pays is an arrear from the first day */
  bool income;               /* what is paid is income of the household (the floor): it is there before anything is planned */
  const char *source; bool assumed; int line;
};

struct capacity { uint32_t area; int64_t units; const char *source; bool assumed; int line; }; /* a year, for all under the area */

enum effect_kind {
  EFFECT_INCOME,   /* currency units a year for a unit */
  EFFECT_PRODUCT,  /* what a mu of the product brings: output by age, price by tier, less cost */
  EFFECT_PER_HEAD, /* village: currency units a year for each person of the households that `reaches` takes */
  EFFECT_NONE      /* settles deprivations only */
};

struct measure {
  const char *name; struct label label;
  enum project project; enum policy_option option;
  bool village;                 /* a work of the village; else a household's */
  const char *delivery; struct label delivery_label; /* how it is delivered, or NULL */
  uint64_t answers;             /* household: bit c = cause c (identify.causes); village: bit c = constraint c */
  const struct rule *eligible;  /* of its level, bool; unknown = not offered, and said so */
  const char *eligible_source;
  struct label unit;
  const struct rule *quantity;  /* of its level, int: units that it would take at most; NULL = 1. Household: offered whole and, above 1, by half as well */
  const char *quantity_source;
  double cost;                  /* of a unit, in the first year */
  double upkeep;                /* of a unit, each later year of the horizon */
  struct range cost_range;      /* mid = cost */
  bool unlimited;               /* no capacity: said, not forgotten */
  const struct capacity *capacities; uint32_t capacity_count;
  enum effect_kind effect; struct range income; /* EFFECT_INCOME, EFFECT_PER_HEAD */
  const struct rule *reaches; const char *reaches_source; /* village works: household, bool: whom it reaches; NULL = all of the village */
  uint32_t from_year;           /* years until the effect begins */
  uint32_t lasts;               /* years that it lasts from then on; 0 = beyond the horizon (terminal value) */
  double success;               /* share of households for whom it works, 0 to 1; the others get the cost and no effect */
  uint32_t settles;             /* bit i: indicator i is no longer deprived */
  uint32_t product;             /* index in products, or PLANNING_NONE */
  double labour, land;          /* of a unit: months a year, mu */
  const char *group;            /* at most one measure of a group, or NULL */
  uint64_t needs;               /* bit m: village work m must be done, or what it answers must not bind the village */
  bool asset;                   /* ecological asset */
  struct label holder, right, check; double payment, household_share; /* asset: who holds which right, how its condition is checked, what is paid for a unit a year, the households' share of it */
  const char *effect_source, *cost_source; bool effect_assumed, cost_assumed; const char *source; bool assumed; int line;
};

/* Planted already. Neighbours' stand elsewhere and sell in the same market: they come on top. The others are what statistics say stands in the area, households of
 * the register among them: of an area, the larger of the two sums counts, theirs or that of `grown`. */
/* Mu of its product that a unit plants: of the household's land, or a mu elsewhere (a share in a garden) when it takes none of that. */
static inline double measure_mu(const struct measure *x) { return x->land > 0 ? x->land : 1; }

struct growers { uint32_t area; bool neighbours; double mu; uint32_t age; const char *source; bool assumed; int line; };

struct product {
  const char *name; struct label label, market;
  double yield[PLANNING_AGES]; uint32_t yield_count; /* kg a mu in the year of that age (0 = planting); the last holds for later ages */
  uint32_t bears_from;          /* age of the first yield */
  struct range yield_range;     /* as factors of the curve: mid = 1 */
  double survival;              /* share of what is planted that bears, 0 to 1 */
  double alternate;             /* how far off-years fall and on-years rise, as a share: 0 = none */
  struct range price;           /* currency units a kg at the farm gate, before more is planted */
  const char *price_place, *price_date, *price_source; bool price_assumed;
  double cost_mu;               /* currency units a mu a year once it bears */
  double elasticity;            /* of demand, below 0: sales grow by this much per cent when the price falls by one */
  double tiers[PLANNING_TIERS]; uint32_t tier_count; /* prices as shares of today's, falling, the first 1 */
  double per_day;               /* tonnes that the market takes a day at today's price, on normal transport, from all who sell there */
  double stressed_per_day;      /* the same when transport is disturbed */
  double season_days, storage_days; /* harvest; how long it keeps after that */
  const struct rule *suitable;  /* village, bool */
  const struct rule *allowed;   /* village, double: mu that conservation allows to be planted; NULL = not limited */
  const char *suitable_source, *allowed_source;
  double most_farmland, most_households; /* shares of a county's farmland and households above which a rush is refused, 0 to 1; 1 = not limited */
  const struct rule *grown;     /* household, double: mu that it grows already (from its crop lines); NULL = not known */
  const char *grown_source;
  const struct growers *growers; uint32_t grower_count;
  bool per_day_assumed; const char *per_day_source;
  const char *source; bool assumed; int line;
};

struct planning {
  bool there;                   /* the programme has a `plan` section */
  struct planning_settings settings;
  const struct constraint *constraints; uint32_t constraint_count; /* at most PLANNING_CONSTRAINTS */
  const struct fund *funds; uint32_t fund_count;
  const struct guarantee *guarantees; uint32_t guarantee_count;    /* at most PLANNING_GUARANTEES */
  const struct measure *measures; uint32_t measure_count;          /* at most PLANNING_MEASURES */
  const struct product *products; uint32_t product_count;          /* at most PLANNING_PRODUCTS */
};

const char *project_word(enum project p);             /* as written in a file */
struct label project_label(enum project p);
const char *policy_option_word(enum policy_option o);
struct label policy_option_label(enum policy_option o);
const char *objective_word(enum objective o);

#endif
