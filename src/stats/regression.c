#include "stats/regression.h"

#include <math.h>
#include <string.h>

enum { BLOCK = 1024, WIDE = REGRESSION_MAX + 1 };

struct fit {
  struct survey *s;
  const double *y, *const *x, *part;
  uint32_t terms;
  double *rows;   /* scratch: (BLOCK + WIDE) x columns, by columns of `tall` */
  uint64_t blocks;
};

/* Householder QR in place of m rows by c columns, column j at at + j * m. Only the triangle is wanted. */
static void triangulate(double *at, uint64_t m, uint32_t c) {
  for (uint32_t j = 0; j < c && j < m; j++) {
    double *v = at + (uint64_t)j * m, scale = 0, square = 0;
    for (uint64_t i = j; i < m; i++)
      if (fabs(v[i]) > scale) scale = fabs(v[i]);
    if (scale == 0) continue;
    for (uint64_t i = j; i < m; i++) square += (v[i] / scale) * (v[i] / scale);
    double norm = scale * sqrt(square);
    if (v[j] > 0) norm = -norm;
    double head = v[j] - norm; /* away from zero: no cancellation */
    for (uint32_t k = j + 1; k < c; k++) {
      double *u = at + (uint64_t)k * m, dot = head * u[j];
      for (uint64_t i = j + 1; i < m; i++) dot += v[i] * u[i];
      double f = dot / (head * norm);
      u[j] += f * head;
      for (uint64_t i = j + 1; i < m; i++) u[i] += f * v[i];
    }
    v[j] = norm;
    for (uint64_t i = j + 1; i < m; i++) v[i] = 0;
  }
}

static bool row_used(const struct fit *f, uint64_t i) {
  if (!(survey_part(f->s, f->part, i) > 0) || isnan(f->y[i])) return false;
  for (uint32_t j = 0; j < f->terms; j++)
    if (isnan(f->x[j][i])) return false;
  return true;
}

/* The triangle of rows [first block, first block + blocks) into r, columns of c, c = terms + 1. */
static void factor(struct fit *f, uint64_t first, uint64_t blocks, double *r) {
  uint32_t c = f->terms + 1;
  if (blocks == 1) {
    uint64_t from = first * BLOCK, to = from + BLOCK < f->s->n ? from + BLOCK : f->s->n, m = 0;
    for (uint64_t i = from; i < to; i++) m += row_used(f, i);
    uint64_t tall = m > c ? m : c, at = 0; /* never shorter than the triangle */
    memset(f->rows, 0, tall * c * sizeof *f->rows);
    for (uint64_t i = from; i < to; i++) {
      if (!row_used(f, i)) continue;
      double w = sqrt(survey_part(f->s, f->part, i));
      for (uint32_t j = 0; j < f->terms; j++) f->rows[j * tall + at] = w * f->x[j][i];
      f->rows[f->terms * tall + at++] = w * f->y[i];
    }
    triangulate(f->rows, tall, c);
    for (uint32_t j = 0; j < c; j++)
      for (uint32_t i = 0; i < c; i++) r[j * c + i] = i <= j ? f->rows[j * tall + i] : 0;
    return;
  }
  double left[WIDE * WIDE], right[WIDE * WIDE];
  factor(f, first, blocks / 2, left);
  factor(f, first + blocks / 2, blocks - blocks / 2, right);
  for (uint32_t j = 0; j < c; j++)
    for (uint32_t i = 0; i < c; i++) f->rows[j * 2 * c + i] = left[j * c + i], f->rows[j * 2 * c + c + i] = right[j * c + i];
  triangulate(f->rows, 2 * c, c);
  for (uint32_t j = 0; j < c; j++)
    for (uint32_t i = 0; i < c; i++) r[j * c + i] = i <= j ? f->rows[j * 2 * c + i] : 0;
}

enum status regression_fit(struct arena *a, struct survey *s, const double *y, uint32_t terms, const double *const *x, const double *part,
                           struct regression *out, struct err *e) {
  *out = (struct regression){.terms = terms, .r2 = NAN};
  if (terms == 0 || terms > REGRESSION_MAX) return err_set(e, ERR_INPUT, "1 to 64 terms make a regression", "a regression with %u terms", terms);
  struct fit f = {.s = s, .y = y, .x = x, .part = part, .terms = terms, .blocks = (s->n + BLOCK - 1) / BLOCK};
  double w = 0, mean = 0;
  for (uint64_t i = 0; i < s->n; i++) {
    if (!row_used(&f, i)) continue;
    bool finite = isfinite(y[i]);
    for (uint32_t j = 0; j < terms; j++) finite = finite && isfinite(x[j][i]);
    if (!finite) return err_set(e, ERR_INPUT, "leave a value that is not known empty", "row %llu has an infinite value", (unsigned long long)i + 1);
    out->n++, w += survey_part(s, part, i), mean += survey_part(s, part, i) * y[i];
  }
  if (out->n < terms) return err_set(e, ERR_INPUT, "use fewer terms or more rows", "%llu complete rows cannot determine %u terms", (unsigned long long)out->n, terms);
  mean /= w;
  ARENA_TRY(e, out->coef = arena_array(a, terms, sizeof *out->coef));
  ARENA_TRY(e, f.rows = arena_array(a, (size_t)(BLOCK + 2 * WIDE) * (terms + 1), sizeof *f.rows));
  double r[WIDE * WIDE], inverse[WIDE * WIDE] = {0}, beta[REGRESSION_MAX];
  uint32_t c = terms + 1;
  factor(&f, 0, f.blocks, r);
  for (uint32_t j = 0; j < terms; j++) {
    double length = 0;
    for (uint32_t i = 0; i <= j; i++) length += r[j * c + i] * r[j * c + i];
    if (!(fabs(r[j * c + j]) > 1e-11 * sqrt(length)))
      return err_set(e, ERR_INPUT, "leave the term out, or one that it repeats", "term %u of the regression adds nothing to those before it", j + 1);
  }
  for (uint32_t j = terms; j-- > 0;) {
    double v = r[terms * c + j];
    for (uint32_t k = j + 1; k < terms; k++) v -= r[k * c + j] * beta[k];
    beta[j] = v / r[j * c + j];
  }
  /* R^-1, upper triangular, by columns; (X'WX)^-1 = R^-1 R^-T. */
  for (uint32_t j = 0; j < terms; j++)
    for (uint32_t i = j + 1; i-- > 0;) {
      double v = i == j ? 1 : 0;
      for (uint32_t k = i + 1; k <= j; k++) v -= r[k * c + i] * inverse[j * c + k];
      inverse[j * c + i] = v / r[i * c + i];
    }
  double *row[REGRESSION_MAX]; /* of (X'WX)^-1 */
  for (uint32_t k = 0; k < terms; k++) {
    ARENA_TRY(e, row[k] = arena_array(a, terms, sizeof **row));
    for (uint32_t j = 0; j < terms; j++)
      for (uint32_t i = k > j ? k : j; i < terms; i++) row[k][j] += inverse[i * c + k] * inverse[i * c + j];
  }
  double *residual, left = 0, total = 0;
  ARENA_TRY(e, residual = arena_array(a, s->n, sizeof *residual));
  for (uint64_t i = 0; i < s->n; i++) {
    if (!row_used(&f, i)) continue;
    residual[i] = y[i];
    for (uint32_t j = 0; j < terms; j++) residual[i] -= beta[j] * x[j][i];
    left += survey_part(s, part, i) * residual[i] * residual[i];
    total += survey_part(s, part, i) * (y[i] - mean) * (y[i] - mean);
  }
  out->r2 = total > 0 ? 1 - left / total : NAN;
  for (uint32_t k = 0; k < terms; k++) {
    for (uint64_t i = 0; i < s->n; i++) {
      double z = 0;
      if (row_used(&f, i)) {
        for (uint32_t j = 0; j < terms; j++) z += row[k][j] * x[j][i];
        z *= residual[i] * (part ? part[i] : 1);
      }
      s->z[i] = z;
    }
    out->coef[k] = survey_delta(s, beta[k], out->n, w);
  }
  return OK;
}

double regression_predict(const struct regression *r, const double *const *x, uint64_t row) {
  double v = 0;
  for (uint32_t j = 0; j < r->terms; j++) v += r->coef[j].value * x[j][row];
  return v;
}
