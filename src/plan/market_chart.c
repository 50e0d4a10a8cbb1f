#include "plan/market_chart.h"

#include <stdio.h>

enum { WIDTH = 720, HEIGHT = 360, LEFT = 80, RIGHT = 20, TOP = 50, BOTTOM = 50, INSIDE = HEIGHT - TOP - BOTTOM };

static double nice(double most) {
  double step = 1;
  while (step * 10 <= most) step *= 10;
  const double of = most / step;
  return step * (of <= 1 ? 1 : of <= 2 ? 2 : of <= 5 ? 5 : 10);
}

static void line(struct text *out, double tonnes, double max, const char *colour, const char *words) {
  const double y = TOP + INSIDE * (1 - tonnes / max);
  text_addf(out, "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" stroke-width=\"2\" stroke-dasharray=\"6 4\"/>", LEFT, WIDTH - RIGHT, y, y, colour);
  text_addf(out, "<text x=\"%d\" y=\"%.1f\" fill=\"%s\" paint-order=\"stroke\" stroke=\"#fff\" stroke-width=\"4\">%s</text>\n", LEFT + 6, y - 5, colour, words);
}

void market_chart_svg(struct text *out, const struct product *k, const struct market_verdict *v, enum language lang) {
  const bool zh = lang == LANG_ZH;
  const double sold = k->per_day * v->keeps, stressed = k->stressed_per_day * v->keeps, most = (double)v->years[v->worst].output / 1000;
  const double max = nice(most > sold ? most : sold), step = (double)(WIDTH - LEFT - RIGHT) / MARKET_YEARS;
  char words[200];
  text_addf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"12\"><rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n", WIDTH, HEIGHT, WIDTH, HEIGHT);
  text_addf(out, "<text x=\"%d\" y=\"24\" font-size=\"16\" font-weight=\"bold\">%s</text>\n", LEFT, label_in(&k->label, lang, k->name));
  text_addf(out, "<text x=\"%d\" y=\"42\" fill=\"#555\">%s</text>\n", LEFT, zh ? "年产量（吨）与腐烂前市场可销量" : "harvested a year, tonnes, and what the market takes before it spoils");
  for (int i = 0; i <= 4; i++) {
    const double y = TOP + INSIDE * (1 - i / 4.0);
    text_addf(out, "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/><text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.0f</text>\n", LEFT, WIDTH - RIGHT, y, y, LEFT - 6, y + 4, max * i / 4);
  }
  for (uint32_t t = 0; t < MARKET_YEARS; t++) {
    const double tonnes = (double)v->years[t].output / 1000, high = INSIDE * tonnes / max, over = tonnes > sold ? INSIDE * (tonnes - sold) / max : 0, x = LEFT + step * t + 2;
    text_addf(out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"#5b8db8\"/>", x, TOP + INSIDE - high + over, step - 4, high - over);
    if (over > 0) text_addf(out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"#c0504d\"/>", x, TOP + INSIDE - high, step - 4, over);
    text_addf(out, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%u</text>\n", x + step / 2 - 2, HEIGHT - BOTTOM + 16, t);
  }
  snprintf(words, sizeof words, zh ? "现价、运输正常：每天 %.0f 吨，%.0f 天" : "at today's price, normal transport: %.0f t a day for %.0f days", k->per_day, v->keeps);
  line(out, sold, max, "#2e7d32", words);
  if (stressed > 0) {
    snprintf(words, sizeof words, zh ? "运输受阻：每天 %.0f 吨" : "disturbed transport: %.0f t a day", k->stressed_per_day);
    line(out, stressed, max, "#b26a00", words);
  }
  text_addf(out, "<text x=\"%d\" y=\"%d\" fill=\"#555\">%s</text></svg>\n", LEFT, HEIGHT - 12, zh ? "种植后年数" : "years after planting begins");
}
