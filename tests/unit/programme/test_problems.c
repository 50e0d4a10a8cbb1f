/* Every mistake is answered with its file, line, column and a remedy, and with nothing else. */
#include "programme_text.h"

struct mistake { const char *what, *text, *message, *hint; };

/* Each text comes after BASE. The mark stands where the complaint must point. */
static const struct mistake mistakes[] = {
  /* keys and types */
  {"unknown section", MARK "feilds: []\n", "unknown key \"feilds\"", "did you mean `fields`?"},
  {"unknown key", "params: [{name: a, value: 1, " MARK "soruce: x}]\n", "unknown key \"soruce\" in a parameter", "did you mean `source`?"},
  {"unknown key, nothing near", "params: [{name: a, value: 1, " MARK "zzzzzz: x}]\n", "unknown key \"zzzzzz\"", "the keys of a parameter are: name value"},
  {"key twice", "params:\n  - name: a\n    value: 1\n    " MARK "value: 2\n", "\"value\" stands twice; the first is on line 17", "keep one"},
  {"key without value", "params:\n  - {name: a, " MARK "value: }\n", "`value` has no value", "take the line out"},
  {"missing key", "params:\n  - " MARK "{name: a}\n", "a parameter needs `value`", "a number"},
  {"list wanted", "params: " MARK "{name: a}\n", "`params` must be a list, not a map", "dash"},
  {"map wanted", "dimensions: " MARK "[a]\n", "dimensions must be a map, not a list", "key: value"},
  {"text wanted", "params: [{name: " MARK "[a], value: 1}]\n", "`name` must be a name, not a list", ""},
  {"flag wanted", "params: [{name: a, value: 1, assumed: " MARK "yes}]\n", "`assumed` must be true or false, not \"yes\"", "write true or false"},
  {"whole number wanted", "lines: [{name: a, amounts: [{year: " MARK "20x, amount: 5}]}]\n", "`year` must be a whole number, not \"20x\"", "digits"},
  {"number wanted", "lines: [{name: a, amount: " MARK "\"1,000\"}]\n", "`amount` must be a number, not \"1,000\"", "without commas"},
  {"fraction of nothing", "dimensions: {cutoff: " MARK "1/0, list: [{name: d, indicators: [{name: i, rule: poor_house}]}]}\n", "`cutoff` must be a number", "1/6"},
  {"unknown word", "lines: [{name: a, amount: 5, kind: " MARK "absolut}]\n", "`kind` cannot be \"absolut\"", "absolute relative"},
  {"unknown language", "params: [{name: a, value: 1, label: {" MARK "de: x}}]\n", "unknown language \"de\"", "en and zh"},
  {"bad name", "params: [{name: " MARK "Ab, value: 1}]\n", "\"Ab\" cannot be a name", "a to z first"},
  {"kept word", "params: [{name: " MARK "in, value: 1}]\n", "\"in\" cannot be a name", "keeps this word"},
  {"a comma in flow style", "derive: [{name: a, rule: 1 + 1, source: (size, " MARK "3)}]\n", "unknown key \"3)\"", "stands in quotes"},
  /* YAML itself */
  {"tab", "params:\n" MARK "\t- a\n", "not readable as YAML", "tabs"},
  {"tag", "params: [{name: a, value: " MARK "!!int 5}]\n", "tags are not read here", "!"},
  {"second document", "---\n" MARK "x: 1\n", "a second document starts here", "---"},
  {"alias to nothing", "params: " MARK "*none\n", "undefined alias", "YAML"},
  {"a key that is no word", "params: [{name: a, value: 1, " MARK "[x]: 3}]\n", "a key must be a plain word", ""},
  /* names */
  {"parameter named as a field's neighbour", "params: [{name: " MARK "year, value: 1}]\n", "cannot be called \"year\"", "choose another"},
  {"field twice", "derive: [{name: " MARK "income, rule: 1 + 1}]\n", "the household field \"income\" stands twice", "another name"},
  {"field named as a constant", "params: [{name: a, value: 1}]\nderive: [{name: " MARK "a, rule: 1 + 1}]\n", "\"a\" is already the name of a constant", "another name"},
  {"unknown level", "derive: [{name: a, level: " MARK "member, rule: 1 + 1}]\n", "unknown level \"member\"", "did you mean `members`?"},
  {"level twice", "levels: [{name: crops}, {name: " MARK "crops}]\n", "the level \"crops\" stands twice", ""},
  {"empty household", "levels: [{name: household, empty: " MARK "taken}]\n", "`empty` says nothing about \"household\"", ""},
  /* rules */
  {"rule with an unknown name", "derive: [{name: a, rule: size + " MARK "incme}]\n", "incme", ""},
  {"rule in single quotes", "derive: [{name: a, rule: 'floor == \"earth\" && " MARK "incme > 1'}]\n", "incme", ""},
  {"rule in double quotes with escapes", "derive: [{name: a, rule: \"floor == \\\"earth\\\" && " MARK "incme > 1\"}]\n", "incme", ""},
  {"rule after Chinese words", "derive: [{name: a, label: 家庭人均, rule: '\"中文\" == \"中\" || " MARK "incme > 1'}]\n", "incme", ""},
  {"rule in a block, kept lines", "derive:\n  - name: a\n    rule: |\n      size > 1\n      && " MARK "incme > 1\n", "incme", ""},
  {"rule in a block, folded", "derive:\n  - name: a\n    rule: >-\n      size > 1 &&\n      size > 2 && " MARK "incme > 1\n", "incme", ""},
  {"rule over two plain lines", "derive:\n  - name: a\n    rule: size > 1 &&\n      size > 2 && " MARK "incme > 1\n", "incme", ""},
  {"rule of the wrong type", "causes: [{name: a, rule: " MARK "size + 1}]\n", "bool", ""},
  {"a choice that is none", "causes: [{name: a, rule: floor == " MARK "'earht'}]\n", "earht", ""},
  {"derived list", "derive: [{name: a, rule: " MARK "'[1, 2]'}]\n", "\"a\" would be a list(int)", "a derived field is"},
  {"sealed field in a rule", "causes: [{name: a, rule: 'size > 1 && " MARK "phone == \"1\"'}]\n", "reads \"phone\", which is sealed", "another field"},
  {"sealed field in derive", "derive: [{name: a, rule: " MARK "phone.size()}]\n", "reads \"phone\", which is sealed", ""},
  {"incentive decides", "identify: {include: [{name: a, rule: size > 3 && " MARK "stars > 2}]}\n", "reads \"stars\", which is fed by incentives", "incentives only add"},
  {"incentive decides through derive", "derive: [{name: a, rule: stars * 2}, {name: b, rule: a + 1}]\nidentify: {include: [{name: x, rule: " MARK "b > 2}]}\n", "reads \"stars\", which is fed by incentives (through a derived field)", ""},
  {"incentive in welfare", "sample: {welfare: double(" MARK "stars)}\n", "fed by incentives", ""},
  {"incentive ranks", "identify: {include: [{name: a, rule: size > 3}], rank: " MARK "stars}\n", "fed by incentives", ""},
  {"cycle", "derive:\n  - {name: a, rule: " MARK "b + 1}\n  - {name: b, rule: c + 1}\n  - {name: c, rule: a + 1}\n", "derived fields go in a circle", "collected fields alone"},
  {"cycle of one", "derive: [{name: a, rule: 1 + " MARK "a}]\n", "in a circle: a -> a", ""},
  /* fields */
  {"quota without rank", "identify:\n  include: [{name: a, rule: size > 3}]\n  quota: " MARK "{level: county, ties: draw, places: [{area: c1, places: 3}]}\n", "a quota needs identify.rank", "add `rank`"},
  {"quota of an unknown area", "identify:\n  include: [{name: a, rule: size > 3}]\n  rank: size\n  quota: {level: county, ties: draw, places: [{area: " MARK "c9, places: 3}]}\n", "no area has the code \"c9\"", ""},
  {"quota of another level", "identify:\n  include: [{name: a, rule: size > 3}]\n  rank: size\n  quota: {level: county, ties: draw, places: [{area: " MARK "v1, places: 3}]}\n", "\"v1\" is a village", "quota.level"},
  {"quota of an unknown level", "identify:\n  include: [{name: a, rule: size > 3}]\n  rank: size\n  quota: {level: " MARK "shire, ties: draw, places: [{area: '*', places: 3}]}\n", "unknown area level \"shire\"", ""},
  {"negative places", "identify:\n  include: [{name: a, rule: size > 3}]\n  rank: size\n  quota: {level: county, ties: draw, places: [{area: c1, places: " MARK "-3}]}\n", "cannot be negative", ""},
  {"rank by a text", "identify: {include: [{name: a, rule: size > 3}], rank: " MARK "floor}\n", "must be an int or a double, not string", "number"},
  {"nobody can qualify", "identify: " MARK "{exclude: [{name: a, rule: size > 3}]}\n", "identify.include has no rules", ""},
  {"reason twice", "causes: [{name: a, rule: size > 3}, {name: " MARK "a, rule: size > 4}]\n", "\"a\" stands twice in causes", ""},
  /* dimensions */
  {"weights that do not sum", "dimensions: {cutoff: 1/2, list: [" MARK "{name: d, indicators: [{name: i, weight: 1/2, rule: poor_house}, {name: j, weight: 1/3, rule: size > 9}]}]}\n", "the indicators of \"d\" sum to 0.8333333333", "sum to 1"},
  {"some weights", "dimensions: {cutoff: 1/2, list: [" MARK "{name: d, indicators: [{name: i, weight: 1/2, rule: poor_house}, {name: j, rule: size > 9}]}]}\n", "some of the indicators of \"d\"", "all of them"},
  {"cutoff above one", "dimensions: {cutoff: " MARK "33, list: [{name: d, indicators: [{name: i, rule: poor_house}]}]}\n", "`cutoff` must be above 0 and at most 1", "1/3"},
  {"indicator twice", "dimensions: {cutoff: 1, list: [{name: d, indicators: [{name: i, rule: poor_house}]}, {name: f, indicators: [{name: " MARK "i, rule: poor_house}]}]}\n", "the indicator \"i\" stands twice", ""},
  /* lines */
  {"two lines, no main", "lines: " MARK "[{name: a, amount: 5}, {name: b, amount: 6}]\n", "none is marked as the main one", "main: true"},
  {"line without amount", "lines: [" MARK "{name: a}]\n", "the line \"a\" has no amount", "amount: 1000"},
  {"line of nothing", "lines: [{name: a, amount: " MARK "0}]\n", "a line must be above 0", ""},
  {"line of an unknown area", "lines: [{name: a, amounts: [{year: 2020, area: " MARK "zz, amount: 5}]}]\n", "no area has the code \"zz\"", "everywhere"},
  {"relative line without share", "lines: [" MARK "{name: a, kind: relative}]\n", "has no share", "share: 0.6"},
  {"relative line in percent", "lines: [{name: a, kind: relative, share: " MARK "60}]\n", "at most 2", "0.6"},
  {"parameter that is no number", "params: [{name: a, value: " MARK "many}]\n", "\"a\" is no number", ""},
  /* sample */
  {"welfare of whole numbers", "sample: {welfare: " MARK "size}\n", "sample.welfare cannot be a int", "double(..)"},
  {"lines without welfare", "lines: [{name: a, amount: 5}]\nsample: " MARK "{weight: size}\n", "sample needs `welfare` where there are lines", "add `welfare"},
  {"strata of doubles", "sample: {welfare: income, strata: " MARK "income}\n", "sample.strata cannot be a double", "int or a string"},
  {"unknown domain", "sample: {welfare: income, domains: [floor, " MARK "colour]}\n", "unknown field \"colour\"", ""},
  {"domain of numbers", "sample: {welfare: income, domains: [" MARK "income]}\n", "cannot be broken by \"income\"", "choice"},
  /* sources */
  {"map of an unknown field", "sources: [{name: s, file: s.csv, household: id, map: {" MARK "incom: x}}]\n", "unknown field \"incom\" in the map of \"s\"", "did you mean `income`?"},
  {"map of a field of members in a household file", "sources: [{name: s, file: s.csv, household: id, map: {" MARK "age: x}}]\n", "unknown field \"age\"", "own level"},
  {"recode to no choice", "sources: [{name: s, file: s.csv, household: id, map: {floor: {column: f, recode: {1: " MARK "clay}}}}]\n", "\"clay\" is no choice of \"floor\"", ""},
  {"conversion that does not fit", "sources: [{name: s, file: s.csv, household: id, map: {floor: {column: f, with: " MARK "monthly}}}]\n", "`monthly` does not fit \"floor\"", "numbers"},
  {"source without a key", "sources: [" MARK "{name: s, file: s.csv}]\n", "needs `household`", ""},
  {"flat file of households", "sources: [{name: s, file: s.csv, household: id, flat: " MARK "true}]\n", "only a file of members can be flat", "level: members"},
  {"file outside", "sources: [{name: s, file: " MARK "../s.csv, household: id}]\n", "outside the data folder", "--data"},
  {"table that is absent", "params: {file: " MARK "params.csv}\n", "there is no file params.csv", "beside programme.yaml"},
  {"table outside", "params: {file: " MARK "/etc/passwd}\n", "is not a table of this programme", ""},
};

static void place_of(const char *text, int *line, int *column, char *clean) {
  const char *mark = strstr(text, MARK);
  *line = 1, *column = 1;
  for (const char *c = text; c < mark; c++) {
    if (*c == '\n') ++*line, *column = 1;
    else if (((unsigned char)*c & 0xc0) != 0x80) ++*column;
  }
  memcpy(clean, text, (size_t)(mark - text));
  strcpy(clean + (mark - text), mark + strlen(MARK));
}

static void every_mistake_is_answered_with_its_place_and_a_remedy(void **state) {
  (void)state;
  int failures = 0;
  for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
    const struct mistake *m = &mistakes[i];
    char text[8000], clean[8000];
    int line, column;
    snprintf(text, sizeof text, "%s%s", BASE, m->text);
    place_of(text, &line, &column, clean);
    struct loaded l;
    load_text(&l, clean);
    const struct problem *p = l.problems;
    bool fine = l.status == ERR_INPUT && p && !p->next && p->line == line && p->column == column && strstr(p->message, m->message) && (!*m->hint || (p->hint && strstr(p->hint, m->hint)));
    if (!fine) {
      failures++;
      print_error("%s: wanted %d:%d %s [%s], got:\n", m->what, line, column, m->message, m->hint);
      if (!p) print_error("    status %s\n", status_name(l.status));
      for (; p; p = p->next) print_error("    %s:%d:%d: %s [%s]\n", p->file, p->line, p->column, p->message, p->hint ? p->hint : "");
    }
    unload(&l);
  }
  assert_int_equal(failures, 0);
}

/* Mistakes in the first sections, where BASE would be in the way. */
static const struct mistake heads[] = {
  {"empty file", MARK "\n", "the file is empty", "lucid new"},
  {"no programme", MARK "fields: []\n", "programme.yaml needs `programme`", ""},
  {"bad programme name", "programme: {name: " MARK "My County, title: T, years: {from: 2020, to: 2021}}\nfields: []\n", "cannot be a programme's name", "dashes"},
  {"years the wrong way round", "programme: {name: p, title: T, years: {from: 2022, to: " MARK "2021}}\nfields: []\n", "the last year is before the first", ""},
  {"no such currency", "programme: {name: p, title: T, currency: " MARK "yuan, years: {from: 2020, to: 2021}}\nfields: []\n", "\"yuan\" is no currency", "CNY"},
  {"no such language", "programme: {name: p, title: T, languages: [en, " MARK "de], years: {from: 2020, to: 2021}}\nfields: []\n", "is no language", "en, zh"},
  {"money without currency", "programme: {name: p, title: T, years: {from: 2020, to: 2021}}\nfields: [{name: a, type: " MARK "money}]\n", "without a currency", "currency: CNY"},
  {"decimal without decimals", "programme: {name: p, title: T, years: {from: 2020, to: 2021}}\nfields: [" MARK "{name: a, type: decimal}]\n", "does not say how many decimals", "decimals: 2"},
  {"choice without choices", "programme: {name: p, title: T, years: {from: 2020, to: 2021}}\nfields: [" MARK "{name: a, type: choice}]\n", "has no choices", "choices"},
  {"choice twice", "programme: {name: p, title: T, years: {from: 2020, to: 2021}}\nfields: [{name: a, type: choice, choices: [x, " MARK "x]}]\n", "stands twice", ""},
  {"choices on a number", "programme: {name: p, title: T, years: {from: 2020, to: 2021}}\nfields: [{name: a, type: integer, choices: " MARK "[x]}]\n", "choices on \"a\"", "type `choice`"},
  {"bounds the wrong way round", "programme: {name: p, title: T, years: {from: 2020, to: 2021}}\nfields: [{name: a, type: integer, min: 5, max: " MARK "3}]\n", "`max` of \"a\" is below its `min`", "swap"},
  {"bound of the wrong kind", "programme: {name: p, title: T, years: {from: 2020, to: 2021}}\nfields: [{name: a, type: date, min: " MARK "5}]\n", "`min` of \"a\" must be a value of the field", "2026-12-31"},
  {"fill of the wrong kind", "programme: {name: p, title: T, years: {from: 2020, to: 2021}}\nfields: [{name: a, type: integer, fill: {value: " MARK "no, when: [empty]}}]\n", "the fill of \"a\" must be a value", ""},
  {"fill out of bounds", "programme: {name: p, title: T, years: {from: 2020, to: 2021}}\nfields: [{name: a, type: integer, min: 1, fill: {value: " MARK "0, when: [empty]}}]\n", "outside its own bounds", ""},
  {"unknown absence", "programme: {name: p, title: T, years: {from: 2020, to: 2021}}\nfields: [{name: a, type: integer, missing: {-9: " MARK "gone}}]\n", "\"gone\" is no kind of absence", "empty refused"},
  {"sealed number", "programme: {name: p, title: T, years: {from: 2020, to: 2021}}\nfields: [{name: a, type: integer, sealed: " MARK "true}]\n", "only texts can be", "text"},
  {"area without parent", "programme: {name: p, title: T, years: {from: 2020, to: 2021}}\nfields: []\nareas:\n  levels: [{name: a, home: true}, {name: b}]\n  list: [{code: x, level: a, name: X}, " MARK "{code: y, level: b, name: Y}]\n", "has no parent", ""},
  {"area with a parent that is none", "programme: {name: p, title: T, years: {from: 2020, to: 2021}}\nfields: []\nareas:\n  levels: [{name: a, home: true}, {name: b}]\n  list: [{code: x, level: a, name: X}, {code: y, level: b, name: Y, parent: " MARK "z}]\n", "no area has the code \"z\"", ""},
  {"area inside its own kind", "programme: {name: p, title: T, years: {from: 2020, to: 2021}}\nfields: []\nareas:\n  levels: [{name: a, home: true}]\n  list: [{code: x, level: a, name: X}, {code: y, level: a, name: Y, parent: " MARK "x}]\n", "the parent \"x\" is a a", "wider level"},
  {"area code twice", "programme: {name: p, title: T, years: {from: 2020, to: 2021}}\nfields: []\nareas:\n  levels: [{name: a, home: true}]\n  list: [{code: x, level: a, name: X}, {code: " MARK "x, level: a, name: Y}]\n", "stands twice", ""},
  {"no home level", "programme: {name: p, title: T, years: {from: 2020, to: 2021}}\nfields: []\nareas:\n  levels: " MARK "[{name: a}]\n  list: [{code: x, level: a, name: X}]\n", "no area level is marked as home", "home: true"},
  {"household's area is no field", "programme: {name: p, title: T, years: {from: 2020, to: 2021}}\nfields: []\nareas:\n  levels: [{name: a, home: true}]\n  list: [{code: x, level: a, name: X}]\n  household: " MARK "place\n", "no household field is called \"place\"", ""},
};

static void mistakes_in_the_first_sections_too(void **state) {
  (void)state;
  int failures = 0;
  for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
    const struct mistake *m = &heads[i];
    char clean[8000];
    int line, column;
    place_of(m->text, &line, &column, clean);
    struct loaded l;
    load_text(&l, clean);
    bool found = false; /* a head may be wrong in more than one way */
    for (const struct problem *p = l.problems; p; p = p->next)
      found = found || (p->line == line && p->column == column && strstr(p->message, m->message) && (!*m->hint || (p->hint && strstr(p->hint, m->hint))));
    if (!found || l.status != ERR_INPUT) {
      failures++;
      print_error("%s: wanted %d:%d %s [%s], got:\n", m->what, line, column, m->message, m->hint);
      for (const struct problem *p = l.problems; p; p = p->next) print_error("    %s:%d:%d: %s [%s]\n", p->file, p->line, p->column, p->message, p->hint ? p->hint : "");
    }
    unload(&l);
  }
  assert_int_equal(failures, 0);
}

static void the_base_of_these_tests_is_itself_sound(void **state) {
  (void)state;
  struct loaded l;
  assert_non_null(load_good(&l, ""));
  unload(&l);
}

static void all_mistakes_are_told_at_once_in_reading_order(void **state) {
  (void)state;
  struct loaded l;
  load_text(&l, BASE "params: [{name: a, value: x}]\ncauses: [{name: c, rule: nothing > 1}, {name: d, rule: size > 1}]\nlines: [{name: l}]\n");
  int lines[] = {15, 16, 17}, n = 0;
  for (const struct problem *p = l.problems; p; p = p->next, n++) assert_int_equal(p->line, lines[n < 3 ? n : 2]);
  assert_int_equal(n, 3);
  assert_non_null(strstr(l.e.message, "folder/programme.yaml:15:"));
  assert_non_null(strstr(l.e.hint, "2 more problems"));
  unload(&l);
}

static void a_wrong_derived_field_is_told_once_not_by_all_that_wait_for_it(void **state) {
  (void)state;
  struct loaded l;
  load_text(&l, BASE "derive: [{name: b, rule: a + 1}, {name: c, rule: b + a}, {name: a, rule: size + nothing}]\n");
  assert_non_null(l.problems);
  assert_null(l.problems->next);
  assert_non_null(strstr(l.problems->message, "nothing"));
  unload(&l);
}

static void a_cycle_is_named_in_full(void **state) {
  (void)state;
  struct loaded l;
  load_text(&l, BASE "derive: [{name: alpha, rule: beta + 1}, {name: beta, rule: 'members.exists(m, m.gamma)'}, {name: gamma, level: members, rule: household.alpha > 1}]\n");
  assert_non_null(l.problems);
  assert_null(l.problems->next);
  const char *m = l.problems->message;
  assert_true(strstr(m, "alpha -> beta -> gamma") || strstr(m, "beta -> gamma -> alpha") || strstr(m, "gamma -> alpha -> beta"));
  unload(&l);
}

static void problems_in_a_table_name_the_table(void **state) {
  (void)state;
  struct loaded l;
  memset(&l, 0, sizeof l);
  const char *yaml = BASE "lines: {file: lines.csv}\n", *csv = "name,main,year,amount,kind\na,true,2020,5,\nb,,2021,x6,absolut\n";
  l.files[0] = (struct programme_file){"programme.yaml", yaml, strlen(yaml)};
  l.files[1] = (struct programme_file){"lines.csv", csv, strlen(csv)};
  load_files(&l, 2);
  const struct problem *p = l.problems;
  assert_non_null(p);
  assert_string_equal(p->file, "lines.csv");
  assert_int_equal(p->line, 3);
  assert_int_equal(p->column, 9);
  assert_non_null(p->next);
  assert_int_equal(p->next->column, 12);
  assert_null(p->next->next);
  unload(&l);
}

UNIT_MAIN(UNIT(the_base_of_these_tests_is_itself_sound), UNIT(every_mistake_is_answered_with_its_place_and_a_remedy), UNIT(mistakes_in_the_first_sections_too), UNIT(all_mistakes_are_told_at_once_in_reading_order),
          UNIT(a_wrong_derived_field_is_told_once_not_by_all_that_wait_for_it), UNIT(a_cycle_is_named_in_full), UNIT(problems_in_a_table_name_the_table))
