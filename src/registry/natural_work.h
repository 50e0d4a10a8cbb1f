/* natural_work.h - the pieces that natural changes are made of: rows that go and come, who went where, and what is on record of it.
 *
 * For natural.c (one change) and transfer.c (its second half, when it leads to another home). Rows and links are gathered in a `work` and
 * written at its end. */
#ifndef REGISTRY_NATURAL_WORK_H
#define REGISTRY_NATURAL_WORK_H

#include "registry/carry.h"
#include "registry/natural.h"

struct link { const char *level; const struct held *from; int64_t from_item; const char *from_key; const struct held *to; int64_t to_item; const char *to_key; };

struct work {
  struct carry c;
  const struct natural *n;
  struct natural_done *out;
  struct held a, b;  /* the household; the other one */
  bool away;         /* `b` lies in another home: what goes there leaves now, and arrives by an event of its own */
  int64_t departure; /* this is that event: the one by which they left */
  struct link *links; uint32_t link_count, link_cap;
  struct natural_row *rows; uint32_t row_cap;
};

const char *work_key(const struct work *w, uint32_t level, const struct store_value *v);
enum status work_link(struct work *w, struct link x, struct err *e) MUST_CHECK;
enum status work_say(struct work *w, const struct held *h, const char *level, const char *row, const char *before, const char *after, struct err *e) MUST_CHECK;
/* Ends a row of a household; `to` says where it goes on, if anywhere; `there` as which row (NULL: that comes by another event). */
enum status work_take_out(struct work *w, struct held *h, uint32_t level, struct store_value *v, const struct held *to, const struct store_value *there, struct err *e) MUST_CHECK;
enum status work_bring_in(struct work *w, struct held *h, uint32_t level, struct store_value *v, struct err *e) MUST_CHECK;
enum status work_end_household(struct work *w, struct held *h, const struct held *to, struct err *e) MUST_CHECK;
enum status work_put_links(struct work *w, int64_t event, struct err *e) MUST_CHECK;
enum status work_digest(const struct work *w, char hex[65], struct err *e) MUST_CHECK;

#endif
