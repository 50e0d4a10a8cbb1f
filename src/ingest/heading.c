#include "ingest/heading.h"

#include <string.h>

size_t heading_plain(struct span s, char out[HEADING_MAX]) {
  size_t n = 0;
  for (size_t i = 0; i < s.len;) {
    uint32_t code = 0;
    size_t k = text_utf8_next(s.at + i, s.len - i, &code);
    if (!k) break;
    if (code >= 0xff01 && code <= 0xff5e) code -= 0xfee0;
    bool blank = code <= ' ' || code == 0x3000 || code == 0xa0 || code == 0xfeff || code == 0x200b;
    if (!blank && n + 4 < HEADING_MAX) n += text_utf8_put(out + n, code);
    i += k;
  }
  while (n && (out[n - 1] == '*' || out[n - 1] == ':')) n--;
  return n;
}

static struct span next_spelling(const char **at) {
  const char *from = *at, *bar = strchr(from, '|');
  *at = bar ? bar + 1 : NULL;
  return (struct span){from, bar ? (size_t)(bar - from) : strlen(from)};
}

enum status heading_index(struct map *m, const char *const *words, uint32_t count, struct err *e) {
  for (uint32_t i = 0; i < count; i++)
    for (const char *at = words[i]; at;) {
      char plain[HEADING_MAX];
      uint32_t index;
      bool fresh;
      size_t n = heading_plain(next_spelling(&at), plain);
      if (n && !map_put(m, plain, n, &index, &fresh)) return err_set(e, ERR_MEMORY, NULL, "out of memory");
      if (n && fresh) m->values[index] = i;
    }
  return OK;
}

struct span heading_spelling(const char *word, const char *plain, size_t n) {
  for (const char *at = word; at;) {
    char one[HEADING_MAX];
    struct span s = next_spelling(&at);
    if (heading_plain(s, one) == n && memcmp(one, plain, n) == 0) return s;
  }
  return (struct span){word, strcspn(word, "|")};
}

static size_t number_before(const char *s, size_t n) {
  size_t i = n && s[0] == '(', from = i;
  while (i < n && s[i] >= '0' && s[i] <= '9') i++;
  if (i == from || i == n) return 0;
  if (s[0] == '(') return s[i] == ')' ? i + 1 : 0;
  if (s[i] == '.' || s[i] == ')') return i + 1;
  return n - i > 3 && memcmp(s + i, "、", 3) == 0 ? i + 3 : 0;
}

uint32_t heading_get_bare(const struct map *m, const char *plain, size_t n) {
  size_t skip = n ? number_before(plain, n) : 0, end = n;
  uint32_t found;
  if (!n) return MAP_NONE;
  if (skip && skip < n && (found = map_get(m, plain + skip, n - skip)) != MAP_NONE) return found;
  if (plain[n - 1] != ')') return MAP_NONE;
  while (end && plain[end - 1] != '(') end--;
  return end > skip + 1 ? map_get(m, plain + skip, end - 1 - skip) : MAP_NONE;
}
