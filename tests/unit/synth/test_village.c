#include "fixture.h"
#include "synth/village.h"

static void villages_lack_different_things_and_what_was_built_stays(void **state) {
  (void)state;
  struct fixture f;
  double road = 0, clinic = 0, neither = 0, poor = 0, out = 0, far = 0, near = 0, far_road = 0, near_road = 0, store = 0, buyer = 0, led = 0, scenic = 0, n;
  fixture_open(&f, 4);
  n = f.pop->village_count;
  for (uint32_t i = 0; i < f.pop->village_count; i++) {
    const struct village *v = &f.pop->villages[i];
    struct village_now before = village_now(f.pop, v, 0);
    road += !before.road_hard, clinic += !before.clinic, neither += !before.road_hard && !before.clinic;
    if (v->km > 8) far++, far_road += before.road_hard;
    else near++, near_road += before.road_hard;
    for (uint32_t r = 1; r < f.m->round_count; r++) {
      struct village_now x = village_now(f.pop, v, r);
      assert_true(x.road_hard >= before.road_hard && x.power >= before.power && x.broadband >= before.broadband && x.clinic >= before.clinic && x.doctor >= before.doctor && x.tap >= before.tap);
      assert_true(x.cooperatives >= before.cooperatives && x.collective >= before.collective && x.altitude == before.altitude && x.poor == before.poor);
      assert_true(x.processing >= before.processing && x.buyer >= before.buyer && x.leaders >= before.leaders && x.scenic == before.scenic);
      assert_true(!x.exit_year || x.poor);
      if (before.exit_year) assert_int_equal(x.exit_year, before.exit_year);
      before = x;
      if (f.m->rounds[r].year == 2018) poor += x.poor, out += x.exit_year > 0;
      if (f.m->rounds[r].year == 2016) store += x.processing, buyer += x.buyer, led += x.leaders > 1, scenic += x.scenic;
    }
  }
  /* Published: 1,110 poor villages of 1,751; 874 of them out at the end of 2018. */
  assert_near(poor / n, 1110.0 / 1751, 0.05);
  assert_near(out / poor, 874.0 / 1110, 0.08);
  assert_true(road > 0.2 * n && clinic > 0.2 * n);
  assert_true(neither < 0.6 * (road < clinic ? road : clinic)); /* not always the same villages */
  assert_true(far_road / far < near_road / near);
  /* A plan must find villages with and without each: most lack a store, some a buyer, some people who lead. */
  assert_true(store > 0.05 * n && store < 0.4 * n && buyer > 0.1 * n && buyer < 0.6 * n && led > 0.3 * n && led < 0.9 * n && scenic > 0.05 * n && scenic < 0.3 * n);
  arena_drop(&f.a);
}

static void a_product_grows_where_it_thrives(void **state) {
  (void)state;
  struct fixture f;
  double suited = 0, n = 0, share_suited = 0, share_else = 0;
  fixture_open(&f, 4);
  uint32_t citrus = 0;
  while (citrus < f.m->crop_count && strcmp(f.m->crops[citrus].crop, "citrus") != 0) citrus++;
  for (uint32_t i = 0; i < f.pop->village_count; i++) {
    struct village_now x = village_now(f.pop, &f.pop->villages[i], 0);
    double share = village_crop_share(f.pop, &f.pop->villages[i], &x, citrus);
    n++;
    if (village_suits(f.pop, &x, citrus)) suited++, share_suited += share;
    else share_else += share;
  }
  assert_true(suited > 0.3 * n && suited < 0.9 * n);
  assert_true(share_suited / suited > 2 * share_else / (n - suited));
  arena_drop(&f.a);
}

UNIT_MAIN(UNIT(villages_lack_different_things_and_what_was_built_stays), UNIT(a_product_grows_where_it_thrives))
