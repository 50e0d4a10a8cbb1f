/* market_chart.h - a forced area as a picture: what is harvested each year against what the market takes before it spoils. */
#ifndef PLAN_MARKET_CHART_H
#define PLAN_MARKET_CHART_H

#include "base/text.h"
#include "plan/market.h"

/* One SVG with words in `lang`, 720 x 360: bars of tonnes a year; lines for what is sold in the days it keeps, on normal and on disturbed transport. */
void market_chart_svg(struct text *out, const struct product *k, const struct market_verdict *v, enum language lang);

#endif
