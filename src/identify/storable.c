#include "identify/storable.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "base/number.h"
#include "identify/eval.h"

#define STEPS_OF_ONE 100.0 /* a real's steps */
#define FAR ((int64_t)1 << 50)

bool storable_steps(const struct field *f) { return f->kind == COL_INT || f->kind == COL_DECIMAL || f->kind == COL_REAL || f->kind == COL_DATE; }

static int64_t clamp(double v) { return v >= (double)FAR ? FAR : v <= -(double)FAR ? -FAR : (int64_t)v; }

int64_t storable_step_of(const struct field *f, const struct cell *c) { return f->kind == COL_REAL ? clamp(floor(c->d * STEPS_OF_ONE)) : c->i; }

struct cell storable_cell(const struct field *f, int64_t step) {
  struct cell c = {.absence = PRESENT};
  if (f->kind == COL_REAL) c.d = step == 0 ? 0 : (double)step / STEPS_OF_ONE;
  else c.i = step;
  return c;
}

void storable_range(const struct field *f, int64_t *lo, int64_t *hi) {
  *lo = -FAR;
  *hi = FAR;
  if (f->kind == COL_DATE) *lo = -719162, *hi = 2932896;
  if (f->kind == COL_REAL && f->real_bounded) {
    *lo = clamp(ceil(f->real_lo * STEPS_OF_ONE));
    *hi = clamp(floor(f->real_hi * STEPS_OF_ONE));
  } else if (f->kind != COL_REAL && f->bounded) {
    *lo = f->lo > -FAR ? f->lo : -FAR;
    *hi = f->hi < FAR ? f->hi : FAR;
  }
}

static uint32_t around(const struct field *f, double v, int64_t *out, uint32_t count, uint32_t max) {
  double scale = f->kind == COL_REAL ? STEPS_OF_ONE : f->kind == COL_DECIMAL ? (double)number_pow10(f->decimals) : 1;
  if (!isfinite(v)) return count;
  int64_t at = clamp(floor(v * scale));
  for (int64_t d = -1; d <= 2 && count < max; d++) out[count++] = at + d;
  return count;
}

uint32_t storable_landmarks(const struct programme *p, const struct field *f, const char *s, size_t len, int64_t *out, uint32_t max) {
  uint32_t count = 0;
  for (size_t i = 0; i < len;) {
    if (isalpha((unsigned char)s[i]) || s[i] == '_') {
      size_t end = i;
      while (end < len && (isalnum((unsigned char)s[end]) || s[end] == '_')) end++;
      for (uint32_t k = 0; k < p->env.const_count; k++) {
        const struct rule_const *c = &p->env.consts[k];
        double v;
        if (strlen(c->name) == end - i && memcmp(c->name, s + i, end - i) == 0 && eval_number(&c->value, &v)) count = around(f, v, out, count, max);
      }
      i = end;
    } else if (isdigit((unsigned char)s[i])) {
      size_t end = i;
      double v;
      while (end < len && (isdigit((unsigned char)s[end]) || s[end] == '.')) end++;
      if (number_double(s + i, end - i, &v)) {
        count = around(f, v, out, count, max);
        count = around(f, -v, out, count, max);
      }
      i = end;
    } else {
      i++;
    }
  }
  return count;
}
