#include "synth/household.h"

#include <stddef.h>
#include <string.h>

#include "base/date.h"
#include "base/elementary.h"
#include "synth/chance.h"

struct maker {
  const struct population *pop;
  const struct village *v;
  struct household *h;
  struct chance r;
  uint32_t surname;
  int year; /* now */
};

static uint8_t draw_people(struct maker *k) {
  const struct folk *f = k->v->folk;
  double u = chance_small(&k->r);
  while (f->upto <= u && f[1].upto > 0) f++;
  return f->people;
}

static enum schooling draw_aim(struct maker *k, int born) {
  double t = chance_normal(&k->r) + 0.8 * (born - 1940) / 15.0;
  enum schooling aim = t < 0.5 ? SCHOOL_NONE : t < 1.8 ? SCHOOL_PRIMARY : t < 3.6 ? SCHOOL_JUNIOR : t < 4.5 ? SCHOOL_SENIOR : t < 5.1 ? SCHOOL_COLLEGE : SCHOOL_UNIVERSITY;
  if (born >= 1995 && aim < SCHOOL_JUNIOR) aim = SCHOOL_JUNIOR;
  if (born >= 1995 && aim == SCHOOL_JUNIOR && chance_true(&k->r, k->pop->m->dropout)) aim = SCHOOL_PRIMARY;
  return aim;
}

/* A day from 1901 to 2099; elsewhere the calendar's way. */
static int32_t day_of(int year, int month, int day) {
  static const int16_t before[12] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
  if (year <= 1900 || year >= 2100) return date_from_civil(year, month, day);
  int since = year - 1901;
  return since * 365 + since / 4 + before[month - 1] + (month > 2 && year % 4 == 0) + day - 1 - 25202;
}

/* A person of this age in the maker's year; NULL when the house is full. */
static struct person *add(struct maker *k, enum relation rel, bool female, int age, uint32_t round) {
  if (k->h->people_count >= PEOPLE_MAX) return NULL;
  struct person *x = &k->h->people[k->h->people_count++];
  x->female = female, x->from = (uint8_t)round, x->to = (uint8_t)k->pop->m->round_count;
  x->born = (int16_t)(k->year - age);
  uint32_t day = chance_below(&k->r, 12 * 28);
  x->birth = day_of(x->born, (int)(day / 28) + 1, (int)(day % 28) + 1);
  memset(x->relation, rel, sizeof x->relation);
  x->aim = (uint8_t)draw_aim(k, x->born);
  bool own_name = rel != REL_spouse && rel != REL_daughter_in_law && rel != REL_mother;
  uint32_t surname = chance_below(&k->r, k->pop->m->surname_count);
  x->surname = (uint16_t)(own_name ? k->surname : surname);
  x->given = (uint16_t)chance_below(&k->r, k->pop->m->given_count);
  uint8_t people = draw_people(k);
  x->people = own_name && k->h->people_count > 1 ? k->h->people[0].people : people;
  x->order = (uint16_t)(chance_below(&k->r, 500) * 2 + !female);
  x->u_health = chance_small(&k->r), x->u_kind = chance_small(&k->r), x->u_labour = chance_small(&k->r), x->u_away = chance_small(&k->r);
  x->u_insured = chance_small(&k->r), x->u_pension = chance_small(&k->r), x->u_serious = chance_small(&k->r);
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
  float u = chance_small(&k->r);
  return u < 0.28f ? 1 : u < 0.80f ? 2 : 3;
}

static void make_people(struct maker *k) {
  struct chance *r = &k->r;
  double u = chance_small(r), sum = 0;
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
      double dies = chance_small(&k->r), leaves = chance_small(&k->r);
      if (!person_is_here(x, round)) continue;
      enum relation rel = (enum relation)x->relation[round];
      bool gone = dies < death || (x->female && rel == REL_daughter && age >= 21 && leaves < 0.12);
      if (gone && here > 1) x->to = (uint8_t)round, here--; /* the last one stays: the register ends no household by a file */
      else if (rel == REL_daughter_in_law || rel == REL_spouse) wives++, mother = x->female && age >= 20 && age <= 38 ? x : mother;
      else if (age < 16) children++;
    }
    double born = chance_small(&k->r), weds = chance_small(&k->r);
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
  struct maker k = {.pop = pop, .v = v, .h = h, .year = pop->m->rounds[0].year};
  memset(h, 0, offsetof(struct household, last));
  h->number = number, h->first_listed = -1, h->chance = chance_mixed(v->place, number);
  k.r = chance_about(h->chance, ABOUT_PEOPLE);
  k.surname = (uint32_t)chance_below(&k.r, pop->m->surname_count);
  make_people(&k);
  k.r = chance_about(h->chance, ABOUT_LIFE);
  for (uint32_t round = 1; round < pop->m->round_count; round++) live(&k, round);
  for (uint32_t i = 0; i < h->people_count; i++)
    for (uint32_t round = h->people[i].from; round < h->people[i].to; round++) h->size[round]++;
}

struct now person_now(const struct model *m, const struct person *x, uint32_t round) {
  const int age = m->rounds[round].year - x->born;
  struct now n = {.age = (uint8_t)(age < 255 ? age : 255), .student = WORD_no};
  int reached = age < 13 ? SCHOOL_NONE : age < 16 ? SCHOOL_PRIMARY : age < 19 ? SCHOOL_JUNIOR : age < 22 ? SCHOOL_SENIOR : age < 23 ? SCHOOL_COLLEGE : SCHOOL_UNIVERSITY;
  n.schooling = (uint8_t)(x->aim < reached ? x->aim : reached);
  if (age < 23) {
    if (age >= 3 && age <= 5 && x->u_kind < 0.7f) n.student = WORD_preschool;
    else if (age >= 6 && age <= 12) n.student = WORD_primary;
    else if (age >= 13 && age <= 15 && x->aim >= SCHOOL_JUNIOR) n.student = (uint8_t)(WORD_grade7 + age - 13);
    else if (age >= 16 && age <= 18 && x->aim >= SCHOOL_SENIOR) n.student = (uint8_t)((x->u_kind < 0.4f && x->aim == SCHOOL_SENIOR ? WORD_vocational1 : WORD_senior1) + age - 16);
    else if (age >= 19 && age <= 21 && x->aim == SCHOOL_COLLEGE) n.student = (uint8_t)(WORD_college1 + age - 19);
    else if (age >= 19 && age <= 22 && x->aim == SCHOOL_UNIVERSITY) n.student = (uint8_t)(WORD_university1 + age - 19);
    n.dropped = age >= 13 && age <= 15 && x->aim < SCHOOL_JUNIOR;
  }
  bool learns = n.student != WORD_no;
  float a = (float)age * (1 / 70.0f), serious = 0.003f + 0.015f * a * a * a, disabled = 0.012f + 0.03f * a * a, chronic = 0.01f + 0.22f * a * a;
  n.health = x->u_health < serious ? HEALTH_SERIOUS : x->u_health < serious + disabled ? HEALTH_DISABLED : x->u_health < serious + disabled + chronic ? HEALTH_CHRONIC : HEALTH_GOOD;
  bool ill = n.health == HEALTH_SERIOUS || n.health == HEALTH_DISABLED;
  if (age < 16 || learns || age >= 76) n.labour = LABOUR_NONE;
  else if (ill) n.labour = x->u_labour < 0.55f ? LABOUR_LOST : LABOUR_WEAK;
  else if (age >= 66) n.labour = x->u_labour < 0.6f ? LABOUR_WEAK : LABOUR_NONE;
  else if (age >= 60 || n.health == HEALTH_CHRONIC) n.labour = LABOUR_WEAK;
  else n.labour = n.schooling >= SCHOOL_SENIOR && x->u_labour < 0.5f ? LABOUR_SKILLED : x->u_labour < 0.06f ? LABOUR_SKILLED : LABOUR_ORDINARY;
  bool able = n.labour == LABOUR_ORDINARY || n.labour == LABOUR_SKILLED;
  if (able && age < 50 && (double)x->u_away < m->away * (x->female ? 0.7 : 1.2)) n.months_away = (uint8_t)(6 + (int)(x->u_kind * 6));
  return n;
}
