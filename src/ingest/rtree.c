#include "ingest/rtree.h"

#include <string.h>

#include "ingest/rdata.h"

/* The other types of an R file; see R Internals and R's serialize.c for what each is followed by. */
enum { R_CLOSURE = 3, R_ENVIRONMENT = 4, R_PROMISE = 5, R_CALL = 6, R_SPECIAL = 7, R_BUILTIN = 8, R_CHAR = 9, R_COMPLEX = 15, R_DOTS = 17,
       R_EXPRESSION = 20, R_BYTECODE = 21, R_POINTER = 22, R_WEAK = 23, R_RAW = 24, R_S4 = 25, R_ALTREP = 238, R_ATTR_LIST = 239,
       R_ATTR_CALL = 240, R_BASE_ENV = 241, R_EMPTY_ENV = 242, R_BC_REF = 243, R_BC_DEF = 244, R_PERSIST = 247, R_PACKAGE = 248,
       R_NAMESPACE = 249, R_BASE_NAMESPACE = 250, R_MISSING_ARG = 251, R_UNBOUND = 252, R_GLOBAL_ENV = 253, R_REFERENCE = 255 };

enum { KEEP_NONE, KEEP_VECTOR, KEEP_CHILDREN }; /* how much of an object becomes nodes; the rest is only passed over */

struct walk {
  struct arena *arena;
  const uint8_t *start, *at, *end;
  const char **refs; /* the names of symbols seen so far, "" for environments and the like */
  uint32_t ref_count, ref_cap;
  unsigned depth;
  const char *why; /* set when a step returned false */
  enum status status;
};

static bool fail(struct walk *w, const char *why) {
  if (!w->why) w->why = why, w->status = ERR_INPUT;
  return false;
}

static bool over(struct walk *w, enum status status, const char *why) {
  if (!w->why) w->why = why, w->status = status;
  return false;
}

static bool need(struct walk *w, uint64_t n) { return n <= (uint64_t)(w->end - w->at) || fail(w, "it ends in the middle of an object"); }

static bool get_int(struct walk *w, int32_t *v) {
  if (!need(w, 4)) return false;
  *v = (int32_t)rtree_u32(w->at);
  w->at += 4;
  return true;
}

/* A vector's length; `size` is the least an element takes, so that a length the file can't hold is known at once. */
static bool get_length(struct walk *w, unsigned size, uint64_t *n) {
  int32_t v, high, low;
  if (!get_int(w, &v)) return false;
  *n = (uint64_t)v;
  if (v == -1) {
    if (!get_int(w, &high) || !get_int(w, &low)) return false;
    if (high < 0 || high > 65536) return fail(w, "a length is out of range");
    *n = (uint64_t)high << 32 | (uint32_t)low;
  } else if (v < 0) return fail(w, "a length is negative");
  return *n <= (uint64_t)(w->end - w->at) / size || fail(w, "it ends in the middle of an object");
}

static bool add_ref(struct walk *w, const char *name) {
  if (w->ref_count == w->ref_cap) {
    uint32_t cap = w->ref_cap ? w->ref_cap * 2 : 256;
    const char **p = arena_grow(w->arena, w->refs, w->ref_count, cap, sizeof *w->refs);
    if (!p) return over(w, ERR_LIMIT, "it holds too many names");
    w->refs = p;
    w->ref_cap = cap;
  }
  w->refs[w->ref_count++] = name;
  return true;
}

/* A CHARSXP with its header; out->at is NULL for NA. */
static bool get_chars(struct walk *w, struct span *out) {
  int32_t flags, n;
  if (!get_int(w, &flags)) return false;
  if ((flags & 0xff) != R_CHAR) return fail(w, "a text was expected");
  if (flags & 0x200) return fail(w, "a text has attributes");
  if (!get_int(w, &n)) return false;
  *out = (struct span){NULL, 0};
  if (n == -1) return true;
  if (n < 0) return fail(w, "a length is negative");
  if (!need(w, (uint64_t)n)) return false;
  *out = (struct span){(const char *)w->at, (size_t)n};
  w->at += n;
  return true;
}

static bool item(struct walk *w, int keep, struct rtree **out);

static bool skip(struct walk *w, unsigned times) {
  while (times--)
    if (!item(w, KEEP_NONE, NULL)) return false;
  return true;
}

static bool new_node(struct walk *w, int keep, uint8_t type, struct rtree **out) {
  if (!out || keep == KEEP_NONE) return true;
  if (!(*out = arena_new(w->arena, struct rtree))) return over(w, ERR_LIMIT, "it holds too many objects");
  (*out)->type = type;
  return true;
}

/* Pairlists and calls are chains: walked in a loop, or a long one would need a deep stack. With `attrs` the values are kept by their tag. */
static bool chain(struct walk *w, uint32_t flags, struct rtree_attr **attrs) {
  for (;;) {
    struct rtree *value = NULL, *tag = NULL;
    const char *name = "";
    if (flags & 0x200 && !skip(w, 1)) return false;
    if (flags & 0x400) {
      if (!item(w, attrs ? KEEP_VECTOR : KEEP_NONE, attrs ? &tag : NULL)) return false;
      if (tag && tag->type == R_SYMBOL) name = (const char *)tag->data;
    }
    if (!item(w, attrs ? KEEP_VECTOR : KEEP_NONE, attrs ? &value : NULL)) return false;
    if (attrs) {
      struct rtree_attr *a = arena_new(w->arena, struct rtree_attr);
      if (!a) return over(w, ERR_LIMIT, "it holds too many objects");
      *a = (struct rtree_attr){name, value, NULL};
      *attrs = a;
      attrs = &a->next;
    }
    if (!need(w, 4)) return false;
    uint32_t next = rtree_u32(w->at), type = next & 0xff;
    if (type != R_PAIRLIST && type != R_CALL) {
      struct rtree *rest = NULL; /* the closing NULL; a dotted pair keeps its second half here */
      if (!item(w, attrs ? KEEP_VECTOR : KEEP_NONE, attrs ? &rest : NULL)) return false;
      if (attrs && rest && rest->type != R_NIL) {
        struct rtree_attr *a = arena_new(w->arena, struct rtree_attr);
        if (!a) return over(w, ERR_LIMIT, "it holds too many objects");
        *a = (struct rtree_attr){".rest", rest, NULL};
        *attrs = a;
      }
      return true;
    }
    w->at += 4;
    flags = next;
  }
}

static bool attributes(struct walk *w, uint32_t flags, struct rtree *node) {
  if (!(flags & 0x200)) return true;
  if (!node) return skip(w, 1);
  if (!need(w, 4)) return false;
  uint32_t head = rtree_u32(w->at);
  if ((head & 0xff) != R_PAIRLIST) return skip(w, 1);
  w->at += 4;
  return chain(w, head, &node->attrs);
}

static bool fixed_vector(struct walk *w, uint32_t flags, unsigned size, int keep, struct rtree **out) {
  uint64_t n;
  if (!get_length(w, size, &n) || !new_node(w, keep, (uint8_t)flags, out)) return false;
  if (out && *out) (*out)->count = n, (*out)->data = w->at;
  w->at += n * size;
  return attributes(w, flags, out ? *out : NULL);
}

static bool text_vector(struct walk *w, uint32_t flags, int keep, struct rtree **out) {
  uint64_t n;
  struct span s;
  if (!get_length(w, 8, &n) || !new_node(w, keep, R_STRING, out)) return false;
  if (out && *out) (*out)->count = n, (*out)->data = w->at;
  for (uint64_t i = 0; i < n; i++)
    if (!get_chars(w, &s)) return false;
  return attributes(w, flags, out ? *out : NULL);
}

static bool list_vector(struct walk *w, uint32_t flags, int keep, struct rtree **out) {
  uint64_t n;
  if (!get_length(w, 4, &n) || !new_node(w, keep, (uint8_t)flags, out)) return false;
  struct rtree *node = out ? *out : NULL, **items = NULL;
  if (node) node->count = n;
  if (node && keep == KEEP_CHILDREN && n) {
    items = arena_array(w->arena, n, sizeof(void *));
    if (!items) return over(w, ERR_LIMIT, "it holds too many objects");
    node->items = items;
  }
  for (uint64_t i = 0; i < n; i++)
    if (!item(w, items ? KEEP_VECTOR : KEEP_NONE, items ? &items[i] : NULL)) return false;
  return attributes(w, flags, node);
}

static bool symbol(struct walk *w, int keep, struct rtree **out) {
  struct span s;
  if (!get_chars(w, &s)) return false;
  char *name = arena_strn(w->arena, s.at ? s.at : "NA", s.at ? s.len : 2);
  if (!name) return over(w, ERR_LIMIT, "it holds too many names");
  if (!add_ref(w, name) || !new_node(w, keep, R_SYMBOL, out)) return false;
  if (out && *out) (*out)->data = (const uint8_t *)name;
  return true;
}

static bool reference(struct walk *w, uint32_t flags, int keep, struct rtree **out) {
  int32_t i = (int32_t)(flags >> 8);
  if (i == 0 && !get_int(w, &i)) return false;
  if (i < 1 || (uint32_t)i > w->ref_count) return fail(w, "it refers to an object that is not there");
  if (!new_node(w, keep, R_SYMBOL, out)) return false;
  if (out && *out) (*out)->data = (const uint8_t *)w->refs[i - 1];
  return true;
}

static bool string_list(struct walk *w) { /* of a package or namespace */
  int32_t zero, n;
  struct span s;
  if (!get_int(w, &zero) || !get_int(w, &n)) return false;
  if (n < 0) return fail(w, "a length is negative");
  while (n--)
    if (!get_chars(w, &s)) return false;
  return add_ref(w, "");
}

static bool bytecode_part(struct walk *w, int32_t type) {
  if (++w->depth > RDATA_DEPTH_MAX) return over(w, ERR_LIMIT, "its objects are nested too deeply");
  int32_t v;
  bool attr = false, good = false;
  switch (type) {
    case R_BC_REF: good = get_int(w, &v); break;
    case R_BC_DEF:
      if (!get_int(w, &v) || !get_int(w, &type)) return false;
      __attribute__((fallthrough));
    case R_CALL: case R_PAIRLIST: case R_ATTR_CALL: case R_ATTR_LIST: {
      attr = type == R_ATTR_CALL || type == R_ATTR_LIST;
      good = (!attr || skip(w, 1)) && skip(w, 1) && get_int(w, &v) && bytecode_part(w, v) && get_int(w, &v) && bytecode_part(w, v);
      break;
    }
    default: good = skip(w, 1);
  }
  w->depth--;
  return good;
}

static bool bytecode_body(struct walk *w) {
  if (++w->depth > RDATA_DEPTH_MAX) return over(w, ERR_LIMIT, "its objects are nested too deeply");
  int32_t n, type;
  if (!skip(w, 1) || !get_int(w, &n)) return false;
  for (; n > 0; n--) {
    if (!get_int(w, &type)) return false;
    bool good = type == R_BYTECODE ? bytecode_body(w)
                : type == R_CALL || type == R_PAIRLIST || type == R_BC_DEF || type == R_BC_REF || type == R_ATTR_CALL || type == R_ATTR_LIST ? bytecode_part(w, type)
                                                                                                                                          : skip(w, 1);
    if (!good) return false;
  }
  w->depth--;
  return true;
}

static double real_at(const struct rtree *t, uint64_t i) {
  uint64_t bits = rtree_u64(t->data + 8 * i);
  double d;
  memcpy(&d, &bits, 8);
  return d;
}

/* Deferred forms of vectors: which one is the first value of the pairlist before it, what it holds the second object. */
static bool altrep(struct walk *w, int keep, struct rtree **out) {
  struct rtree_attr *info = NULL, *parts = NULL;
  struct rtree *state = NULL;
  uint32_t head;
  if (!need(w, 4)) return false;
  head = rtree_u32(w->at);
  if ((head & 0xff) != R_PAIRLIST) return fail(w, "a deferred vector has no class");
  w->at += 4;
  if (!chain(w, head, &info)) return false;
  const char *form = info && info->value && info->value->type == R_SYMBOL ? (const char *)info->value->data : "";
  if (!need(w, 4)) return false;
  head = rtree_u32(w->at);
  if ((head & 0xff) == R_PAIRLIST) {
    w->at += 4;
    if (!chain(w, head, &parts)) return false;
    state = parts ? parts->value : NULL;
  } else if (!item(w, KEEP_CHILDREN, &state)) return false;
  if (state && state->type == R_LIST && state->items && state->count) state = state->items[0];
  struct rtree *node = NULL;
  if (strcmp(form, "compact_intseq") == 0 || strcmp(form, "compact_realseq") == 0) {
    if (!state || state->type != R_REAL || state->count != 3) return fail(w, "a compact sequence is not as it must be");
    double n = real_at(state, 0);
    if (!(n >= 0 && n <= 4503599627370496.0)) return fail(w, "a length is out of range");
    if (!new_node(w, KEEP_VECTOR, form[8] == 'i' ? R_INTEGER : R_REAL, &node)) return false;
    node->form = RTREE_SEQUENCE;
    node->count = (uint64_t)n;
    node->first = real_at(state, 1);
    node->step = real_at(state, 2);
  } else if (strcmp(form, "deferred_string") == 0) {
    if (!state || (state->type != R_INTEGER && state->type != R_REAL)) return fail(w, "a deferred text vector is not as it must be");
    if (!new_node(w, KEEP_VECTOR, R_STRING, &node)) return false;
    node->form = RTREE_AS_TEXT;
    node->inner = state;
    node->count = state->count;
  } else if (strncmp(form, "wrap_", 5) == 0) {
    if (!state) return fail(w, "a wrapped vector is not as it must be");
    node = arena_copy(w->arena, state, sizeof *state);
    if (!node) return over(w, ERR_LIMIT, "it holds too many objects");
    node->attrs = NULL;
  } else return fail(w, "it holds a deferred vector of an unknown class");
  /* The attributes of the whole stand last, as an object of their own. */
  if (!attributes(w, 0x200, node)) return false;
  if (out && keep != KEEP_NONE) *out = node;
  return true;
}

static bool item_inner(struct walk *w, int keep, struct rtree **out) {
  int32_t head, n;
  if (!get_int(w, &head)) return false;
  uint32_t flags = (uint32_t)head;
  switch (flags & 0xff) {
    case R_NIL: case R_BASE_ENV: case R_EMPTY_ENV: case R_BASE_NAMESPACE: case R_MISSING_ARG: case R_UNBOUND: case R_GLOBAL_ENV:
      return new_node(w, keep, R_NIL, out);
    case R_SYMBOL: return symbol(w, keep, out);
    case R_REFERENCE: return reference(w, flags, keep, out);
    case R_PAIRLIST: case R_CALL: case R_CLOSURE: case R_PROMISE: case R_DOTS:
      return new_node(w, keep, (uint8_t)flags, out) && chain(w, flags, NULL);
    case R_ENVIRONMENT: return get_int(w, &n) && add_ref(w, "") && new_node(w, keep, R_ENVIRONMENT, out) && skip(w, 4);
    case R_PERSIST: case R_PACKAGE: case R_NAMESPACE: return new_node(w, keep, R_ENVIRONMENT, out) && string_list(w);
    case R_POINTER: return add_ref(w, "") && new_node(w, keep, R_POINTER, out) && skip(w, 2) && attributes(w, flags, NULL);
    case R_WEAK: return add_ref(w, "") && new_node(w, keep, R_WEAK, out) && attributes(w, flags, NULL);
    case R_SPECIAL: case R_BUILTIN:
      if (!get_int(w, &n)) return false;
      if (n < 0) return fail(w, "a length is negative");
      if (!need(w, (uint64_t)n)) return false;
      w->at += n;
      return new_node(w, keep, (uint8_t)flags, out);
    case R_CHAR: { /* outside a text vector: only in odd places */
      struct span s;
      w->at -= 4;
      return get_chars(w, &s) && new_node(w, keep, R_CHAR, out);
    }
    case R_LOGICAL: case R_INTEGER: return fixed_vector(w, flags, 4, keep, out);
    case R_REAL: return fixed_vector(w, flags, 8, keep, out);
    case R_COMPLEX: return fixed_vector(w, flags, 16, keep, out);
    case R_RAW: return fixed_vector(w, flags, 1, keep, out);
    case R_STRING: return text_vector(w, flags, keep, out);
    case R_LIST: case R_EXPRESSION: return list_vector(w, flags, keep, out);
    case R_S4: return new_node(w, keep, R_S4, out) && attributes(w, flags, NULL);
    case R_BYTECODE: return get_int(w, &n) && new_node(w, keep, R_BYTECODE, out) && bytecode_body(w) && attributes(w, flags, NULL);
    case R_ALTREP: return altrep(w, keep, out);
    default: return fail(w, "it holds an object of an unknown type");
  }
}

static bool item(struct walk *w, int keep, struct rtree **out) {
  if (++w->depth > RDATA_DEPTH_MAX) return over(w, ERR_LIMIT, "its objects are nested too deeply");
  bool good = item_inner(w, keep, out);
  w->depth--;
  return good;
}

/* A workspace is one pairlist: the variables by name. */
static bool workspace(struct walk *w, struct rtree_variable **to) {
  for (;;) {
    int32_t flags;
    struct rtree *tag = NULL;
    if (!get_int(w, &flags)) return false;
    if ((flags & 0xff) == R_NIL) return true;
    if ((flags & 0xff) != R_PAIRLIST) return fail(w, "a list of variables was expected");
    struct rtree_variable *v = arena_new(w->arena, struct rtree_variable);
    if (!v) return over(w, ERR_LIMIT, "it holds too many objects");
    v->name = "";
    if (flags & 0x200 && !skip(w, 1)) return false;
    if (flags & 0x400 && !item(w, KEEP_VECTOR, &tag)) return false;
    if (tag && tag->type == R_SYMBOL) v->name = (const char *)tag->data;
    if (!item(w, KEEP_CHILDREN, &v->value)) return false;
    *to = v;
    to = &v->next;
  }
}

static bool parse(struct walk *w, struct rtree_file *out) {
  int32_t version, n;
  if (out->workspace) w->at += 5;
  if (w->end - w->at < 2) return fail(w, "it ends in its first bytes");
  w->at += 2;
  if (!get_int(w, &version) || !get_int(w, &n) || !get_int(w, &n)) return false;
  if (version != 2 && version != 3) return fail(w, "its serialisation version is not 2 or 3");
  if (version == 3) {
    if (!get_int(w, &n)) return false;
    if (n < 0 || n > 100) return fail(w, "the name of its encoding is out of range");
    if (!need(w, (uint64_t)n)) return false;
    if (!(out->encoding = arena_strn(w->arena, (const char *)w->at, (size_t)n))) return over(w, ERR_MEMORY, "out of memory");
    w->at += n;
  }
  if (out->workspace) return workspace(w, &out->variables);
  struct rtree_variable *v = arena_new(w->arena, struct rtree_variable);
  if (!v) return over(w, ERR_MEMORY, "out of memory");
  v->name = "";
  out->variables = v;
  return item(w, KEEP_CHILDREN, &v->value);
}

enum status rtree_parse(struct arena *a, const uint8_t *data, size_t len, const char *path, struct rtree_file *out, struct err *e) {
  *out = (struct rtree_file){.encoding = ""};
  if (len == 0) return err_set(e, ERR_INPUT, NULL, "%s is empty", path);
  struct walk w = {.arena = a, .start = data, .at = data, .end = data + len};
  const uint8_t *mode = data;
  if (len >= 7 && memcmp(data, "RD", 2) == 0 && data[4] == '\n') {
    if (data[3] != '2' && data[3] != '3') return err_set(e, ERR_INPUT, "load it in R and save it again", "%s was saved by a very old R", path);
    out->workspace = true;
    mode = data + 5;
  }
  if (len >= 2 && mode[1] == '\n' && (mode[0] == 'A' || mode[0] == 'B'))
    return err_set(e, ERR_INPUT, "in R: save it again without ascii = TRUE and without xdr = FALSE", "%s is an R file in R's %s form, which is not read", path, mode[0] == 'A' ? "text" : "native binary");
  if (len < 2 || mode[0] != 'X' || mode[1] != '\n') return err_set(e, ERR_INPUT, "is it an .RData or .rds file?", "%s does not begin as an R data file does", path);
  if (parse(&w, out)) return OK;
  return err_set(e, w.status, w.status == ERR_INPUT ? "copy or download it again; or save the data frame alone, or as CSV" : "save the data frame alone, or as CSV",
                 "%s: at byte %llu of the unpacked file: %s", path, (unsigned long long)(w.at - w.start), w.why);
}

const struct rtree *rtree_attr(const struct rtree *t, const char *name) {
  for (const struct rtree_attr *a = t ? t->attrs : NULL; a; a = a->next)
    if (strcmp(a->name, name) == 0) return a->value;
  return NULL;
}

bool rtree_text(const uint8_t *at, struct span *out, uint32_t *flags, const uint8_t **next) {
  *flags = rtree_u32(at);
  int32_t n = (int32_t)rtree_u32(at + 4);
  *out = (struct span){(const char *)at + 8, n > 0 ? (size_t)n : 0};
  *next = at + 8 + out->len;
  return n >= 0;
}

bool rtree_is(const struct rtree *t, const char *class_name) {
  const struct rtree *c = rtree_attr(t, "class");
  if (!c || c->type != R_STRING || c->form != RTREE_PLAIN) return false;
  const uint8_t *at = c->data;
  for (uint64_t i = 0; i < c->count; i++) {
    struct span s;
    uint32_t flags;
    if (rtree_text(at, &s, &flags, &at) && span_is(s, class_name)) return true;
  }
  return false;
}
