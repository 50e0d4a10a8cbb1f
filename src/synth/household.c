#include "synth/household.h"

#include <string.h>

#include "base/date.h"
#include "base/elementary.h"
#include "synth/chance.h"

struct maker {
  const struct population *pop;
  const struct village *v;
  struct household *h;
  struct rng r;
  uint32_t surname;
  int year; /* now */
};

static uint8_t draw_people(struct maker *k) {
  const struct model *m = k->pop->m;
  const char *home = k->pop->p->areas[k->v->home].code;
  uint8_t found = m->peoples[0].people;
  bool own = false;
  double u = rng_unit(&k->r), sum = 0;
  for (uint32_t i = 0; i < m->people_count; i++) own |= !strcmp(m->peoples[i].area, home);
  for (uint32_t i = 0; i < m->people_count; i++) {
    const struct synth_people *x = &m->peoples[i];
    if (strcmp(x->area, own ? home : "*") != 0) continue;
    found = x->people;
    if ((sum += x->share) > u) break;
  }
  return found;
}

static enum schooling draw_aim(struct maker *k, int born) {
  double t = chance_normal(&k->r) + 0.8 * (born - 1940) / 15.0;
  enum schooling aim = t < 0.5 ? SCHOOL_NONE : t < 1.8 ? SCHOOL_PRIMARY : t < 3.6 ? SCHOOL_JUNIOR : t < 4.5 ? SCHOOL_SENIOR : t < 5.1 ? SCHOOL_COLLEGE : SCHOOL_UNIVERSITY;
  if (born >= 1995 && aim < SCHOOL_JUNIOR) aim = SCHOOL_JUNIOR;
  if (born >= 1995 && aim == SCHOOL_JUNIOR && chance_true(&k->r, k->pop->m->dropout)) aim = SCHOOL_PRIMARY;
  return aim;
}

/* A person of this age in the maker's year; NULL when the house is full. */
static struct person *add(struct maker *k, enum relation rel, bool female, int age, uint32_t round) {
  if (k->h->people_count >= PEOPLE_MAX) return NULL;
  struct person *x = &k->h->people[k->h->people_count++];
  *x = (struct person){.female = female, .from = (uint8_t)round, .to = (uint8_t)k->pop->m->round_count};
  x->born = k->year - age;
  int month = chance_between(&k->r, 1, 12), day = chance_between(&k->r, 1, 28); /* never two draws in one call: compilers differ in their order */
  x->birth = date_from_civil(x->born, month, day);
  memset(x->relation, rel, sizeof x->relation);
  x->aim = (uint8_t)draw_aim(k, x->born);
  bool own_name = rel != REL_spouse && rel != REL_daughter_in_law && rel != REL_mother;
  x->surname = own_name ? k->surname : (uint32_t)chance_below(&k->r, k->pop->m->surname_count);
  x->given = (uint32_t)chance_below(&k->r, k->pop->m->given_count);
  x->people = own_name && k->h->people_count > 1 ? k->h->people[0].people : draw_people(k);
  x->u_health = rng_unit(&k->r), x->u_kind = rng_unit(&k->r), x->u_labour = rng_unit(&k->r), x->u_away = rng_unit(&k->r);
  x->u_insured = rng_unit(&k->r), x->u_pension = rng_unit(&k->r), x->u_serious = rng_unit(&k->r);
  return x;
}

static int clamp(int v, int least, int most) { return v < least ? least : v > most ? most : v; }

/* Children of a woman of this age, eldest first, each 20 to 38 years younger than she; none older than `oldest`. */
static void add_children(struct maker *k, int mother, int count, int oldest, enum relation son, enum relation daughter) {
  int at = chance_between(&k->r, 20, 27);
  for (int i = 0; i < count; i++, at += chance_between(&k->r, 1, 5)) {
    if (at > 40) return;
    int age = mother - at;
    if (age < 0) return;
    if (age > oldest) continue;
    bool girl = chance_true(&k->r, 0.47);
    add(k, girl ? daughter : son, girl, age, 0);
  }
}

static int child_count(struct maker *k) {
  double u = rng_unit(&k->r);
  return u < 0.28 ? 1 : u < 0.80 ? 2 : 3;
}

static void make_people(struct maker *k) {
  struct rng *r = &k->r;
  double u = rng_unit(r), sum = 0;
  int kind = 0, head, wife;
  bool woman;
  while (kind < KIND_COUNT - 1 && (sum += k->pop->m->kinds[kind]) <= u) kind++;
  k->h->kind = (enum kind)kind;
  switch (k->h->kind) {
  case KIND_SINGLE:
    woman = chance_true(r, 0.35);
    add(k, REL_head, woman, chance_true(r, 0.6) ? chance_between(r, 60, 84) : chance_between(r, 24, 59), 0);
    break;
  case KIND_OLD_COUPLE:
    head = chance_between(r, 60, 82);
    add(k, REL_head, false, head, 0), add(k, REL_spouse, true, clamp(head - chance_between(r, -2, 6), 52, 84), 0);
    break;
  case KIND_COUPLE:
    head = chance_between(r, 25, 59);
    add(k, REL_head, false, head, 0), add(k, REL_spouse, true, clamp(head - chance_between(r, -2, 5), 21, 60), 0);
    break;
  case KIND_FAMILY:
    head = chance_between(r, 26, 54), wife = clamp(head - chance_between(r, -2, 5), 22, 54);
    add(k, REL_head, false, head, 0), add(k, REL_spouse, true, wife, 0);
    add_children(k, wife, child_count(k), 26, REL_son, REL_daughter);
    break;
  case KIND_LONE_PARENT:
    head = chance_between(r, 28, 52);
    add(k, REL_head, chance_true(r, 0.45), head, 0);
    add_children(k, head, chance_between(r, 1, 2), 24, REL_son, REL_daughter);
    break;
  default:
    if (chance_true(r, 0.5)) { /* the middle generation heads it */
      head = chance_between(r, 30, 52), wife = clamp(head - chance_between(r, -2, 5), 24, 52);
      add(k, REL_head, false, head, 0), add(k, REL_spouse, true, wife, 0);
      add_children(k, wife, child_count(k), 24, REL_son, REL_daughter);
      int mother = head + chance_between(r, 19, 30), father = mother + chance_between(r, -1, 6);
      if (chance_true(r, 0.75)) add(k, REL_mother, true, mother, 0);
      if (chance_true(r, 0.55)) add(k, REL_father, false, father, 0);
    } else {
      head = chance_between(r, 48, 74), wife = clamp(head - chance_between(r, -2, 5), 46, 75);
      int older = head < wife ? head : wife, son = older - chance_between(r, 19, 26);
      add(k, REL_head, false, head, 0);
      if (chance_true(r, 0.85)) add(k, REL_spouse, true, wife, 0);
      add(k, REL_son, false, son, 0);
      if (son >= 22 && chance_true(r, 0.8)) {
        int young = clamp(son - chance_between(r, -1, 5), 20, 60);
        add(k, REL_daughter_in_law, true, young, 0);
        add_children(k, young, chance_between(r, 1, 2), 20, REL_grandson, REL_granddaughter);
      }
    }
  }
}

bool person_is_here(const struct person *x, uint32_t round) { return round >= x->from && round < x->to; }

/* The head is gone: the spouse follows, else the eldest grown-up, whose own relations become the household's. */
static void new_head(struct maker *k, uint32_t round) {
  static const uint8_t after_son[REL_COUNT] = {REL_other, REL_mother, REL_brother, REL_sister, REL_spouse, REL_son, REL_daughter, REL_other, REL_other, REL_other, REL_other, REL_other};
  struct person *next = NULL;
  for (uint32_t i = 0; i < k->h->people_count; i++) {
    struct person *x = &k->h->people[i];
    if (!person_is_here(x, round)) continue;
    if (x->relation[round] == REL_head) return;
    if (!next || (next->relation[round] != REL_spouse && (x->relation[round] == REL_spouse || x->born < next->born))) next = x;
  }
  if (!next) return;
  enum relation was = (enum relation)next->relation[round];
  for (uint32_t i = 0; i < k->h->people_count; i++) {
    struct person *x = &k->h->people[i];
    if (x == next || was == REL_spouse) continue;
    memset(x->relation + round, was == REL_son ? after_son[x->relation[round]] : REL_other, SYNTH_ROUNDS_MAX - round);
  }
  memset(next->relation + round, REL_head, SYNTH_ROUNDS_MAX - round);
}

/* From the round before to this one: deaths, daughters who marry out, wives who marry in, births. */
static void live(struct maker *k, uint32_t round) {
  struct household *h = k->h;
  uint32_t before = h->people_count;
  for (; k->year < k->pop->m->rounds[round].year; k->year++) {
    uint32_t wives = 0, children = 0, here = 0;
    for (uint32_t i = 0; i < before; i++) here += person_is_here(&h->people[i], round);
    struct person *mother = NULL;
    for (uint32_t i = 0; i < before; i++) {
      struct person *x = &h->people[i];
      int age = k->year + 1 - x->born;
      double death = k->pop->death[clamp(age, 0, 127)];
      double dies = rng_unit(&k->r), leaves = rng_unit(&k->r);
      if (!person_is_here(x, round)) continue;
      enum relation rel = (enum relation)x->relation[round];
      bool gone = dies < death || (x->female && rel == REL_daughter && age >= 21 && leaves < 0.12);
      if (gone && here > 1) x->to = (uint8_t)round, here--; /* the last one stays: the register ends no household by a file */
      else if (rel == REL_daughter_in_law || rel == REL_spouse) wives++, mother = x->female && age >= 20 && age <= 38 ? x : mother;
      else if (age < 16) children++;
    }
    double born = rng_unit(&k->r), weds = rng_unit(&k->r);
    if (mother && children < 2 && born < 0.10 && h->people_count < PEOPLE_MAX) {
      bool girl = chance_true(&k->r, 0.47), by_wife = mother->relation[round] == REL_spouse;
      k->year++; /* born in the coming year */
      add(k, by_wife ? (girl ? REL_daughter : REL_son) : (girl ? REL_granddaughter : REL_grandson), girl, 0, round);
      k->year--;
    } else if (!wives || k->h->kind == KIND_FAMILY) {
      for (uint32_t i = 0; i < before; i++) {
        struct person *x = &h->people[i];
        int age = k->year - x->born;
        if (!person_is_here(x, round) || x->relation[round] != REL_son || age < 23 || age > 40 || weds > 0.04) continue;
        bool has = false;
        for (uint32_t j = 0; j < h->people_count; j++) has |= person_is_here(&h->people[j], round) && h->people[j].relation[round] == REL_daughter_in_law;
        if (!has) add(k, REL_daughter_in_law, true, clamp(age - chance_between(&k->r, -1, 4), 20, 40), round);
        break;
      }
    }
    before = h->people_count;
  }
  new_head(k, round);
}

void household_make(const struct population *pop, const struct village *v, uint32_t number, struct household *h) {
  struct maker k = {.pop = pop, .v = v, .h = h, .r = chance_of(v->place, number, ABOUT_PEOPLE), .year = pop->m->rounds[0].year};
  memset(h, 0, sizeof *h);
  h->number = number, h->first_listed = -1;
  k.surname = (uint32_t)chance_below(&k.r, pop->m->surname_count);
  make_people(&k);
  k.r = chance_of(v->place, number, ABOUT_LIFE);
  for (uint32_t round = 1; round < pop->m->round_count; round++) live(&k, round);
  for (uint32_t round = 0; round < pop->m->round_count; round++)
    for (uint32_t i = 0; i < h->people_count; i++) h->size[round] = (uint8_t)(h->size[round] + person_is_here(&h->people[i], round));
}

struct now person_now(const struct model *m, const struct person *x, uint32_t round) {
  struct now n = {.age = m->rounds[round].year - x->born, .student = WORD_no};
  int reached = n.age < 13 ? SCHOOL_NONE : n.age < 16 ? SCHOOL_PRIMARY : n.age < 19 ? SCHOOL_JUNIOR : n.age < 22 ? SCHOOL_SENIOR : n.age < 23 ? SCHOOL_COLLEGE : SCHOOL_UNIVERSITY;
  n.schooling = (enum schooling)(x->aim < reached ? x->aim : reached);
  if (n.age >= 3 && n.age <= 5 && x->u_kind < 0.7) n.student = WORD_preschool;
  else if (n.age >= 6 && n.age <= 12) n.student = WORD_primary;
  else if (n.age >= 13 && n.age <= 15 && x->aim >= SCHOOL_JUNIOR) n.student = (uint8_t)(WORD_grade7 + n.age - 13);
  else if (n.age >= 16 && n.age <= 18 && x->aim >= SCHOOL_SENIOR) n.student = x->u_kind < 0.4 && x->aim == SCHOOL_SENIOR ? (uint8_t)(WORD_vocational1 + n.age - 16) : (uint8_t)(WORD_senior1 + n.age - 16);
  else if (n.age >= 19 && n.age <= 21 && x->aim == SCHOOL_COLLEGE) n.student = (uint8_t)(WORD_college1 + n.age - 19);
  else if (n.age >= 19 && n.age <= 22 && x->aim == SCHOOL_UNIVERSITY) n.student = (uint8_t)(WORD_university1 + n.age - 19);
  n.dropped = n.age >= 13 && n.age <= 15 && x->aim < SCHOOL_JUNIOR;
  bool learns = n.student != WORD_no;
  double a = n.age / 70.0, serious = 0.003 + 0.015 * a * a * a, disabled = 0.012 + 0.03 * a * a, chronic = 0.01 + 0.22 * a * a;
  n.health = x->u_health < serious ? HEALTH_SERIOUS : x->u_health < serious + disabled ? HEALTH_DISABLED : x->u_health < serious + disabled + chronic ? HEALTH_CHRONIC : HEALTH_GOOD;
  bool ill = n.health == HEALTH_SERIOUS || n.health == HEALTH_DISABLED;
  if (n.age < 16 || learns || n.age >= 76) n.labour = LABOUR_NONE;
  else if (ill) n.labour = x->u_labour < 0.55 ? LABOUR_LOST : LABOUR_WEAK;
  else if (n.age >= 66) n.labour = x->u_labour < 0.6 ? LABOUR_WEAK : LABOUR_NONE;
  else if (n.age >= 60 || n.health == HEALTH_CHRONIC) n.labour = LABOUR_WEAK;
  else n.labour = n.schooling >= SCHOOL_SENIOR && x->u_labour < 0.5 ? LABOUR_SKILLED : x->u_labour < 0.06 ? LABOUR_SKILLED : LABOUR_ORDINARY;
  bool able = n.labour == LABOUR_ORDINARY || n.labour == LABOUR_SKILLED;
  if (able && n.age < 50 && x->u_away < m->away * (x->female ? 0.7 : 1.2)) n.months_away = 6 + (int)(x->u_kind * 6);
  return n;
}
