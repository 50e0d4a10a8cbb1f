/* The report: both languages, a table under every picture, nothing from outside, and nobody to be found in it. */
#include <ctype.h>
#include <math.h>

#include "identify/report.h"
#include "unit.h"

static struct arena a;
static struct err e;

static struct figure figure(double v, double se, double low, double high) {
  return (struct figure){.known = true, .has_se = true, .value = v, .se = se, .lo = fmax(0, v - 1.96 * se), .hi = fmin(1, v + 1.96 * se), .low = low, .high = high, .n = 1000};
}
static struct figure amount(double v, double se) {
  return (struct figure){.known = true, .has_se = true, .value = v, .se = se, .lo = v - 1.96 * se, .hi = v + 1.96 * se, .low = v, .high = v, .n = 14827};
}
static struct counts counts(uint64_t households) {
  return (struct counts){households, households * 5 / 2, (double)households * 590.3, (double)households * 1475.8};
}

enum { LINES = 2, INDICATORS = 5, AREAS = 9, GROUPS = 5, CAUSES = 4 };

static struct group group(const char *code, const char *en, const char *zh, double poor, double se, uint64_t households) {
  struct group g = {.code = code, .label = {en, zh}, .area = UINT32_MAX, .all = counts(households)};
  g.lines = arena_array(&a, LINES, sizeof *g.lines);
  for (int i = 0; i < LINES; i++) {
    double v = poor * (i ? 1.26 : 1);
    g.lines[i] = (struct line_figures){.amount = i ? 10859.236 : 10000, .headcount = figure(v, se, v * 0.995, v + 0.012), .gap = figure(v * 0.28, se * 0.4, v * 0.27, v * 0.3),
                                       .squared_gap = figure(v * 0.14, se * 0.25, v * 0.13, v * 0.15), .headcount_households = figure(v * 1.02, se, v, v), .average_shortfall = amount(2803.7, 100.2)};
  }
  uint64_t undecided = households / 120, selected = (uint64_t)((double)households * poor), no_place = selected / 4;
  g.outcomes[OUTCOME_SELECTED] = counts(selected - no_place);
  g.outcomes[OUTCOME_NO_PLACE] = counts(no_place);
  g.outcomes[OUTCOME_UNDECIDED] = counts(undecided);
  g.outcomes[OUTCOME_NOT_SELECTED] = counts(households - selected - undecided);
  g.undecided_rate = figure(0.0083, 0.001, 0.0083, 0.0083);
  g.selected_rate = figure(poor * 0.75, se, poor * 0.75, poor * 0.76);
  g.af = (struct af_figures){.h = figure(poor * 1.6, se, poor * 1.6, poor * 1.62), .a = figure(0.41, 0.01, 0.41, 0.41), .m0 = figure(poor * 0.65, se * 0.6, poor * 0.65, poor * 0.66)};
  g.af.indicators = arena_array(&a, INDICATORS, sizeof *g.af.indicators);
  static const double censored[INDICATORS] = {0.121, 0.093, 0.064, 0.031, 0.018};
  static const double part[INDICATORS] = {0.34, 0.27, 0.21, 0.12, 0.06};
  for (int j = 0; j < INDICATORS; j++)
    g.af.indicators[j] = (struct indicator_figures){figure(censored[j] * 1.7, 0.006, 0, 0), figure(censored[j], 0.005, 0, 0), figure(part[j], 0.01, 0, 0)};
  g.mean = amount(19890.8, 141.2), g.median = amount(18098.7, 146.6);
  return g;
}

static struct identify_result *build(void) {
  struct programme *p = arena_new(&a, struct programme);
  p->name = "eu-silc", p->title = (struct label){"Income and living conditions of Austria (public-use sample)", "奥地利收入与生活状况抽样调查(公开样本)"};
  p->note = (struct label){"Data: public-use sample derived from the Austrian EU-SILC. Synthetic persons.", "数据:源自奥地利 EU-SILC 的公开样本,人物均为合成。"};
  static struct line_amount amounts[1] = {{2006, "*", 10000, "reference figure", true}};
  static struct line lines[LINES] = {{"national", {"10,000 euro", "一万欧元"}, LINE_ABSOLUTE, amounts, 1, 0, 0}, {"relative60", {"60% of the median", "中位数的60%"}, LINE_RELATIVE, NULL, 0, 0.6, 0.5}};
  p->lines = lines, p->line_count = LINES;
  static struct indicator indicators[INDICATORS] = {{.name = "income", .label = {"Low income", "低收入"}, .weight = 0.333}, {.name = "work", .label = {"No adult at work", "无成人就业"}, .weight = 0.222},
                                                    {.name = "housing", .label = {"Housing costs <too> high & rising", "住房负担过重"}, .weight = 0.222, .assumed = true},
                                                    {.name = "school", .label = {"Little schooling", "受教育不足"}, .weight = 0.111}, {.name = "alone", .label = {"Alone with children", "单亲"}, .weight = 0.112}};
  p->indicators = indicators, p->indicator_count = INDICATORS, p->cutoff = 0.33;
  p->design.welfare_label = (struct label){"equivalised income", "等值收入"};

  struct identify_result *r = arena_new(&a, struct identify_result);
  r->programme = p, r->round = "2006", r->year = 2006, r->engine = "0.1.0", r->seed = "beacon 2026-11-23", r->seed_from = "programme";
  strcpy(r->snapshot, "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"), strcpy(r->rules_hash, "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752");
  strcpy(r->source_hash, "fd61a03af4f77d870fc21e05e7e80678095c92d808cfb3b5c279ee04c74aca13"), strcpy(r->decisions_hash, "a4e624d686e03ed2767c0abd85c14426b0b1157d2ce81d27bb4fe4f6f01d688a");
  r->weighted = r->has_welfare = r->has_af = r->has_quota = r->has_psu = r->has_strata = true;
  r->unit = (struct label){"EUR a year", "欧元/年"};
  r->note = (struct label){"A public-use sample: persons are synthetic, so figures show the method, not Austria.", "公开样本,人物均为合成:数字用于展示方法,不代表奥地利实情。"};
  r->nation = group("", NULL, NULL, 0.1144, 0.0045, 6000);
  r->psus = 6000, r->strata = 9;
  static const char *const names[AREAS][2] = {{"Burgenland", "布尔根兰"}, {"Carinthia", "克恩滕"}, {"Lower Austria", "下奥地利"}, {"Upper Austria", "上奥地利"}, {"Salzburg", "萨尔茨堡"},
                                              {"Styria", "施蒂利亚"}, {"Tyrol", "蒂罗尔"}, {"Vorarlberg", "福拉尔贝格"}, {"Vienna", "维也纳"}};
  static const double poor[AREAS] = {0.121, 0.098, 0.112, 0.079, 0.108, 0.104, 0.126, 0.158, 0.149};
  static const double se[AREAS] = {0.0222, 0.0146, 0.0098, 0.0085, 0.0171, 0.0112, 0.0154, 0.0249, 0.0102};
  static const uint64_t size[AREAS] = {216, 438, 1120, 1080, 371, 920, 510, 3, 1050};
  r->breakdowns = arena_array(&a, 2, sizeof *r->breakdowns), r->breakdown_count = 2;
  static const double position[AREAS][2] = {{16.4, 47.5}, {13.9, 46.8}, {15.8, 48.3}, {14.0, 48.1}, {13.2, 47.5}, {15.0, 47.3}, {11.4, 47.2}, {9.9, 47.2}, {16.4, 48.2}};
  struct area *areas = arena_array(&a, AREAS, sizeof *areas);
  for (int i = 0; i < AREAS; i++) areas[i] = (struct area){.code = names[i][0], .lon = position[i][0], .lat = position[i][1]};
  p->areas = areas, p->area_count = AREAS;
  r->breakdowns[0] = (struct breakdown){.name = "area:state", .label = {"state", "州"}, .is_area = true, .groups = arena_array(&a, AREAS, sizeof(struct group)), .group_count = AREAS};
  for (int i = 0; i < AREAS; i++) r->breakdowns[0].groups[i] = group(names[i][0], names[i][0], names[i][1], poor[i], se[i], size[i]), r->breakdowns[0].groups[i].area = (uint32_t)i;
  r->breakdowns[1] = (struct breakdown){.name = "age_group", .label = {"age", "年龄"}, .groups = arena_array(&a, GROUPS, sizeof(struct group)), .group_count = GROUPS};
  static const char *const ages[GROUPS][2] = {{"under 16", "16岁以下"}, {"16 to 24", "16–24岁"}, {"25 to 49", "25–49岁"}, {"50 to 64", "50–64岁"}, {"65 and over", "65岁及以上"}};
  static const double age_poor[GROUPS] = {0.132, 0.119, 0.098, 0.092, 0.153};
  for (int i = 0; i < GROUPS; i++) r->breakdowns[1].groups[i] = group(ages[i][0], ages[i][0], ages[i][1], age_poor[i], 0.007 + 0.001 * i, 2400);
  struct reason reasons[] = {{REASON_INCLUDE, "below_line", {"income below the line", "收入低于贫困线"}, "eq_income < line", counts(690), counts(31), counts(686), {0}},
                             {REASON_EXCLUDE, "capital", {"large capital income", "财产收入较高"}, "capital_income > 5000 && hhsize <= 2", counts(4), counts(0), counts(0), {0}},
                             {REASON_CAUSE, "no_work", {"nobody works", "无人就业"}, "members.all(m, m.status != 'work')", counts(1700), counts(20), counts(391), {0}},
                             {REASON_CAUSE, "young", {"three children or more", "三个及以上子女"}, "children >= 3", counts(320), counts(0), counts(112), {0}},
                             {REASON_CAUSE, "alone", {"alone with children", "单亲家庭"}, "single && children > 0", counts(260), counts(0), counts(88), {0}},
                             {REASON_CAUSE, "debt", {"debts", "负债"}, "debt > 0.0", counts(3), counts(0), counts(3), {0}}};
  r->reasons = arena_copy(&a, reasons, sizeof reasons), r->reason_count = sizeof reasons / sizeof *reasons;
  struct missing_field missing[] = {{.name = "eq_income", .label = {"Equivalised income", "等值收入"}, .level_name = "household", .undecided = counts(38), .cells = {0, 26, 12, 0, 0}},
                                    {.name = "status", .label = {"Activity", "就业状况"}, .level_name = "members", .undecided = counts(12), .cells = {0, 9, 3, 0, 0}}};
  r->missing = arena_copy(&a, missing, sizeof missing), r->missing_count = 2;
  struct quota_area quota[] = {{.code = "AT-1", .label = {"Burgenland", "布尔根兰"}, .places = 20, .source = "demonstration", .qualified = 26, .selected = 20, .no_place = 6, .undecided = 1, .tied = 7, .tied_in = 5, .drawn = true},
                               {.code = "AT-9", .label = {"Vienna", "维也纳"}, .places = 110, .source = "demonstration", .qualified = 156, .selected = 110, .no_place = 46, .undecided = 8}};
  r->quota = arena_copy(&a, quota, sizeof quota), r->quota_count = 2;
  r->welfare = (struct welfare_shape){.known = true, .from = 0, .width = 1000, .above = 90000, .mean = amount(19890.8, 141.2), .median = amount(18098.7, 146.6), .gini = amount(0.2649, 0.0031)};
  for (int i = 0; i < HISTOGRAM_BINS; i++) {
    double x = (i + 0.5) / 17.0;
    r->welfare.bins[i] = 420000 * exp(-2.4 * log(x) * log(x)) + 900;
  }
  for (int i = 0; i < QUANTILE_COUNT; i++) r->welfare.quantiles[i] = 8000 * exp(0.105 * i);
  for (int i = 0; i <= 20; i++) r->welfare.lorenz[i] = pow(i / 20.0, 1.6);
  static struct assumption assumed[] = {{.section = "lines", .name = "national", .label = {"10,000 euro", "一万欧元"}, .value = "10000", .source = "reference figure of the demonstration"},
                                        {.section = "dimensions", .name = "housing", .label = {"Housing costs", "住房负担"}, .value = "rent > 0.4 * income", .source = "our own"}};
  r->assumptions = assumed, r->assumption_count = 2;
  return r;
}

static void write_report(const struct identify_result *r, struct text *t) {
  text_init(t, 16 << 20);
  assert_ok(report_html(r, LANG_EN, t, &e), &e);
}

static uint32_t times(const char *in, const char *what) {
  uint32_t n = 0;
  for (const char *at = strstr(in, what); at; at = strstr(at + 1, what)) n++;
  return n;
}

static void both_languages_are_whole_pages_of_the_same_shape(void **state) {
  (void)state;
  arena_init(&a, 0);
  struct text t;
  write_report(build(), &t);
  const char *path = getenv("LUCID_REPORT_OUT"); /* for a look at it in a browser */
  FILE *f = path ? fopen(path, "w") : NULL;
  if (f) {
    fwrite(t.data, 1, t.len, f);
    fclose(f);
  }
  const char *en = strstr(t.data, "<main lang=\"en\""), *zh = strstr(t.data, "<main lang=\"zh\"");
  assert_true(en && zh && en < zh);
  char *first = arena_strn(&a, en, (size_t)(zh - en));
  static const char *const same[] = {"<section", "<table", "<svg", "<figure", "<tr", "<td", "<h2", "<h3", "<details"};
  for (size_t i = 0; i < sizeof same / sizeof *same; i++) assert_int_equal(times(first, same[i]), times(zh, same[i]));
  assert_non_null(strstr(first, "About one person in 9"));
  assert_non_null(strstr(zh, "大约每 9 人中有 1 人"));
  assert_true(text_is_utf8(t.data, t.len, NULL));
  text_free(&t);
  arena_drop(&a);
}

static void every_picture_has_words_and_a_table(void **state) {
  (void)state;
  arena_init(&a, 0);
  struct text t;
  write_report(build(), &t);
  const char *at = t.data;
  uint32_t n = 0;
  while ((at = strstr(at, "<figure"))) {
    const char *label = strstr(at, "aria-label=\""), *end = strstr(at, "</figure>"), *table = strstr(at, "<table"), *section = strstr(at, "</section>");
    assert_true(label && label < end && label[12] != '"');
    assert_true(table && section && table < section);
    at = end, n++;
  }
  assert_true(n >= 14);
  text_free(&t);
  arena_drop(&a);
}

static void areas_without_positions_make_no_map(void **state) {
  (void)state;
  arena_init(&a, 0);
  struct text t;
  struct identify_result *r = build();
  write_report(r, &t);
  assert_int_equal(times(t.data, "class=\"map\""), 2);
  assert_int_equal(times(t.data, "class=\"disc none\""), 2); /* the area that is withheld */
  text_free(&t);
  struct area *areas = (struct area *)(uintptr_t)r->programme->areas;
  areas[4].lon = NAN;
  write_report(r, &t);
  assert_null(strstr(t.data, "class=\"map\""));
  text_free(&t);
  arena_drop(&a);
}

static void nothing_is_fetched_from_anywhere(void **state) {
  (void)state;
  arena_init(&a, 0);
  struct text t;
  write_report(build(), &t);
  static const char *const never[] = {"http:", "https:", "src=", "@import", "url(", "<link", "<iframe", "fetch("};
  for (size_t i = 0; i < sizeof never / sizeof *never; i++)
    if (strstr(t.data, never[i])) fail_msg("the report contains %s", never[i]);
  text_free(&t);
  arena_drop(&a);
}

static void labels_from_a_programme_cannot_become_markup(void **state) {
  (void)state;
  arena_init(&a, 0);
  struct text t;
  struct identify_result *r = build();
  r->programme->title = (struct label){"<script>alert('x')</script> \"A&B\"", NULL};
  r->breakdowns[0].label = (struct label){"\"><img onerror=x>", NULL};
  r->quota[0].source = "</td><td>";
  write_report(r, &t);
  assert_null(strstr(t.data, "<script>alert"));
  assert_null(strstr(t.data, "<img"));
  assert_null(strstr(t.data, "</td><td></td>"));
  assert_non_null(strstr(t.data, "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &quot;A&amp;B&quot;"));
  assert_non_null(strstr(t.data, "Housing costs &lt;too&gt; high &amp; rising"));
  text_free(&t);
  arena_drop(&a);
}

/* Opening and closing tags pair up, but for those that have no end. */
static void tags_are_closed_in_order(void **state) {
  (void)state;
  arena_init(&a, 0);
  struct text t;
  write_report(build(), &t);
  char stack[64][16];
  int depth = 0;
  for (const char *s = strchr(t.data, '<'); s; s = strchr(s + 1, '<')) {
    if (s[1] == '!') continue;
    bool closing = s[1] == '/';
    const char *name = s + 1 + closing, *end = name;
    while (isalnum((unsigned char)*end)) end++;
    char tag[16];
    snprintf(tag, sizeof tag, "%.*s", (int)(end - name), name);
    const char *close = strchr(s, '>');
    assert_non_null(close);
    if (close[-1] == '/' || !strcmp(tag, "meta") || !strcmp(tag, "input") || !strcmp(tag, "br")) continue;
    if (!closing) {
      assert_true(depth < 63);
      if (!strcmp(tag, "li") && depth && !strcmp(stack[depth - 1], "li")) depth--;
      if ((!strcmp(tag, "tr") || !strcmp(tag, "td")) && depth && !strcmp(stack[depth - 1], "tr") && !strcmp(tag, "tr")) depth--;
      strcpy(stack[depth++], tag);
    } else {
      if (!strcmp(tag, "tbody") && depth && !strcmp(stack[depth - 1], "tr")) depth--; /* rows end themselves */
      if (depth == 0 || strcmp(stack[depth - 1], tag) != 0) fail_msg("</%s> closes <%s> at %.60s", tag, depth ? stack[depth - 1] : "nothing", s);
      depth--;
    }
  }
  assert_int_equal(depth, 0);
  text_free(&t);
  arena_drop(&a);
}

static void a_group_of_three_households_is_withheld_and_cannot_be_subtracted(void **state) {
  (void)state;
  arena_init(&a, 0);
  struct text t;
  struct identify_result *r = build();
  r->nation.outcomes[OUTCOME_UNDECIDED] = (struct counts){3, 8, 1771.1, 4721.3};
  r->nation.outcomes[OUTCOME_NOT_SELECTED] = (struct counts){5311, 13202, 3135083.3, 7837973.8};
  write_report(r, &t);
  const char *row = strstr(t.data, "Vorarlberg</td>");
  assert_non_null(row);
  assert_true(strncmp(strstr(row, "<td"), "<td class=\"r\">&lt;5</td><td class=\"r\" colspan=\"7\">withheld", 56) == 0);
  assert_null(strstr(t.data, "5,311"));
  assert_null(strstr(t.data, "13,202"));
  assert_null(strstr(t.data, "3,135,083"));
  assert_null(strstr(t.data, "1,771"));
  assert_non_null(strstr(t.data, "≈\u202f5,310"));
  assert_null(strstr(t.data, "15.8%</td><td class=\"r\">2.49<")); /* its headcount ratio */
  text_free(&t);
  arena_drop(&a);
}

/* The section on what was decided, when `undecided` of 120 households are. */
static char *decided_with(uint64_t undecided) {
  struct text t;
  struct identify_result *r = build();
  r->nation.all.households = 120;
  r->nation.outcomes[OUTCOME_SELECTED] = (struct counts){30, 88, 17709, 51946};
  r->nation.outcomes[OUTCOME_NO_PLACE] = (struct counts){8, 21, 4722, 12396};
  r->nation.outcomes[OUTCOME_UNDECIDED] = (struct counts){undecided, 5, 1771, 2951};
  r->nation.outcomes[OUTCOME_NOT_SELECTED] = (struct counts){82 - undecided, 295, 47224, 174138};
  write_report(r, &t);
  const char *from = strstr(t.data, "id=\"decided-en\"");
  assert_non_null(from);
  char *section = arena_strn(&a, from, (size_t)(strstr(from, "</section>") - from));
  text_free(&t);
  return section;
}

static void neither_shares_nor_squares_give_a_hidden_count_back(void **state) {
  (void)state;
  arena_init(&a, 0);
  char *with_one = decided_with(1), *with_four = decided_with(4);
  assert_non_null(strstr(with_one, "66.7%"));
  assert_string_equal(with_one, with_four);
  arena_drop(&a);
}

static void incomes_of_a_few_households_are_not_shown_as_quantiles(void **state) {
  (void)state;
  arena_init(&a, 0);
  struct text t;
  struct identify_result *r = build();
  r->nation.all.households = 24;
  write_report(r, &t);
  const char *from = strstr(t.data, "id=\"spread-en\""), *to = strstr(from, "</section>");
  char *section = arena_strn(&a, from, (size_t)(to - from));
  assert_null(strstr(section, "<figure"));
  assert_int_equal(times(section, "<tr><td>"), 3); /* quartiles */
  text_free(&t);
  r->nation.all.households = 19;
  write_report(r, &t);
  assert_null(strstr(t.data, "id=\"spread-en\""));
  text_free(&t);
  arena_drop(&a);
}

static void what_is_not_known_says_so_instead_of_zero(void **state) {
  (void)state;
  arena_init(&a, 0);
  struct text t;
  struct identify_result *r = build();
  for (int i = 0; i < LINES; i++) r->nation.lines[i].headcount = (struct figure){.known = false, .value = NAN};
  write_report(r, &t);
  assert_non_null(strstr(t.data, "How many are poor cannot be said from these data."));
  assert_null(strstr(t.data, "nan"));
  text_free(&t);
  arena_drop(&a);
}

static void the_smallest_programme_still_makes_a_page(void **state) {
  (void)state;
  arena_init(&a, 0);
  struct text t;
  struct programme *p = arena_new(&a, struct programme);
  struct identify_result *r = arena_new(&a, struct identify_result);
  p->name = "tiny", r->programme = p, r->round = "r1", r->engine = "0";
  write_report(r, &t);
  assert_non_null(strstr(t.data, "tiny"));
  assert_null(strstr(t.data, "nan"));
  text_free(&t);
  struct text small;
  text_init(&small, 5000);
  assert_refused(report_html(r, LANG_EN, &small, &e), ERR_LIMIT, "the report", &e);
  text_free(&small);
  arena_drop(&a);
}

static void the_same_result_gives_the_same_bytes(void **state) {
  (void)state;
  arena_init(&a, 0);
  struct text one, two;
  struct identify_result *r = build();
  write_report(r, &one);
  write_report(r, &two);
  assert_int_equal(one.len, two.len);
  assert_memory_equal(one.data, two.data, one.len);
  text_free(&one);
  text_free(&two);
  arena_drop(&a);
}

UNIT_MAIN(UNIT(both_languages_are_whole_pages_of_the_same_shape), UNIT(every_picture_has_words_and_a_table), UNIT(areas_without_positions_make_no_map), UNIT(nothing_is_fetched_from_anywhere),
          UNIT(labels_from_a_programme_cannot_become_markup), UNIT(tags_are_closed_in_order), UNIT(a_group_of_three_households_is_withheld_and_cannot_be_subtracted),
          UNIT(neither_shares_nor_squares_give_a_hidden_count_back), UNIT(incomes_of_a_few_households_are_not_shown_as_quantiles), UNIT(what_is_not_known_says_so_instead_of_zero), UNIT(the_smallest_programme_still_makes_a_page), UNIT(the_same_result_gives_the_same_bytes))
