#include "programme/tree.h"

#include "base/map.h"

#include <string.h>
#include <yaml.h>

struct reader {
  struct problems *list;
  struct arena *arena;
  const char *file, *data;
  size_t len;
  const char **lines; /* start of each line */
  size_t line_count;
  yaml_document_t doc;
  struct tree **made;    /* by node number - 1 */
  uint32_t *parts;       /* size after following aliases, saturating */
  uint8_t *open;         /* being made: an alias to it would never end */
};

static struct place mark_place(const struct reader *r, yaml_mark_t m) { return (struct place){r->file, (int)m.line + 1, (int)m.column + 1}; }

/* libyaml counts characters; bytes are found from the start of the line. */
static const char *mark_bytes(const struct reader *r, yaml_mark_t m) {
  if (m.line >= r->line_count) return r->data + r->len;
  const char *at = r->lines[m.line], *end = r->data + r->len;
  for (size_t c = 0; c < m.column && at < end; c++) {
    uint32_t code;
    size_t n = text_utf8_next(at, (size_t)(end - at), &code);
    at += n ? n : 1;
  }
  return at;
}

static bool find_lines(struct reader *r) {
  size_t n = 1;
  for (size_t i = 0; i < r->len; i++) n += r->data[i] == '\n' || (r->data[i] == '\r' && (i + 1 == r->len || r->data[i + 1] != '\n'));
  if (!(r->lines = arena_array(r->arena, n, sizeof *r->lines))) return false;
  r->lines[r->line_count++] = r->data;
  for (size_t i = 0; i < r->len; i++)
    if (r->data[i] == '\n' || (r->data[i] == '\r' && (i + 1 == r->len || r->data[i + 1] != '\n'))) r->lines[r->line_count++] = r->data + i + 1;
  return true;
}

static struct tree *make(struct reader *r, int number);

static struct tree *make_text(struct reader *r, yaml_node_t *n, struct tree *t) {
  static const enum tree_style styles[] = {[YAML_ANY_SCALAR_STYLE] = TREE_PLAIN, [YAML_PLAIN_SCALAR_STYLE] = TREE_PLAIN, [YAML_SINGLE_QUOTED_SCALAR_STYLE] = TREE_SINGLE,
    [YAML_DOUBLE_QUOTED_SCALAR_STYLE] = TREE_DOUBLE, [YAML_LITERAL_SCALAR_STYLE] = TREE_BLOCK, [YAML_FOLDED_SCALAR_STYLE] = TREE_BLOCK};
  t->kind = TREE_TEXT;
  t->style = styles[n->data.scalar.style];
  size_t bad, len = n->data.scalar.length;
  if (!text_is_utf8((const char *)n->data.scalar.value, len, &bad)) {
    problem_add(r->list, t->at, ERR_INPUT, "take out the escape that makes it", "a text holds a NUL or a broken character");
    len = 0;
  }
  if (!(t->text = arena_strn(r->arena, (const char *)n->data.scalar.value, len))) return NULL;
  t->len = (uint32_t)len;
  t->raw = mark_bytes(r, n->start_mark);
  t->raw_end = mark_bytes(r, n->end_mark);
  return t;
}

static bool make_pairs(struct reader *r, yaml_node_t *n, struct tree *t, uint64_t *parts) {
  size_t most = (size_t)(n->data.mapping.pairs.top - n->data.mapping.pairs.start);
  t->kind = TREE_MAP;
  if (!(t->pairs = arena_array(r->arena, most ? most : 1, sizeof *t->pairs))) return false;
  struct map seen;
  map_init(&seen, r->arena);
  for (yaml_node_pair_t *p = n->data.mapping.pairs.start; p < n->data.mapping.pairs.top; p++) {
    struct tree *key = make(r, p->key), *value = make(r, p->value);
    if (!key || !value) continue;
    *parts += 1 + r->parts[p->value - 1];
    if (key->kind != TREE_TEXT) {
      problem_add(r->list, key->at, ERR_INPUT, "a key is one word before a colon", "a key must be a plain word");
      continue;
    }
    bool fresh = true;
    uint32_t index;
    if (!map_put(&seen, key->text, key->len, &index, &fresh)) return false;
    if (!fresh) {
      const struct tree *first = NULL;
      for (uint32_t i = 0; i < t->count && !first && !problem_full(r->list); i++)
        if (!strcmp(t->pairs[i].key->text, key->text)) first = t->pairs[i].key;
      problem_add(r->list, key->at, ERR_INPUT, "keep one of the two", "\"%s\" stands twice; the first is on line %d", key->text, first ? first->at.line : 0);
      continue;
    }
    t->pairs[t->count++] = (struct tree_pair){key, value};
  }
  return true;
}

static bool make_items(struct reader *r, yaml_node_t *n, struct tree *t, uint64_t *parts) {
  size_t most = (size_t)(n->data.sequence.items.top - n->data.sequence.items.start);
  t->kind = TREE_LIST;
  if (!(t->items = arena_array(r->arena, most ? most : 1, sizeof *t->items))) return false;
  for (yaml_node_item_t *i = n->data.sequence.items.start; i < n->data.sequence.items.top; i++) {
    struct tree *item = make(r, *i);
    if (!item) continue;
    *parts += r->parts[*i - 1];
    t->items[t->count++] = item;
  }
  return true;
}

/* Recursion is at most TREE_DEPTH_MAX: `shape` has seen to it, and an alias leads only to what is made already. */
static struct tree *make(struct reader *r, int number) {
  yaml_node_t *n = yaml_document_get_node(&r->doc, number);
  if (!n || r->list->broken) return NULL;
  if (r->open[number - 1]) {
    problem_add(r->list, mark_place(r, n->start_mark), ERR_INPUT, "take out the alias inside it", "this part contains itself through an alias");
    return NULL;
  }
  if (r->made[number - 1]) return r->made[number - 1]; /* an alias: shared, and already counted by `parts` */
  struct tree *t = arena_new(r->arena, struct tree);
  uint64_t parts = 1;
  if (!t) goto memory;
  t->at = mark_place(r, n->start_mark);
  static const char *const plain_tags[] = {YAML_STR_TAG, YAML_MAP_TAG, YAML_SEQ_TAG};
  bool tagged = n->tag != NULL;
  for (unsigned i = 0; i < 3; i++) tagged = tagged && strcmp((const char *)n->tag, plain_tags[i]) != 0;
  if (tagged) problem_add(r->list, t->at, ERR_INPUT, "take out the word that starts with !", "tags are not read here: %.60s", (const char *)n->tag);
  r->open[number - 1] = 1;
  bool fine = n->type == YAML_SCALAR_NODE ? make_text(r, n, t) != NULL
            : n->type == YAML_MAPPING_NODE ? make_pairs(r, n, t, &parts) : make_items(r, n, t, &parts);
  r->open[number - 1] = 0;
  if (!fine) goto memory;
  r->parts[number - 1] = parts > TREE_PARTS_MAX ? TREE_PARTS_MAX + 1 : (uint32_t)parts;
  return r->made[number - 1] = t;
memory:
  r->list->broken = true;
  return NULL;
}

static void parser_problem(struct reader *r, const yaml_parser_t *parser) {
  if (parser->error == YAML_MEMORY_ERROR) {
    r->list->broken = true;
    return;
  }
  struct place at = {r->file, (int)parser->problem_mark.line + 1, (int)parser->problem_mark.column + 1};
  const char *hint = "YAML wants `key: value`, the same indent for keys of one level, spaces and no tabs, and quotes around texts with `: ` or ` #` inside";
  if (parser->error == YAML_READER_ERROR) {
    size_t line = 1;
    for (size_t i = 0; i < parser->problem_offset && i < r->len; i++) line += r->data[i] == '\n';
    at.line = (int)line, at.column = 1;
    hint = "save the file as UTF-8";
  }
  problem_add(r->list, at, ERR_INPUT, hint, "not readable as YAML: %s%s%s", parser->context ? parser->context : "", parser->context ? ", " : "",
              parser->problem ? parser->problem : "no reason given");
}

/* libyaml's loader has no limits, and takes quadratic time in depth and in anchors: its events come first, and stop it early. */
static bool shape(struct reader *r) {
  yaml_parser_t parser;
  if (!yaml_parser_initialize(&parser)) {
    r->list->broken = true;
    return false;
  }
  yaml_parser_set_input_string(&parser, (const unsigned char *)r->data, r->len);
  yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
  unsigned depth = 0, anchors = 0;
  bool fine = true;
  for (bool more = true; more && fine;) {
    yaml_event_t event;
    if (!yaml_parser_parse(&parser, &event)) {
      parser_problem(r, &parser);
      fine = false;
      break;
    }
    const yaml_char_t *anchor = NULL;
    switch (event.type) {
    case YAML_SEQUENCE_START_EVENT: depth++, anchor = event.data.sequence_start.anchor; break;
    case YAML_MAPPING_START_EVENT: depth++, anchor = event.data.mapping_start.anchor; break;
    case YAML_SCALAR_EVENT: anchor = event.data.scalar.anchor; break;
    case YAML_SEQUENCE_END_EVENT: case YAML_MAPPING_END_EVENT: depth--; break;
    case YAML_STREAM_END_EVENT: more = false; break;
    default: break;
    }
    anchors += anchor != NULL;
    if (depth > TREE_DEPTH_MAX) problem_add(r->list, mark_place(r, event.start_mark), ERR_LIMIT, NULL, "nested more than %u deep", TREE_DEPTH_MAX), fine = false;
    else if (anchors > TREE_ANCHORS_MAX) problem_add(r->list, mark_place(r, event.start_mark), ERR_LIMIT, NULL, "more than %u anchors (&name)", TREE_ANCHORS_MAX), fine = false;
    yaml_event_delete(&event);
  }
  yaml_parser_delete(&parser);
  return fine;
}

const struct tree *tree_read_yaml(struct problems *list, const char *file, const char *data, size_t len) {
  struct reader r = {.list = list, .arena = list->arena, .file = file, .data = data, .len = len};
  struct tree *root = NULL;
  size_t bad;
  if (len > TREE_YAML_MAX) {
    problem_add(list, (struct place){file, 0, 0}, ERR_LIMIT, "put long lists in tables: {file: NAME.csv}", "longer than %u bytes", TREE_YAML_MAX);
    return NULL;
  }
  if (len >= 3 && !memcmp(data, "\xef\xbb\xbf", 3)) r.data = data += 3, r.len = len -= 3; /* a byte order mark takes no column */
  if (!text_is_utf8(data, len, &bad)) {
    int line = 1;
    for (size_t i = 0; i < bad; i++) line += data[i] == '\n';
    problem_add(list, (struct place){file, line, 1}, ERR_INPUT, "save the file as UTF-8", "not UTF-8 text: byte %zu", bad + 1);
    return NULL;
  }
  if (!find_lines(&r)) {
    list->broken = true;
    return NULL;
  }
  if (!shape(&r)) return NULL;
  yaml_parser_t parser;
  if (!yaml_parser_initialize(&parser)) {
    list->broken = true;
    return NULL;
  }
  yaml_parser_set_input_string(&parser, (const unsigned char *)data, len);
  yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
  if (!yaml_parser_load(&parser, &r.doc)) {
    parser_problem(&r, &parser);
    yaml_parser_delete(&parser);
    return NULL;
  }
  size_t nodes = (size_t)(r.doc.nodes.top - r.doc.nodes.start);
  r.made = arena_array(r.arena, nodes + 1, sizeof *r.made);
  r.parts = arena_array(r.arena, nodes + 1, sizeof *r.parts);
  r.open = arena_alloc(r.arena, nodes + 1);
  if (!r.made || !r.parts || !r.open) list->broken = true;
  else if (!nodes) problem_add(list, (struct place){file, 1, 1}, ERR_INPUT, "`lucid new FOLDER` writes one to start from", "the file is empty");
  else root = make(&r, 1);
  if (root && r.parts[0] > TREE_PARTS_MAX) {
    problem_add(list, root->at, ERR_LIMIT, "use fewer aliases (*name)", "more than %u values once aliases are followed", TREE_PARTS_MAX);
    root = NULL;
  }
  yaml_document_delete(&r.doc);
  if (root) {
    yaml_document_t more;
    if (!yaml_parser_load(&parser, &more)) parser_problem(&r, &parser);
    else {
      yaml_node_t *extra = yaml_document_get_root_node(&more);
      if (extra) problem_add(list, mark_place(&r, extra->start_mark), ERR_INPUT, "take out the line `---` and what follows", "a second document starts here");
      yaml_document_delete(&more);
    }
  }
  yaml_parser_delete(&parser);
  return root;
}

const struct tree *tree_get(const struct tree *map, const char *key) {
  if (!map || map->kind != TREE_MAP) return NULL;
  for (uint32_t i = 0; i < map->count; i++)
    if (!strcmp(map->pairs[i].key->text, key)) return map->pairs[i].value;
  return NULL;
}

/* How many bytes of value an escape makes, and how many it takes in the file; both at least 1. */
static size_t escape_length(const char *raw, const char *end, size_t *made) {
  size_t digits = raw + 1 < end ? (raw[1] == 'x' ? 2 : raw[1] == 'u' ? 4 : raw[1] == 'U' ? 8 : 0) : 0;
  uint32_t code = 0;
  for (size_t i = 0; i < digits && raw + 2 + i < end; i++) {
    char c = raw[2 + i];
    code = code << 4 | (uint32_t)(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
  }
  char out[4];
  *made = digits ? text_utf8_put(out, code) : 1;
  if (raw + 1 < end && strchr("NLP_", raw[1])) *made = raw[1] == 'L' || raw[1] == 'P' ? 3 : 2; /* next line, separators, hard space */
  if (!*made) *made = 1;
  return 2 + digits;
}

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

struct place tree_place(const struct tree *t, size_t offset) {
  struct place at = t->at;
  const char *raw = t->raw, *end = t->raw_end;
  if (t->kind != TREE_TEXT || !raw) return at;
  if (offset > t->len) offset = t->len;
  if (t->style == TREE_BLOCK) { /* skip the header: | or > with its marks */
    while (raw < end && *raw != '\n') raw++;
    while (raw < end && is_blank(*raw) && (!t->len || !is_blank(t->text[0]))) raw++;
  } else if (t->style == TREE_SINGLE || t->style == TREE_DOUBLE || (t->style == TREE_CELL && raw < end && *raw == '"')) raw++;
  bool quoted_cell = t->style == TREE_CELL && t->raw < end && *t->raw == '"';
  for (size_t i = 0; i < offset && raw < end;) { /* walk value and file side by side */
    if (t->style == TREE_DOUBLE && *raw == '\\') {
      if (raw + 1 < end && (raw[1] == '\n' || raw[1] == '\r')) { /* a line joined without a space */
        raw++;
        while (raw < end && is_blank(*raw)) raw++;
        continue;
      }
      size_t made, took = escape_length(raw, end, &made);
      if (i + made > offset) break;
      raw += took, i += made;
    } else if ((t->style == TREE_SINGLE && *raw == '\'') || (quoted_cell && *raw == '"')) raw += 2, i++;
    else if (t->text[i] == *raw && *raw != '\n') raw++, i++;
    else if (is_blank(t->text[i])) { /* a fold: blanks of one stand for blanks of the other */
      while (i < offset && is_blank(t->text[i])) i++;
      if (i == offset && offset < t->len && is_blank(t->text[i])) break;
      while (raw < end && is_blank(*raw)) raw++;
    } else raw++; /* an indent */
  }
  while (t->style == TREE_DOUBLE && raw + 1 < end && *raw == '\\' && (raw[1] == '\n' || raw[1] == '\r')) /* a join just before it */
    for (raw++; raw < end && is_blank(*raw);) raw++;
  if (raw > end) raw = end;
  for (const char *p = t->raw; p < raw;) {
    uint32_t code;
    size_t n = text_utf8_next(p, (size_t)(raw - p), &code);
    if (*p == '\n') at.line++, at.column = 1;
    else at.column++;
    p += n ? n : 1;
  }
  return at;
}
