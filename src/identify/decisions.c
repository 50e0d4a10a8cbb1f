#include "identify/decisions.h"

#include <math.h>
#include <string.h>

#include "base/digest.h"

#define MAGIC "LUCIDDEC"
#define FORMAT 1u

const char *outcome_word(enum outcome o) {
  static const char *const words[] = {
#define X(name, number, word) word,
      OUTCOME_TABLE(X)
#undef X
  };
  return (unsigned)o < OUTCOME_COUNT ? words[o] : "";
}

/* The columns of one set, in the order in which they stand in the file. */
#define SET_COLUMNS(X)                                                                                         \
  X(outcome, 1) X(flags, 1) X(poor, 1) X(rank_state, 1) X(place, 4) X(include, 8) X(include_unknown, 8)        \
  X(exclude, 8) X(exclude_unknown, 8) X(cause, 8) X(cause_unknown, 8) X(deprived, 8) X(deprived_unknown, 8)    \
  X(score, 8) X(score_high, 8) X(rank, 8)

enum status decisions_new(struct arena *a, const struct segment *const *segments, uint32_t count, struct decisions **out, struct err *e) {
  struct decisions *d;
  ARENA_TRY(e, d = arena_new(a, struct decisions));
  ARENA_TRY(e, d->sets = arena_array(a, count ? count : 1, sizeof *d->sets));
  d->set_count = count;
  d->seed = "";
  for (uint32_t i = 0; i < count; i++) {
    struct decision_set *s = &d->sets[i];
    s->home = segments[i]->home;
    s->rows = segment_households(segments[i]);
    if (s->rows >= UINT32_MAX) return err_set(e, ERR_LIMIT, "split the county", "county %lld has %llu households: more than a segment holds", (long long)s->home, (unsigned long long)s->rows);
    size_t n = s->rows ? s->rows : 1;
#define X(name, width) ARENA_TRY(e, s->name = arena_array(a, n, width));
    SET_COLUMNS(X)
#undef X
  }
  *out = d;
  return OK;
}

struct writer {
  uint8_t *at;
  size_t len;
};

static void put(struct writer *w, const void *data, size_t n) {
  if (w->at && n) memcpy(w->at + w->len, data, n);
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

/* Called twice: once to measure (at NULL), once to write. */
static void write_all(struct writer *w, const struct decisions *d) {
  put(w, MAGIC, 8);
  put_u32(w, FORMAT);
  put_u32(w, d->set_count);
  put_str(w, d->rules_hash);
  put_str(w, d->snapshot);
  put_str(w, d->seed);
  for (uint32_t i = 0; i < d->set_count; i++) {
    const struct decision_set *s = &d->sets[i];
    put_u64(w, (uint64_t)s->home);
    put_u64(w, s->rows);
    put_u64(w, s->missing_count);
#define X(name, width) put(w, s->name, s->rows * (width)), pad(w);
    SET_COLUMNS(X)
#undef X
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
    if (s->outcome[i] >= OUTCOME_COUNT || s->poor[i] > TRUTH_UNKNOWN || s->rank_state[i] > TRUTH_UNKNOWN) return false;
  return true;
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
    s->missing_count = take_u64(&r);
    if (r.bad || s->rows > len || s->missing_count > len / 24) return corrupt(e, "it ends too soon");
#define X(name, width)                                                                                         \
  {                                                                                                            \
    const void *p = take(&r, s->rows * (width));                                                               \
    if (!p) return corrupt(e, "it ends too soon");                                                             \
    ARENA_TRY(e, s->name = arena_alloc(a, s->rows ? s->rows * (width) : 1));                                   \
    if (s->rows) memcpy(s->name, p, s->rows * (width));                                                        \
    skip_pad(&r);                                                                                              \
  }
    SET_COLUMNS(X)
#undef X
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
