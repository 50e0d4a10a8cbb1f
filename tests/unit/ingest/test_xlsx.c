/* Workbooks: which cell is what, where the headings are, and what is refused. */
#include "fixture.h"

#include <zip.h>

#include "ingest/xlsx_book.h"

static struct err e;

#define RELS                                                                                                                                         \
  "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>"                                                             \
  "<Relationship Id='r1' Type='http://x/officeDocument' Target='xl/workbook.xml'/></Relationships>"
#define BOOK_RELS                                                                                                                                    \
  "<Relationships><Relationship Id='s1' Type='http://x/worksheet' Target='worksheets/a.xml'/><Relationship Id='s2' Type='http://x/worksheet' Target='/xl/worksheets/b.xml'/>" \
  "<Relationship Id='t' Type='http://x/sharedStrings' Target='texts.xml'/><Relationship Id='y' Type='http://x/styles' Target='styles.xml'/></Relationships>"
#define BOOK(more) "<x:workbook xmlns:x='urn:main' xmlns:r='urn:rel'>" more "<x:sheets><x:sheet name='First' sheetId='1' r:id='s1'/><x:sheet name='Other' sheetId='2' state='hidden' r:id='s2'/></x:sheets></x:workbook>"
#define TEXTS "<sst><si><t>id</t></si><si><r><t>na</t></r><r><t xml:space='preserve'>me</t></r><rPh sb='0' eb='1'><t>no</t></rPh></si><si><t>a_x000D_b</t></si></sst>"
#define STYLES                                                                                                                                       \
  "<styleSheet><numFmts><numFmt numFmtId='200' formatCode='yyyy\"年\"m\"月\"d\"日\"'/><numFmt numFmtId='201' formatCode='[Red]0.00'/></numFmts><cellStyleXfs><xf numFmtId='14'/></cellStyleXfs>" \
  "<cellXfs><xf numFmtId='0'/><xf numFmtId='14'/><xf numFmtId='200'/><xf numFmtId='10'/><xf numFmtId='201'/></cellXfs></styleSheet>"
#define SHEET(rows) "<worksheet><sheetData>" rows "</sheetData></worksheet>"

static const char *made(const char *workbook, const char *sheet, const char *second) {
  const char *path = fixture_path("t.xlsx");
  const char *const parts[][2] = {{"_rels/.rels", RELS}, {"xl/workbook.xml", workbook}, {"xl/_rels/workbook.xml.rels", BOOK_RELS}, {"xl/texts.xml", TEXTS}, {"xl/styles.xml", STYLES}, {"xl/worksheets/a.xml", sheet}, {"xl/worksheets/b.xml", second}};
  int why;
  zip_t *z = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &why);
  assert_non_null(z);
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) assert_true(zip_file_add(z, parts[i][0], zip_source_buffer(z, parts[i][1], strlen(parts[i][1]), 0), 0) >= 0);
  assert_int_equal(zip_close(z), 0);
  return path;
}

static const char *rows_in(const char *workbook, const char *sheet) {
  static struct text t;
  if (t.data) text_free(&t);
  text_init(&t, 1 << 20);
  assert_ok(fixture_read(made(workbook, sheet, SHEET("")), NULL, NULL, &t, &e), &e);
  return text_str(&t);
}

static const char *cell(const char *xml) {
  static char sheet[2000];
  snprintf(sheet, sizeof sheet, SHEET("<row r='1'><c r='A1' t='s'><v>0</v></c><c r='B1' t='s'><v>1</v></c></row><row r='2'><c r='A2'><v>1</v></c>%s</row>"), xml);
  const char *t = strrchr(rows_in(BOOK(""), sheet), '|');
  return t ? t + 1 : "";
}

static void a_cell_is_what_its_format_says(void **state) {
  (void)state;
  static const struct { const char *xml, *is; } cases[] = {
    {"<c r='B2'><v>12.5</v></c>", "#12.5\n"},
    {"<c><v>0.30000000000000004</v></c>", "#0.3\n"}, /* 15 digits, as the spreadsheet shows it */
    {"<c r='B2' s='1'><v>43831</v></c>", "@2020-01-01\n"},
    {"<c r='B2' s='1'><v>43831.75</v></c>", "@2020-01-01\n"},
    {"<c r='B2' s='2'><v>61</v></c>", "@1900-03-01\n"},
    {"<c r='B2' s='1'><v>59</v></c>", "@1900-02-28\n"},
    {"<c r='B2' s='1'><v>60</v></c>", "?the spreadsheet's 29 February 1900, which never was\n"},
    {"<c r='B2' s='1'><v>-3</v></c>", "?a date before 1900 or after 9999\n"},
    {"<c r='B2' s='4'><v>43831</v></c>", "#43831\n"},
    {"<c r='B2' t='d'><v>2020-02-29T10:00:00</v></c>", "@2020-02-29\n"},
    {"<c r='B2' t='d'><v>2020-02-30</v></c>", "?a date that is not in the calendar\n"},
    {"<c r='B2' t='s'><v>2</v></c>", "a\rb\n"},
    {"<c r='B2' t='inlineStr'><is><r><t>户</t></r><r><t>主</t></r><rPh><t>x</t></rPh></is></c>", "户主\n"},
    {"<c r='B2' t='str'><f>A2</f><v>cached</v></c>", "cached\n"},
    {"<c r='B2'><f>A2*2</f><v>2</v></c>", "#2\n"},
    {"<c r='B2'><f>A2*2</f></c>", "?a formula without its value: open the file in the spreadsheet and save it\n"},
    {"<c r='B2' t='b'><v>1</v></c>", "TRUE\n"},
    {"<c r='B2' t='e'><v>#N/A</v></c>", "?the spreadsheet's error #N/A\n"},
    {"<c r='B2'><v>4.33124196503101E+17</v></c>", "?a number of more than 15 digits, whose end the spreadsheet has dropped: format the column as text and enter it again\n"},
    {"<c r='B2'><v>6222020000001230</v></c>", "?a number of more than 15 digits, whose end the spreadsheet has dropped: format the column as text and enter it again\n"},
    {"<c r='B2'><v>433124850615241</v></c>", "#433124850615241\n"}, /* 15 digits are whole */
    {"<c r='B2'><v>nan</v></c>", "?a value that is no number\n"},
    {"<c r='B2'/>", "\n"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) assert_string_equal(cell(cases[i].xml), cases[i].is);
}

static void dates_count_from_1904_where_the_workbook_says_so(void **state) {
  (void)state;
  assert_string_equal(rows_in(BOOK("<x:workbookPr date1904='1'/>"), SHEET("<row><c t='s'><v>0</v></c><c t='s'><v>1</v></c></row><row><c><v>1</v></c><c s='1'><v>42369</v></c></row>")), "id|name\n#1|@2020-01-01\n");
}

static void number_formats_are_read_like_a_spreadsheet_does(void **state) {
  (void)state;
  static const struct { const char *code; enum xlsx_style is; } cases[] = {{"General", XLSX_PLAIN}, {"yyyy-mm-dd", XLSX_DATE}, {"mmm-yy", XLSX_DATE}, {"h:mm:ss", XLSX_PLAIN}, {"[$-804]yyyy\"年\"m\"月\"", XLSX_DATE},
    {"[Red]0.00", XLSX_PLAIN}, {"0.0%", XLSX_PERCENT}, {"\"day\" 0", XLSX_PLAIN}, {"0\\d", XLSX_PLAIN}, {"@", XLSX_PLAIN}, {"#,##0;[Red]-#,##0", XLSX_PLAIN}, {"\"unclosed", XLSX_PLAIN}, {"\\", XLSX_PLAIN}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) assert_int_equal(book_style_of(0, cases[i].code), cases[i].is);
  for (unsigned n = 0; n < 200; n++) assert_true(book_style_of(n, NULL) <= XLSX_PERCENT);
  assert_int_equal(book_style_of(14, NULL), XLSX_DATE);
  assert_int_equal(book_style_of(20, NULL), XLSX_PLAIN);
}

static const char *const sought[] = {"户编号|户编码", "与户主关系", "务工时间(月)"};
static const struct reader_wants wants = {.headings = sought, .count = 3};

static void the_headings_are_found_below_titles_and_but_for_their_spacing(void **state) {
  (void)state;
  struct reader r;
  const char *sheet = SHEET("<row r='2'><c r='A2' t='inlineStr'><is><t>示例表</t></is></c></row>"
                            "<row r='4'><c r='B4' t='inlineStr'><is><t>户 编 码*</t></is></c><c r='C4' t='inlineStr'><is><t>与户主\n关系</t></is></c><c r='D4' t='inlineStr'><is><t>务工时间（月）</t></is></c></row>"
                            "<row r='5' hidden='1'><c r='B5'><v>7</v></c></row><row r='6'/><row r='9'><c r='B9'><v>8</v></c><c r='F9'><v>1</v></c></row><row r='10'><c r='F10'><v>1</v></c></row>");
  assert_ok(reader_open_for(&r, made(BOOK(""), sheet, SHEET("")), NULL, NULL, &wants, &e), &e);
  assert_int_equal(r.column_count, 4);
  assert_string_equal(r.columns[0].name, "");
  assert_string_equal(r.columns[1].name, "户编码");
  assert_string_equal(r.columns[2].name, "与户主关系");
  assert_string_equal(r.columns[3].name, "务工时间(月)");
  assert_string_equal(r.sheet, "First");
  struct text t;
  text_init(&t, 1000);
  assert_ok(reader_each(&r, fixture_row, &t, &e), &e);
  assert_string_equal(text_str(&t), "|#7||\n|#8||\n");
  text_free(&t);
  assert_string_equal(r.note, "the headings were found in row 4 of the sheet First; 1 hidden rows were read like the others; 2 values stand under no heading and were passed over, the first in F9");
  reader_close(&r);
}

static void a_cell_joined_over_rows_holds_for_each_of_them(void **state) {
  (void)state;
  assert_string_equal(rows_in(BOOK(""), "<worksheet><sheetData><row r='1'><c r='A1' t='s'><v>0</v></c><c r='B1' t='s'><v>1</v></c></row><row r='2'><c r='A2'><v>7</v></c><c r='B2'><v>1</v></c></row>"
                                        "<row r='3'><c r='B3'><v>2</v></c></row><row r='4'><c r='B4'><v>3</v></c></row></sheetData><mergeCells><mergeCell ref='A2:A3'/></mergeCells></worksheet>"),
                      "id|name\n#7|#1\n#7|#2\n|#3\n");
}

static void a_heading_may_reach_down_to_the_row_of_the_others(void **state) {
  (void)state;
  struct reader r;
  const char *sheet = "<worksheet><sheetData><row r='1'><c r='A1' t='inlineStr'><is><t>户编号</t></is></c><c r='B1' t='inlineStr'><is><t>成员</t></is></c></row>"
                      "<row r='2'><c r='B2' t='inlineStr'><is><t>与户主关系</t></is></c><c r='C2' t='inlineStr'><is><t>务工时间(月)</t></is></c></row><row r='3'><c r='A3'><v>1</v></c></row></sheetData>"
                      "<mergeCells><mergeCell ref='A1:A2'/><mergeCell ref='B1:C1'/></mergeCells></worksheet>";
  assert_ok(reader_open_for(&r, made(BOOK(""), sheet, SHEET("")), NULL, NULL, &wants, &e), &e);
  assert_int_equal(r.column_count, 3);
  assert_string_equal(r.columns[0].name, "户编号");
  assert_string_equal(r.columns[2].name, "务工时间(月)");
  reader_close(&r);
}

static void a_hidden_sheet_is_read_only_by_name(void **state) {
  (void)state;
  struct text t;
  text_init(&t, 1000);
  const char *hidden = SHEET("<row><c t='s'><v>0</v></c></row><row><c><v>5</v></c></row>");
  assert_refused(fixture_read(made(BOOK(""), SHEET(""), hidden), NULL, NULL, &t, &e), ERR_INPUT, "holds only empty sheets", &e);
  assert_ok(fixture_read(made(BOOK(""), SHEET(""), hidden), NULL, "Other", &t, &e), &e);
  assert_string_equal(text_str(&t), "id\n#5\n");
  text_free(&t);
  assert_refused(fixture_read(made(BOOK(""), SHEET(""), hidden), NULL, "Third", &t, &e), ERR_NOT_FOUND, "has no sheet Third", &e);
  assert_non_null(strstr(e.hint, "First, Other (hidden)"));
  text_free(&t);
}

static void what_is_damaged_is_told_with_its_place(void **state) {
  (void)state;
  struct text t;
  text_init(&t, 1000);
  static const struct { const char *sheet, *words; enum status s; } cases[] = {
    {SHEET("<row r='1'><c r='A1' t='s'><v>9</v></c></row>"), "a text that is not there near A1", ERR_INPUT},
    {SHEET("<row r='2'/><row r='1'/>"), "rows that are not in order", ERR_INPUT},
    {SHEET("<row r='1'><c r='A2'><v>1</v></c></row>"), "a cell in no place", ERR_INPUT},
    {SHEET("<row r='1'><c r='ZZZZ1'><v>1</v></c></row>"), "a cell in no place", ERR_INPUT},
    {"<worksheet><sheetData>", "no element found", ERR_INPUT},
    {"<!DOCTYPE a [<!ENTITY b 'c'>]><worksheet/>", "holds a document type declaration", ERR_INPUT},
    {SHEET("<row><c t='s'><v>0</v></c><c t='s'><v>0</v></c></row>"), "the heading id stands twice, in First!A1 and B1", ERR_INPUT},
    {"<worksheet><sheetData/><mergeCells><mergeCell ref='B2:A1'/></mergeCells></worksheet>", "holds only empty sheets", ERR_INPUT},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) assert_refused(fixture_read(made(BOOK(""), cases[i].sheet, SHEET("")), NULL, NULL, &t, &e), cases[i].s, cases[i].words, &e);
  text_free(&t);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_cell_is_what_its_format_says),
    cmocka_unit_test(dates_count_from_1904_where_the_workbook_says_so),
    cmocka_unit_test(number_formats_are_read_like_a_spreadsheet_does),
    cmocka_unit_test(the_headings_are_found_below_titles_and_but_for_their_spacing),
    cmocka_unit_test(a_cell_joined_over_rows_holds_for_each_of_them),
    cmocka_unit_test(a_heading_may_reach_down_to_the_row_of_the_others),
    cmocka_unit_test(a_hidden_sheet_is_read_only_by_name),
    cmocka_unit_test(what_is_damaged_is_told_with_its_place),
  };
  return cmocka_run_group_tests(tests, NULL, fixture_end);
}
