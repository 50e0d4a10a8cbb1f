#include "ingest/mask.h"

#include <string.h>

static bool digit(char c) { return c >= '0' && c <= '9'; }

/* The number that begins at `at`, and whether it is one of a person's. */
static size_t number_at(struct span s, size_t at, bool *alike) {
  size_t i = at, n = 0, end = at;
  char first[2] = "";
  while (i < s.len) {
    if (digit(s.at[i])) {
      if (n < 2) first[n] = s.at[i];
      n++, end = ++i;
    } else if ((s.at[i] == ' ' || s.at[i] == '-') && i + 1 < s.len && digit(s.at[i + 1])) i++;
    else break;
  }
  bool x = n == 17 && end < s.len && (s.at[end] == 'X' || s.at[end] == 'x');
  bool fraction = (end + 1 < s.len && s.at[end] == '.' && digit(s.at[end + 1])) || (at > 1 && s.at[at - 1] == '.' && digit(s.at[at - 2]));
  *alike = !fraction && (n == 15 || (n >= 16 && n <= 19) || (n == 11 && first[0] == '1' && first[1] >= '3') || (n >= 10 && n <= 12 && first[0] == '0'));
  return end + x - at;
}

bool mask_alike(struct span s) {
  for (size_t i = 0; i < s.len;) {
    bool alike = false;
    if (!digit(s.at[i])) i++;
    else i += number_at(s, i, &alike);
    if (alike) return true;
  }
  return false;
}

static void put_words(char *text, size_t at, size_t len) {
  for (size_t i = 0; MASK_WORDS[i]; i++) text[at + i] = MASK_WORDS[i];
  memmove(text + at + strlen(MASK_WORDS), text + at + len, strlen(text + at + len) + 1);
}

void mask_text(char *text, const struct span *known, size_t known_count) {
  for (size_t k = 0; k < known_count; k++) {
    if (known[k].len < 4) continue;
    for (size_t i = 0; i + known[k].len <= strlen(text); i++)
      if (memcmp(text + i, known[k].at, known[k].len) == 0) put_words(text, i, known[k].len);
  }
  for (size_t i = 0; text[i];) {
    bool alike = false;
    size_t n = digit(text[i]) ? number_at(span_of(text + i - (i > 1 ? 2 : i)), i > 1 ? 2 : i, &alike) : 1;
    if (alike) put_words(text, i, n), n = strlen(MASK_WORDS);
    i += n;
  }
}
