/* model.h - the numbers of a synthetic population: `synth.yaml` of a programme folder, read and checked.
 *
 * Nothing about a place is compiled in: totals, poverty by round, shares of kinds of households, crops and names stand in that file, codes
 * of areas and of choices come from the programme. What is compiled in is the form of the model (docs/method/synthetic.md).
 * A problem in the file is told with its line and column. Everything lives in the arena given. */
#ifndef SYNTH_MODEL_H
#define SYNTH_MODEL_H

#include "programme/programme.h"
#include "synth/words.h"

#define SYNTH_ROUNDS_MAX 8u
#define SYNTH_CROPS_MAX 32u
#define SYNTH_WORD_MAX 60u /* bytes of a name or code */

/* name, least, most: the plain numbers under `model` */
#define SYNTH_NUMBERS(X)                                                                                     \
  X(persons, 100, 2e9)            /* rural persons at scale 1, first round */                                \
  X(village_size_spread, 0, 1.5)  /* standard deviation of the logarithm of a village's persons */           \
  X(village_effect, 0, 2)         /* how far villages differ in poverty, on the probit scale */              \
  X(remote_share, 0, 1)           /* how much of that is distance to the road */                             \
  X(permanent, 0.05, 3)           /* what a household keeps, besides what can be seen of it */               \
  X(yearly, 0, 3)                 /* what changes from year to year */                                       \
  X(yearly_kept, 0, 0.99)         /* of that, kept a year later */                                           \
  X(shock_share, 0, 0.5)          /* households hit by illness or disaster, a year */                        \
  X(shock_size, 0, 5)                                                                                        \
  X(record_noise, 0, 3)           /* between true welfare and what is written down */                        \
  X(inertia, 0, 3)                /* who is on the register stays rather */                                  \
  X(effect_workers, -3, 3)        /* a household with all members at work, against none */                   \
  X(effect_schooling, -1, 1)      /* a year of adults' schooling */                                          \
  X(effect_illness, -3, 0)        /* a member seriously ill or disabled */                                   \
  X(effect_away, -3, 3)           /* a member at work away */                                                \
  X(farmland, 0.05, 20)           /* mu a head */                                                            \
  X(dropout, 0, 0.5)              /* of children of 12 to 15 at the middle of welfare */                     \
  X(away, 0, 1)                   /* of able adults below 50 work away */                                    \
  X(insured, 0, 1)                /* members with basic medical insurance, first round */                    \
  X(pension, 0, 1e6)              /* a year, to an old member who has it */                                  \
  X(allowance, 0, 1e6)            /* minimum living allowance, a member and year */                          \
  X(farm_support, 0, 1e5)         /* a mu and year */                                                        \
  X(away_cost, 0, 0.9)            /* of wages from work away: rent and living */                             \
  X(village_poor, 0, 1)           /* a village with more than this share of poor in the first round is a poor village */ \
  X(village_exit, 0, 1)           /* and is out in the round that finds less than this */

struct synth_round { /* share of persons on the register; mean income per head; a factor on the spread of recorded incomes above the line, fitted so that they have that mean */
  int year;
  double poor, income, above;
};
/* item and unit, too, are numbers of words; `bears`: years from planting to the first harvest, 0 = in the year it is sown; low, high: metres it thrives at */
struct synth_crop { const char *crop; uint8_t crop_word, item, unit; double share, area, yield, price, cost, bears, low, high; bool animal; };
struct synth_fund { const char *fund; double per_person; }; /* a year, for each person on the register */
struct synth_people { uint8_t people; const char *area; double share; }; /* ethnicity, in an area or "*" */

enum kind { KIND_SINGLE, KIND_OLD_COUPLE, KIND_COUPLE, KIND_FAMILY, KIND_LONE_PARENT, KIND_GENERATIONS, KIND_COUNT };

struct model {
#define X(name, least, most) double name;
  SYNTH_NUMBERS(X)
#undef X
  struct synth_round rounds[SYNTH_ROUNDS_MAX];
  uint32_t round_count;
  double kinds[KIND_COUNT]; /* shares, summing to 1 */
  const struct synth_crop *crops;
  uint32_t crop_count;
  const struct synth_fund *funds; /* may be none */
  uint32_t fund_count;
  const struct synth_people *peoples;
  uint32_t people_count;
  const char *const *surnames, *const *given;
  uint32_t surname_count, given_count;
  const char *words[WORDS_MAX]; /* those of words.h, then those of the file */
  uint32_t word_count;
};

/* Reads FOLDER/synth.yaml of the programme. ERR_NOT_FOUND when it has none. */
enum status model_read(struct arena *a, const struct programme *p, struct model **out, struct err *e) MUST_CHECK;
/* The same from text; `file` names it in messages. */
enum status model_parse(struct arena *a, const struct programme *p, const char *file, const char *data, size_t len, struct model **out, struct err *e) MUST_CHECK;

#endif
