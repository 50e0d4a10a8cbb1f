/* money.h - the funds of a plan as limits: what may be spent on what, where and when.
 *
 * Each fund pays some measures. A measure may be paid from several funds, and who pays is nobody's wish: so funds are not chosen one by one. For a set U of
 * funds, all that is spent on measures that only funds of U may pay cannot be more than what is in them. If that holds for every U then the
 * money can be divided so that every measure is paid by a fund that may pay it (Hall 1935; Gale 1957 for quantities), and only the
 * sets that are unions of measures' own sets, each sharing a fund with another, need to be looked at. Each is one limit, a *purse*, of each year and money area.
 * `money_divide` then says which fund pays what, by a flow.
 *
 * Money areas are the counties (areas of the home level). When all funds lie above the counties there is a single one, the whole; when some are a county's own, what
 * lies above is allotted to counties by the persons planned for, in whole currency units (largest remainder). A fund of a smaller
 * area than a county is refused.
 *
 * Guarantees are paid before: their earmarks first, then funds by how little else they could pay. What no fund can pay is an arrear.
 *
 * Units: whole currency units. Year 0 is the plan's first. */
#ifndef PLAN_MONEY_H
#define PLAN_MONEY_H

#include "plan/people.h"

#define MONEY_KINDS 64u
#define MONEY_PURSES 128u

struct money_kind { const char *name; uint64_t pays; uint32_t pays_guarantees; enum policy_option option; uint32_t fund; /* one of its rows, for its label */ };

struct purse { uint64_t kinds; uint64_t measures; /* those that only these kinds may pay */ };

struct money_claim { uint32_t area; uint32_t guarantee; int64_t owed, paid; }; /* owed - paid = the arrear */

struct money {
  const struct programme *programme; const struct planning *planning;
  int32_t year;                 /* of year 0 */
  uint32_t years;               /* horizon */
  bool pooled;                  /* one money area: the whole */
  uint32_t area_count; uint32_t *areas; /* money area -> area of the programme (PLANNING_EVERYWHERE when pooled) */
  uint32_t *area_of_village;    /* people's village -> money area, or UINT32_MAX */
  uint32_t kind_count; struct money_kind kinds[MONEY_KINDS];
  bool *has_funds;              /* a year: some fund has a row for it */
  int64_t *had;                 /* [year][area][kind]: in the funds, allotted, with what was carried over */
  int64_t *left;                /* the same after guarantees */
  uint32_t purse_count; struct purse purses[MONEY_PURSES];
  uint64_t unpaid;              /* measures that no fund pays although they cost something */
  struct money_claim *claims; uint32_t claim_count;
  int64_t owed, paid;           /* guarantees in all */
};

static inline int64_t *money_at(const struct money *m, int64_t *table, uint32_t year, uint32_t area, uint32_t kind) {
  return &table[((size_t)year * m->area_count + area) * m->kind_count + kind];
}

/* ERR_INPUT: a fund of an area below the counties; more than MONEY_KINDS funds of different names or MONEY_PURSES purses. */
enum status money_make(struct arena *a, const struct people *p, int32_t year, uint32_t years, struct money *out, struct err *e) MUST_CHECK;
/* What a purse holds in a year and area, after guarantees. */
int64_t money_purse(const struct money *m, uint32_t year, uint32_t area, uint32_t purse);
/* `spent`: [measure] currency units in one year and area. `from`: [measure][kind] gets who pays what. ERR_INTERNAL when it can't be divided, which
 * the purses exclude. */
enum status money_divide(struct arena *a, const struct money *m, uint32_t year, uint32_t area, const int64_t *spent, int64_t *from, struct err *e) MUST_CHECK;

#endif
