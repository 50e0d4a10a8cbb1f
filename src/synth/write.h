/* write.h - the files of one round, in the layout that the programme's own sources read.
 *
 * For households, members, villages, income lines and crops, the first source of the programme with one row each gets its file, with the
 * first spelling of each heading; what the model does not know stays empty. A last column, `synthetic`, says on every row that
 * nobody is meant. Rows go through a buffer a file: memory does not grow with the population. */
#ifndef SYNTH_WRITE_H
#define SYNTH_WRITE_H

#include <stdio.h>

#include "base/text.h"
#include "programme/programme.h"

#define SHEET_CELLS_MAX 128u

/* Every field that the model fills, by its name in the codebook or in the truth's own files. */
#define FILLED(X) \
  X(home_village) X(registered_persons) X(household_type) X(attribute) X(first_identified)                   \
  X(returned_year) X(planned_exit_year) X(exit_this_year) X(martyr_family) X(monitor_kind)                   \
  X(rigid_spending) X(income_card) X(income_given) X(farmland) X(irrigated) X(forest) X(forest_returned)     \
  X(orchard) X(production_power) X(household_power) X(broadcast) X(water_difficult) X(water_safe)            \
  X(food_enough) X(clothing_enough) X(house_area) X(house_structure) X(dangerous_house) X(house_grade)       \
  X(toilet) X(road_kind) X(road_km) X(fuel) X(cooperative) X(person_number) X(name) X(id_number) X(sex)      \
  X(birth) X(relation) X(ethnicity) X(education) X(student) X(dropout) X(health) X(labour) X(months_away)    \
  X(basic_medical) X(serious_insurance) X(pension) X(dibao) X(on_register) X(shares_budget) X(item)          \
  X(quantity) X(unit) X(price) X(price_date) X(price_place) X(amount) X(cost_basis) X(cost) X(evidence)      \
  X(crop) X(heads) X(area) X(planted_year) X(bearing_year) X(sold_kg) X(contract) X(subsidised) X(suitable) X(poor_village) X(village_exit_year) X(households)    \
  X(persons_total) X(natural_villages) X(altitude) X(km_county) X(km_township) X(km_school) X(road_hard)     \
  X(bus) X(power) X(broadband) X(tap_share) X(clinic) X(doctor) X(collective_income) X(cooperatives)         \
  X(village_farmland) X(processing) X(buyer) X(leaders) X(scenic) X(household) X(village) X(persons) X(line) X(true_income) X(truly_poor)                \
  X(recorded_income) X(shock) X(round) X(other_household) X(kind) X(what) X(year) X(list) X(cause_main)      \
  X(cause_2) X(cause_3) X(fault_area) X(fault_fund) X(idle_amount) X(fund) X(fund_area) X(fund_amount)       \
  X(allotted) X(spent) X(arrived)

enum filled {
  KEY_HOUSEHOLD, KEY_MEMBER, KEY_VILLAGE, /* the keys of a row: household, its member or line, village */
  KEY_LISTS, /* of a household: bit l = rows of level l follow */
#define X(name) FILL_##name,
  FILLED(X)
#undef X
  FILL_COUNT
};
/* Of a field's name; FILL_COUNT when the model does not know it. */
enum filled filled_named(const char *name);

/* A row being made: values by field, not yet written as text. Texts are not copied: they live until the row was put. */
struct row {
  struct filled_cell { uint8_t form; uint8_t decimals; bool set; int64_t number; const char *text; } cells[FILL_COUNT];
  uint8_t order[FILL_COUNT];
  uint32_t count;
};
enum { FORM_TEXT, FORM_NUMBER, FORM_BOOL, FORM_DATE };
void row_begin(struct row *r); /* a row is all zero before the first */
void row_text(struct row *r, enum filled field, const char *value);
void row_int(struct row *r, enum filled field, int64_t v);
void row_scaled(struct row *r, enum filled field, int64_t v, int decimals); /* v / 10^decimals */
void row_fixed(struct row *r, enum filled field, double v, int decimals);   /* rounded to it */
void row_bool(struct row *r, enum filled field, bool v);
void row_date(struct row *r, enum filled field, int32_t days);

struct sheet; /* a file */
enum status sheet_open(struct arena *a, const char *path, const enum filled *fields, const char *const *headings, uint32_t count, struct sheet **out, struct err *e) MUST_CHECK;
enum status sheet_put(struct sheet *s, const struct row *r, struct err *e) MUST_CHECK;
enum status sheet_close(struct sheet *s, struct err *e) MUST_CHECK; /* NULL is fine */
void sheet_drop(struct sheet *s);

#define LEVEL_OF_LINES "income_lines"
#define LEVEL_OF_CROPS "crops"

/* The sheets of a round's folder, one a level; NULL where no source of the programme takes it. */
struct columns; /* synth/columns.h */
struct layout {
  struct columns *columns; /* when not NULL rows go there, not into files */
  struct sheet *by_level[LEVEL_MAX];
  const char *source[LEVEL_MAX]; /* its name, for `lucid import --source` */
};
enum status layout_open(struct arena *a, const struct programme *p, const char *folder, struct layout *out, struct err *e) MUST_CHECK;
enum status layout_put(struct layout *l, uint32_t level, const struct row *r, struct err *e) MUST_CHECK;
enum status layout_close(struct layout *l, struct err *e) MUST_CHECK;
void layout_drop(struct layout *l);

#endif
