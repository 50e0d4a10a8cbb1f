/* Files that want to hang or confuse the reader are refused by counting. */
#include "programme/tree.h"
#include "unit.h"

struct read { struct arena arena; struct problems list; const struct tree *root; };

static void read_yaml(struct read *r, const char *text, size_t len) {
  arena_init(&r->arena, 256 << 20);
  problem_init(&r->list, &r->arena);
  r->root = tree_read_yaml(&r->list, "x.yaml", text, len);
}
static void drop(struct read *r) { arena_drop(&r->arena); }

static void assert_problem(struct read *r, const char *words, int line) {
  const struct problem *p = r->list.first;
  while (p && !strstr(p->message, words)) p = p->next;
  if (!p) fail_msg("no problem says \"%s\"; the first is \"%s\"", words, r->list.first ? r->list.first->message : "none");
  if (p->line != line) fail_msg("\"%s\" on line %d, not %d", p->message, p->line, line);
}

static void a_billion_laughs_are_counted_not_expanded(void **state) {
  (void)state;
  struct text t;
  text_init(&t, 1 << 16);
  text_add(&t, "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
  for (int i = 1; i < 12; i++) text_addf(&t, "a%d: &a%d [*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d]\n", i, i, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
  struct read r;
  read_yaml(&r, text_str(&t), t.len);
  assert_null(r.root);
  assert_problem(&r, "once aliases are followed", 1);
  assert_true(r.arena.used < (1 << 20));
  text_free(&t);
  drop(&r);
}

static void an_alias_to_what_contains_it_is_refused(void **state) {
  (void)state;
  struct read r;
  const char *text = "a: &a\n  b: *a\n";
  read_yaml(&r, text, strlen(text));
  assert_problem(&r, "contains itself", 1);
  drop(&r);
}

static void an_alias_shares_its_value(void **state) {
  (void)state;
  struct read r;
  const char *text = "a: &x {k: 1}\nb: *x\n";
  read_yaml(&r, text, strlen(text));
  assert_int_equal(r.list.count, 0);
  assert_ptr_equal(tree_get(r.root, "a"), tree_get(r.root, "b"));
  drop(&r);
}

static void depth_has_a_limit(void **state) {
  (void)state;
  struct read r;
  char text[600];
  memset(text, '[', 200), memset(text + 200, ']', 200);
  read_yaml(&r, text, 400);
  assert_problem(&r, "nested more than 24 deep", 1);
  drop(&r);
}

static void very_deep_nesting_does_not_break_the_stack(void **state) {
  (void)state;
  struct read r;
  char *text = malloc(200000);
  memset(text, '[', 200000);
  read_yaml(&r, text, 200000);
  assert_null(r.root);
  assert_true(r.list.count > 0);
  free(text);
  drop(&r);
}

static void anchors_have_a_limit(void **state) {
  (void)state;
  struct text t;
  text_init(&t, 8 << 20);
  for (int i = 0; i < 300000; i++) text_addf(&t, "- &a%d x\n", i);
  struct read r;
  read_yaml(&r, text_str(&t), t.len);
  assert_problem(&r, "more than 1000 anchors", 1001);
  text_free(&t);
  drop(&r);
}

static void size_has_a_limit(void **state) {
  (void)state;
  struct read r;
  char *text = calloc(1, TREE_YAML_MAX + 1);
  memset(text, ' ', TREE_YAML_MAX + 1);
  read_yaml(&r, text, TREE_YAML_MAX + 1);
  assert_null(r.root);
  assert_problem(&r, "longer than", 0);
  free(text);
  drop(&r);
}

static void broken_utf8_names_its_line(void **state) {
  (void)state;
  struct read r;
  read_yaml(&r, "a: 1\nb: \xff\n", 11);
  assert_null(r.root);
  assert_problem(&r, "not UTF-8", 2);
  drop(&r);
}

static void nul_bytes_are_refused(void **state) {
  (void)state;
  struct read r;
  read_yaml(&r, "a: 1\nb: \0\n", 10);
  assert_null(r.root);
  assert_true(r.list.count > 0);
  drop(&r);
  const char *escaped = "a: \"x\\0y\"\n";
  read_yaml(&r, escaped, strlen(escaped));
  assert_problem(&r, "holds a NUL", 1);
  drop(&r);
}

static void a_byte_order_mark_takes_no_column(void **state) {
  (void)state;
  struct read r;
  const char *text = "\xef\xbb\xbf" "a: one two\n";
  read_yaml(&r, text, strlen(text));
  assert_int_equal(r.list.count, 0);
  struct place at = tree_place(tree_get(r.root, "a"), 4);
  assert_int_equal(at.line, 1);
  assert_int_equal(at.column, 8);
  drop(&r);
}

static void windows_line_ends_are_fine(void **state) {
  (void)state;
  struct read r;
  const char *text = "a: 1\r\nb: |\r\n  one\r\n  two\r\n";
  read_yaml(&r, text, strlen(text));
  assert_int_equal(r.list.count, 0);
  const struct tree *b = tree_get(r.root, "b");
  assert_string_equal(b->text, "one\ntwo\n");
  struct place at = tree_place(b, 4);
  assert_int_equal(at.line, 4);
  assert_int_equal(at.column, 3);
  drop(&r);
}

/* Every style: the place of the word `here` inside the value is where `here` stands in the file. */
static void places_inside_texts_are_exact_in_every_style(void **state) {
  (void)state;
  static const char *const texts[] = {
    "k: plain here\n", "k: 'single here'\n", "k: 'it''s here'\n", "k: \"double here\"\n", "k: \"tab\\t and \\u4e2d\\x41 here\"\n", "k: \"quoted \\\"x\\\" here\"\n",
    "k: \"joined \\\n  here\"\n", "k: \"over\n  lines here\"\n", "k: 'over\n\n  lines here'\n", "k: |\n  one\n    two here\n", "k: |-\n  here\n", "k: >\n  one\n  two here\n", "k: >-\n\n  a\n\n  here\n",
    "k: |2\n    two here\n", "k: 中文字 here\n", "k: one\n  two\n  here\n", "k: \"a\\\n   \\ here\"\n", "k: [x, 中 here]\n",
  };
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    struct read r;
    read_yaml(&r, texts[i], strlen(texts[i]));
    if (r.list.count) fail_msg("%s: %s", texts[i], r.list.first->message);
    const struct tree *t = tree_get(r.root, "k");
    if (t->kind == TREE_LIST) t = t->items[1];
    const char *in_value = strstr(t->text, "here"), *in_file = strstr(texts[i], "here");
    int line = 1, column = 1;
    for (const char *c = texts[i]; c < in_file; c++) {
      if (*c == '\n') line++, column = 1;
      else if (((unsigned char)*c & 0xc0) != 0x80) column++;
    }
    struct place at = tree_place(t, (size_t)(in_value - t->text));
    if (at.line != line || at.column != column) fail_msg("%s: %d:%d, not %d:%d", texts[i], at.line, at.column, line, column);
    drop(&r);
  }
}

static void near_names_are_near(void **state) {
  (void)state;
  static const char *const names[] = {"fields", "derive", "lines", "rule", "age", NULL};
  assert_string_equal(problem_nearest("feilds", names), "fields");
  assert_string_equal(problem_nearest("Fields", names), "fields");
  assert_string_equal(problem_nearest("rules", names), "rule");
  assert_null(problem_nearest("zzzz", names));
  assert_null(problem_nearest("xy", names));
  assert_int_equal(problem_distance("abc", "acb", 3), 1);
  assert_int_equal(problem_distance("abc", "", 3), 3);
}

static void the_list_of_problems_stops_but_goes_on_counting(void **state) {
  (void)state;
  struct arena a;
  struct problems list;
  arena_init(&a, 0);
  problem_init(&list, &a);
  for (int i = 0; i < 1000; i++) problem_add(&list, (struct place){"f", 1000 - i, 1}, ERR_INPUT, NULL, "p%d", i);
  problem_sort(&list, "f");
  uint32_t n = 0;
  int last = 0;
  for (const struct problem *p = list.first; p; p = p->next, n++) {
    assert_true(p->line > last);
    last = p->line;
  }
  assert_int_equal(n, PROBLEM_MAX);
  assert_int_equal(list.count, 1000);
  arena_drop(&a);
}

static void running_out_of_memory_is_an_answer(void **state) {
  (void)state;
  struct text t;
  text_init(&t, 1 << 20);
  for (int i = 0; i < 3000; i++) text_addf(&t, "key%d: [a, b, {c: d}]\n", i);
  for (size_t ceiling = 4096; ceiling < (2 << 20); ceiling *= 2) {
    struct read r;
    arena_init(&r.arena, ceiling);
    problem_init(&r.list, &r.arena);
    r.root = tree_read_yaml(&r.list, "x.yaml", text_str(&t), t.len);
    assert_true(r.list.broken || r.root);
    drop(&r);
  }
  text_free(&t);
}

UNIT_MAIN(UNIT(a_billion_laughs_are_counted_not_expanded), UNIT(an_alias_to_what_contains_it_is_refused), UNIT(an_alias_shares_its_value), UNIT(depth_has_a_limit), UNIT(very_deep_nesting_does_not_break_the_stack),
          UNIT(anchors_have_a_limit), UNIT(size_has_a_limit), UNIT(broken_utf8_names_its_line), UNIT(nul_bytes_are_refused), UNIT(a_byte_order_mark_takes_no_column), UNIT(windows_line_ends_are_fine),
          UNIT(places_inside_texts_are_exact_in_every_style), UNIT(near_names_are_near), UNIT(the_list_of_problems_stops_but_goes_on_counting), UNIT(running_out_of_memory_is_an_answer))
