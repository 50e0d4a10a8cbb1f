/* Rules from hostile text: compile, print, run on every household, and hold the rule against its own atoms. */
#include <stdlib.h>
#include <string.h>

#include "rules/rule.h"

static bool cell(void *ctx, uint32_t level, uint32_t field, uint64_t row, struct cell *out) {
  (void)ctx;
  uint64_t mix = (level * 31 + field * 7 + row * 13 + 5) % 11;
  *out = (struct cell){.absence = mix < 2 ? ABSENT_EMPTY : mix < 3 ? ABSENT_REFUSED : PRESENT};
  if (out->absence != PRESENT) return true;
  if (field == 1) out->d = (double)mix / 3 - 1;
  else if (field == 2) out->s = (struct span){&"Vienna\xE4\xB8\xAD"[mix % 3], 9 - mix % 3};
  else out->i = field == 3 ? (int64_t)(mix & 1) : (int64_t)mix * 1000 - 4000;
  return true;
}

static void stop_unless(bool good) {
  if (!good) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char *const choices[] = {"Vienna", "Tyrol", NULL};
  static const struct rule_field fields[3][5] = {
      {{.name = "income", .kind = COL_DECIMAL, .decimals = 2}, {.name = "share", .kind = COL_REAL}, {.name = "region", .kind = COL_CHOICE, .choices = choices}, {.name = "has_car", .kind = COL_BOOL}, {.name = "visited", .kind = COL_DATE}},
      {{.name = "age", .kind = COL_INT}, {.name = "height", .kind = COL_REAL}, {.name = "name", .kind = COL_TEXT}, {.name = "in_school", .kind = COL_BOOL}, {.name = "wage", .kind = COL_DECIMAL, .decimals = 1}},
      {{.name = "altitude", .kind = COL_INT}, {.name = "slope", .kind = COL_REAL}, {.name = "code", .kind = COL_TEXT}, {.name = "road", .kind = COL_BOOL}, {.name = "built", .kind = COL_DATE}}};
  static const struct rule_const consts[] = {{"line", {.kind = RULE_DOUBLE, .d = 2300}}, {"unset", {.state = RULE_UNKNOWN, .kind = RULE_DOUBLE}}};
  static const char *const names[] = {"n", "s", "l", "t", "d", "u"};
  static const struct rule_type integer = {.kind = RULE_INT};
  static const struct rule_type types[] = {{.kind = RULE_INT}, {.kind = RULE_STRING}, {.kind = RULE_LIST, .element = &integer}, {.kind = RULE_TIMESTAMP}, {.kind = RULE_DURATION}, {.kind = RULE_UINT}};
  static const struct rule_value items[] = {{.kind = RULE_INT, .i = 1}, {.kind = RULE_INT, .i = -5}};
  struct rule_value vars[6] = {{.kind = RULE_INT, .i = 42}, {.kind = RULE_STRING, .s = {"a\xC3\xA9", 3}}, {.kind = RULE_LIST}, {.kind = RULE_TIMESTAMP}, {.kind = RULE_DURATION, .i = 1500000000}, {.kind = RULE_UINT, .u = 7}};
  vars[2].list.items = items, vars[2].list.count = 2;
  static const uint32_t member_at[] = {0, 2, 2, 7}, village_of[] = {0, SEGMENT_NO_ROW, 1};
  static const uint64_t roster = 5; /* the second household was not asked */
  struct segment segment = {.level_count = 3, .village_of = village_of};
  segment.child_at[LEVEL_MEMBER] = member_at;
  segment.roster[LEVEL_MEMBER] = &roster;
  struct rule_env env = {.level_count = 3, .level_names = {"household", "members", "village"}, .fields = {fields[0], fields[1], fields[2]}, .field_count = {5, 5, 5},
                         .consts = consts, .const_count = 2, .var_names = names, .var_types = types, .var_count = 6};
  struct arena a;
  struct rule *r;
  struct rule_problem p = {0};
  struct err e = {0};
  arena_init(&a, 64u << 20);
  uint32_t level = size ? data[0] % 3u : 0;
  enum status st = rule_compile(&a, &env, level == 2 ? LEVEL_VILLAGE : level, (const char *)data, size, NULL, &r, &p, &e);
  if (st != OK) {
    stop_unless(st != ERR_INTERNAL && e.message[0]);
    stop_unless(st != ERR_INPUT || (p.line >= 1 && p.column >= 1 && p.offset <= size));
  } else {
    char *form = rule_canonical(&a, r);
    stop_unless(form && form[0]);
    for (uint64_t h = 0; h < 3; h++) {
      struct rule_row row = {.segment = &segment, .household = h, .row = level == LEVEL_MEMBER ? 4 : h, .vars = vars, .cell = cell};
      struct rule_value v, atoms[64];
      st = rule_eval(&a, r, &row, &v, &e);
      if (st != OK) {
        stop_unless(st == ERR_MEMORY);
        break;
      }
      stop_unless(v.state != RULE_ERROR || v.error[0]);
      uint32_t n = rule_atom_count(r);
      if (n == 0 || n > 64 || (v.state == RULE_ERROR && strstr(v.error, "cost limit"))) continue;
      bool dear = false;
      for (uint32_t i = 0; i < n && st == OK; i++) {
        st = rule_eval(&a, rule_atoms(r)[i].rule, &row, &atoms[i], &e);
        dear |= st == OK && atoms[i].state == RULE_ERROR && strstr(atoms[i].error, "cost limit");
      }
      if (st != OK || dear) break;
      struct rule_value from = rule_from_atoms(r, atoms);
      stop_unless(from.state == v.state && (v.state != RULE_VALUE || from.b == v.b));
    }
  }
  arena_drop(&a);
  return 0;
}
