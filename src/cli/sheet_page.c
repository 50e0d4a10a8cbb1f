#include "cli/sheet_page.h"

#include <string.h>

enum { W_TITLE, W_HOUSEHOLD, W_VILLAGE, W_ROUND, W_FIELD, W_KNOWN, W_NOW, W_MEMBER, W_ROW, W_NEW, W_NOT_TAKEN, W_HAPPENED, W_ON, W_SIGN_HEAD, W_SIGN_VISITOR, W_SIGN_VILLAGE, W_DATE, W_READ, W_REFUSED, W_HOUSEHOLDS, W_NO_AREA, WORD_COUNT };
static const char *const words[WORD_COUNT][2] = {
    [W_TITLE] = {"Comparison sheet", "入户核对表"},
    [W_HOUSEHOLD] = {"Household", "户编号"},
    [W_VILLAGE] = {"Village", "行政村"},
    [W_ROUND] = {"As registered", "登记情况"},
    [W_FIELD] = {"What", "项目"},
    [W_KNOWN] = {"The registry says", "登记库记录"},
    [W_NOW] = {"Now (only what differs)", "现在（仅填变化）"},
    [W_MEMBER] = {"Member", "成员"},
    [W_ROW] = {"Row", "序号"},
    [W_NEW] = {"Not on this sheet: name or kind, and since when", "表上没有的：姓名或项目，何时起"},
    [W_NOT_TAKEN] = {"this list was never taken: ask", "此名单从未登记：请询问"},
    [W_HAPPENED] = {"Since then: &#9744; birth &#9744; death &#9744; marriage &#9744; left &#9744; moved &#9744; split &#9744; merged; who", "此后：&#9744; 出生 &#9744; 死亡 &#9744; 婚嫁 &#9744; 迁出 &#9744; 搬迁 &#9744; 分户 &#9744; 并户；何人"},
    [W_ON] = {"on (date)", "日期"},
    [W_SIGN_HEAD] = {"Householder", "户主签字（手印）"},
    [W_SIGN_VISITOR] = {"Visitor", "入户人签字"},
    [W_SIGN_VILLAGE] = {"Village committee", "村委会签字"},
    [W_DATE] = {"Date", "日期"},
    [W_READ] = {"&#9744; read to me, and it is so", "&#9744; 已向我宣读，情况属实"},
    [W_HOUSEHOLDS] = {"Households", "户数"},
    [W_NO_AREA] = {"no place is known", "地区不明"},
    [W_REFUSED] = {"&#9744; does not sign (why)", "&#9744; 不签字（原因）"},
};

static const char *word(const struct sheet_page *p, int w) { return words[w][p->lang == LANG_ZH]; }

static void text(const struct sheet_page *p, const char *s) {
  for (; s && *s; s++) {
    if (*s == '<') fputs("&lt;", p->out);
    else if (*s == '>') fputs("&gt;", p->out);
    else if (*s == '&') fputs("&amp;", p->out);
    else if (*s == '"') fputs("&quot;", p->out);
    else fputc(*s, p->out);
  }
}

void sheet_page_begin(const struct sheet_page *p) {
  fprintf(p->out, "<!DOCTYPE html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\"><title>%s</title>\n<style>\n", p->lang == LANG_ZH ? "zh" : "en", word(p, W_TITLE));
  fputs("@page{size:A4;margin:12mm}\nbody{font:9pt/1.3 'Noto Sans CJK SC','Source Han Sans SC','Microsoft YaHei',sans-serif;margin:0;color:#000}\n"
        "section{break-after:page;padding:2mm}\nh1{font-size:13pt;margin:0}h2{font-size:10pt;margin:3mm 0 1mm}\np{margin:1mm 0}\n"
        "table{border-collapse:collapse;width:100%;table-layout:fixed}th,td{border:.3mm solid #666;padding:.6mm 1mm;text-align:left;vertical-align:top;overflow-wrap:anywhere}\n"
        "th{background:#eee;font-weight:normal}td.n{width:19%;height:5mm}tr{break-inside:avoid}\n.line{border-bottom:.3mm solid #000;display:inline-block;min-width:45mm;height:6mm}\n"
        "@media screen{section{max-width:190mm;margin:auto;border-bottom:1mm dashed #999}}\n</style></head><body>\n",
        p->out);
}

/* Two fields beside each other in a row. */
static void values(const struct sheet_page *p, const struct sheet_row *r) {
  fputs("<table><tr>", p->out);
  for (int side = 0; side < 2; side++) fprintf(p->out, "<th>%s</th><th>%s</th><th>%s</th>", word(p, W_FIELD), word(p, W_KNOWN), word(p, W_NOW));
  fputs("</tr>\n", p->out);
  for (uint32_t i = 0; i < r->count; i += 2) {
    fputs("<tr>", p->out);
    for (uint32_t k = i; k < i + 2; k++) {
      if (k >= r->count) {
        fputs("<td></td><td></td><td></td>", p->out);
        continue;
      }
      const struct field *f = r->values[k].field;
      fputs("<td>", p->out), text(p, label_in(&f->label, p->lang, f->name));
      fputs("</td><td>", p->out), text(p, r->values[k].known);
      fputs("</td><td class=\"n\"></td>", p->out);
    }
    fputs("</tr>\n", p->out);
  }
  fputs("</table>\n", p->out);
}

static const char *area_name(const struct sheet_page *p, const char *code) {
  uint32_t area = programme_area(p->programme, code);
  if (area == UINT32_MAX) return code;
  const struct area *x = &p->programme->areas[area];
  return p->lang == LANG_ZH && x->name_zh ? x->name_zh : x->name_en ? x->name_en : x->name_zh ? x->name_zh : code;
}

void sheet_page_household(const struct sheet_page *p, const struct sheet_household *h) {
  const char *village = area_name(p, h->area);
  fprintf(p->out, "<section><h1>%s</h1><p>%s <b>", word(p, W_TITLE), word(p, W_HOUSEHOLD));
  text(p, h->number);
  fprintf(p->out, "</b> &#8195; %s ", word(p, W_VILLAGE)), text(p, village), fputs(" (", p->out), text(p, h->area);
  fprintf(p->out, ") &#8195; %s: ", word(p, W_ROUND)), text(p, p->round), fputs(p->when[0] ? ", " : "", p->out), text(p, p->when), fputs("</p>\n", p->out);
  for (uint32_t l = 0; l < p->programme->level_count; l++) {
    const struct level *level = &p->programme->levels[l];
    if (l == LEVEL_VILLAGE || (l != LEVEL_HOUSEHOLD && !level->collected_count)) continue;
    fputs("<h2>", p->out), text(p, label_in(&level->label, p->lang, level->name));
    if (l != LEVEL_HOUSEHOLD && !h->taken[l]) fprintf(p->out, " &#8212; %s", word(p, W_NOT_TAKEN));
    fputs("</h2>\n", p->out);
    for (uint32_t i = 0; i < h->count[l]; i++) {
      if (l != LEVEL_HOUSEHOLD) fprintf(p->out, "<p>%s ", word(p, l == LEVEL_MEMBER ? W_MEMBER : W_ROW)), text(p, h->rows[l][i].number), fputs("</p>\n", p->out);
      values(p, &h->rows[l][i]);
    }
    if (l != LEVEL_HOUSEHOLD) fprintf(p->out, "<p>%s <span class=\"line\"></span> <span class=\"line\"></span></p>\n", word(p, W_NEW));
  }
  fprintf(p->out, "<p>%s <span class=\"line\"></span> %s <span class=\"line\"></span></p>\n<p>%s &#8195; %s <span class=\"line\"></span></p>\n", word(p, W_HAPPENED), word(p, W_ON), word(p, W_READ), word(p, W_REFUSED));
  for (int w = W_SIGN_HEAD; w <= W_DATE; w++) fprintf(p->out, "%s <span class=\"line\"></span> ", word(p, w));
  fputs("</section>\n", p->out);
}

void sheet_page_end(const struct sheet_page *p) { fputs("</body></html>\n", p->out); }

void sheet_page_index_begin(const struct sheet_page *p) {
  sheet_page_begin(p);
  fprintf(p->out, "<section><h1>%s</h1><p>%s: ", word(p, W_TITLE), word(p, W_ROUND)), text(p, p->round), fputs(p->when[0] ? ", " : "", p->out), text(p, p->when);
  fprintf(p->out, "</p>\n<table><tr><th>%s</th><th></th><th>%s</th></tr>\n", word(p, W_VILLAGE), word(p, W_HOUSEHOLDS));
}

void sheet_page_index_row(const struct sheet_page *p, const char *area, const char *file, uint64_t households) {
  fputs("<tr><td><a href=\"", p->out), text(p, file), fputs("\">", p->out), text(p, area[0] ? area_name(p, area) : word(p, W_NO_AREA));
  fputs("</a></td><td>", p->out), text(p, area), fprintf(p->out, "</td><td>%llu</td></tr>\n", (unsigned long long)households);
}

void sheet_page_index_end(const struct sheet_page *p) {
  fputs("</table></section>\n", p->out);
  sheet_page_end(p);
}
