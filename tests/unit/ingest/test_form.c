/* Workbooks that are forms: which cell is a label, where its value stands, where a table ends, and whose rows it has. */
#include "fixture.h"

#include <zip.h>

static struct err e;

static const char *const form_words[] = {"户编号|户编码", "户主姓名|户主", "联系电话", "住房面积(平方米)|住房面积", "是否军烈属", "耕地面积"};
static const char *const member_words[] = {"户编号|户编码", "序号", "姓名", "性别", "与户主关系", "联系电话"};
static const char *const crop_words[] = {"户编号", "序号", "种养品种", "面积|面积（亩）"};
static const char *const household_words[] = {"户编号|户编码", "户主姓名|户主", "联系电话", "住房面积", "是否军烈属", "耕地面积"};
static const struct reader_sought sought[] = {
  {form_words, 6, "户表", SOUGHT_FORM, 0, UINT32_MAX},
  {member_words, 6, "家庭成员", SOUGHT_LIST, 0, 1},
  {crop_words, 4, "种植养殖", SOUGHT_LIST, 0, 1},
  {household_words, 6, "户信息", SOUGHT_OTHER, 0, UINT32_MAX},
};
enum { FORM, MEMBERS, CROPS, HOUSEHOLDS };

/* Sheets as people see them: a line a row, cells between bars, `A1:B2` after `joined`. Joined cells still have their place in the row. */
struct sheet { const char *name, *rows, *joined; };

static void add_sheet(struct text *t, const struct sheet *s) {
  text_add(t, "<worksheet><sheetData>");
  uint32_t row = 0;
  for (const char *at = s->rows; *at; row++) {
    size_t n = strcspn(at, "\n");
    text_addf(t, "<row r='%u'>", row + 1);
    for (size_t i = 0, column = 0; i <= n; column++) {
      size_t k = i;
      while (k < n && at[k] != '|') k++;
      bool number = k > i;
      for (size_t x = i; x < k; x++) number &= at[x] >= '0' && at[x] <= '9';
      if (k > i && number) text_addf(t, "<c r='%c%u'><v>%.*s</v></c>", (char)('A' + column), row + 1, (int)(k - i), at + i);
      else if (k > i) text_addf(t, "<c r='%c%u' t='inlineStr'><is><t>%.*s</t></is></c>", (char)('A' + column), row + 1, (int)(k - i), at + i);
      i = k + 1;
    }
    text_add(t, "</row>");
    at += n + (at[n] == '\n');
  }
  text_add(t, "</sheetData><mergeCells>");
  for (const char *at = s->joined ? s->joined : ""; *at;) {
    size_t n = strcspn(at, " ");
    text_addf(t, "<mergeCell ref='%.*s'/>", (int)n, at);
    at += n + (at[n] == ' ');
  }
  text_add(t, "</mergeCells></worksheet>");
}

static const char *book(const struct sheet *sheets, uint32_t count) {
  static struct text parts[4];
  struct text names, rels;
  const char *path = fixture_path("f.xlsx");
  int why;
  zip_t *z = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &why);
  assert_non_null(z);
  text_init(&names, 4000), text_init(&rels, 4000);
  text_add(&names, "<workbook xmlns:r='urn:rel'><sheets>"), text_add(&rels, "<Relationships>");
  for (uint32_t i = 0; i < count; i++) {
    char part[40];
    text_addf(&names, "<sheet name='%s' sheetId='%u' r:id='s%u'/>", sheets[i].name, i + 1, i);
    text_addf(&rels, "<Relationship Id='s%u' Type='http://x/worksheet' Target='worksheets/%u.xml'/>", i, i);
    snprintf(part, sizeof part, "xl/worksheets/%u.xml", i);
    if (parts[i].data) text_free(&parts[i]);
    text_init(&parts[i], 1 << 22);
    add_sheet(&parts[i], &sheets[i]);
    assert_true(zip_file_add(z, part, zip_source_buffer(z, text_str(&parts[i]), parts[i].len, 0), 0) >= 0);
  }
  text_add(&names, "</sheets></workbook>"), text_add(&rels, "</Relationships>");
  static const char root[] = "<Relationships><Relationship Id='r1' Type='http://x/officeDocument' Target='xl/workbook.xml'/></Relationships>";
  assert_true(zip_file_add(z, "_rels/.rels", zip_source_buffer(z, root, strlen(root), 0), 0) >= 0);
  assert_true(zip_file_add(z, "xl/workbook.xml", zip_source_buffer(z, text_str(&names), names.len, 0), 0) >= 0);
  assert_true(zip_file_add(z, "xl/_rels/workbook.xml.rels", zip_source_buffer(z, text_str(&rels), rels.len, 0), 0) >= 0);
  assert_int_equal(zip_close(z), 0);
  text_free(&names), text_free(&rels);
  return path;
}

static enum status row_with_place(void *ctx, const struct reader_row *row, struct err *err) {
  struct text *t = ctx;
  for (uint32_t i = 0; i < row->count && row->places; i++)
    if (row->cells[i].kind != READ_EMPTY && (!row->places[i].sheet) != (row->places[i].row == 0)) fail();
  return fixture_row(t, row, err);
}

/* The rows of one source, headings first. */
static const char *rows_of(uint32_t mine, const struct sheet *sheets, uint32_t count) {
  static struct text t;
  struct reader r = {0};
  const struct reader_book b = {sought, 4, mine};
  const struct reader_wants wants = {.headings = sought[mine].headings, .count = sought[mine].count, .book = &b};
  if (t.data) text_free(&t);
  text_init(&t, 1 << 20);
  enum status s = reader_open_for(&r, book(sheets, count), NULL, NULL, &wants, &e);
  for (uint32_t i = 0; s == OK && i < r.column_count; i++) text_addf(&t, "%s%s", i ? "|" : "", r.columns[i].name);
  text_addc(&t, '\n');
  if (s == OK) s = reader_each(&r, row_with_place, &t, &e);
  reader_close(&r);
  return s == OK ? text_str(&t) : e.message;
}

static void a_value_stands_beside_or_below_its_label_or_after_its_colon(void **state) {
  (void)state;
  assert_string_equal(rows_of(FORM, (struct sheet[]){{"一户", "某县扶贫手册|||\n户编号|7001|户 主：|张三\n联系电话：13800000000||住房面积|60\n1、耕地面积（亩）||是否军烈属*|否", "A1:D1"}}, 1),
                      "户编号|户主|联系电话|住房面积|是否军烈属|耕地面积\n#7001|张三|13800000000|#60|否|\n");
  assert_string_equal(rows_of(FORM, (struct sheet[]){{"一户", "户编号|户主|联系电话\n7001|张三|138\n住房面积|是否军烈属|耕地面积\n60|否|3", NULL}}, 1),
                      "户编号|户主|联系电话|住房面积|是否军烈属|耕地面积\n#7001|张三|#138|#60|否|#3\n");
  assert_string_equal(rows_of(FORM, (struct sheet[]){{"一户", "户编号|7001\n户主姓名|张三\n联系电话\n138\n住房面积|60", NULL}}, 1), "户编号|户主姓名|联系电话|住房面积\n#7001|张三|#138|#60\n");
}

static void joined_cells_are_one(void **state) {
  (void)state;
  assert_string_equal(rows_of(FORM, (struct sheet[]){{"一户", "户编号||7001||户主|张三\n住房面积||60||联系电话|\n|||||138", "A1:B1 C1:D1 A2:B3 C2:D3 E2:E3 F2:F3"}}, 1), "户编号|户主|联系电话|住房面积\n#7001|张三||#60\n");
}

static void nothing_is_taken_from_the_next_label(void **state) {
  (void)state;
  assert_string_equal(rows_of(FORM, (struct sheet[]){{"一户", "户编号|7001|户主||联系电话|138\n住房面积||是否军烈属|否", NULL}}, 1), "户编号|户主|联系电话|住房面积|是否军烈属\n#7001||#138||否\n");
}

static void the_ticked_box_is_the_value(void **state) {
  (void)state;
  static const struct { const char *cell, *is; } cases[] = {{"□是 ☑否", "否"}, {"是√ 否□", "是"}, {"□是 □否", ""}, {"☑是 ☑否", "☑是 ☑否"}, {"■ 一般 □ 低保 □ 五保", "一般"}, {"●一点", "●一点"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char rows[200], want[200];
    snprintf(rows, sizeof rows, "户编号|7001|户主|张三\n是否军烈属|%s", cases[i].cell);
    snprintf(want, sizeof want, "户编号|户主|是否军烈属\n#7001|张三|%s\n", cases[i].is);
    assert_string_equal(rows_of(FORM, (struct sheet[]){{"一户", rows, NULL}}, 1), want);
  }
}

#define ONE                                                                                                                                        \
  "户编号|7001|户主|张三\n住房面积|60|联系电话|138\n家庭成员情况||\n序号|姓名|性别|与户主关系|备注\n1|张三|男|户主|\n2|李四|女|配偶|在家\n3||||\n合计|2\n种养情况\n序号|种养品种|面积（亩）\n1|茶叶|2\n||\n2|玉米|\n户主签字：张三\n是否军烈属|否"

static void tables_below_inherit_the_number_of_the_form(void **state) {
  (void)state;
  const struct sheet s[] = {{"一户", ONE, "A3:E3 A9:E9"}};
  assert_string_equal(rows_of(MEMBERS, s, 1), "户编号|序号|姓名|性别|与户主关系\n7001|#1|张三|男|户主\n7001|#2|李四|女|配偶\n");
  assert_string_equal(rows_of(CROPS, s, 1), "户编号|序号|种养品种|面积（亩）\n7001|#1|茶叶|#2\n7001|#2|玉米|\n");
  assert_string_equal(rows_of(FORM, s, 1), "户编号|户主|联系电话|住房面积|是否军烈属\n#7001|张三|#138|#60|否\n");
  assert_non_null(strstr(rows_of(HOUSEHOLDS, s, 1), "holds households' forms, and no table of 户信息"));
}

static void a_sheet_a_household_and_a_table_on_a_sheet_of_its_own(void **state) {
  (void)state;
  const struct sheet two[] = {{"7001", ONE, "A3:E3 A9:E9"}, {"7002", "户编号|7002|户主|王五\n住房面积|50|联系电话|\n姓名|性别|与户主关系\n王五|男|户主", NULL}};
  assert_string_equal(rows_of(MEMBERS, two, 2), "户编号|序号|姓名|性别|与户主关系\n7001|#1|张三|男|户主\n7001|#2|李四|女|配偶\n7002||王五|男|户主\n");
  const struct sheet apart[] = {{"基本情况", "户编号|7003|户主|赵六\n住房面积|50|联系电话|", NULL}, {"成员", "姓名|性别|与户主关系\n赵六|男|户主", NULL}};
  assert_string_equal(rows_of(MEMBERS, apart, 2), "户编号|姓名|性别|与户主关系\n7003|赵六|男|户主\n");
  const struct sheet nobodys[] = {two[0], two[1], {"成员", "姓名|性别|与户主关系\n赵六|男|户主", NULL}};
  assert_non_null(strstr(rows_of(MEMBERS, nobodys, 3), "|赵六|男|户主 ! 成员: no number of the household stands here, and the workbook does not hold just one\n"));
}

static void what_contradicts_itself_is_refused_with_both_places(void **state) {
  (void)state;
  assert_non_null(strstr(rows_of(FORM, (struct sheet[]){{"一户", "户编号|7001|户主|张三\n住房面积|60|联系电话|138\n住房面积|70||", NULL}}, 1), " ! 一户!B2 and B3 both give 住房面积, and not the same\n"));
  assert_non_null(strstr(rows_of(MEMBERS, (struct sheet[]){{"一户", "户编号|7001|户主|张三\n住房面积|60|联系电话|138\n户编号|姓名|性别\n7009|张三|男", NULL}}, 1), " ! 一户!A4 says household 7009, and the form on the same sheet 7001\n"));
  assert_non_null(strstr(rows_of(MEMBERS, (struct sheet[]){{"一户", "户编号||户主|张三\n住房面积|60|联系电话|138\n姓名|性别\n张三|男", NULL}}, 1), "gives no number of the household"));
}

static void a_list_of_households_is_no_form(void **state) {
  (void)state;
  const struct sheet list[] = {{"户信息", "某县\n户编号|户主|联系电话|住房面积\n7001|张三|138|60\n7002|李四|139|50", NULL}}, single[] = {{"户信息", "户编号|户主|联系电话|住房面积\n7001|张三|138|60", NULL}};
  assert_string_equal(rows_of(HOUSEHOLDS, list, 1), "户编号|户主|联系电话|住房面积\n#7001|张三|#138|#60\n#7002|李四|#139|#50\n");
  assert_string_equal(rows_of(HOUSEHOLDS, single, 1), "户编号|户主|联系电话|住房面积\n#7001|张三|#138|#60\n");
  assert_non_null(strstr(rows_of(FORM, list, 1), "no form of 户表"));
}

static void the_only_household_of_a_workbook_without_forms_is_asked_once(void **state) {
  (void)state;
  const struct sheet sheets[] = {{"户信息", "户编号|户主|联系电话|住房面积\n7001|张三|138|60", NULL}, {"家庭成员", "姓名|性别|与户主关系\n张三|男|户主\n李四|女|配偶", NULL}};
  assert_string_equal(rows_of(MEMBERS, sheets, 2), "姓名|性别|与户主关系|户编号\n张三|男|户主|7001\n李四|女|配偶|7001\n");
  const struct sheet above[] = {{"家庭成员", "户编号：7005||\n姓名|性别|与户主关系\n张三|男|户主", NULL}};
  assert_string_equal(rows_of(MEMBERS, above, 1), "姓名|性别|与户主关系|户编号\n张三|男|户主|7005\n");
  const struct sheet two[] = {{"户信息", "户编号|户主|联系电话|住房面积\n7001|张三|138|60\n7002|李四|138|60", NULL}, sheets[1]};
  assert_string_equal(rows_of(MEMBERS, two, 2), "姓名|性别|与户主关系\n张三|男|户主\n李四|女|配偶\n");
}

static void a_form_without_end_is_refused(void **state) {
  (void)state;
  struct text t;
  text_init(&t, 1 << 20);
  text_add(&t, "户编号|7001|户主|张三\n住房面积|60|联系电话|138\n");
  for (int i = 0; i < 2100; i++) text_add(&t, "x\n");
  assert_non_null(strstr(rows_of(FORM, (struct sheet[]){{"一户", text_str(&t), NULL}}, 1), "is longer than 2000 rows"));
  text_free(&t);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_value_stands_beside_or_below_its_label_or_after_its_colon),
    cmocka_unit_test(joined_cells_are_one),
    cmocka_unit_test(nothing_is_taken_from_the_next_label),
    cmocka_unit_test(the_ticked_box_is_the_value),
    cmocka_unit_test(tables_below_inherit_the_number_of_the_form),
    cmocka_unit_test(a_sheet_a_household_and_a_table_on_a_sheet_of_its_own),
    cmocka_unit_test(what_contradicts_itself_is_refused_with_both_places),
    cmocka_unit_test(a_list_of_households_is_no_form),
    cmocka_unit_test(the_only_household_of_a_workbook_without_forms_is_asked_once),
    cmocka_unit_test(a_form_without_end_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, fixture_end);
}
