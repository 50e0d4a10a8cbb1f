/* label.h - words for people, in the programme's languages. */
#ifndef PROGRAMME_LABEL_H
#define PROGRAMME_LABEL_H

struct label { /* one text in the programme's languages; NULL where not given. `label_in` falls back. */
  const char *en, *zh;
};
enum language { LANG_EN, LANG_ZH, LANG_COUNT };
const char *label_in(const struct label *l, enum language lang, const char *otherwise);

#endif
