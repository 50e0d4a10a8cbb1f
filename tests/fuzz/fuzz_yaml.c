/* fuzz_yaml.c - any bytes as a programme folder: they load, or they are refused with problems that have a place and words.
 * What follows a line `%%` is the table t.csv, so that `{file: t.csv}` can be reached. Rules inside are compiled too. */
#include <stdlib.h>
#include <string.h>

#include "programme/programme.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct programme_file files[2] = {{"programme.yaml", (const char *)data, size}, {"t.csv", "", 0}};
  for (size_t i = 0; i + 4 <= size; i++)
    if (!memcmp(data + i, "\n%%\n", 4)) {
      files[0].len = i + 1;
      files[1].data = (const char *)data + i + 4, files[1].len = size - i - 4;
      break;
    }
  struct arena a;
  struct programme *p;
  struct problem *problems;
  struct err e;
  arena_init(&a, 512 << 20);
  enum status s = programme_load_files(&a, "f", files, 2, &p, &problems, &e);
  if (s == OK && (!p || problems)) abort();
  if (s == ERR_INPUT) {
    if (!problems) abort();
    for (const struct problem *x = problems; x; x = x->next)
      if (!x->message || !*x->message || !text_is_utf8(x->message, strlen(x->message), NULL) || x->line < 0 || x->column < 0) abort();
  }
  if (s == OK)
    for (uint32_t i = 0; i < p->line_count; i++) programme_set_line(p, i, programme_line_amount(p, i, p->year, p->area_count ? p->areas[p->area_count - 1].code : "*"));
  arena_drop(&a);
  return 0;
}
