#include "synth/columns.h"

#include <string.h>

#include "base/number.h"
#include "synth/write.h"

/* Whether files give the field in hundredths: then the model's number is a percentage. */
static bool is_percent(const struct programme *p, uint32_t level, const char *field) {
  for (uint32_t i = 0; i < p->source_count; i++) {
    const struct source *src = &p->sources[i];
    for (uint32_t k = 0; src->level == level && src->file && !src->flat && k < src->map_count; k++)
      if (!strcmp(src->maps[k].field, field)) return src->maps[k].conversion == CONVERT_HUNDREDTH;
  }
  return false;
}

/* What becomes of a cell of this form in a column of this kind. */
static struct column_plan plan_for(enum form form, enum col_kind kind, int decimals, bool sealed, bool percent) {
  struct column_plan p = {.fate = FATE_EMPTY, .times = 1, .over = percent ? 100 : 1};
  bool text = kind == COL_TEXT || kind == COL_CHOICE;
  if (sealed) p.fate = FATE_SEALED;
  else if (form == FORM_WORD || form == FORM_AREA || form == FORM_TEXT) p.fate = !text ? FATE_EMPTY : form == FORM_WORD ? FATE_WORD : form == FORM_AREA ? FATE_AREA : FATE_TEXT;
  else if (form == FORM_BOOL || form == FORM_DAY) p.fate = kind == (form == FORM_BOOL ? COL_BOOL : COL_DATE) ? FATE_NUMBER : FATE_EMPTY;
  else if (kind == COL_REAL) p.fate = FATE_REAL, p.over *= number_pow10(form_decimals(form));
  else if (kind == COL_INT || kind == COL_DECIMAL) {
    int more = (kind == COL_DECIMAL ? decimals : 0) - form_decimals(form);
    p.fate = FATE_NUMBER;
    if (more > 0) p.times = number_pow10(more);
    else p.over *= number_pow10(-more);
  }
  return p;
}

enum status columns_of_register(struct arena *a, const struct programme *p, struct columns *out, struct err *e) {
  *out = (struct columns){.schema.level_count = p->level_count};
  for (uint32_t l = 0; l < p->level_count; l++) {
    const struct level *level = &p->levels[l];
    struct schema_column *c;
    uint32_t n = 0;
    out->rows[l] = rows_of_level(p, l);
    ARENA_TRY(e, c = arena_array(a, level->field_count + 1u, sizeof *c));
    ARENA_TRY(e, out->plans[l] = arena_array(a, level->field_count + 1u, sizeof *out->plans[l]));
    for (uint32_t i = 0; i < level->field_count; i++) {
      const struct field *d = &level->fields[i];
      if (d->derived) continue;
      uint32_t field = out->rows[l] < ROWS_COUNT ? field_named(out->rows[l], d->name) : UINT32_MAX;
      c[n] = d->sealed ? (struct schema_column){d->name, COL_TEXT, 0} : (struct schema_column){d->name, d->kind, d->kind == COL_DECIMAL ? d->decimals : 0};
      if (field != UINT32_MAX) out->plans[l][n] = plan_for(fields_of[out->rows[l]].fields[field].form, d->kind, d->decimals, d->sealed, is_percent(p, l, d->name));
      out->plans[l][n].field = field;
      if (out->plans[l][n].fate != FATE_EMPTY) out->plans[l][n].piece = out->pieces++;
      n++;
    }
    out->schema.levels[l] = (struct schema_level){level->name, c, n};
    if ((out->rows[l] == ROWS_LINE || out->rows[l] == ROWS_CROP) && !level->empty_unknown) out->always |= 1u << l;
  }
  return OK;
}

enum status columns_of_truth(struct arena *a, struct columns *out, struct err *e) {
  static const struct schema_column columns[TRUTH_FIELD_COUNT] = {[TRUTH_persons] = {"persons", COL_INT, 0},         [TRUTH_true_income] = {"true_income", COL_DECIMAL, 2},
                                                                  [TRUTH_truly_poor] = {"truly_poor", COL_BOOL, 0},  [TRUTH_recorded_income] = {"recorded_income", COL_DECIMAL, 2},
                                                                  [TRUTH_on_register] = {"on_register", COL_BOOL, 0}, [TRUTH_shock] = {"shock", COL_BOOL, 0}};
  *out = (struct columns){.schema = {.level_count = 3, .levels = {{"household", columns, TRUTH_FIELD_COUNT}, {"members", NULL, 0}, {"village", NULL, 0}}},
                          .rows = {ROWS_TRUTH, ROWS_COUNT, ROWS_COUNT}, .always = UINT32_MAX, .pieces = TRUTH_FIELD_COUNT};
  for (int l = 0; l < 3; l++) ARENA_TRY(e, out->plans[l] = arena_array(a, TRUTH_FIELD_COUNT, sizeof **out->plans));
  for (uint32_t i = 0; i < TRUTH_FIELD_COUNT; i++) out->plans[LEVEL_HOUSEHOLD][i] = (struct column_plan){FATE_NUMBER, i, 1, 1, i};
  return OK;
}
