#include "identify/decisions.h"

#include <math.h>
#include <string.h>

#include "base/digest.h"

#define MAGIC "LUCIDDEC"
#define FORMAT 2u

const char *outcome_word(enum outcome o) {
  static const char *const words[] = {
#define X(name, number, word) word,
      OUTCOME_TABLE(X)
#undef X
  };
  return (unsigned)o < OUTCOME_COUNT ? words[o] : "";
}

/* The columns of one set, in the order in which they stand in the file: bytes a household, then masks, two a kind of rule. */
#define SET_BYTES(X) X(outcome) X(flags) X(poor)
#define SET_MASKS(X) X(include, 0) X(include_unknown, 0) X(exclude, 1) X(exclude_unknown, 1) X(cause, 2) X(cause_unknown, 2) X(deprived, 3) X(deprived_unknown, 3)
enum { KINDS = 4, CANDIDATE_BYTES = 16, MISSING_BYTES = 24 };
_Static_assert(sizeof(struct decision_candidate) == CANDIDATE_BYTES, "written as it lies in memory");

uint8_t mask_width(uint32_t rules) { return rules == 0 ? 0 : rules <= 8 ? 1 : rules <= 16 ? 2 : rules <= 32 ? 4 : 8; }

static size_t room(uint64_t bytes) { return (bytes + 15) / 16 * 16; }
static void *cut(uint8_t **at, uint64_t bytes) {
  uint8_t *p = *at;
  *at += room(bytes);
  return p;
}

/* Columns that are mostly zero all over. */
enum { RARE_outcome, RARE_flags = 1, RARE_poor = 0, RARE_include = 0, RARE_include_unknown = 1, RARE_exclude = 1, RARE_exclude_unknown = 1, RARE_cause = 0, RARE_cause_unknown = 1, RARE_deprived = 0, RARE_deprived_unknown = 1 };
#define RARE(name) RARE_##name

enum status decisions_new(struct arena *a, const struct programme *p, const struct segment *const *segments, uint32_t count, struct decisions **out, struct err *e) {
  struct decisions *d;
  const struct identify *id = &p->identify;
  const uint8_t widths[KINDS] = {mask_width(id->include_count), mask_width(id->exclude_count), mask_width(id->cause_count), mask_width(p->indicator_count)};
  ARENA_TRY(e, d = arena_new(a, struct decisions));
  ARENA_TRY(e, d->sets = arena_array(a, count ? count : 1, sizeof *d->sets));
  ARENA_TRY(e, d->weights = arena_array(a, p->indicator_count + 1u, sizeof *d->weights));
  d->weight_count = p->indicator_count;
  d->ranked = id->has_rank;
  d->set_count = count;
  d->seed = "";
  size_t much = 0, little = 0;
  for (uint32_t i = 0; i < count; i++) {
    struct decision_set *s = &d->sets[i];
    s->home = segments[i]->home;
    s->rows = segment_households(segments[i]);
    if (s->rows >= UINT32_MAX) return err_set(e, ERR_LIMIT, "split the county", "county %lld has %llu households: more than a segment holds", (long long)s->home, (unsigned long long)s->rows);
#define X(name) *(RARE(name) ? &little : &much) += room(s->rows);
    SET_BYTES(X)
#undef X
#define X(name, kind) *(RARE(name) ? &little : &much) += room(s->rows * (s->name.width = widths[kind]));
    SET_MASKS(X)
#undef X
  }
  uint8_t *often, *rarely; /* apart, and each in one piece: memory that nobody writes to costs nothing */
  ARENA_TRY(e, often = arena_alloc(a, much + 1));
  ARENA_TRY(e, rarely = arena_alloc(a, little + 1));
  for (uint32_t i = 0; i < count; i++) {
    struct decision_set *s = &d->sets[i];
#define X(name) s->name = cut(RARE(name) ? &rarely : &often, s->rows);
    SET_BYTES(X)
#undef X
#define X(name, kind) s->name.data = s->name.width ? cut(RARE(name) ? &rarely : &often, s->rows * s->name.width) : NULL;
    SET_MASKS(X)
#undef X
  }
  *out = d;
  return OK;
}

double decisions_score(const struct decisions *d, uint64_t bits) {
  double score = 0;
  for (uint32_t r = 0; r < d->weight_count; r++)
    if (bits >> r & 1) score += d->weights[r];
  return score;
}

struct decision_candidate *decisions_candidate(const struct decision_set *s, uint64_t household) {
  uint64_t lo = 0, hi = s->candidate_count;
  while (lo < hi) {
    uint64_t mid = lo + (hi - lo) / 2;
    if (s->candidates[mid].household < household) lo = mid + 1;
    else hi = mid;
  }
  return lo < s->candidate_count && s->candidates[lo].household == household ? &s->candidates[lo] : NULL;
}

bool decisions_rank(const struct decisions *d, const struct decision_set *s, uint64_t household, double *out) {
  const struct decision_candidate *c = d->ranked && !(s->flags[household] & DECISION_UNRANKED) ? decisions_candidate(s, household) : NULL;
  *out = c ? c->rank : 0;
  return c != NULL;
}

uint32_t decisions_place(const struct decision_set *s, uint64_t household) {
  const struct decision_candidate *c = decisions_candidate(s, household);
  return c ? c->place : 0;
}

struct writer { /* measures, and copies or hashes where it is told to */
  uint8_t *at;
  struct digest_stream *hash;
  size_t len;
};

static void put(struct writer *w, const void *data, size_t n) {
  if (w->at && n) memcpy(w->at + w->len, data, n);
  if (w->hash && n) digest_add(w->hash, data, n);
  w->len += n;
}
static void put_u32(struct writer *w, uint32_t v) { put(w, &v, 4); }
static void put_u64(struct writer *w, uint64_t v) { put(w, &v, 8); }
static void pad(struct writer *w) {
  static const uint8_t zero[8];
  put(w, zero, (8 - w->len % 8) % 8);
}
static void put_str(struct writer *w, const char *s) {
  size_t n = strlen(s);
  put_u64(w, n);
  put(w, s, n);
  pad(w);
}

/* Called to measure (at NULL), to write, and to hash. */
static void write_all(struct writer *w, const struct decisions *d) {
  put(w, MAGIC, 8);
  put_u32(w, FORMAT);
  put_u32(w, d->set_count);
  put_u32(w, d->ranked);
  put_u32(w, d->weight_count);
  put(w, d->weights, d->weight_count * sizeof *d->weights);
  put_str(w, d->rules_hash);
  put_str(w, d->snapshot);
  put_str(w, d->seed);
  for (uint32_t i = 0; i < d->set_count; i++) {
    const struct decision_set *s = &d->sets[i];
    put_u64(w, (uint64_t)s->home);
    put_u64(w, s->rows);
    put_u64(w, s->candidate_count);
    put_u64(w, s->missing_count);
    put_u64(w, (uint64_t)s->include.width | (uint64_t)s->exclude.width << 8 | (uint64_t)s->cause.width << 16 | (uint64_t)s->deprived.width << 24);
#define X(name) put(w, s->name, s->rows), pad(w);
    SET_BYTES(X)
#undef X
#define X(name, kind) put(w, s->name.data, s->rows * s->name.width), pad(w);
    SET_MASKS(X)
#undef X
    put(w, s->candidates, s->candidate_count * CANDIDATE_BYTES);
    for (uint64_t k = 0; k < s->missing_count; k++) {
      const struct decision_missing *m = &s->missing[k];
      put_u32(w, m->household);
      put_u32(w, m->level);
      put_u32(w, m->field);
      put_u32(w, m->row);
      put_u64(w, m->why);
    }
  }
}

enum status decisions_write(struct arena *a, const struct decisions *d, void **data, size_t *len, char hash[65], struct err *e) {
  struct writer w = {0};
  write_all(&w, d);
  ARENA_TRY(e, w.at = arena_alloc(a, w.len));
  w.len = 0;
  write_all(&w, d);
  struct digest dg;
  if (!digest_of(w.at, w.len, &dg)) return err_set(e, ERR_MEMORY, NULL, "the decisions could not be hashed");
  digest_hex(&dg, hash);
  *data = w.at;
  *len = w.len;
  return OK;
}

enum status decisions_hash(const struct decisions *d, char hash[65], struct err *e) {
  struct digest_stream stream;
  struct digest dg;
  struct writer w = {.hash = &stream};
  if (digest_open(&stream)) write_all(&w, d);
  if (!digest_close(&stream, &dg)) return err_set(e, ERR_MEMORY, NULL, "the decisions could not be hashed");
  digest_hex(&dg, hash);
  return OK;
}

struct reader {
  const uint8_t *data;
  size_t len, at;
  bool bad;
};

static const void *take(struct reader *r, uint64_t n) {
  if (r->bad || n > r->len - r->at) {
    r->bad = true;
    return NULL;
  }
  const void *p = r->data + r->at;
  r->at += n;
  return p;
}
static uint32_t take_u32(struct reader *r) {
  const void *p = take(r, 4);
  uint32_t v = 0;
  if (p) memcpy(&v, p, 4);
  return v;
}
static uint64_t take_u64(struct reader *r) {
  const void *p = take(r, 8);
  uint64_t v = 0;
  if (p) memcpy(&v, p, 8);
  return v;
}
static void skip_pad(struct reader *r) { take(r, (8 - r->at % 8) % 8); }

static enum status take_str(struct arena *a, struct reader *r, char **out, struct err *e) {
  uint64_t n = take_u64(r);
  const char *p = take(r, n);
  skip_pad(r);
  ARENA_TRY(e, *out = arena_strn(a, p ? p : "", p ? n : 0));
  return OK;
}

static enum status corrupt(struct err *e, const char *what) {
  return err_set(e, ERR_CORRUPT, "run `lucid identify` again: a decisions file can always be made anew", "the decisions file is damaged: %s", what);
}

static bool set_in_range(const struct decision_set *s) {
  for (uint64_t i = 0; i < s->rows; i++)
    if (s->outcome[i] >= OUTCOME_COUNT || s->poor[i] > TRUTH_UNKNOWN) return false;
  return true;
}

static bool candidates_in_order(const struct decision_set *s) {
  for (uint64_t k = 0; k < s->candidate_count; k++)
    if (s->candidates[k].household >= s->rows || (k && s->candidates[k].household <= s->candidates[k - 1].household)) return false;
  return true;
}

static enum status take_copy(struct arena *a, struct reader *r, uint64_t bytes, void **out, struct err *e) {
  const void *p = take(r, bytes);
  if (!p) return corrupt(e, "it ends too soon");
  ARENA_TRY(e, *out = arena_alloc(a, bytes ? bytes : 1));
  if (bytes) memcpy(*out, p, bytes);
  return OK;
}

static enum status take_masks(struct arena *a, struct reader *r, struct decision_set *s, struct err *e) {
  uint64_t widths = take_u64(r);
  void *p;
  for (int k = 0; k < 8; k++) {
    uint8_t w = (uint8_t)(widths >> (8 * k));
    if (w > 8 || (w & (w - 1)) || (k >= KINDS && w)) return corrupt(e, "a mask has no such width");
  }
#define X(name)                                                                                              \
  TRY(take_copy(a, r, s->rows, &p, e));                                                                      \
  s->name = p;                                                                                               \
  skip_pad(r);
  SET_BYTES(X)
#undef X
#define X(name, kind)                                                                                        \
  s->name.width = (uint8_t)(widths >> (8 * (kind)));                                                         \
  TRY(take_copy(a, r, s->rows * s->name.width, &s->name.data, e));                                           \
  skip_pad(r);
  SET_MASKS(X)
#undef X
  return OK;
}

enum status decisions_read(struct arena *a, const void *data, size_t len, struct decisions **out, struct err *e) {
  struct reader r = {.data = data, .len = len};
  const void *magic = take(&r, 8);
  if (!magic || memcmp(magic, MAGIC, 8) != 0) return corrupt(e, "it does not begin as one");
  uint32_t format = take_u32(&r);
  if (format != FORMAT) return err_set(e, ERR_VERSION, "run `lucid identify` again", "the decisions file has format %u; this program reads %u", format, FORMAT);
  struct decisions *d;
  ARENA_TRY(e, d = arena_new(a, struct decisions));
  d->set_count = take_u32(&r);
  if (d->set_count > len / 24) return corrupt(e, "more segments than bytes");
  uint32_t ranked = take_u32(&r);
  d->weight_count = take_u32(&r);
  if (ranked > 1 || d->weight_count > DECISION_RULES) return corrupt(e, "its head says more than can be");
  d->ranked = ranked;
  void *weights;
  TRY(take_copy(a, &r, d->weight_count * sizeof *d->weights, &weights, e));
  d->weights = weights;
  char *rules, *snapshot, *seed;
  TRY(take_str(a, &r, &rules, e));
  TRY(take_str(a, &r, &snapshot, e));
  TRY(take_str(a, &r, &seed, e));
  if (strlen(rules) > 64 || strlen(snapshot) > 64) return corrupt(e, "a hash is too long");
  memcpy(d->rules_hash, rules, strlen(rules) + 1);
  memcpy(d->snapshot, snapshot, strlen(snapshot) + 1);
  d->seed = seed;
  ARENA_TRY(e, d->sets = arena_array(a, d->set_count ? d->set_count : 1, sizeof *d->sets));
  for (uint32_t i = 0; i < d->set_count; i++) {
    struct decision_set *s = &d->sets[i];
    s->home = (int64_t)take_u64(&r);
    s->rows = take_u64(&r);
    s->candidate_count = take_u64(&r);
    s->missing_count = take_u64(&r);
    if (r.bad || s->rows > len || s->missing_count > len / MISSING_BYTES || s->candidate_count > len / CANDIDATE_BYTES) return corrupt(e, "it ends too soon");
    TRY(take_masks(a, &r, s, e));
    void *candidates;
    TRY(take_copy(a, &r, s->candidate_count * CANDIDATE_BYTES, &candidates, e));
    s->candidates = candidates;
    if (!candidates_in_order(s)) return corrupt(e, "the candidates are not in order");
    if (!set_in_range(s)) return corrupt(e, "an outcome is none of the four");
    ARENA_TRY(e, s->missing = arena_array(a, s->missing_count ? s->missing_count : 1, sizeof *s->missing));
    for (uint64_t k = 0; k < s->missing_count; k++) {
      struct decision_missing *m = &s->missing[k];
      m->household = take_u32(&r);
      m->level = take_u32(&r);
      m->field = take_u32(&r);
      m->row = take_u32(&r);
      m->why = (uint8_t)take_u64(&r);
      if (r.bad || m->household >= s->rows || m->level >= LEVEL_MAX || m->why >= ABSENCE_COUNT || (k && m->household < m[-1].household))
        return corrupt(e, "a missing field is not in order");
    }
  }
  if (r.bad || r.at != r.len) return corrupt(e, "its length is not what it says");
  *out = d;
  return OK;
}

const struct decision_missing *decisions_missing(const struct decision_set *s, uint64_t household, uint64_t *count) {
  uint64_t lo = 0, hi = s->missing_count;
  while (lo < hi) {
    uint64_t mid = lo + (hi - lo) / 2;
    if (s->missing[mid].household < household) lo = mid + 1;
    else hi = mid;
  }
  uint64_t n = 0;
  while (lo + n < s->missing_count && s->missing[lo + n].household == household) n++;
  *count = n;
  return s->missing + lo;
}
