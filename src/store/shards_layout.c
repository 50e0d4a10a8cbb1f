/* shards_layout.c - reads NAME.shards: which databases a registry lies in, and at its making which homes go where. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "store/shards.h"

#define LAYOUT_HINT "{\"shards\": [{\"name\": \"a\", \"url\": \"postgresql://...\", \"homes\": []}, {\"name\": \"b\", \"url\": \"postgresql://...\", \"homes\": [\"CODE\", ...]}]}"
enum { FILE_MOST = 16 << 20 };

static enum status no_memory(struct err *e) { return err_set(e, ERR_MEMORY, NULL, "out of memory"); }

unsigned shards_layout_find(const struct shard *shards, unsigned count, struct span code) {
  for (unsigned i = 0; i < count; i++)
    for (uint32_t k = 0; k < shards[i].code_count; k++)
      if (code.len && strlen(shards[i].codes[k]) == code.len && memcmp(shards[i].codes[k], code.at, code.len) == 0) return i;
  return SHARDS_MOST;
}

static enum status read_homes(const char *path, const json_t *homes, struct shard *shards, unsigned count, struct err *e) {
  struct shard *s = &shards[count - 1];
  const json_t *code;
  size_t k;
  if (homes && !json_is_array(homes)) return err_set(e, ERR_INPUT, LAYOUT_HINT, "%s: homes of shard %s: a list of codes is wanted", path, s->name);
  json_array_foreach(homes, k, code) {
    const char *c = json_string_value(code);
    if (!c || !*c) return err_set(e, ERR_INPUT, LAYOUT_HINT, "%s: homes of shard %s: an area's code in quotes is wanted", path, s->name);
    if (shards_layout_find(shards, count, span_of(c)) != SHARDS_MOST) return err_set(e, ERR_INPUT, "a home lies in one shard", "%s: the home %.100s stands twice", path, c);
    if (!(s->codes[s->code_count] = strdup(c))) return no_memory(e);
    s->code_count++;
  }
  return OK;
}

static enum status read_shard(const char *path, const json_t *x, struct shard *shards, unsigned *count, struct err *e) {
  struct shard *s = &shards[*count];
  const char *name = json_string_value(json_object_get(x, "name")), *url = json_string_value(json_object_get(x, "url"));
  const json_t *homes = json_object_get(x, "homes");
  if (!name || !store_identifier_ok(name) || strlen(name) >= sizeof s->name) return err_set(e, ERR_INPUT, LAYOUT_HINT, "%s: shard %u needs a name of small letters, digits and _", path, *count + 1);
  if (!url || !store_is_url(url)) return err_set(e, ERR_INPUT, LAYOUT_HINT, "%s: shard %s needs a url that begins with postgresql://", path, name);
  for (unsigned i = 0; i < *count; i++)
    if (!strcmp(shards[i].name, name) || !strcmp(shards[i].url, url)) return err_set(e, ERR_INPUT, "each shard has a name and a database of its own", "%s: shard %s stands twice", path, name);
  ++*count;
  snprintf(s->name, sizeof s->name, "%s", name);
  if (!(s->url = strdup(url)) || !(s->codes = calloc(json_array_size(homes) + 1, sizeof *s->codes))) return no_memory(e);
  return read_homes(path, homes, shards, *count, e);
}

enum status shards_layout_read(const char *path, const char *text, size_t n, struct shard *shards, unsigned *count, struct err *e) {
  json_error_t why;
  size_t k;
  *count = 0;
  json_t *root = json_loadb(text, n, JSON_REJECT_DUPLICATES, &why);
  if (!root) return err_set(e, ERR_INPUT, LAYOUT_HINT, "%s:%d: %s", path, why.line, text_is_utf8(why.text, strlen(why.text), NULL) ? why.text : "this is not JSON"); /* jansson shows broken bytes as they are */
  const json_t *list = json_object_get(root, "shards"), *x;
  enum status s = json_array_size(list) ? OK : err_set(e, ERR_INPUT, LAYOUT_HINT, "%s: no shards", path);
  if (s == OK && json_array_size(list) > SHARDS_MOST) s = err_set(e, ERR_LIMIT, NULL, "%s: more than %d shards", path, SHARDS_MOST);
  if (s == OK) json_array_foreach(list, k, x)
    if (s == OK) s = read_shard(path, x, shards, count, e);
  json_decref(root);
  return s;
}

enum status shards_layout_load(const char *path, struct shard *shards, unsigned *count, struct err *e) {
  struct arena a;
  char *text;
  size_t n;
  *count = 0;
  if (!file_exists(path)) return err_set(e, ERR_NOT_FOUND, LAYOUT_HINT, "%s: there is no such file", path);
  arena_init(&a, 0);
  enum status s = file_read(&a, path, FILE_MOST, &text, &n, e);
  if (s == OK) s = shards_layout_read(path, text, n, shards, count, e);
  arena_drop(&a);
  return s;
}

void shards_layout_drop(struct shard *shards, unsigned count) {
  for (unsigned i = 0; i < count; i++) {
    for (uint32_t k = 0; k < shards[i].code_count; k++) free(shards[i].codes[k]);
    free(shards[i].codes), free(shards[i].url);
  }
}
