/* proof.h - a plan and its model as files that anybody can check without this program (docs/format/plan.md).
 *
 * `model.bin` holds the whole model of plan/model.h in integers, in one canonical order; its SHA-256 (`sha256sum model.bin`) is the model's hash. `plan.bin`
 * names that hash, the rules' and the snapshot's, and holds the choices, the open tiers, the prices, the value and the bound. Little endian throughout.
 *
 * Reading trusts nothing: every count is held against the bytes that are there, and plan_model_check looks at the rest. What is read points into memory
 * of its own. Cost: one pass. */
#ifndef PLAN_PROOF_H
#define PLAN_PROOF_H

#include <stdio.h>

#include "base/arena.h"
#include "plan/certificate.h"

#define PROOF_MODEL_MAGIC "LUCIDMDL"
#define PROOF_PLAN_MAGIC "LUCIDPLN"
#define PROOF_FORMAT 1u

struct proof_plan {
  char model_hash[65], rules_hash[65], snapshot[65]; /* hex */
  int32_t year;
  uint32_t villages, households, most, resources, price_count; /* prices: plan_price_count */
  int64_t value, bound;
  struct assignment plan;      /* use: not in the file, NULL after reading */
  int64_t *prices;
};

/* The SHA-256 of the model's file, without writing it. False: out of memory. */
bool proof_model_hash(const struct plan_model *m, char hex[65]);
enum status proof_write_model(const struct plan_model *m, FILE *f, struct err *e) MUST_CHECK;
/* ERR_CORRUPT names what does not hold. */
enum status proof_read_model(struct arena *a, const void *data, size_t len, struct plan_model *out, struct err *e) MUST_CHECK;
/* The file's bytes in the arena and their hash. */
enum status proof_write_plan(struct arena *a, const struct proof_plan *p, void **data, size_t *len, char hash[65], struct err *e) MUST_CHECK;
enum status proof_read_plan(struct arena *a, const void *data, size_t len, struct proof_plan *out, struct err *e) MUST_CHECK;
/* ERR_CORRUPT unless the plan is of a model of these sizes and that hash. */
enum status proof_fits(const struct proof_plan *p, const struct plan_model *m, const char *model_hash, struct err *e) MUST_CHECK;

#endif
