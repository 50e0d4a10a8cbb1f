#include "ingest/sought.h"

static enum status of_source(struct reader_sought *to, struct arena *a, const struct programme *p, const struct source *src, struct err *e) {
  struct reader_wants w = {0};
  struct ingest_options plain = {0};
  TRY(mapping_wants(&w, a, p, src, &plain, e));
  *to = (struct reader_sought){.headings = w.headings, .count = w.count, .name = w.names[0], .key = UINT32_MAX, .number = UINT32_MAX};
  to->kind = src->form ? SOUGHT_FORM : src->flat || src->level == LEVEL_HOUSEHOLD || src->level == LEVEL_VILLAGE ? SOUGHT_OTHER : SOUGHT_LIST;
  if (src->household_key) to->key = 0; /* mapping_wants begins with the keys */
  if (src->member_key) to->number = src->household_key ? 1 : 0;
  return OK;
}

enum status sought_book(struct arena *a, const struct programme *p, const struct source *src, const struct reader_book **out, struct err *e) {
  *out = NULL;
  if (src < p->sources || src >= p->sources + p->source_count) return OK;
  struct reader_sought *list = arena_array(a, p->source_count, sizeof *list);
  struct reader_book *b = arena_new(a, struct reader_book);
  ARENA_TRY(e, list);
  ARENA_TRY(e, b);
  for (uint32_t i = 0; i < p->source_count; i++) TRY(of_source(&list[i], a, p, &p->sources[i], e));
  *b = (struct reader_book){list, p->source_count, (uint32_t)(src - p->sources)};
  *out = b;
  return OK;
}
