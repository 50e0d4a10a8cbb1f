/* household.h - one made-up household: who lives in it, how they are related, and how that changes from round to round.
 *
 * Made from the household's own streams, so it is the same wherever and whenever it is made. What a person is in a round (schooling, health,
 * work) follows from age and from draws that stay with the person; so nobody unlearns or grows younger. Parents are 17 years or more
 * older than their children. */
#ifndef SYNTH_HOUSEHOLD_H
#define SYNTH_HOUSEHOLD_H

#include "synth/population.h"

#define PEOPLE_MAX 16u

/* Words of the codebook, in the order of the enum. */
#define RELATIONS(X) X(head) X(spouse) X(son) X(daughter) X(daughter_in_law) X(grandson) X(granddaughter) X(father) X(mother) X(brother) X(sister) X(other)
enum relation {
#define X(name) REL_##name,
  RELATIONS(X)
#undef X
  REL_COUNT
};
extern const char *const relation_words[REL_COUNT];

enum schooling { SCHOOL_NONE, SCHOOL_PRIMARY, SCHOOL_JUNIOR, SCHOOL_SENIOR, SCHOOL_COLLEGE, SCHOOL_UNIVERSITY };
enum health { HEALTH_GOOD, HEALTH_CHRONIC, HEALTH_SERIOUS, HEALTH_DISABLED };
enum labour { LABOUR_ORDINARY, LABOUR_SKILLED, LABOUR_WEAK, LABOUR_LOST, LABOUR_NONE };

struct person {
  int32_t birth;            /* days */
  int born;                 /* its year */
  bool female;
  uint8_t from, to;         /* rounds [from, to) on the register of the household */
  uint8_t relation[SYNTH_ROUNDS_MAX];
  uint8_t aim;              /* schooling reached in the end */
  uint32_t surname, given;
  const char *people;       /* ethnicity */
  double u_health, u_kind, u_labour, u_away, u_insured, u_pension, u_serious; /* draws that stay */
};

struct now { /* a person in a round */
  int age; /* reached in the year */
  enum schooling schooling;
  const char *student; /* "no" or the class */
  bool dropped;
  enum health health;
  enum labour labour;
  int months_away;
};

struct household {
  uint32_t number;
  enum kind kind;
  uint32_t people_count;
  struct person people[PEOPLE_MAX];
  uint8_t size[SYNTH_ROUNDS_MAX]; /* persons; 0 = gone */
  /* true welfare (welfare.c) */
  double welfare[SYNTH_ROUNDS_MAX];  /* about standard normal, without the village */
  double income[SYNTH_ROUNDS_MAX];   /* a head, a year */
  bool shock[SYNTH_ROUNDS_MAX];      /* hit since the round before */
  /* the administrative record (record.c) */
  double score[SYNTH_ROUNDS_MAX];    /* welfare as it was seen */
  double recorded[SYNTH_ROUNDS_MAX]; /* income a head, as written down, in hundredths' precision */
  bool listed[SYNTH_ROUNDS_MAX];     /* on the register */
  int8_t first_listed;               /* round, -1 = never */
};

void household_make(const struct population *pop, const struct village *v, uint32_t number, struct household *h);
bool person_is_here(const struct person *x, uint32_t round);
struct now person_now(const struct model *m, const struct person *x, uint32_t round);

#endif
