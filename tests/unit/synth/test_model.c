#include "fixture.h"

/* The model of the programme with one piece of text replaced. */
static enum status parse_with(struct fixture *f, const char *was, const char *now) {
  char *data, *path = file_join(&f->a, f->p->folder, "synth.yaml");
  size_t len;
  struct model *m;
  assert_ok(file_read(&f->a, path, 1 << 20, &data, &len, &f->e), &f->e);
  char *at = strstr(data, was);
  assert_non_null(at);
  char *text = arena_printf(&f->a, "%.*s%s%s", (int)(at - data), data, now, at + strlen(was));
  return model_parse(&f->a, f->p, "synth.yaml", text, strlen(text), &m, &f->e);
}

static void what_is_wrong_is_told_with_its_line(void **state) {
  (void)state;
  struct fixture f;
  fixture_open(&f, 1);
  assert_ok(parse_with(&f, "  farmland: 1.0", "  farmland: 1.5"), &f.e);
  assert_refused(parse_with(&f, "  farmland: 1.0", "  farmland: much"), ERR_INPUT, "`farmland` is much", &f.e);
  assert_non_null(strstr(f.e.message, "synth.yaml:29:"));
  assert_refused(parse_with(&f, "  farmland: 1.0", "  # none"), ERR_INPUT, "`farmland` is missing", &f.e);
  assert_refused(parse_with(&f, "single: 0.10", "single: 0.50"), ERR_INPUT, "do not sum to 1", &f.e);
  assert_refused(parse_with(&f, "year: 2016", "year: 2012"), ERR_INPUT, "from the earliest to the latest", &f.e);
  assert_refused(parse_with(&f, "bears: 7", "bears: 70"), ERR_INPUT, "`bears` is 70", &f.e);
  assert_refused(parse_with(&f, "low: 300, high: 950", "low: 300, high: 200"), ERR_INPUT, "`high` is 200", &f.e);
  assert_refused(parse_with(&f, "surnames: [", "surnames: [a_family_name_that_goes_on_and_on_for_longer_than_any_that_was_ever_heard_of, "), ERR_INPUT, "at most 60 bytes", &f.e);
  assert_refused(parse_with(&f, "fund: production, per_person: 900", "fund: production, per_person: some"), ERR_INPUT, "`per_person` is some", &f.e);
  arena_drop(&f.a);
}

static void codes_are_those_of_the_programme(void **state) {
  (void)state;
  struct fixture f;
  fixture_open(&f, 1);
  assert_refused(parse_with(&f, "crop: rice", "crop: coffee"), ERR_INPUT, "coffee is no choice of the field crop", &f.e);
  assert_refused(parse_with(&f, "rate: rate_grain", "rate: rate_coffee"), ERR_INPUT, "names no number of the programme's `params`", &f.e);
  assert_refused(parse_with(&f, "area: \"433123\"", "area: \"990000\""), ERR_INPUT, "no code of the programme's areas", &f.e);
  arena_drop(&f.a);
}

static void a_programme_without_a_model_is_refused(void **state) {
  (void)state;
  struct fixture f;
  struct problem *problems;
  struct model *m;
  arena_init(&f.a, 0);
  assert_ok(programme_load(&f.a, "programmes/eu-silc", &f.p, &problems, &f.e), &f.e);
  assert_refused(model_read(&f.a, f.p, &m, &f.e), ERR_NOT_FOUND, "no model of a synthetic population", &f.e);
  arena_drop(&f.a);
}

UNIT_MAIN(UNIT(what_is_wrong_is_told_with_its_line), UNIT(codes_are_those_of_the_programme), UNIT(a_programme_without_a_model_is_refused))
