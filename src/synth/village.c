#include "synth/village.h"

#include <math.h>

#include "synth/chance.h"

struct village_now village_now(const struct population *pop, const struct village *v, uint32_t round) {
  const struct model *m = pop->m;
  struct village_now x = {0};
  struct chance c = chance_of(v->place, 1, ABOUT_VILLAGE), t = c;
  if (v->parent != UINT32_MAX) t = chance_of(chance_place(pop->seed, pop->p->areas[v->parent].code), 1, ABOUT_VILLAGE);
  double since = m->rounds[round].year - m->rounds[0].year, far = v->km / 40, town = 4 + 50 * chance_unit(&t) * chance_unit(&t);
  double u_road = chance_unit(&c), u_bus = chance_unit(&c), u_power = chance_unit(&c), u_net = chance_unit(&c), u_tap = chance_unit(&c), u_clinic = chance_unit(&c), u_doctor = chance_unit(&c);
  double u_high = chance_unit(&c), u_school = chance_unit(&c), u_club = chance_unit(&c), u_none = chance_unit(&c), money = chance_spread(&c, 0.9);
  x.natural = chance_between(&c, 2, 9);
  x.land = chance_spread(&c, 0.3);
  x.poor = v->poor[0] > m->village_poor;
  for (uint32_t r = 1; x.poor && r <= round && !x.exit_year; r++)
    if (v->poor[r] < m->village_exit) x.exit_year = m->rounds[r].year;
  x.road_hard = u_road < 0.80 + 0.05 * since - 0.8 * far;
  x.bus = x.road_hard && u_bus < 0.60 + 0.06 * since - 0.6 * far;
  x.power = u_power < 0.88 + 0.025 * since - 0.2 * far;
  x.broadband = u_net < 0.25 + 0.12 * since - 0.3 * far;
  x.tap = fmin(1, fmax(0, 0.25 + 0.6 * u_tap + 0.07 * since - 0.5 * far - 0.05 * v->effect));
  x.clinic = u_clinic < 0.72 + 0.05 * since - 0.3 * far;
  x.doctor = u_doctor < 0.70 + 0.05 * since - 0.3 * far;
  x.altitude = (int)(200 + 700 * far + 450 * u_high);
  x.km_township = 0.5 + 0.6 * v->km;
  x.km_county = town + x.km_township;
  x.km_school = 0.3 + fmin(x.km_township, 0.5 * v->km * u_school + 2 * u_school);
  x.collective = u_none < 0.45 - 0.07 * since ? 0 : (int64_t)((4000 + 7000 * since) * money);
  x.cooperatives = (int)((0.8 + 0.7 * since) * u_club * u_club * 1.6);
  double u_store = chance_unit(&c), u_buyer = chance_unit(&c), u_lead = chance_unit(&c), u_scene = chance_unit(&c);
  x.processing = u_store < 0.06 + 0.03 * since + (x.cooperatives ? 0.06 : 0) - 0.1 * far;
  x.buyer = u_buyer < 0.12 + 0.04 * since + (x.cooperatives ? 0.12 : 0) - 0.15 * far;
  x.leaders = (int)((1.2 + 0.5 * since) * 2 * u_lead);
  x.scenic = u_scene < 0.14;
  return x;
}

bool village_suits(const struct population *pop, const struct village_now *now, uint32_t crop) {
  const struct synth_crop *c = &pop->m->crops[crop];
  return now->altitude >= c->low && now->altitude <= c->high;
}

double village_crop_share(const struct population *pop, const struct village *v, const struct village_now *now, uint32_t crop) {
  struct chance r = chance_of(v->place, crop, ABOUT_PLACE);
  return fmin(0.97, pop->m->crops[crop].share * (village_suits(pop, now, crop) ? 1 : 0.25) * chance_spread(&r, 0.6));
}
