/* planning.c - the words of planning.h. */
#include "programme/planning.h"

const char *project_word(enum project p) {
  static const char *const words[] = {
#define X(id, word, en, zh) word,
    PROJECT_TABLE(X)
#undef X
  };
  return p < PROJECT_COUNT ? words[p] : "";
}

struct label project_label(enum project p) {
  static const struct label labels[] = {
#define X(id, word, en, zh) {en, zh},
    PROJECT_TABLE(X)
#undef X
  };
  return p < PROJECT_COUNT ? labels[p] : (struct label){0};
}

const char *policy_option_word(enum policy_option o) {
  static const char *const words[] = {
#define X(id, word, en, zh) word,
    OPTION_TABLE(X)
#undef X
  };
  return o < OPTION_COUNT ? words[o] : "";
}

struct label policy_option_label(enum policy_option o) {
  static const struct label labels[] = {
#define X(id, word, en, zh) {en, zh},
    OPTION_TABLE(X)
#undef X
  };
  return o < OPTION_COUNT ? labels[o] : (struct label){0};
}

const char *objective_word(enum objective o) {
  static const char *const words[] = {
#define X(id, word) word,
    OBJECTIVE_TABLE(X)
#undef X
  };
  return o < OBJECTIVE_COUNT ? words[o] : "";
}
