#include "identify/report_page.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/number.h"

static const char *const words[W_COUNT][LANG_COUNT] = {
#define X(name, en, zh) [W_##name] = {en, zh},
    REPORT_WORDS(X)
#undef X
};

const char *page_word(const struct page *p, enum report_word w) { return words[w][p->lang]; }

const char *page_fill_from(struct page *p, enum report_word w, const char *const *args, size_t n) {
  struct text t;
  text_init(&t, 1 << 16);
  for (const char *s = page_word(p, w); *s; s++) {
    if (s[0] == '{' && s[1] >= '0' && s[1] <= '9' && s[2] == '}') {
      size_t i = (size_t)(s[1] - '0');
      text_add(&t, i < n && args[i] ? args[i] : "");
      s += 2;
    } else
      text_addc(&t, *s);
  }
  const char *out = arena_str(p->arena, text_str(&t));
  text_free(&t);
  return out ? out : "";
}

const char *page_text(struct page *p, const char *s) {
  if (!s) return "";
  struct text t;
  text_init(&t, 1 << 20);
  for (; *s; s++) switch (*s) {
      case '&': text_add(&t, "&amp;"); break;
      case '<': text_add(&t, "&lt;"); break;
      case '>': text_add(&t, "&gt;"); break;
      case '"': text_add(&t, "&quot;"); break;
      case '\'': text_add(&t, "&#39;"); break;
      default: text_addc(&t, *s);
    }
  const char *out = arena_str(p->arena, text_str(&t));
  text_free(&t);
  return out ? out : "";
}

const char *page_label(struct page *p, const struct label *l, const char *otherwise) { return page_text(p, label_in(l, p->lang, otherwise)); }

void page_add(struct page *p, const char *markup) { text_add(p->out, markup); }

void page_addf(struct page *p, const char *fmt, ...) {
  char small[4096];
  va_list ap;
  va_start(ap, fmt);
  int n = vsnprintf(small, sizeof small, fmt, ap);
  va_end(ap);
  if (n >= 0 && (size_t)n < sizeof small)
    text_addn(p->out, small, (size_t)n);
  else
    p->out->full = true; /* long strings go through page_add */
}

static const char *keep(struct page *p, const char *s) {
  const char *out = arena_str(p->arena, s);
  return out ? out : "";
}

const char *page_number(struct page *p, double v, int decimals) {
  if (isnan(v)) return page_word(p, W_NOT_KNOWN);
  char out[64];
  double scaled = round(v * (double)number_pow10(decimals));
  if (!(fabs(scaled) < 9e15)) {
    snprintf(out, sizeof out, "%.3g", v);
    return keep(p, out);
  }
  char digits[40];
  number_grouped((int64_t)scaled, decimals, digits);
  /* A minus sign proper: it does not break from its number and is as wide as a digit. */
  snprintf(out, sizeof out, "%s%s", digits[0] == '-' ? "\u2212" : "", digits[0] == '-' ? digits + 1 : digits);
  return keep(p, out);
}

const char *page_amount(struct page *p, double v) { return page_number(p, v, fabs(v) >= 1000 ? 0 : fabs(v) >= 100 ? 1 : 2); }

const char *page_line(struct page *p, double v) { return page_number(p, v, fabs(v - round(v)) < 0.005 ? 0 : 2); }

const char *page_with_unit(struct page *p, const char *number, const struct label *unit) {
  const char *u = page_label(p, unit, "");
  const char *out = *u ? arena_printf(p->arena, "%s %s", number, u) : number;
  return out ? out : number;
}

const char *page_percent(struct page *p, double share) {
  if (isnan(share)) return page_word(p, W_NOT_KNOWN);
  char out[64];
  double v = share * 100;
  if (v > 0 && v < 0.05)
    snprintf(out, sizeof out, "&lt;0.1%%");
  else
    snprintf(out, sizeof out, "%.1f%%", v + 0.0);
  return keep(p, out);
}

const char *page_points(struct page *p, double share) { return page_number(p, share * 100, 2); }

const char *page_count(struct page *p, uint64_t n) {
  char out[40];
  return keep(p, number_grouped((int64_t)n, 0, out));
}

const char *page_interval(struct page *p, const struct figure *f, const char *(*show)(struct page *, double)) {
  if (!f->known || !f->has_se || isnan(f->lo) || isnan(f->hi)) return "\u2013";
  return page_fill(p, W_TO, show(p, f->lo), show(p, f->hi));
}

bool page_is_small(uint64_t households) { return households > 0 && households < 5; }

void page_partition(struct page *p, const uint64_t *households, uint32_t n, const char **shown) {
  uint32_t largest = 0;
  bool small = false;
  for (uint32_t i = 0; i < n; i++) {
    if (households[i] > households[largest]) largest = i;
    small = small || page_is_small(households[i]);
  }
  for (uint32_t i = 0; i < n; i++) {
    shown[i] = page_is_small(households[i]) ? page_word(p, W_SMALL) : page_count(p, households[i]);
    if (small && i == largest && !page_is_small(households[i])) shown[i] = page_fill(p, W_ABOUT, page_count(p, (households[i] + 5) / 10 * 10));
  }
}

void page_table(struct page *p, const char *caption, const char *const *heads, bool open) {
  p->tables++, p->folded = !open;
  if (!open) page_addf(p, "<details class=\"data\"><summary>%s</summary>", page_word(p, W_TABLE));
  page_addf(p, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"t%u%s\"><table><caption id=\"t%u%s\">", p->tables, p->lang == LANG_ZH ? "z" : "e", p->tables, p->lang == LANG_ZH ? "z" : "e");
  page_add(p, caption);
  page_add(p, "</caption><thead><tr>");
  for (; *heads; heads++) {
    bool right = **heads == '>';
    page_addf(p, "<th scope=\"col\"%s>", right ? " class=\"r\"" : "");
    page_add(p, *heads + right);
    page_add(p, "</th>");
  }
  page_add(p, "</tr></thead><tbody>");
}

void page_row(struct page *p) { page_add(p, "<tr>"); }

void page_cell(struct page *p, const char *markup) {
  page_add(p, "<td>");
  page_add(p, markup);
  page_add(p, "</td>");
}

void page_cell_right(struct page *p, const char *markup) {
  page_add(p, "<td class=\"r\">");
  page_add(p, markup);
  page_add(p, "</td>");
}

void page_table_end(struct page *p) {
  page_add(p, "</tbody></table></div>");
  if (p->folded) page_add(p, "</details>");
}

void page_section(struct page *p, const char *id, enum report_word title, enum report_word text) {
  page_addf(p, "<section id=\"%s-%s\"><h2>%s</h2>", id, p->lang == LANG_ZH ? "zh" : "en", page_word(p, title));
  if (text != W_COUNT) page_addf(p, "<p class=\"say\">%s</p>", page_word(p, text));
}

void page_section_end(struct page *p) { page_add(p, "</section>\n"); }
