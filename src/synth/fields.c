#include "synth/fields.h"

#include <string.h>

#define X(name, form) {#name, FORM_##form},
static const struct field_form household_fields[] = {HOUSEHOLD_FIELDS(X)}, member_fields[] = {MEMBER_FIELDS(X)}, village_fields[] = {VILLAGE_FIELDS(X)}, line_fields[] = {LINE_FIELDS(X)},
                               crop_fields[] = {CROP_FIELDS(X)}, truth_fields[] = {TRUTH_FIELDS(X)};
#undef X

const struct field_list fields_of[ROWS_COUNT] = {{household_fields, HOUSEHOLD_FIELD_COUNT}, {member_fields, MEMBER_FIELD_COUNT}, {village_fields, VILLAGE_FIELD_COUNT},
                                                 {line_fields, LINE_FIELD_COUNT},           {crop_fields, CROP_FIELD_COUNT},     {truth_fields, TRUTH_FIELD_COUNT}};

uint32_t field_named(enum rows kind, const char *name) {
  for (uint32_t i = 0; i < fields_of[kind].count; i++)
    if (!strcmp(fields_of[kind].fields[i].name, name)) return i;
  return UINT32_MAX;
}

int form_decimals(enum form f) { return f == FORM_D1 ? 1 : f == FORM_D2 ? 2 : 0; }
