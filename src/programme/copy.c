/* copy.c - a programme that begins as a copy of another, and the list of what must be confirmed before it binds anybody.
 *
 * Files go over byte for byte, but for the programme's name and the section `inherited`. What is listed: every value marked as assumed,
 * every value tied to one area, and every value whose source speaks of a place of the original (its province, prefecture, counties).
 * The copy is loaded from memory before anything is written. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/date.h"
#include "base/file.h"
#include "programme/loader.h"

#define LIST_FILE "confirm.csv"
#define FILES_MAX 200u

static enum status memory(struct err *e) { return err_set(e, ERR_MEMORY, "close other programs", "out of memory while copying the programme"); }

/* ---- the list as a table ---- */

static void cell(struct text *out, const char *s, bool last) {
  if (!s) s = "";
  bool quoted = strpbrk(s, ",\"\r\n") || *s == ' ' || (*s && s[strlen(s) - 1] == ' ');
  if (quoted) text_addc(out, '"');
  for (; *s; s++) {
    if (*s == '"') text_addc(out, '"');
    text_addc(out, *s);
  }
  if (quoted) text_addc(out, '"');
  text_addc(out, last ? '\n' : ',');
}

static void table(struct text *out, const struct inherited_item *items, uint32_t count) {
  text_add(out, "item,file,what.en,what.zh,value,why,source,confirmed_by,confirmed_on\n");
  for (uint32_t i = 0; i < count; i++) {
    const struct inherited_item *x = &items[i];
    const char *const cells[] = {x->item, x->file, x->what.en, x->what.zh, x->value, x->why, x->source, x->by, x->on};
    for (unsigned k = 0; k < 9; k++) cell(out, cells[k], k == 8);
  }
}

/* ---- what is listed ---- */

/* Whether a source speaks of a place of this programme: a county or wider, by its name without the kind of area. */
static bool speaks_of_place(const struct programme *p, const char *source) {
  for (uint32_t i = 0; source && i < p->area_count && p->areas[i].level <= p->home_level; i++) {
    const char *en = p->areas[i].name_en, *zh = p->areas[i].name_zh;
    char word[64];
    size_t n = en ? strcspn(en, " ") : 0;
    if (n >= 4 && n < sizeof word) {
      memcpy(word, en, n), word[n] = 0;
      if (strstr(source, word)) return true;
    }
    if (zh && strstr(source, zh)) return true;
  }
  return false;
}

static bool listed_before(const struct programme *p, const char *item) {
  for (uint32_t i = 0; p->inherited && i < p->inherited->count; i++)
    if (!strcmp(p->inherited->items[i].item, item)) return true;
  return false;
}

static enum status list_of(struct arena *a, const struct programme *p, struct inherited_item **out, uint32_t *count, struct err *e) {
  ARENA_TRY(e, *out = arena_array(a, p->value_count + 1, sizeof **out));
  *count = 0;
  for (uint32_t i = 0; i < p->value_count; i++) {
    const struct programme_value *v = &p->values[i];
    bool of_place = v->of_place || speaks_of_place(p, v->source) || listed_before(p, v->item);
    if (!v->assumed && !of_place) continue;
    (*out)[(*count)++] = (struct inherited_item){.item = v->item, .file = v->file, .what = v->label, .value = v->value, .why = v->assumed ? "assumed" : "place", .source = v->source};
  }
  return OK;
}

/* ---- programme.yaml of the copy ---- */

/* A top-level section written in block style, from its key to the next line that begins one. */
static void leave_out(const char *data, size_t len, const char *key, size_t *from, size_t *to) {
  size_t n = strlen(key);
  *from = *to = len;
  for (size_t at = 0; at < len;) {
    size_t end = at;
    while (end < len && data[end] != '\n') end++;
    if (end < len) end++;
    if (*from == len) {
      if (len - at > n && !memcmp(data + at, key, n) && data[at + n] == ':') *from = at;
    } else if (data[at] != ' ' && data[at] != '\n' && data[at] != '\r' && data[at] != '#' && data[at] != '-') {
      *to = at;
      return;
    }
    at = end;
  }
}

static enum status yaml_of(struct arena *a, const struct programme *p, const struct programme_file *from, const char *name, const char *today, const char *items, struct text *out, struct err *e) {
  struct problems list;
  problem_init(&list, a);
  const struct tree *root = tree_read_yaml(&list, from->name, from->data, from->len), *head = root ? tree_get(root, "programme") : NULL, *word = head ? tree_get(head, "name") : NULL;
  if (!word || !word->raw) return memory(e);
  size_t cut, until, at = (size_t)(word->raw - from->data), after = (size_t)(word->raw_end - from->data);
  leave_out(from->data, from->len, "inherited", &cut, &until);
  if (at > from->len || after > from->len || (cut < at && at < until)) return err_set(e, ERR_INPUT, "write `name:` in the section `programme`, in block style", "the programme's name cannot be found in programme.yaml");
  const struct { size_t from, to; } parts[] = {{0, at}, {after, from->len}};
  for (unsigned i = 0; i < 2; i++) {
    size_t b = parts[i].from, z = parts[i].to;
    if (cut >= b && cut < z) {
      text_addn(out, from->data + b, cut - b);
      b = until < z ? until : z;
    }
    text_addn(out, from->data + b, z - b);
    if (!i) text_add(out, name);
  }
  char hex[65];
  if (out->len && out->data[out->len - 1] != '\n') text_addc(out, '\n');
  text_addf(out, "\n# Copied from %s. Until each value in " LIST_FILE " is confirmed (`lucid confirm`), what this programme decides is a drill.\n", p->name);
  text_add(out, "# 复制自上述项目；" LIST_FILE " 中各项全部确认之前，本项目的认定仅为演练。\n");
  text_addf(out, "inherited:\n  from: %s\n  on: %s\n  source_hash: %s\n  items: %s\n  list: {file: " LIST_FILE "}\n", p->name, today, digest_hex(&p->source_hash, hex), items);
  return text_check(out, "programme.yaml", e);
}

/* ---- files ---- */

/* The folder's own files: no folders in it (data/ are people of another place), nothing hidden, no link. */
static enum status read_folder(struct arena *a, const char *folder, struct programme_file **files, uint32_t *count, struct err *e) {
  *count = 0;
  ARENA_TRY(e, *files = arena_array(a, FILES_MAX + 1, sizeof **files));
  DIR *d = opendir(folder);
  if (!d) return err_errno(e, errno, "%s", folder);
  enum status st = OK;
  for (struct dirent *x; st == OK && (x = readdir(d));) {
    if (x->d_name[0] == '.' || x->d_type == DT_DIR || x->d_type == DT_LNK || !strcmp(x->d_name, LIST_FILE)) continue;
    char *path = file_join(a, folder, x->d_name), *data, *name = arena_str(a, x->d_name);
    size_t len;
    if (!path || !name) st = memory(e);
    else if (file_is_dir(path)) continue;
    else if (*count == FILES_MAX) st = err_set(e, ERR_INPUT, "a programme is a handful of files", "there are more than %u files in %s", FILES_MAX, folder);
    else st = file_read(a, path, TREE_BYTES_MAX, &data, &len, e);
    if (st == OK) (*files)[(*count)++] = (struct programme_file){name, data, len};
  }
  closedir(d);
  return st;
}

static enum status copy(struct arena *a, const struct programme *p, const char *folder, const char *today, bool dry_run, struct text *yaml, struct text *list, struct programme **out, struct err *e) {
  struct inherited_item *items;
  struct programme_file *files;
  uint32_t count, n;
  char name[61], hex[65];
  TRY(list_of(a, p, &items, &count, e));
  const char **names;
  ARENA_TRY(e, names = arena_array(a, count + 1, sizeof *names));
  for (uint32_t i = 0; i < count; i++) names[i] = items[i].item;
  if (!inherited_fingerprint(a, names, count, hex)) return memory(e);
  table(list, items, count);
  TRY(text_check(list, LIST_FILE, e));
  TRY(read_folder(a, p->folder, &files, &n, e));
  new_name_of(folder, name);
  for (uint32_t i = 0; i < n; i++)
    if (!strcmp(files[i].name, "programme.yaml")) {
      TRY(yaml_of(a, p, &files[i], name, today, hex, yaml, e));
      ARENA_TRY(e, files[i].data = arena_strn(a, text_str(yaml), yaml->len));
      files[i].len = yaml->len;
      struct programme_file last = files[n - 1]; /* written last: a folder without it is no programme yet */
      files[n - 1] = files[i], files[i] = last;
      break;
    }
  files[n] = files[n - 1]; /* beside the list, programme.yaml stays the last */
  ARENA_TRY(e, files[n - 1].data = arena_strn(a, text_str(list), list->len));
  files[n - 1].name = LIST_FILE, files[n - 1].len = list->len;
  n++;
  TRY(programme_load_files(a, folder, files, n, out, NULL, e));
  if (dry_run) return OK;
  TRY(file_make_dirs(folder, e));
  for (uint32_t i = 0; i < n; i++) TRY(new_write_file(folder, files[i].name, files[i].data, files[i].len, e));
  return OK;
}

enum status programme_new_from(struct arena *a, const char *from, const char *folder, int32_t today, bool dry_run, struct programme **out, struct err *e) {
  struct programme *p;
  struct problem *problems;
  char date[16];
  *out = NULL;
  TRY(new_must_be_free(folder, e));
  TRY(programme_load(a, from, &p, &problems, e));
  date_format(today, date);
  struct text yaml, list;
  text_init(&yaml, TREE_YAML_MAX), text_init(&list, TREE_BYTES_MAX);
  enum status st = copy(a, p, folder, date, dry_run, &yaml, &list, out, e);
  text_free(&yaml), text_free(&list);
  return st;
}

enum status programme_confirm(struct arena *a, const struct programme *p, const char *item, const char *by, const char *on, bool dry_run, struct err *e) {
  if (!p->inherited) return err_set(e, ERR_NOT_FOUND, "only a copy made with `lucid new FOLDER --from` has such a list", "%s inherited nothing", p->name);
  bool beside = false;
  for (uint32_t i = 0; i < p->file_count; i++) beside = beside || !strcmp(p->files[i].name, LIST_FILE);
  if (!beside) return err_set(e, ERR_CONFLICT, "write `list: {file: " LIST_FILE "}` under inherited", "the list of %s does not stand in " LIST_FILE, p->name);
  struct inherited_item *items;
  const char **names;
  uint32_t n = p->inherited->count, at = n;
  ARENA_TRY(e, items = arena_array(a, n + 1, sizeof *items));
  ARENA_TRY(e, names = arena_array(a, n + 1, sizeof *names));
  for (uint32_t i = 0; i < n; i++) {
    items[i] = p->inherited->items[i], names[i] = items[i].item;
    if (!strcmp(items[i].item, item)) at = i;
  }
  if (at == n) {
    char hint[200] = "`lucid confirm FOLDER` lists them";
    const char *near = problem_nearest(item, names);
    if (near) snprintf(hint, sizeof hint, "did you mean %s?", near);
    return err_set(e, ERR_NOT_FOUND, hint, "no inherited value is called %.100s", item);
  }
  items[at].value = items[at].now, items[at].by = by, items[at].on = on;
  if (dry_run) return OK;
  struct text out;
  text_init(&out, TREE_BYTES_MAX);
  table(&out, items, n);
  enum status st = text_check(&out, LIST_FILE, e);
  if (st == OK) st = new_write_file(p->folder, LIST_FILE, text_str(&out), out.len, e);
  text_free(&out);
  return st;
}
