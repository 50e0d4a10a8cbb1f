/* result.h - everything one identification found: the only thing a report or summary.json is written from.
 *
 * Built by identify.c from a frozen snapshot, a programme and a seed; written out by summary.c and report.c, which look
 * nothing up elsewhere (labels come from `programme`, which must outlive the result). All memory lives in the arena given
 * to `identify_run`.
 *
 * Hard parts a reader must know:
 * - A figure counts persons (a household's members all carry its welfare) unless its name says households.
 * - `known` false means that no figure could be computed (nobody in the group, no welfare measure): print "not known", never 0.
 * - Figures are over the households whose welfare (or whose indicators) are known; `low` and `high` say where the figure of
 *   *all* households could lie: every unknown household not poor, every unknown household poor.
 * - Weighted counts are estimates of a population only when the programme has weights (`weighted`); otherwise they equal
 *   the unweighted ones. */
#ifndef IDENTIFY_RESULT_H
#define IDENTIFY_RESULT_H

#include <stdbool.h>
#include <stdint.h>

#include "programme/programme.h"

/* The four outcomes. The numbers stand in decisions files and never change. */
#define OUTCOME_TABLE(X) /* enum, number, stable word in csv and json */ \
  X(OUTCOME_SELECTED, 0, "selected")                                     \
  X(OUTCOME_NO_PLACE, 1, "qualifies_no_place")                           \
  X(OUTCOME_NOT_SELECTED, 2, "not_selected")                             \
  X(OUTCOME_UNDECIDED, 3, "undecided")
enum outcome {
#define X(name, number, word) name = number,
  OUTCOME_TABLE(X)
#undef X
  OUTCOME_COUNT
};

struct figure { /* one estimate */
  bool known, has_se; /* has_se false: a single PSU, or a method without a standard error */
  double value;       /* a share is in [0,1] */
  double se;          /* linearised, from strata and PSUs */
  double lo, hi;      /* 95 % confidence interval, clipped to what is possible */
  double low, high;   /* worst and best case over the undecided; both equal `value` when nothing is missing */
  uint64_t n;         /* persons (or households, where the figure counts them) it rests on */
};

struct counts { /* of households and the persons in them */
  uint64_t households, persons;
  double weighted_households, weighted_persons;
};

struct line_figures { /* one poverty line in one group */
  double amount;      /* in the welfare measure's unit; NAN = areas differ, or not known */
  struct figure headcount, gap, squared_gap; /* persons: FGT 0, 1, 2 */
  struct figure headcount_households;
  struct figure average_shortfall; /* mean amount missing to the line, over the poor, in the welfare measure's unit */
};

struct indicator_figures { /* one deprivation indicator in one group; order of programme->indicators */
  struct figure uncensored;   /* share of persons deprived */
  struct figure censored;     /* share of persons deprived and multidimensionally poor */
  struct figure contribution; /* its share of M0; the contributions of a group sum to 1 */
};

struct af_figures { /* Alkire-Foster at the programme's cutoff */
  struct figure h, a, m0; /* incidence, intensity, adjusted headcount */
  struct indicator_figures *indicators; /* programme->indicator_count */
  uint64_t unknown_households; /* poor or not cannot be said */
};

struct group { /* the nation, an area, or one value of a domain field */
  const char *code;            /* area code or choice code, "true"/"false"; "" = the nation */
  struct label label;          /* may be empty: print the code */
  uint32_t area;               /* index in programme->areas, or UINT32_MAX */
  struct counts all;
  struct counts outcomes[OUTCOME_COUNT];
  struct figure undecided_rate;     /* share of persons; low, high NAN where the size or weight of an undecided household is not known: it is not in it */
  struct figure undecided_rate_households; /* share of households, also those whose size is not known; n in households */
  struct figure selected_rate;      /* share of persons selected; low, high: no undecided household, every one, gets in */
  struct line_figures *lines;       /* programme->line_count, in its order */
  struct af_figures af;             /* meaningful when the result has_af */
  struct figure mean, median;       /* of the welfare measure, over persons */
};

struct breakdown {
  const char *name;            /* the field's name, or "area:<level name>" */
  struct label label;
  bool is_area; uint32_t area_level; /* index in programme->area_level_names */
  uint32_t field_level;        /* LEVEL_HOUSEHOLD or LEVEL_MEMBER: a member field splits households by their members */
  struct group *groups; uint32_t group_count; /* sorted by code; "(missing)" last when there are any */
};

enum reason_kind { REASON_INCLUDE, REASON_EXCLUDE, REASON_CAUSE, REASON_INDICATOR };
struct reason { /* one named rule and how often it held */
  enum reason_kind kind;
  const char *name; struct label label;
  const char *source;          /* the rule as written */
  struct counts held, unknown; /* over all households */
  struct counts among_qualified; /* held, among those selected or without a place */
  struct counts errors;        /* could not be computed: counted as unknown too */
};

struct missing_field { /* a field whose absence left households undecided */
  uint32_t level, field; const char *name; struct label label; const char *level_name;
  struct counts undecided;     /* households that name it */
  uint64_t cells[8];           /* missing cells by enum absence */
};

struct quota_area {
  const char *code; struct label label; uint32_t area;
  int64_t places; const char *source;
  uint64_t qualified, selected, no_place, undecided; /* households, or persons when the quota counts persons */
  bool has_cutoff; double cutoff;     /* rank value of the last household that got a place */
  uint64_t tied, tied_in;             /* households at the value where the places ran out (0 = the places did not run out within a tie), and how many of them got in */
  bool drawn;                         /* the tie was broken by the published draw */
  uint64_t undecided_could;           /* undecided households that could take a place once decided */
  uint64_t provisional;               /* selected households that could lose theirs to one of them */
};

struct rule_use { const char *name; const char *what; bool vectorised; const char *why_not; uint64_t rows_redone; /* run again row by row to name what was missing */ };
struct phase { const char *name; double seconds, processor; /* of all threads: what a busy machine leaves comparable */ }; /* "sample" "line" "rules" "quota" "figures" "write" */

#define HISTOGRAM_BINS 60
#define QUANTILE_COUNT 19 /* 0.05, 0.10 ... 0.95 */

struct welfare_shape { /* for charts: distribution of the welfare measure over persons */
  bool known;
  double from, width;          /* bin i covers from + i*width .. from + (i+1)*width */
  double bins[HISTOGRAM_BINS]; /* weighted persons */
  double below, above;         /* weighted persons outside */
  double quantiles[QUANTILE_COUNT];
  double lorenz[21];           /* share of the welfare of the poorest 0, 5 ... 100 % */
  struct figure mean, median, gini;
};



struct identify_result {
  struct programme *programme;
  const char *round; int32_t year;
  char snapshot[65], rules_hash[65], source_hash[65], decisions_hash[65];
  const char *engine;          /* LUCID_VERSION */
  const char *seed;            /* what the draw used */
  const char *seed_from;       /* "round" (fixed before it closed), "option", "snapshot" (none given: the snapshot's hash) */
  int64_t run_id, at;          /* at: microseconds since 1970; left out of anything hashed. 0 = not recorded */
  bool weighted, has_welfare, has_af, has_quota, has_psu, has_strata;
  uint32_t main_line;
  struct label unit;           /* of the welfare measure */
  struct label note;           /* must stand under every figure: "unweighted extract, ..." */
  struct group nation;
  struct breakdown *breakdowns; uint32_t breakdown_count; /* areas first, then domains */
  struct reason *reasons; uint32_t reason_count;
  struct missing_field *missing; uint32_t missing_count;  /* most households first */
  struct quota_area *quota; uint32_t quota_count;
  struct welfare_shape welfare;
  struct rule_use *rules; uint32_t rule_count;
  struct phase *phases; uint32_t phase_count;
  const struct assumption *assumptions; uint32_t assumption_count; /* the values the programme marks `assumed`: programme/programme.h */
  uint64_t psus, strata, lonely_strata;
  uint64_t households_without_weight; /* weight or number of persons missing: left out of every figure that counts persons, and counted here */
};

const char *outcome_word(enum outcome o); /* the stable word */

#endif
