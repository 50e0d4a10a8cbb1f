/* docs/format/programme.md says what the tables of keys say, and its worked example works. */
#include "base/file.h"
#include "programme/keys.h"
#include "programme_text.h"

static char *doc(struct arena *a) {
  char *text;
  size_t len;
  struct err e;
  arena_init(a, 0);
  assert_ok(file_read(a, "docs/format/programme.md", 1 << 20, &text, &len, &e), &e);
  return text;
}

static void every_key_is_documented_as_it_is_read(void **state) {
  (void)state;
  struct arena a;
  const char *text = doc(&a);
  for (const struct key_table *const *t = keys_all; *t; t++) {
    struct text table;
    text_init(&table, 1 << 16);
    keys_table_text(*t, &table);
    if (!strstr(text, text_str(&table))) fail_msg("the table of \"%s\" in docs/format/programme.md is not the one that `lucid check --keys` prints:\n%s", (*t)->title, text_str(&table));
    text_free(&table);
  }
  arena_drop(&a);
}

static void every_conversion_is_documented(void **state) {
  (void)state;
  struct arena a;
  const char *text = doc(&a);
  static const char *const rows[] = {
#define X(id, word, words) "| `" word "` | " words " |",
    CONVERSION_TABLE(X)
#undef X
  };
  for (int i = 1; i < CONVERSION_COUNT; i++)
    if (!strstr(text, rows[i])) fail_msg("docs/format/programme.md lacks: %s", rows[i]);
  arena_drop(&a);
}

static void the_worked_example_loads(void **state) {
  (void)state;
  struct arena a;
  char *text = doc(&a), *start = strstr(text, "```yaml\n") + 8, *end = strstr(start, "```");
  assert_non_null(end);
  const char *areas = "code,level,parent,name.en,name.zh\n990101,county,,Clear Stream,清溪县\n990101001,village,990101,Upper Mill,上磨村\n";
  struct loaded l;
  memset(&l, 0, sizeof l);
  l.files[0] = (struct programme_file){"programme.yaml", start, (size_t)(end - start)};
  l.files[1] = (struct programme_file){"areas.csv", areas, strlen(areas)};
  load_files(&l, 2);
  if (l.status != OK) fail_msg("%s HINT: %s", l.e.message, l.e.hint);
  unload(&l);
  arena_drop(&a);
}

static void keys_are_unlike_each_other_and_explained(void **state) {
  (void)state;
  for (const struct key_table *const *t = keys_all; *t; t++)
    for (uint32_t i = 0; i < (*t)->count; i++) {
      assert_true(strlen((*t)->keys[i].text) > 0);
      assert_true((*t)->keys[i].offset < (*t)->size);
      for (uint32_t j = 0; j < i; j++) assert_string_not_equal((*t)->keys[i].name, (*t)->keys[j].name);
    }
}

UNIT_MAIN(UNIT(every_key_is_documented_as_it_is_read), UNIT(every_conversion_is_documented), UNIT(the_worked_example_loads), UNIT(keys_are_unlike_each_other_and_explained))
