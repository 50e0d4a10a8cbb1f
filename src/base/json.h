/* json.h - writes JSON into a text, in order, with numbers that read back exactly. (Reading JSON is jansson's job.)
 * Commas and nesting are kept by the writer; a key is given before each value inside an object. NaN and infinities
 * become strings. At most 63 levels deep. No name here is one of jansson's: its library would call ours. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

struct json {
  struct text *out;
  uint64_t started; /* bit d: a value was already written at depth d */
  int depth;
  bool after_key, pretty;
};

void json_init(struct json *j, struct text *out, bool pretty);
void json_open(struct json *j); /* { */
void json_close(struct json *j);
void json_open_list(struct json *j); /* [ */
void json_close_list(struct json *j);
void json_key(struct json *j, const char *key);
void json_str(struct json *j, const char *s); /* NULL writes null */
void json_strn(struct json *j, const char *s, size_t n);
void json_int(struct json *j, int64_t v);
void json_uint(struct json *j, uint64_t v);
void json_double(struct json *j, double v);
void json_bool(struct json *j, bool v);
void json_nothing(struct json *j);
void json_raw(struct json *j, const char *s); /* a value already in JSON */

#define json_put(j, key, kind, value) (json_key((j), (key)), json_##kind((j), (value)))

/* The escaped form of s[0..n) without quotes. */
void json_escape(struct text *out, const char *s, size_t n);

#endif
