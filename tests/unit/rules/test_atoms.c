/* Atoms: the maximal parts of a rule that are no logic themselves, and the rule's outcome from theirs. */
#include "town.h"

static struct rule *compiled(const char *source) {
  struct rule *r;
  struct err e;
  assert_ok(rule_compile(&town.arena, &town.env, LEVEL_HOUSEHOLD, source, strlen(source), NULL, &r, NULL, &e), &e);
  return r;
}

static void atoms_stand_in_the_order_of_the_source_with_their_sign(void **state) {
  (void)state;
  const char *source = "income < line && !(has_car || members.exists(m, m.age > 60 && m.in_school)) || (hhsize > 3 ? region == 'Tyrol' : true)";
  struct rule *r = compiled(source);
  static const struct { const char *text; bool positive; } want[] = {{"income < line", true}, {"has_car", false}, {"members.exists(m, m.age > 60 && m.in_school)", false}, {"hhsize > 3", true}, {"region == 'Tyrol'", true}, {"true", true}};
  assert_int_equal(rule_atom_count(r), 6);
  for (uint32_t i = 0; i < 6; i++) {
    const struct rule_atom *a = &rule_atoms(r)[i];
    assert_int_equal(a->length, strlen(want[i].text));
    assert_memory_equal(source + a->offset, want[i].text, a->length);
    assert_string_equal(rule_source(a->rule), want[i].text);
    assert_int_equal(a->positive, want[i].positive);
  }
  assert_int_equal(rule_read_count(rule_atoms(r)[2].rule), 2);
  assert_true(rule_reads(rule_atoms(r)[2].rule, LEVEL_MEMBER, 2));
  assert_false(rule_reads(rule_atoms(r)[2].rule, LEVEL_HOUSEHOLD, 0));
  assert_int_equal(rule_read_count(rule_atoms(r)[5].rule), 0);
  assert_int_equal(rule_atom_count(compiled("hhsize + 1")), 0);
  assert_int_equal(rule_atom_count(compiled("has_car == true")), 1);
}

static const char *const rules[] = {"income < line && !has_car", "has_car || income < line || region == 'Tyrol'", "!(has_car && hhsize > 2) && (rent < 60.0 || members.size() > 2)", "has_car ? income < line : members.exists(m, m.age > 69)",
    "!has_car && 1/hhsize > 0 || members.all(m, m.wage < 200.0)", "income < line ? (has_car ? true : false) : !(rent == 0.0)", "has_car", "!(!(hhsize / 0 == 1) || has_car)", "false || 1/0 == 1 || has_car", "tight && children > 0 && share > -1.0"};

static void the_rule_from_its_atoms_is_the_rule(void **state) {
  (void)state;
  for (size_t k = 0; k < sizeof rules / sizeof *rules; k++)
    for (uint64_t h = 0; h < HOUSEHOLDS; h++) {
      struct rule *r = compiled(rules[k]);
      struct rule_row row = {.segment = town.segment, .household = h, .row = h};
      struct rule_value atoms[16], whole_rule, from;
      struct err e;
      for (uint32_t i = 0; i < rule_atom_count(r); i++) assert_ok(rule_eval(&town.arena, rule_atoms(r)[i].rule, &row, &atoms[i], &e), &e);
      assert_ok(rule_eval(&town.arena, r, &row, &whole_rule, &e), &e);
      from = rule_from_atoms(r, atoms);
      if (from.state != whole_rule.state || (from.state == RULE_VALUE && from.b != whole_rule.b)) fail_msg("%s on household %llu", rules[k], (unsigned long long)h);
    }
}

static void flipping_an_atom_changes_the_outcome(void **state) {
  (void)state;
  struct rule *r = compiled("income < line && !has_car");
  struct rule_value v[2] = {{.kind = RULE_BOOL, .b = true}, {.kind = RULE_BOOL, .b = true}};
  assert_false(rule_from_atoms(r, v).b);
  v[1].b = false;
  assert_true(rule_from_atoms(r, v).b);
  v[0].state = RULE_UNKNOWN;
  assert_int_equal(rule_from_atoms(r, v).state, RULE_UNKNOWN);
  v[1].b = true;
  assert_int_equal(rule_from_atoms(r, v).state, RULE_VALUE);
}

UNIT_MAIN(TOWN(atoms_stand_in_the_order_of_the_source_with_their_sign), TOWN(the_rule_from_its_atoms_is_the_rule), TOWN(flipping_an_atom_changes_the_outcome))
