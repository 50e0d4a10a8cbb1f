/* report_page.h - what the sections of a report are put together from: words, numbers, tables, and the counts that are too small to show.
 *
 * Strings that go into HTML are escaped once, where they enter (`page_text`); functions that return `const char *` return markup that is
 * ready to use and lives in the page's scratch arena. */
#ifndef IDENTIFY_REPORT_PAGE_H
#define IDENTIFY_REPORT_PAGE_H

#include "identify/report.h"
#include "identify/report_words.h"

struct page {
  struct text *out;
  struct arena *arena;    /* scratch for strings */
  const struct identify_result *r;
  enum language lang;
  uint32_t tables;        /* numbered, for ids */
  bool folded;            /* the open table stands in a <details> */
};

const char *page_word(const struct page *p, enum report_word w);
/* The word with {0} {1} .. filled in from one to eight arguments: page_fill(p, W_TO, from, to). */
#define page_fill(p, w, ...) page_fill_from((p), (w), (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))
const char *page_fill_from(struct page *p, enum report_word w, const char *const *args, size_t n);
const char *page_text(struct page *p, const char *s); /* escaped */
const char *page_label(struct page *p, const struct label *l, const char *otherwise); /* escaped */
void page_add(struct page *p, const char *markup);
void page_addf(struct page *p, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Numbers for people. NAN gives "not known". */
const char *page_percent(struct page *p, double share);      /* 11.4% */
const char *page_points(struct page *p, double share);       /* 0.45: percentage points */
const char *page_number(struct page *p, double v, int decimals); /* 10,859.24 */
const char *page_amount(struct page *p, double v);           /* decimals chosen by size */
const char *page_line(struct page *p, double v);             /* a poverty line: all its decimals, up to two */
const char *page_with_unit(struct page *p, const char *number, const struct label *unit); /* number, then the unit where there is one */
const char *page_count(struct page *p, uint64_t n);
const char *page_interval(struct page *p, const struct figure *f, const char *(*show)(struct page *, double));

/* Counts of households that partition a whole. One to four become "<5"; then the largest is rounded to the nearest ten. */
bool page_is_small(uint64_t households);
void page_partition(struct page *p, const uint64_t *households, uint32_t n, const char **shown);

/* Tables: open, heads (">" first = right aligned), rows of cells in the same order, close. In a <details> unless `open`. */
void page_table(struct page *p, const char *caption, const char *const *heads, bool open);
void page_row(struct page *p);
void page_cell(struct page *p, const char *markup);
void page_cell_right(struct page *p, const char *markup);
void page_table_end(struct page *p);

void page_section(struct page *p, const char *id, enum report_word title, enum report_word text_or_count);
void page_section_end(struct page *p);

extern const char report_style[], report_script[];

#endif
