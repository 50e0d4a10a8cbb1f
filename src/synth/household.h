/* household.h - one made-up household: who lives in it, how they are related, and how that changes from round to round.
 *
 * Made from the household's own streams, so it is the same wherever and whenever it is made. What a person is in a round (schooling, health,
 * work) follows from age and from draws that stay with the person; so nobody unlearns or grows younger. Parents are 17 years or more
 * older than their children. */
#ifndef SYNTH_HOUSEHOLD_H
#define SYNTH_HOUSEHOLD_H

#include "synth/population.h"

#define PEOPLE_MAX 16u

enum relation { /* words.h begins with the same, in the same order */
  REL_head, REL_spouse, REL_son, REL_daughter, REL_daughter_in_law, REL_grandson, REL_granddaughter, REL_father, REL_mother, REL_brother, REL_sister, REL_other, REL_COUNT
};
_Static_assert((int)REL_other == (int)WORD_other && (int)REL_head == (int)WORD_head, "relations are the first words");

enum schooling { SCHOOL_NONE, SCHOOL_PRIMARY, SCHOOL_JUNIOR, SCHOOL_SENIOR, SCHOOL_COLLEGE, SCHOOL_UNIVERSITY };
enum health { HEALTH_GOOD, HEALTH_CHRONIC, HEALTH_SERIOUS, HEALTH_DISABLED };
enum labour { LABOUR_ORDINARY, LABOUR_SKILLED, LABOUR_WEAK, LABOUR_LOST, LABOUR_NONE };

struct person {
  int32_t birth;            /* days */
  int16_t born;             /* its year */
  bool female;
  uint8_t from, to;         /* rounds [from, to) on the register of the household */
  uint8_t relation[SYNTH_ROUNDS_MAX];
  uint8_t aim;              /* schooling reached in the end */
  uint8_t people;           /* ethnicity: a word */
  uint16_t surname, given, order; /* order: of the identity number */
  float u_health, u_kind, u_labour, u_away, u_insured, u_pension, u_serious; /* draws that stay */
};

struct now { /* a person in a round */
  uint8_t age;      /* reached in the year; 255 and more are 255 */
  uint8_t schooling, health, labour; /* of the enums above */
  uint8_t student;  /* a word: WORD_no or the class */
  uint8_t months_away;
  bool dropped;
};

struct household {
  uint64_t chance;                   /* what its streams begin with */
  uint32_t number;
  enum kind kind;
  uint32_t people_count;
  uint8_t size[SYNTH_ROUNDS_MAX];    /* persons; 0 = gone */
  /* true welfare (welfare.c) */
  double welfare[SYNTH_ROUNDS_MAX];  /* about standard normal, without the village */
  double income[SYNTH_ROUNDS_MAX];   /* a head, a year */
  bool shock[SYNTH_ROUNDS_MAX];      /* hit since the round before */
  /* the administrative record (record.c) */
  double score[SYNTH_ROUNDS_MAX];    /* welfare as it was seen */
  double recorded[SYNTH_ROUNDS_MAX]; /* income a head, as written down, in hundredths' precision */
  bool listed[SYNTH_ROUNDS_MAX];     /* on the register */
  int8_t first_listed;               /* round, -1 = never */
  /* From here on what lies behind people_count is undefined. */
  struct now last[PEOPLE_MAX];       /* of those who are here in the last round (welfare.c) */
  struct person people[PEOPLE_MAX];
};

void household_make(const struct population *pop, const struct village *v, uint32_t number, struct household *h);
bool person_is_here(const struct person *x, uint32_t round);
struct now person_now(const struct model *m, const struct person *x, uint32_t round);

#endif
