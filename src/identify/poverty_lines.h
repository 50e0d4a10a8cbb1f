/* poverty_lines.h - the poverty lines as amounts: for every household, and for the round as a whole.
 *
 * An absolute line may differ by area and year; a relative one (60 % of the median) is computed once a round from the whole
 * snapshot. Rules read a line as a constant, so households are sorted into classes that share every amount, and rules run
 * once a class: most programmes have one class; one with lines by county has as many as counties differ.
 * A household whose area is missing takes the amount of "*"; where there is none its line is unknown, and so is what reads it. */
#ifndef IDENTIFY_POVERTY_LINES_H
#define IDENTIFY_POVERTY_LINES_H

#include "identify/sample.h"
#include "stats/poverty.h"

struct poverty_lines {
  uint32_t line_count, class_count;
  double *amounts;        /* class_count x line_count; NAN = not known */
  uint32_t area_count;
  uint32_t *class_of_area; /* area_count + 1: by area of the programme, the last for households without one; UINT32_MAX = nobody there */
  struct relative_line *relative; /* line_count; used where the line is relative */
  struct survey *survey;  /* persons; what relative lines were estimated on; NULL when nobody has a weight */
};

/* `survey` may be NULL when there are no weights at all. ERR_INPUT when a relative line has no welfare measure; when
 * nobody's welfare is known its amount is NAN. */
enum status poverty_lines_find(struct arena *a, struct programme *p, const struct sample *s, struct survey *survey, int32_t year, struct poverty_lines *out, struct err *e) MUST_CHECK;
/* Sets the programme's constants to those of a class. */
void poverty_lines_set(struct programme *p, const struct poverty_lines *l, uint32_t class);
static inline uint32_t poverty_lines_class(const struct poverty_lines *l, uint32_t area) { return l->class_of_area[area < l->area_count ? area : l->area_count]; }
static inline double poverty_lines_amount(const struct poverty_lines *l, uint32_t class, uint32_t line) { return l->amounts[(size_t)class * l->line_count + line]; }

#endif
