/* fixture.h - the programme with a model, and a population of it. */
#ifndef SYNTH_FIXTURE_H
#define SYNTH_FIXTURE_H

#include "unit.h"

#include "base/file.h"
#include "synth/synth.h"

struct fixture {
  struct arena a;
  struct err e;
  struct programme *p;
  struct model *m;
  struct population *pop;
};

static inline void fixture_open(struct fixture *f, uint64_t seed) {
  struct problem *problems;
  arena_init(&f->a, 0);
  assert_ok(programme_load(&f->a, "programmes/xiangxi", &f->p, &problems, &f->e), &f->e);
  assert_ok(model_read(&f->a, f->p, &f->m, &f->e), &f->e);
  assert_ok(population_open(&f->a, f->p, f->m, seed, &f->pop, &f->e), &f->e);
}

#endif
