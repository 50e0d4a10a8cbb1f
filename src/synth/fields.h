/* fields.h - every field that the model fills, by the kind of row it stands in, and the form its values have while they are numbers.
 *
 * One list is the whole of it: the maker (rows.c) writes cells by these names, files (write.c) and columns (columns.c) find the codebook's fields by them.
 * A programme without one of these fields leaves it out; one with other fields has them empty. */
#ifndef SYNTH_FIELDS_H
#define SYNTH_FIELDS_H

#include <stdint.h>

/* WORD: a number of the model's words; AREA: an index of the programme's areas; D0, D1, D2: a number times 1, 10, 100; DAY: days since 1970;
 * TEXT: what batch_text makes a text of. */
enum form { FORM_WORD, FORM_AREA, FORM_BOOL, FORM_D0, FORM_D1, FORM_D2, FORM_DAY, FORM_TEXT };

#define HOUSEHOLD_FIELDS(X)                                                                                                                \
  X(home_village, AREA) X(registered_persons, D0) X(household_type, WORD) X(attribute, WORD) X(first_identified, DAY)                      \
  X(cause_main, WORD) X(cause_2, WORD) X(cause_3, WORD) X(returned_year, D0) X(planned_exit_year, D0) X(exit_this_year, BOOL)              \
  X(martyr_family, BOOL) X(monitor_kind, WORD) X(rigid_spending, D0) X(income_card, BOOL) X(income_given, D2) X(farmland, D2)              \
  X(irrigated, D2) X(forest, D2) X(forest_returned, D2) X(orchard, D2) X(production_power, BOOL) X(household_power, BOOL)                  \
  X(broadcast, BOOL) X(water_difficult, BOOL) X(water_safe, BOOL) X(food_enough, BOOL) X(clothing_enough, BOOL) X(house_area, D1)          \
  X(house_structure, WORD) X(dangerous_house, BOOL) X(house_grade, WORD) X(toilet, BOOL) X(road_kind, WORD) X(road_km, D1) X(fuel, WORD)   \
  X(cooperative, BOOL)
#define MEMBER_FIELDS(X)                                                                                                                   \
  X(person_number, TEXT) X(name, TEXT) X(id_number, TEXT) X(sex, WORD) X(birth, DAY) X(relation, WORD) X(ethnicity, WORD)                  \
  X(education, WORD) X(student, WORD) X(dropout, WORD) X(health, WORD) X(labour, WORD) X(months_away, D0) X(basic_medical, BOOL)           \
  X(serious_insurance, BOOL) X(pension, BOOL) X(dibao, BOOL) X(on_register, BOOL) X(shares_budget, BOOL)
#define VILLAGE_FIELDS(X)                                                                                                                  \
  X(poor_village, BOOL) X(village_exit_year, D0) X(households, D0) X(persons_total, D0) X(natural_villages, D0) X(altitude, D0)            \
  X(km_county, D1) X(km_township, D1) X(km_school, D1) X(road_hard, BOOL) X(bus, BOOL) X(power, BOOL) X(broadband, BOOL)                   \
  X(tap_share, D1) X(clinic, BOOL) X(doctor, BOOL) X(collective_income, D0) X(cooperatives, D0) X(village_farmland, D2)                   \
  X(processing, BOOL) X(buyer, BOOL) X(leaders, D0) X(scenic, BOOL)
#define LINE_FIELDS(X)                                                                                                                     \
  X(item, WORD) X(quantity, D2) X(unit, WORD) X(price, D2) X(price_date, DAY) X(price_place, AREA) X(amount, D2) X(cost_basis, WORD)       \
  X(cost, D2) X(evidence, WORD)
#define CROP_FIELDS(X)                                                                                                                     \
  X(crop, WORD) X(heads, D0) X(area, D2) X(planted_year, D0) X(bearing_year, D0) X(sold_kg, D1) X(contract, BOOL) X(subsidised, BOOL)      \
  X(suitable, BOOL)
/* Not of the register: what is true, a row a household (frozen.c). */
#define TRUTH_FIELDS(X) X(persons, D0) X(true_income, D2) X(truly_poor, BOOL) X(recorded_income, D2) X(on_register, BOOL) X(shock, BOOL)

/* enum rows, its fields */
#define ROWS(X) X(HOUSEHOLD) X(MEMBER) X(VILLAGE) X(LINE) X(CROP) X(TRUTH)
enum rows {
#define X(kind) ROWS_##kind,
  ROWS(X)
#undef X
  ROWS_COUNT
};
enum household_field {
#define X(name, form) HOUSEHOLD_##name,
  HOUSEHOLD_FIELDS(X)
#undef X
  HOUSEHOLD_FIELD_COUNT
};
enum member_field {
#define X(name, form) MEMBER_##name,
  MEMBER_FIELDS(X)
#undef X
  MEMBER_FIELD_COUNT
};
enum village_field {
#define X(name, form) VILLAGE_##name,
  VILLAGE_FIELDS(X)
#undef X
  VILLAGE_FIELD_COUNT
};
enum line_field {
#define X(name, form) LINE_##name,
  LINE_FIELDS(X)
#undef X
  LINE_FIELD_COUNT
};
enum crop_field {
#define X(name, form) CROP_##name,
  CROP_FIELDS(X)
#undef X
  CROP_FIELD_COUNT
};
enum truth_field {
#define X(name, form) TRUTH_##name,
  TRUTH_FIELDS(X)
#undef X
  TRUTH_FIELD_COUNT
};

struct field_form { const char *name; enum form form; };
struct field_list { const struct field_form *fields; uint32_t count; };
extern const struct field_list fields_of[ROWS_COUNT];
/* The field's index in a kind of row, or UINT32_MAX. */
uint32_t field_named(enum rows kind, const char *name);
int form_decimals(enum form f); /* of numbers: 0 to 2 */

#endif
