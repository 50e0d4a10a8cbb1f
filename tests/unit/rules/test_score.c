#include "unit.h"

#include "base/random.h"
#include "rules/block.h"
#include "rules/score.h"

enum { ROWS = 777 };

static void a_score_is_the_sum_of_the_weights_of_what_is_true_and_unknowns_give_its_bounds(void **state) {
  (void)state;
  static const uint32_t counts[] = {0, 1, 5, 10, 12, 13, 24};
  static uint8_t lanes[SCORE_MAX][ROWS];
  static const uint8_t states[] = {BLOCK_FALSE, BLOCK_TRUE, BLOCK_UNKNOWN, BLOCK_ERROR};
  const uint8_t *at[SCORE_MAX];
  uint32_t yes[ROWS], maybe[ROWS];
  double weights[SCORE_MAX], low[ROWS], high[ROWS];
  struct rng r;
  rng_seed(&r, 3);
  for (uint32_t j = 0; j < SCORE_MAX; j++) {
    weights[j] = (double)(1 + rng_below(&r, 16)) / 16; /* exact in any order */
    at[j] = lanes[j];
    for (int i = 0; i < ROWS; i++) lanes[j][i] = states[rng_below(&r, 4)];
  }
  for (size_t k = 0; k < sizeof counts / sizeof *counts; k++) {
    struct arena a;
    struct score s;
    struct err e;
    arena_init(&a, 0);
    assert_ok(score_open(&a, weights, counts[k], &s, &e), &e);
    score_pack(at, counts[k], ROWS, yes, maybe);
    score_look(&s, yes, ROWS, low);
    score_look(&s, maybe, ROWS, high);
    for (int i = 0; i < ROWS; i++) {
      double want = 0, most = 0;
      for (uint32_t j = 0; j < counts[k]; j++) want += lanes[j][i] == BLOCK_TRUE ? weights[j] : 0, most += lanes[j][i] == BLOCK_FALSE ? 0 : weights[j];
      assert_true(low[i] == want && high[i] == most);
    }
    arena_drop(&a);
  }
}

static void more_indicators_than_fit_are_refused(void **state) {
  (void)state;
  struct arena a;
  struct score s;
  struct err e;
  double weights[25] = {0};
  arena_init(&a, 0);
  assert_refused(score_open(&a, weights, 25, &s, &e), ERR_LIMIT, "25 indicators; a score takes at most 24", &e);
  arena_drop(&a);
}

static void areas_get_what_their_rows_hold_in_any_order_of_rows(void **state) {
  (void)state;
  struct rng r;
  rng_seed(&r, 9);
  for (int sorted = 0; sorted < 2; sorted++)
    for (int width = 0; width < 4; width++) {
      uint32_t code[ROWS], wide[ROWS];
      uint16_t middle[ROWS];
      uint8_t narrow[ROWS];
      int64_t persons[ROWS];
      double scores[ROWS];
      struct score_area got[7] = {{0}}, want[7] = {{0}};
      for (int i = 0; i < ROWS; i++) {
        code[i] = width == 3 ? 0 : sorted ? (uint32_t)i * 7 / ROWS : (uint32_t)rng_below(&r, 7);
        wide[i] = code[i], middle[i] = (uint16_t)code[i], narrow[i] = (uint8_t)code[i];
        persons[i] = (int64_t)rng_below(&r, 9);
        scores[i] = (double)rng_below(&r, 9) / 8;
        struct score_area *w = &want[code[i]];
        w->households++, w->persons += (uint64_t)persons[i];
        if (scores[i] >= 0.5) w->poor_households++, w->poor_persons += (uint64_t)persons[i], w->poor_score += scores[i] * (double)persons[i];
      }
      struct column column = {.width = width == 0 ? COL_U8 : width == 1 ? COL_U16 : COL_U32, .data = width == 0 ? (const void *)narrow : width == 1 ? (const void *)middle : wide};
      struct score_area half[7] = {{0}};
      score_by_area(got, width == 3 ? NULL : &column, 0, persons, scores, 0.5, 400);
      score_by_area(half, width == 3 ? NULL : &column, 400, persons + 400, scores + 400, 0.5, ROWS - 400);
      score_join(got, half, 7);
      assert_memory_equal(got, want, sizeof got); /* eighths: sums are exact whatever their order */
    }
}

UNIT_MAIN(UNIT(a_score_is_the_sum_of_the_weights_of_what_is_true_and_unknowns_give_its_bounds), UNIT(more_indicators_than_fit_are_refused), UNIT(areas_get_what_their_rows_hold_in_any_order_of_rows))
