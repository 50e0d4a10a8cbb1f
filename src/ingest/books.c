#include "ingest/books.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"

static bool is_book(const struct programme *p, const char *name) {
  const char *dot = strrchr(name, '.');
  if (!dot || strcasecmp(dot, ".xlsx") != 0 || name[0] == '.' || strncmp(name, "~$", 2) == 0) return false;
  size_t stem = (size_t)(dot - name);
  for (uint32_t i = 0; i < p->source_count; i++) {
    const char *own = file_base(p->sources[i].file ? p->sources[i].file : ""), *end = strrchr(own, '.');
    if (end && (size_t)(end - own) == stem && memcmp(own, name, stem) == 0) return false;
  }
  return true;
}

static int by_name(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

static enum status collect(struct arena *a, const struct programme *p, const char *folder, DIR *d, const char *const **out, uint32_t *count, struct err *e) {
  const char **list = NULL;
  uint32_t n = 0, cap = 0;
  for (struct dirent *x; (x = readdir(d));) {
    if (!is_book(p, x->d_name)) continue;
    if (n == cap) {
      uint32_t more = cap ? cap * 2 : 64;
      void *grown = arena_grow(a, list, cap, more, sizeof *list);
      ARENA_TRY(e, grown);
      list = grown, cap = more;
    }
    ARENA_TRY(e, list[n++] = file_join(a, folder, x->d_name));
  }
  if (n) qsort(list, n, sizeof *list, by_name);
  *out = list, *count = n;
  return OK;
}

enum status books_in(struct arena *a, const struct programme *p, const char *folder, const char *const **out, uint32_t *count, struct err *e) {
  *out = NULL, *count = 0;
  DIR *d = folder ? opendir(folder) : NULL;
  if (!d) return OK;
  enum status s = collect(a, p, folder, d, out, count, e);
  closedir(d);
  return s;
}
