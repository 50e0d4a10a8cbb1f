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
    if (p->sources[i].form) continue; /* a workbook of forms holds other sources' tables too */
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

static enum status add_folder(struct arena *a, const struct programme *p, const char *folder, const char *const **out, uint32_t *count, struct err *e) {
  DIR *d = opendir(folder);
  const char *const *more;
  uint32_t n;
  if (!d) return OK;
  enum status s = collect(a, p, folder, d, &more, &n, e);
  closedir(d);
  if (s != OK || !n) return s;
  const char **all = arena_grow(a, *out, *count, *count + n, sizeof *all);
  ARENA_TRY(e, all);
  memcpy(all + *count, more, n * sizeof *all);
  *out = all, *count += n;
  return OK;
}

enum status books_in(struct arena *a, const struct programme *p, const char *folder, const char *const **out, uint32_t *count, struct err *e) {
  *out = NULL, *count = 0;
  if (!folder) ARENA_TRY(e, folder = arena_printf(a, "%s/data", p->folder ? p->folder : "."));
  TRY(add_folder(a, p, folder, out, count, e));
  for (uint32_t i = 0; i < p->source_count; i++) {
    if (!p->sources[i].form) continue;
    const char *own = file_join(a, folder, p->sources[i].file);
    ARENA_TRY(e, own);
    bool again = false;
    for (uint32_t k = 0; k < i; k++) again |= p->sources[k].form && strcmp(p->sources[k].file, p->sources[i].file) == 0;
    if (!again) TRY(add_folder(a, p, own, out, count, e));
  }
  return OK;
}
