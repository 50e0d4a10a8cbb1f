/* What a sound programme becomes. */
#include <math.h>
#include <unistd.h>

#include "base/file.h"
#include "programme_text.h"

static struct programme *load_folder(struct arena *a, const char *folder) {
  struct programme *p;
  struct problem *problems;
  struct err e = {0};
  arena_init(a, 64 << 20);
  if (programme_load(a, folder, &p, &problems, &e) != OK) fail_msg("%s HINT: %s", e.message, e.hint);
  return p;
}

static void the_survey_of_austria_loads(void **state) {
  (void)state;
  struct arena a;
  struct programme *p = load_folder(&a, "programmes/eu-silc");
  assert_string_equal(p->name, "eu-silc");
  assert_int_equal(p->area_count, 10);
  assert_string_equal(p->areas[programme_area(p, "AT-9")].name_zh, "维也纳");
  assert_int_equal(p->areas[programme_area(p, "AT-9")].parent, programme_area(p, "AT"));
  assert_string_equal(p->area_level_names[p->home_level], "state");
  assert_int_equal(p->sources[0].map_count, 28 - 2); /* every column but the two keys */
  assert_true(p->design.person_weight);
  assert_int_equal(p->design.domain_fields[1]->level, LEVEL_MEMBER);
  assert_int_equal(p->identify.quota_count, 9);
  const struct field *f = programme_field(p, LEVEL_MEMBER, "employee_income");
  assert_true(f->money && f->decimals == 2 && f->fill == (1u << ABSENT_EMPTY | 1u << ABSENT_NOT_APPLICABLE));
  assert_string_equal(p->derive_order[p->derive_count - 3]->name, "eq_income"); /* before the two that dimensions give */
  arena_drop(&a);
}

static void the_survey_of_viet_nam_loads(void **state) {
  (void)state;
  struct arena a;
  struct programme *p = load_folder(&a, "programmes/vietnam-1998");
  assert_true(programme_line_amount(p, 0, 1998, "*") == 1789.871);
  assert_non_null(strstr(p->design.note_en, "unweighted extract, communes as PSUs, not a national estimate"));
  assert_non_null(strstr(p->sources[0].fetch_hint_en, "vincentarelbundock/Rdatasets"));
  arena_drop(&a);
}

static void the_survey_of_the_tests_loads(void **state) {
  (void)state;
  struct arena a;
  struct programme *p = load_folder(&a, "tests/programmes/popstan");
  assert_int_equal(p->source_count, 2);
  const struct field *region = programme_field(p, LEVEL_HOUSEHOLD, "region");
  assert_int_equal(region->choice_count, 10);
  assert_int_equal(region->area_level, 0);
  const struct field *school = programme_field(p, LEVEL_MEMBER, "school");
  assert_string_equal(school->choices[1].label.en, "No, never attended");
  arena_drop(&a);
}

static void a_folder_that_is_none_says_how_to_make_one(void **state) {
  (void)state;
  struct arena a;
  struct programme *p;
  struct err e;
  arena_init(&a, 0);
  assert_refused(programme_load(&a, "no-such-folder", &p, NULL, &e), ERR_NOT_FOUND, "there is no folder no-such-folder", &e);
  assert_non_null(strstr(e.hint, "lucid new"));
  assert_refused(programme_load(&a, "tests", &p, NULL, &e), ERR_NOT_FOUND, "tests holds no programme.yaml", &e);
  arena_drop(&a);
}

static void lines_find_the_latest_year_and_the_nearest_area(void **state) {
  (void)state;
  struct loaded l;
  struct programme *p = load_good(&l, "lines: [{name: a, amounts: [{year: 2020, amount: 10}, {year: 2023, amount: 13}, {year: 2021, area: c1, amount: 21}]}]\n");
  assert_true(programme_line_amount(p, 0, 2019, "*") != programme_line_amount(p, 0, 2019, "*")); /* none yet */
  assert_true(programme_line_amount(p, 0, 2020, "v1") == 10);
  assert_true(programme_line_amount(p, 0, 2022, "v1") == 21);
  assert_true(programme_line_amount(p, 0, 2026, "c1") == 21);
  assert_true(programme_line_amount(p, 0, 2026, "elsewhere") == 13);
  assert_true(isnan(programme_line_amount(p, 7, 2026, "*")));
  unload(&l);
}

static const struct rule_value *constant(const struct programme *p, const char *name) {
  for (uint32_t i = 0; i < p->env.const_count; i++)
    if (!strcmp(p->env.consts[i].name, name)) return &p->env.consts[i].value;
  fail_msg("no constant %s", name);
  return NULL;
}

static void rules_see_lines_years_and_parameters_as_constants(void **state) {
  (void)state;
  struct loaded l;
  struct programme *p = load_good(&l, "params: [{name: k, value: 3}, {name: q, value: 1/4}, {name: r, value: 3, type: real}]\n"
    "lines: [{name: a, amounts: [{year: 2020, amount: 10}, {year: 2025, amount: 15}]}, {name: b, main: true, kind: relative, share: 0.6}]\n"
    "causes: [{name: x, rule: income < line || income < a || size > k || income > q || income > r || year > 2025}]\n");
  assert_int_equal(constant(p, "year")->i, 2026);
  assert_true(constant(p, "a")->d == 15);
  assert_int_equal(constant(p, "line")->state, RULE_UNKNOWN);
  assert_int_equal(constant(p, "k")->kind, RULE_INT);
  assert_true(constant(p, "q")->d == 0.25);
  assert_int_equal(constant(p, "r")->kind, RULE_DOUBLE);
  programme_set_line(p, 1, 77.5);
  assert_true(constant(p, "line")->d == 77.5 && constant(p, "b")->d == 77.5 && constant(p, "a")->d == 15);
  programme_set_year(p, 2021);
  assert_true(constant(p, "a")->d == 10 && constant(p, "b")->d == 77.5 && constant(p, "year")->i == 2021);
  programme_set_line(p, 1, NAN);
  assert_int_equal(constant(p, "line")->state, RULE_UNKNOWN);
  unload(&l);
}

static void derived_fields_may_stand_in_any_order(void **state) {
  (void)state;
  struct loaded l;
  struct programme *p = load_good(&l, "derive: [{name: a, rule: b * 2.0}, {name: b, rule: income / double(c)}, {name: c, rule: members.size()}, {name: old, level: members, rule: age > 60}, {name: d, rule: 'members.exists(m, m.old) && a > 1.0'}]\n");
  assert_int_equal(p->derive_count, 5);
  for (uint32_t i = 0; i < p->derive_count; i++) {
    assert_int_equal(p->derive_order[i]->column, i);
    for (uint32_t k = 0; k < p->level_count; k++)
      for (uint32_t f = 0; f < p->levels[k].field_count; f++) {
        const struct field *g = &p->levels[k].fields[f];
        if (g->derived && g != p->derive_order[i] && rule_reads(p->derive_order[i]->derived, k, f)) assert_true(g->column < i);
      }
  }
  assert_int_equal(programme_field(p, LEVEL_HOUSEHOLD, "a")->kind, COL_REAL);
  assert_int_equal(programme_field(p, LEVEL_HOUSEHOLD, "c")->kind, COL_INT);
  assert_int_equal(programme_field(p, LEVEL_HOUSEHOLD, "d")->kind, COL_BOOL);
  unload(&l);
}

static void weights_nest_and_sum_to_one(void **state) {
  (void)state;
  struct loaded l;
  struct programme *p = load_good(&l, "dimensions:\n  cutoff: 1/3\n  list:\n    - {name: a, weight: 1/3, indicators: [{name: i, weight: 1/2, rule: poor_house}, {name: j, weight: 1/2, rule: size > 5}]}\n"
    "    - {name: b, weight: 2/3, indicators: [{name: k, rule: size > 6}, {name: l, rule: size > 7}, {name: m, rule: size > 8}, {name: n, rule: size > 9}]}\n");
  assert_int_equal(p->indicator_count, 6);
  assert_near(p->indicators[0].weight, 1.0 / 6, 1e-15);
  assert_near(p->indicators[5].weight, 1.0 / 6, 1e-15);
  assert_string_equal(p->indicators[2].dimension, "b");
  assert_near(p->cutoff, 1.0 / 3, 1e-15);
  unload(&l);
}

static void dimensions_give_a_score_that_rules_can_read(void **state) {
  (void)state;
  struct loaded l;
  struct programme *p = load_good(&l, "dimensions:\n  cutoff: 1/3\n  list:\n    - {name: a, indicators: [{name: i, rule: 'poor_house // a comment'}, {name: j, rule: 'floor == \"earth\" || size > 5'}]}\n"
    "identify: {include: [{name: x, rule: deprived && income < 9.0}], rank: deprivation_score}\n");
  assert_int_equal(programme_field(p, LEVEL_HOUSEHOLD, "deprivation_score")->kind, COL_REAL);
  assert_int_equal(programme_field(p, LEVEL_HOUSEHOLD, "deprived")->kind, COL_BOOL);
  assert_int_equal(p->derive_count, 2);
  assert_int_equal(p->env.field_count[LEVEL_HOUSEHOLD], p->levels[LEVEL_HOUSEHOLD].field_count);
  unload(&l);
}

static void what_deprived_says_is_written_out_unless_the_ways_are_too_many(void **state) {
  (void)state;
  struct loaded l;
  struct programme *p = load_good(&l, "dimensions:\n  cutoff: 1/2\n  list:\n    - {name: a, indicators: [{name: i, rule: poor_house}]}\n    - {name: b, indicators: [{name: j, rule: size > 5}, {name: k, rule: size > 6}]}\n");
  assert_string_equal(programme_field(p, LEVEL_HOUSEHOLD, "deprived")->derived_source, "((poor_house\n)) || ((size > 5\n) && (((size > 6\n))))");
  unload(&l);
  char yaml[4096];
  int n = snprintf(yaml, sizeof yaml, "dimensions:\n  cutoff: 1/3\n  list:\n    - name: a\n      indicators:\n");
  for (int i = 0; i < 12; i++) n += snprintf(yaml + n, sizeof yaml - (size_t)n, "        - {name: i%d, rule: size > %d}\n", i, i);
  p = load_good(&l, yaml);
  assert_string_equal(programme_field(p, LEVEL_HOUSEHOLD, "deprived")->derived_source, "deprivation_score >= 0.3333333323333333");
  unload(&l);
}

static void a_map_resolves_levels_recodes_and_conversions(void **state) {
  (void)state;
  struct loaded l;
  struct programme *p = load_good(&l, "sources: [{name: s, file: s.csv, level: members, flat: true, household: hid, map: {income: {column: inc, with: thousands}, age: alter, floor: {column: f, recode: {1: earth, 2: wood, 9: ''}}}}]\n");
  const struct source *s = &p->sources[0];
  assert_int_equal(s->map_count, 3);
  assert_int_equal(s->maps[0].conversion, CONVERT_THOUSAND);
  assert_string_equal(s->maps[0].with, "thousands");
  assert_ptr_equal(s->maps[1].target, programme_field(p, LEVEL_MEMBER, "age"));
  assert_int_equal(s->maps[2].recode_count, 3);
  assert_string_equal(s->maps[2].recode[2].to, "");
  unload(&l);
}

static void assumed_values_are_listed_with_their_source(void **state) {
  (void)state;
  struct loaded l;
  struct programme *p = load_good(&l, "params: [{name: k, value: 3, assumed: true, source: a guess}, {name: q, value: 4}]\ncauses: [{name: c, rule: size > k, assumed: true}]\n");
  assert_int_equal(p->assumed_count, 2);
  assert_string_equal(p->assumed[0].value, "3");
  assert_string_equal(p->assumed[0].source, "a guess");
  assert_string_equal(p->assumed[1].section, "causes");
  assert_int_equal(p->assumed[1].line, 16);
  unload(&l);
}

struct hashes { struct digest rules, source; };
static struct hashes hashes_of(const char *yaml) {
  struct loaded l;
  load_text(&l, yaml);
  if (l.status != OK) fail_msg("%s", l.e.message);
  struct hashes h = {l.p->rules_hash, l.p->source_hash};
  unload(&l);
  return h;
}

static void the_rules_hash_knows_what_decides(void **state) {
  (void)state;
  struct hashes base = hashes_of(BASE "params: [{name: k, value: 3}]\nderive: [{name: a, rule: size + 1}, {name: b, rule: size + 2}]\ncauses: [{name: c, label: one, rule: size > k && income < 3.0}]\n");
  static const struct { const char *text; bool same; } changed[] = {
    {BASE "# a comment\nparams: [{name: k, value: 3}]\nderive: [{name: a, rule: size + 1}, {name: b, rule: size + 2}]\ncauses: [{name: c, label: one, rule: size > k && income < 3.0}]\n", true},
    {BASE "params: [{name: k, value: 3}]\nderive: [{name: a, rule: size + 1}, {name: b, rule: size + 2}]\ncauses: [{name: c, label: two, rule: size > k && income < 3.0}]\n", true},
    {BASE "params: [{name: k, value: 3}]\nderive: [{name: a, rule: size + 1}, {name: b, rule: size + 2}]\ncauses: [{name: c, label: one, rule: ' size>k  &&  income<3.0 '}]\n", true},
    {BASE "params: [{name: k, value: 3}]\nderive: [{name: b, rule: size + 2}, {name: a, rule: size + 1}]\ncauses: [{name: c, label: one, rule: size > k && income < 3.0}]\n", true},
    {BASE "params: [{name: k, value: 4}]\nderive: [{name: a, rule: size + 1}, {name: b, rule: size + 2}]\ncauses: [{name: c, label: one, rule: size > k && income < 3.0}]\n", false},
    {BASE "params: [{name: k, value: 3}]\nderive: [{name: a, rule: size + 9}, {name: b, rule: size + 2}]\ncauses: [{name: c, label: one, rule: size > k && income < 3.0}]\n", false},
    {BASE "params: [{name: k, value: 3}]\nderive: [{name: a, rule: size + 1}, {name: b, rule: size + 2}]\ncauses: [{name: d, label: one, rule: size > k && income < 3.0}]\n", false},
    {BASE "params: [{name: k, value: 3}]\nderive: [{name: a, rule: size + 1}, {name: b, rule: size + 2}]\ncauses: [{name: c, label: one, rule: size > k && income < 4.0}]\n", false},
  };
  for (size_t i = 0; i < sizeof changed / sizeof *changed; i++) {
    struct hashes h = hashes_of(changed[i].text);
    if (digest_equal(&h.rules, &base.rules) != changed[i].same) fail_msg("change %zu: the rules hash %s", i, changed[i].same ? "changed" : "stayed");
    if (digest_equal(&h.source, &base.source)) fail_msg("change %zu: the source hash stayed", i);
  }
}

static void a_copy_of_the_files_loads_to_the_same_hashes(void **state) {
  (void)state;
  struct arena a, b;
  struct programme *p = load_folder(&a, "programmes/eu-silc"), *q;
  struct err e;
  arena_init(&b, 0);
  assert_int_equal(p->file_count, 3);
  assert_string_equal(p->files[0].name, "areas.csv");
  assert_ok(programme_load_files(&b, "registry", p->files, p->file_count, &q, NULL, &e), &e);
  assert_true(digest_equal(&p->rules_hash, &q->rules_hash) && digest_equal(&p->source_hash, &q->source_hash));
  arena_drop(&a);
  arena_drop(&b);
}

static void a_new_programme_loads_and_never_overwrites(void **state) {
  (void)state;
  char root[] = "/tmp/lucid-test-XXXXXX", folder[64];
  assert_non_null(mkdtemp(root));
  snprintf(folder, sizeof folder, "%s/My County 3/", root);
  struct err e;
  struct arena a;
  assert_ok(programme_new(folder, &e), &e);
  struct programme *p = load_folder(&a, folder);
  assert_string_equal(p->name, "my-county-3");
  assert_int_equal(p->source_count, 2);
  assert_true(programme_field(p, LEVEL_MEMBER, "id_number")->sealed);
  arena_drop(&a);
  assert_refused(programme_new(folder, &e), ERR_CONFLICT, "exists and is not empty", &e);
  assert_ok(file_remove_tree(root, &e), &e);
}

static void memory_running_out_anywhere_is_said(void **state) {
  (void)state;
  for (size_t ceiling = 8192; ceiling < (4 << 20); ceiling += ceiling / 3) {
    struct arena a;
    struct programme *p;
    struct err e = {0};
    arena_init(&a, ceiling);
    enum status s = programme_load(&a, "programmes/eu-silc", &p, NULL, &e);
    if (s != OK && s != ERR_MEMORY) fail_msg("ceiling %zu: %s %s", ceiling, status_name(s), e.message);
    arena_drop(&a);
  }
}

UNIT_MAIN(UNIT(the_survey_of_austria_loads), UNIT(the_survey_of_viet_nam_loads), UNIT(the_survey_of_the_tests_loads), UNIT(a_folder_that_is_none_says_how_to_make_one), UNIT(lines_find_the_latest_year_and_the_nearest_area),
          UNIT(rules_see_lines_years_and_parameters_as_constants), UNIT(derived_fields_may_stand_in_any_order), UNIT(weights_nest_and_sum_to_one), UNIT(dimensions_give_a_score_that_rules_can_read), UNIT(what_deprived_says_is_written_out_unless_the_ways_are_too_many), UNIT(a_map_resolves_levels_recodes_and_conversions),
          UNIT(assumed_values_are_listed_with_their_source), UNIT(the_rules_hash_knows_what_decides), UNIT(a_copy_of_the_files_loads_to_the_same_hashes), UNIT(a_new_programme_loads_and_never_overwrites),
          UNIT(memory_running_out_anywhere_is_said))
