/* The programme's own tables are read strictly. */
#include "programme/sheet.h"
#include "unit.h"

struct read { struct arena arena; struct problems list; const struct tree *rows; };

static void read_sheet(struct read *r, const char *text) {
  arena_init(&r->arena, 64 << 20);
  problem_init(&r->list, &r->arena);
  r->rows = sheet_read(&r->list, "t.csv", text, strlen(text));
}
static void drop(struct read *r) { arena_drop(&r->arena); }

static void rows_become_maps_and_empty_cells_are_left_out(void **state) {
  (void)state;
  struct read r;
  read_sheet(&r, "\xef\xbb\xbf" "code,name.en,name.zh,n\r\nA,One,一,1\r\n\r\nB,,二,\r\n");
  assert_int_equal(r.list.count, 0);
  assert_int_equal(r.rows->count, 2);
  assert_string_equal(tree_get(r.rows->items[0], "code")->text, "A");
  assert_string_equal(tree_get(tree_get(r.rows->items[0], "name"), "zh")->text, "一");
  assert_null(tree_get(tree_get(r.rows->items[1], "name"), "en"));
  assert_null(tree_get(r.rows->items[1], "n"));
  assert_int_equal(r.rows->items[1]->at.line, 4);
  drop(&r);
}

static void quotes_commas_and_lines_inside_cells(void **state) {
  (void)state;
  struct read r;
  read_sheet(&r, "a,b\n\"x, \"\"y\"\"\",\"two\nlines\"\nlast,row");
  assert_int_equal(r.list.count, 0);
  assert_string_equal(tree_get(r.rows->items[0], "a")->text, "x, \"y\"");
  assert_string_equal(tree_get(r.rows->items[0], "b")->text, "two\nlines");
  const struct tree *a = tree_get(r.rows->items[0], "a");
  assert_int_equal(tree_place(a, 4).column, 7); /* past the opening quote and the doubled one */
  assert_int_equal(r.rows->items[1]->at.line, 4);
  assert_string_equal(tree_get(r.rows->items[1], "b")->text, "row");
  drop(&r);
}

static void refuses(const char *text, const char *words, int line, int column) {
  struct read r;
  read_sheet(&r, text);
  const struct problem *p = r.list.first;
  if (!p || !strstr(p->message, words) || p->line != line || p->column != column)
    fail_msg("%s: wanted %d:%d %s, got %d:%d %s", text, line, column, words, p ? p->line : 0, p ? p->column : 0, p ? p->message : "nothing");
  drop(&r);
}

static void what_is_not_a_table_is_refused_with_its_place(void **state) {
  (void)state;
  refuses("", "the file is empty", 1, 1);
  refuses("a,b\n1\n", "1 cells where the heading has 2", 2, 1);
  refuses("a,b\n1,2,3\n", "3 cells where the heading has 2", 2, 1);
  refuses("a,b\n1,\"2\n", "a quote opens here and never closes", 2, 3);
  refuses("a,b\n1,\"2\" x\n", "text after a closing quote", 2, 6);
  refuses("a,b\n1,2\"\n", "a quote inside an unquoted cell", 2, 4);
  refuses("a,a\n1,2\n", "the heading \"a\" stands twice", 1, 3);
  refuses("a,,c\n1,2,3\n", "a column without a heading", 1, 3);
  refuses("a,b\n1,\xff\n", "not UTF-8", 2, 1);
}

static void too_many_columns_are_refused(void **state) {
  (void)state;
  struct text t;
  text_init(&t, 1 << 20);
  for (int i = 0; i < 10000; i++) text_addf(&t, "c%d,", i);
  text_add(&t, "end\n1\n");
  struct read r;
  read_sheet(&r, text_str(&t));
  assert_non_null(strstr(r.list.first->message, "more than 200 columns"));
  text_free(&t);
  drop(&r);
}

static void a_cell_has_a_limit(void **state) {
  (void)state;
  struct text t;
  text_init(&t, 1 << 20);
  text_add(&t, "a\n\"");
  for (int i = 0; i < 10000; i++) text_add(&t, "x");
  text_add(&t, "\"\n");
  struct read r;
  read_sheet(&r, text_str(&t));
  assert_non_null(strstr(r.list.first->message, "more than 4,000 bytes"));
  assert_int_equal(r.list.count, 1);
  text_free(&t);
  drop(&r);
}

UNIT_MAIN(UNIT(rows_become_maps_and_empty_cells_are_left_out), UNIT(quotes_commas_and_lines_inside_cells), UNIT(what_is_not_a_table_is_refused_with_its_place), UNIT(too_many_columns_are_refused), UNIT(a_cell_has_a_limit))
