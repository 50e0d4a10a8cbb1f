/* Every word of every choice of the Xiangxi codebook means its own code: in both languages, and every word that a source recodes. In a system of 2019
 * the minimum living allowance came out as "general", and health was read from another column; so this is tried for all of them. */
#include "fixture.h"

#include "ingest/validate.h"

static struct arena a;
static struct programme *p;
static struct err e;

static int begin(void **state) {
  (void)state;
  struct problem *problems;
  arena_init(&a, 0);
  assert_ok(programme_load(&a, "programmes/xiangxi", &p, &problems, &e), &e);
  return 0;
}

static int finish(void **state) {
  (void)state;
  arena_drop(&a);
  return 0;
}

static void means(struct validate *v, const char *word, const char *code) {
  static const struct reader_column column = {.name = "x"};
  struct reader_cell cell = {.kind = READ_TEXT, .text = span_of(word)};
  struct cell out;
  char why[300] = "";
  if (!validate_cell(v, &column, &cell, &out, why, sizeof why)) fail_msg("%s: %s: %s", v->field->name, word, why);
  if (out.absence != PRESENT || !span_is(out.s, code)) fail_msg("%s: %s means %.*s, not %s", v->field->name, word, (int)out.s.len, out.s.at ? out.s.at : "", code);
}

static void every_label_means_its_own_code(void **state) {
  (void)state;
  uint32_t words = 0;
  for (uint32_t k = 0; k < p->level_count; k++)
    for (uint32_t i = 0; i < p->levels[k].collected_count; i++) {
      const struct field *f = &p->levels[k].fields[i];
      struct validate v;
      if (f->kind != COL_CHOICE || f->area_level != UINT32_MAX) continue;
      assert_ok(validate_open(&v, &a, f, CONVERT_NONE, NULL, 0, &e), &e);
      for (uint32_t c = 0; c < f->choice_count; c++) {
        assert_non_null(f->choices[c].label.zh);
        assert_non_null(f->choices[c].label.en);
        means(&v, f->choices[c].code, f->choices[c].code);
        means(&v, f->choices[c].label.zh, f->choices[c].code);
        means(&v, f->choices[c].label.en, f->choices[c].code);
        words += 3;
      }
    }
  assert_true(words > 500);
}

/* With the recodes of each source, the codebook's own words still mean themselves. */
static void every_word_of_a_source_means_what_it_says(void **state) {
  (void)state;
  uint32_t words = 0;
  for (uint32_t s = 0; s < p->source_count; s++)
    for (uint32_t i = 0; i < p->sources[s].map_count; i++) {
      const struct source_map *m = &p->sources[s].maps[i];
      struct validate v;
      if (!m->recode_count) continue;
      assert_ok(validate_open(&v, &a, m->target, m->conversion, m->recode, m->recode_count, &e), &e);
      for (uint32_t r = 0; r < m->recode_count; r++, words++) means(&v, m->recode[r].from, m->recode[r].to);
      for (uint32_t c = 0; c < m->target->choice_count; c++) means(&v, m->target->choices[c].label.zh, m->target->choices[c].code);
    }
  assert_true(words > 100);
}

static void every_label_and_every_field_is_in_both_languages(void **state) {
  (void)state;
  for (uint32_t k = 0; k < p->level_count; k++)
    for (uint32_t i = 0; i < p->levels[k].field_count; i++) {
      const struct field *f = &p->levels[k].fields[i];
      if (!strcmp(f->name, "deprivation_score") || !strcmp(f->name, "deprived")) continue;
      if (!f->label.en || !f->label.zh) fail_msg("%s.%s has no label in both languages", p->levels[k].name, f->name);
    }
  for (uint32_t i = 0; i < p->area_count; i++) assert_true(p->areas[i].name_en && p->areas[i].name_zh);
}

static void every_collected_field_and_number_says_where_it_comes_from(void **state) {
  (void)state;
  for (uint32_t k = 0; k < p->level_count; k++)
    for (uint32_t i = 0; i < p->levels[k].collected_count; i++)
      if (!p->levels[k].fields[i].source) fail_msg("%s.%s has no source", p->levels[k].name, p->levels[k].fields[i].name);
  for (uint32_t i = 0; i < p->param_count; i++)
    if (!p->params[i].source) fail_msg("%s has no source", p->params[i].name);
  for (uint32_t i = 0; i < p->line_count; i++)
    for (uint32_t j = 0; j < p->lines[i].amount_count; j++) assert_non_null(p->lines[i].amounts[j].source);
  for (uint32_t i = 0; i < p->identify.include_count; i++) assert_non_null(p->identify.include[i].origin);
  for (uint32_t i = 0; i < p->identify.exclude_count; i++) assert_non_null(p->identify.exclude[i].origin);
  for (uint32_t i = 0; i < p->identify.cause_count; i++) assert_non_null(p->identify.causes[i].origin);
  for (uint32_t i = 0; i < p->identify.quota_count; i++) assert_non_null(p->identify.quota[i].source);
  for (uint32_t i = 0; i < p->indicator_count; i++) assert_non_null(p->indicators[i].origin);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      UNIT(every_label_means_its_own_code),
      UNIT(every_word_of_a_source_means_what_it_says),
      UNIT(every_label_and_every_field_is_in_both_languages),
      UNIT(every_collected_field_and_number_says_where_it_comes_from),
  };
  return cmocka_run_group_tests(tests, begin, finish);
}
