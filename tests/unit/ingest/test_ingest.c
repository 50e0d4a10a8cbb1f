#include "people.h"

static struct programme p;
static struct people_sink sink;
static struct ingest_counts counts;
static struct err e;

static const struct source_map household_maps[] = {{.field = "region", .column = "region"}, {.field = "income", .column = "inc"}, {.field = "weight", .column = "w"}, {.field = "car", .column = "car"}, {.field = "phone", .column = "tel"}};
static const struct source_map member_maps[] = {{.field = "age", .column = "age"}, {.field = "sex", .column = "sex"}, {.field = "born", .column = "born"}, {.field = "idnum", .column = "id"}};
static const struct source_map flat_maps[] = {{.field = "household.region", .column = "region"}, {.field = "income", .column = "inc"}, {.field = "members.age", .column = "age"}, {.field = "idnum", .column = "id"}};

#define SOURCE(lvl, m, f) {.name = "s", .file = (f), .level = (lvl), .household_key = "hh", .maps = (m), .map_count = sizeof(m) / sizeof *(m), .line = 1}

static enum status run(const struct source *src, struct ingest_options o) {
  if (sink.text.data) text_free(&sink.text);
  if (!o.data_dir) o.data_dir = "";
  return people_ingest(&p, src, &o, &sink, &counts, &e);
}

static enum status households(const char *csv, struct ingest_options o) {
  struct source s = SOURCE(LEVEL_HOUSEHOLD, household_maps, fixture_file("h.csv", csv));
  return run(&s, o);
}

static enum status members(const char *csv, struct ingest_options o) {
  struct source s = SOURCE(LEVEL_MEMBER, member_maps, fixture_file("m.csv", csv));
  return run(&s, o);
}

static enum status flat(const char *csv, struct ingest_options o) {
  struct source s = SOURCE(LEVEL_MEMBER, flat_maps, fixture_file("f.csv", csv));
  s.flat = true;
  return run(&s, o);
}

#define NONE ((struct ingest_options){0})
#define KEEP ((struct ingest_options){.keep_good = true})
#define H "hh,region,inc,w,car,tel\n"
#define M "hh,age,sex,born,id\n"

static void rows_become_typed_cells(void **state) {
  (void)state;
  assert_ok(households(H "1,north,1200.5,2.25,yes,555\n2,南,\"3\",1e2,否,\n", NONE), &e);
  assert_string_equal(text_str(&sink.text), "H 1: region=north income=120050 weight=2.25 car=1 phone=555\nH 2: region=south income=300 weight=100 car=0 phone=~\n");
  assert_int_equal(counts.rows_read, 2);
  assert_int_equal(counts.rows_good, 2);
  assert_int_equal(counts.households, 2);
  assert_string_equal(counts.encoding, "UTF-8");
  assert_ok(members(M "1,34,female,1990-02-28,11010119900228001X\n1,-9,2,,\n", NONE), &e);
  assert_string_equal(text_str(&sink.text), "M 1: age=34 sex=2 born=1990-02-28 idnum=11010119900228001X\nM 1: age=?refused sex=2 born=~ idnum=~\n");
}

static void missing_codes_are_kept_apart_from_empty(void **state) {
  (void)state;
  assert_ok(households(H "1,north,-9,1,-8,\n2,north,,NA,,\n3,north,don't know,1,.,\n", NONE), &e);
  assert_non_null(strstr(text_str(&sink.text), "H 1: region=north income=?refused weight=1 car=?na"));
  assert_non_null(strstr(text_str(&sink.text), "H 2: region=north income=~ weight=~ car=~"));
  assert_non_null(strstr(text_str(&sink.text), "H 3: region=north income=?refused weight=1 car=~"));
}

static void one_bad_row_refuses_the_file_and_is_named(void **state) {
  (void)state;
  assert_refused(households(H "1,north,1,1,yes,\n2,east,1,1,yes,\n3,west,1,1,no,\n", NONE), ERR_INPUT, "2 of 3 rows are refused; the first is row 2 (line 3): region: \"east\" is not one of the choices", &e);
  assert_string_equal(text_str(&sink.text), "H 1: region=north income=100 weight=1 car=1 phone=~\n");
}

static void a_column_of_sealed_values_is_no_key(void **state) {
  (void)state;
  struct source s = SOURCE(LEVEL_MEMBER, member_maps, fixture_file("k.csv", M "1,34,1,,11010119900228001X\n"));
  s.member_key = "id";
  assert_refused(run(&s, NONE), ERR_INPUT, "the column id feeds a sealed field and cannot be a key as well", &e);
  static const struct source_map born[] = {{.field = "born", .column = "id", .conversion = CONVERT_ID_BIRTH}};
  struct source t = SOURCE(LEVEL_MEMBER, born, fixture_file("k2.csv", M "1,34,1,,11010119900228001X\n"));
  t.member_key = "id";
  assert_refused(run(&t, NONE), ERR_INPUT, "cannot be a key as well", &e);
}

static void an_identity_number_that_only_tells_a_birthday_stays_out_of_refused_rows(void **state) {
  (void)state;
  struct arena a;
  arena_init(&a, 0);
  static const struct source_map born[] = {{.field = "born", .column = "id", .conversion = CONVERT_ID_BIRTH}};
  struct source s = SOURCE(LEVEL_MEMBER, born, fixture_file("k3.csv", "hh,id\n1,110101199002280011\n"));
  const char *path = fixture_path("k3-refused.csv");
  assert_refused(run(&s, ((struct ingest_options){.refused_path = path})), ERR_INPUT, "the check digit of the identity number is wrong", &e);
  assert_string_equal(fixture_slurp(&a, path), "hh,id,problem\n1,,born: the check digit of the identity number is wrong\n");
  arena_drop(&a);
}

static void refused_rows_are_written_over_nothing_but_an_earlier_list(void **state) {
  (void)state;
  struct arena a;
  arena_init(&a, 0);
  const char *bad = H "1,nowhere,1,1,yes,\n", *data = fixture_file("h.csv", bad), *other = fixture_file("other.csv", "a,b\n1,2\n"), *list = fixture_path("list.csv");
  assert_refused(households(bad, ((struct ingest_options){.refused_path = data})), ERR_CONFLICT, "h.csv would be written over it", &e);
  assert_string_equal(fixture_slurp(&a, data), bad);
  assert_refused(households(bad, ((struct ingest_options){.refused_path = other})), ERR_CONFLICT, "other.csv is there already, and is no list of refused rows", &e);
  assert_string_equal(fixture_slurp(&a, other), "a,b\n1,2\n");
  for (int again = 0; again < 2; again++) assert_refused(households(bad, ((struct ingest_options){.refused_path = list})), ERR_INPUT, "not one of the choices", &e);
  arena_drop(&a);
}

static void keep_good_takes_the_rest(void **state) {
  (void)state;
  assert_ok(households(H "1,north,1,1,yes,\n2,east,1,1,yes,\n3,south,1,1,no,\n", KEEP), &e);
  assert_int_equal(counts.rows_good, 2);
  assert_int_equal(counts.rows_refused, 1);
  assert_int_equal(sink.rows, 2);
  assert_refused(households(H "1,x,1,1,yes,\n", KEEP), ERR_INPUT, "1 of 1 rows is refused", &e);
}

static void a_household_is_kept_whole_or_not_at_all(void **state) {
  (void)state;
  struct arena a;
  arena_init(&a, 0);
  const char *path = fixture_path("r.csv");
  assert_ok(flat("hh,region,inc,age,id\n1,north,5,30,a\n2,south,1,9,b\n1,north,5,300,c\n3,south,,40,d\n", ((struct ingest_options){.keep_good = true, .refused_path = path})), &e);
  assert_string_equal(text_str(&sink.text), "H 2: region=south income=100\nM 2: age=9 idnum=b\nH 3: region=south income=~\nM 3: age=40 idnum=d\n");
  assert_int_equal(counts.rows_refused, 2);
  assert_int_equal(counts.rows_good, 2);
  assert_string_equal(fixture_slurp(&a, path), "hh,region,inc,age,id,problem\n1,north,5,30,,\"another row of household 1 is refused, the first in row 3; a household is kept whole or not at all\"\n"
                                               "1,north,5,300,,\"age: 300 is above the most allowed, 120\"\n");
  arena_drop(&a);
}

static void each_wrong_value_has_its_message(void **state) {
  (void)state;
  static const struct { const char *row, *words; } cases[] = {
      {"1,north,12.345,1,yes,", "income: \"12.345\" has more than 2 decimals"},
      {"1,north,abc,1,yes,", "income: \"abc\" is not a number"},
      {"1,north,\"1,200\",1,yes,", "income: \"1,200\" is not a number: write it without commas"},
      {"1,north,99999999999999999999,1,yes,", "income: \"99999999999999999999\" is too large"},
      {"1,north,1e300,1,yes,", "income: \"1e300\" is too large"},
      {"1,north,NaN,1,yes,", "income: \"NaN\" is not a number"},
      {"1,north,1,NaN,yes,", "weight: \"NaN\" is not a finite number"},
      {"1,north,1,-Inf,yes,", "weight: \"-Inf\" is not a finite number"},
      {"1,north,1,1e999,yes,", "weight: \"1e999\" is not a number"},
      {"1,north,1,-0.5,yes,", "weight: \"-0.5\" is below the least allowed, 0"},
      {"1,north,1,1,maybe,", "car: \"maybe\" is not yes or no"},
      {"1,,1,1,yes,", "region: a value is required"},
      {",north,1,1,yes,", "household key: it is empty"},
      {"1,north,1,1", "4 cells where the headings are 6"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char csv[300];
    snprintf(csv, sizeof csv, H "%s\n2,north,1,1,no,\n", cases[i].row);
    assert_refused(households(csv, NONE), ERR_INPUT, cases[i].words, &e);
  }
  static const struct { const char *row, *words; } of_members[] = {
      {"1,121,1,,", "age: 121 is above the most allowed, 120"},
      {"1,-1,1,,", "age: -1 is below the least allowed, 0"},
      {"1,3.5,1,,", "age: \"3.5\" is not a whole number"},
      {"1,x,1,,", "age: \"x\" is not an integer"},
      {"1,3,1,1990-02-30,", "born: \"1990-02-30\" is not a date; write 2026-12-31"},
  };
  for (size_t i = 0; i < sizeof of_members / sizeof *of_members; i++) {
    char csv[300];
    snprintf(csv, sizeof csv, M "%s\n", of_members[i].row);
    assert_refused(members(csv, NONE), ERR_INPUT, of_members[i].words, &e);
  }
}

static void numbers_may_be_written_in_several_ways(void **state) {
  (void)state;
  assert_ok(members(M "1, 34.0 ,1,1990/2/8,\n1,\xe3\x80\x80" "3e1,1,19900208,\n", NONE), &e);
  assert_string_equal(text_str(&sink.text), "M 1: age=34 sex=1 born=1990-02-08 idnum=~\nM 1: age=30 sex=1 born=1990-02-08 idnum=~\n");
}

static void a_flat_file_gives_each_household_once_before_its_members(void **state) {
  (void)state;
  assert_ok(flat("hh,region,inc,age,id\n1,north,5,30,a\n1,north,5,3,b\n2,south,,40,c\n", NONE), &e);
  assert_string_equal(text_str(&sink.text), "H 1: region=north income=500\nM 1: age=30 idnum=a\nM 1: age=3 idnum=b\nH 2: region=south income=~\nM 2: age=40 idnum=c\n");
  assert_int_equal(counts.households, 2);
  assert_int_equal(counts.members, 3);
}

static void members_who_disagree_about_their_household_are_named(void **state) {
  (void)state;
  assert_refused(flat("hh,region,inc,age,id\n1,north,5,30,a\n1,north,6,3,b\n", NONE), ERR_INPUT, "household 1: income is 5.00 in row 1 and 6.00 in row 2; rows of one household must agree", &e);
  assert_refused(flat("hh,region,inc,age,id\n1,north,5,30,a\n1,north,,3,b\n", NONE), ERR_INPUT, "income is 5.00 in row 1 and nothing in row 2", &e);
}

static void refused_rows_come_back_with_their_problem_and_without_sealed_values(void **state) {
  (void)state;
  struct arena a;
  arena_init(&a, 0);
  const char *path = fixture_path("refused.csv");
  assert_refused(members(M "1,34,1,,110101CANARY1\n2,200,1,,110101CANARY2\n3,\"a,b\",1,,110101CANARY3\n4,5,1,,110101CANARY4,6\n", ((struct ingest_options){.refused_path = path})), ERR_INPUT, "3 of 4 rows are refused", &e);
  char *text = fixture_slurp(&a, path);
  assert_string_equal(text, "hh,age,sex,born,id,problem\n2,200,1,,,\"age: 200 is above the most allowed, 120\"\n3,\"a,b\",1,,,\"age: \"\"a,b\"\" is not a number: write it without commas\"\n"
                            ",,,,,6 cells where the headings are 5\n");
  struct stat st;
  assert_int_equal(stat(path, &st), 0);
  assert_int_equal(st.st_mode & 0777, 0600);
  arena_drop(&a);
}

static void no_message_shows_a_sealed_value(void **state) {
  (void)state;
  struct text t;
  text_init(&t, 1u << 20);
  text_add(&t, M "1,3,1,,CANARY");
  for (int i = 0; i < 70000; i++) text_addc(&t, '9');
  text_add(&t, "\n");
  assert_refused(members(text_str(&t), NONE), ERR_INPUT, "idnum: the text has 70006 bytes; at most 65535 are kept", &e);
  assert_null(strstr(e.message, "CANARY"));
  text_free(&t);
}

static void gb18030_is_said_in_the_counts(void **state) {
  (void)state;
  assert_ok(households(H "1,\xb1\xb1,1,1,\xca\xc7,\n", NONE), &e);
  assert_string_equal(counts.encoding, "GB18030");
  assert_string_equal(text_str(&sink.text), "H 1: region=north income=100 weight=1 car=1 phone=~\n");
}

static void files_without_rows_or_absent_are_named(void **state) {
  (void)state;
  assert_refused(households(H, NONE), ERR_INPUT, "h.csv has headings but no rows", &e);
  struct source s = SOURCE(LEVEL_HOUSEHOLD, household_maps, "nowhere.csv");
  s.fetch_hint_en = "ask the survey office for it";
  assert_refused(run(&s, ((struct ingest_options){.data_dir = "/nonexistent"})), ERR_NOT_FOUND, "/nonexistent/nowhere.csv is not there", &e);
  assert_string_equal(e.hint, "ask the survey office for it");
}

static void a_mapping_that_does_not_fit_says_where(void **state) {
  (void)state;
  assert_refused(households("hh,region,income,w,car,tel\n1,north,1,1,1,1\n", NONE), ERR_INPUT, "programme.yaml:0: ", &e);
  assert_non_null(strstr(e.message, "has no column inc"));
  assert_refused(households("hh,region,incs,w,car,tel\n1,north,1,1,1,1\n", NONE), ERR_INPUT, "did you mean incs?", &e);
  assert_refused(households("id,region,inc,w,car,tel\n1,north,1,1,1,1\n", NONE), ERR_INPUT, "has no column hh", &e);
  struct source_map two[] = {{.field = "age", .column = "age"}, {.field = "region", .column = "sex"}};
  struct source s = SOURCE(LEVEL_MEMBER, two, fixture_file("m.csv", M "1,2,1,,\n"));
  assert_refused(run(&s, NONE), ERR_INPUT, "region is not a field that this file can fill", &e);
  two[1] = two[0];
  assert_refused(run(&s, NONE), ERR_INPUT, "age is filled twice", &e);
  struct source_map one[] = {{.field = "income", .column = "inc"}};
  struct source h = SOURCE(LEVEL_HOUSEHOLD, one, fixture_file("h.csv", "hh,inc\n1,1\n"));
  assert_refused(run(&h, NONE), ERR_INPUT, "nothing fills the required field household.region", &e);
}

static void a_map_file_takes_the_place_of_the_programme(void **state) {
  (void)state;
  struct source s = {.name = "s", .file = fixture_file("x.csv", "no,reg,monthly\n7,South,10.50\n"), .level = LEVEL_HOUSEHOLD};
  const char *map = fixture_file("map.csv", "field,column,with\nhousehold_key,no,\nregion,reg,\nhousehold.income,monthly,monthly\n");
  assert_ok(run(&s, ((struct ingest_options){.map_file = map})), &e);
  assert_string_equal(text_str(&sink.text), "H 7: region=south income=12600\n");
  map = fixture_file("map.csv", "field,column,with\nregion,reg,sideways\n");
  assert_refused(run(&s, ((struct ingest_options){.map_file = map})), ERR_INPUT, "map.csv, line 2: sideways is not a conversion", &e);
  map = fixture_file("map.csv", "field,column\nregion,reg\n");
  assert_refused(run(&s, ((struct ingest_options){.map_file = map})), ERR_INPUT, "no column is known to hold the household's number", &e);
  map = fixture_file("map.csv", "a,b\n1,2\n");
  assert_refused(run(&s, ((struct ingest_options){.map_file = map})), ERR_INPUT, "it has no headings field and column", &e);
}

static void what_the_programme_does_not_map_is_sought_by_its_own_name(void **state) {
  (void)state;
  struct source_map one[] = {{.field = "income", .column = "inc"}};
  struct source s = SOURCE(LEVEL_HOUSEHOLD, one, fixture_file("h.csv", "hh,inc,region,Weight,income\n1,5,north,3,7\n"));
  assert_ok(run(&s, NONE), &e);
  assert_string_equal(text_str(&sink.text), "H 1: region=north income=500\n");
}

static void a_guess_pairs_names_and_labels_and_can_be_shown_first(void **state) {
  (void)state;
  struct arena a;
  arena_init(&a, 0);
  struct source s = {.name = "s", .file = fixture_file("g.csv", "户编号,REGION,家庭收入,Has a car,other\n3,north,7,1,zzz\n"), .level = LEVEL_HOUSEHOLD};
  struct ingest_options o = {.guess = true, .data_dir = ""};
  const struct ingest_match *list;
  uint32_t n;
  assert_ok(ingest_preview(&a, &p, &s, &o, &list, &n, &e), &e);
  assert_int_equal(n, 5);
  assert_string_equal(list[0].field, "(household key)");
  assert_string_equal(list[1].field, "household.region");
  assert_string_equal(list[1].why, "same name");
  assert_string_equal(list[2].field, "household.income");
  assert_string_equal(list[2].why, "label");
  assert_string_equal(list[3].field, "household.car");
  assert_null(list[4].field);
  assert_ok(run(&s, o), &e);
  assert_string_equal(text_str(&sink.text), "H 3: region=north income=700 car=1\n");
  o.guess = false;
  assert_refused(run(&s, o), ERR_INPUT, "nothing fills the required field household.region", &e); /* only names that are the same but for nothing */
  arena_drop(&a);
}

static void columns_without_any_value_are_mentioned(void **state) {
  (void)state;
  assert_ok(households(H "1,north,,1,yes,1\n2,north,-9,1,yes,1\n", NONE), &e);
  assert_string_equal(counts.notes, "column inc (field income) holds no value in any of the 2 rows");
}

static void recodes_come_before_the_codebook(void **state) {
  (void)state;
  static const struct recode words[] = {{"N", "north"}, {"S", "south"}, {"?", ""}};
  struct source_map maps[] = {{.field = "region", .column = "region", .recode = words, .recode_count = 3}};
  struct source s = SOURCE(LEVEL_HOUSEHOLD, maps, fixture_file("h.csv", H "1,N,,,,\n2,S,,,,\n3,north,,,,\n"));
  assert_ok(run(&s, NONE), &e);
  assert_string_equal(text_str(&sink.text), "H 1: region=north car=~\nH 2: region=south car=~\nH 3: region=north car=~\n");
  s.file = fixture_file("h.csv", H "1,?,,,,\n");
  assert_refused(run(&s, NONE), ERR_INPUT, "region: a value is required", &e);
}

static void conversions_are_exact_or_refused(void **state) {
  (void)state;
  struct source_map maps[] = {{.field = "region", .column = "region"}, {.field = "income", .column = "inc", .conversion = CONVERT_TWELFTH}, {.field = "weight", .column = "w", .conversion = CONVERT_HUNDREDTH}};
  struct source s = SOURCE(LEVEL_HOUSEHOLD, maps, fixture_file("h.csv", H "1,north,100,12.5,,\n"));
  assert_ok(run(&s, NONE), &e);
  assert_string_equal(text_str(&sink.text), "H 1: region=north income=833 weight=0.125 car=~\n");
  maps[1].conversion = CONVERT_TEN_THOUSAND;
  assert_ok(run(&s, NONE), &e);
  assert_non_null(strstr(text_str(&sink.text), "income=100000000 "));
  s.file = fixture_file("h.csv", H "1,north,92233720368547758,1,,\n");
  assert_refused(run(&s, NONE), ERR_INPUT, "income: \"***\" is too large", &e); /* seventeen digits: masked as an identity number would be */
  struct source_map born[] = {{.field = "born", .column = "born", .conversion = CONVERT_DMY}};
  struct source m = SOURCE(LEVEL_MEMBER, born, fixture_file("m.csv", M "1,,,31.12.1999,\n1,,,1/2/2000,\n"));
  assert_ok(run(&m, NONE), &e);
  assert_string_equal(text_str(&sink.text), "M 1: age=~ sex=~ born=1999-12-31\nM 1: age=~ sex=~ born=2000-02-01\n");
  born[0].conversion = CONVERT_MDY;
  assert_refused(run(&m, NONE), ERR_INPUT, "born: \"31.12.1999\" is not a date; write 12/31/2026", &e);
}

static enum status full_sink(void *ctx, const struct ingest_row *row, struct err *err) {
  (void)ctx, (void)row;
  return err_set(err, ERR_FULL, NULL, "no room");
}

static void the_sinks_refusal_is_returned_as_it_is(void **state) {
  (void)state;
  struct source s = SOURCE(LEVEL_HOUSEHOLD, household_maps, fixture_file("h.csv", H "1,north,,1,yes,1\n"));
  struct ingest_options o = {.data_dir = ""};
  struct ingest_sink full = {.row = full_sink};
  assert_refused(ingest_source(&p, &s, &o, &full, &counts, &e), ERR_FULL, "no room", &e);
}

/* Takes each household once. */
static enum status once_sink(void *ctx, const struct ingest_row *row, struct err *err) {
  struct text *seen = ctx;
  char key[40];
  snprintf(key, sizeof key, "[%.*s]", (int)row->household_key.len, row->household_key.at);
  if (strstr(text_str(seen), key)) return err_set(err, ERR_INPUT, NULL, "household %s is given twice", key);
  text_add(seen, key);
  return OK;
}

static void a_row_that_the_sink_refuses_is_a_refused_row(void **state) {
  (void)state;
  struct text seen;
  text_init(&seen, 1000);
  struct source s = SOURCE(LEVEL_HOUSEHOLD, household_maps, fixture_file("h.csv", H "1,north,,1,yes,1\n2,north,,1,yes,1\n1,south,,1,yes,1\n3,north,,1,yes,1\n"));
  struct ingest_options o = {.data_dir = ""};
  struct ingest_sink once = {.row = once_sink, .ctx = &seen};
  assert_refused(ingest_source(&p, &s, &o, &once, &counts, &e), ERR_INPUT, "1 of 4 rows is refused: row 3 (line 4): household [1] is given twice", &e);
  assert_string_equal(text_str(&seen), "[1][2]");
  text_clear(&seen);
  o.keep_good = true;
  assert_ok(ingest_source(&p, &s, &o, &once, &counts, &e), &e);
  assert_int_equal(counts.rows_refused, 1);
  assert_string_equal(text_str(&seen), "[1][2][3]");
  text_free(&seen);
}

static void a_stop_is_heard(void **state) {
  (void)state;
  struct text t;
  text_init(&t, 1u << 20);
  text_add(&t, H);
  for (int i = 0; i < 3000; i++) text_addf(&t, "%d,north,,1,yes,1\n", i);
  volatile int stop = 1;
  struct progress pr = {.cancel = &stop};
  assert_refused(households(text_str(&t), ((struct ingest_options){.progress = &pr})), ERR_CANCELLED, "stopped after 1024 rows", &e);
  text_free(&t);
}

static int begin(void **state) {
  (void)state;
  p = people_programme();
  return 0;
}

static int end(void **state) {
  text_free(&sink.text);
  return fixture_end(state);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      UNIT(rows_become_typed_cells),
      UNIT(missing_codes_are_kept_apart_from_empty),
      UNIT(one_bad_row_refuses_the_file_and_is_named),
      UNIT(a_column_of_sealed_values_is_no_key), UNIT(an_identity_number_that_only_tells_a_birthday_stays_out_of_refused_rows), UNIT(refused_rows_are_written_over_nothing_but_an_earlier_list), UNIT(keep_good_takes_the_rest),
      UNIT(a_household_is_kept_whole_or_not_at_all),
      UNIT(each_wrong_value_has_its_message),
      UNIT(numbers_may_be_written_in_several_ways),
      UNIT(a_flat_file_gives_each_household_once_before_its_members),
      UNIT(members_who_disagree_about_their_household_are_named),
      UNIT(refused_rows_come_back_with_their_problem_and_without_sealed_values),
      UNIT(no_message_shows_a_sealed_value),
      UNIT(gb18030_is_said_in_the_counts),
      UNIT(files_without_rows_or_absent_are_named),
      UNIT(a_mapping_that_does_not_fit_says_where),
      UNIT(a_map_file_takes_the_place_of_the_programme),
      UNIT(what_the_programme_does_not_map_is_sought_by_its_own_name),
      UNIT(a_guess_pairs_names_and_labels_and_can_be_shown_first),
      UNIT(columns_without_any_value_are_mentioned),
      UNIT(recodes_come_before_the_codebook),
      UNIT(conversions_are_exact_or_refused),
      UNIT(the_sinks_refusal_is_returned_as_it_is),
      UNIT(a_row_that_the_sink_refuses_is_a_refused_row),
      UNIT(a_stop_is_heard),
  };
  return cmocka_run_group_tests(tests, begin, end);
}
