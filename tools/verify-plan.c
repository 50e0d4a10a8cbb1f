/* lucid-verify-plan: is a plan what it says it is? A program apart, for whoever would rather not trust the one that made the plan.
 *
 *   lucid-verify-plan FOLDER        with model.bin and plan.bin (docs/format/plan.md), as `lucid plan REGISTRY --bundle FOLDER` writes them
 *
 * It shares no code with Lucid: it reads the two files, and adds up by itself, in whole numbers, that every choice was on offer, that nothing is used beyond its
 * limit, what the plan is worth, and what no plan can be worth more than (the bound D(p) of docs/method/plan.md, by its formula).
 * That the model follows from the snapshot and the programme is the other half: `lucid plan verify FOLDER` makes it anew.
 *
 * Exit code 0: all holds. 1: something does not, and is said. 2: the files can't be read. */
#include <openssl/evp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef __int128 wide;
#define NONE UINT32_MAX
#define UNIT ((wide)1 << 20) /* prices are in this part of a value unit */

__attribute__((noreturn, format(printf, 2, 3))) static void stop(int code, const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  fputs("lucid-verify-plan: ", stderr);
  vfprintf(stderr, fmt, args);
  fputc('\n', stderr);
  va_end(args);
  exit(code);
}

/* ---- the files ---- */

struct file { uint8_t *bytes; size_t len, at; const char *name; };

static struct file open_file(const char *folder, const char *name) {
  char path[4096];
  struct file f = {.name = name};
  if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path) stop(2, "the folder's name is too long");
  FILE *in = fopen(path, "rb");
  if (!in) stop(2, "%s cannot be opened", path);
  size_t room = 1 << 20;
  f.bytes = malloc(room);
  for (size_t n; f.bytes && (n = fread(f.bytes + f.len, 1, room - f.len, in)) > 0;) {
    f.len += n;
    if (f.len == room) f.bytes = realloc(f.bytes, room *= 2);
  }
  if (!f.bytes || ferror(in)) stop(2, "%s cannot be read", path);
  fclose(in);
  return f;
}

static uint64_t get(struct file *f, unsigned bytes) {
  uint64_t v = 0;
  if (f->len - f->at < bytes) stop(2, "%s is cut off", f->name);
  for (unsigned i = 0; i < bytes; i++) v |= (uint64_t)f->bytes[f->at + i] << (8 * i);
  f->at += bytes;
  return v;
}

static void *table(const struct file *f, uint64_t count, uint64_t bytes_each, size_t size) {
  if (count > (f->len - f->at) / bytes_each) stop(2, "%s is shorter than what it says it holds", f->name);
  void *p = calloc(count + 1, size);
  if (!p) stop(2, "out of memory");
  return p;
}

static void sha256(const struct file *f, uint8_t out[32]) {
  unsigned n;
  if (EVP_Digest(f->bytes, f->len, out, &n, EVP_sha256(), NULL) != 1) stop(2, "SHA-256 is not to be had");
}

/* ---- the model ---- */

struct resource { int64_t limit, loss; uint32_t market; };
struct use { int64_t amount; uint32_t resource, layer; };
struct column { uint32_t from, count; uint16_t group; uint8_t needs; };
struct work { int64_t value; uint32_t from, count; uint8_t needs; };
struct item { uint16_t column, quantity; int32_t value; };

static uint32_t resource_count, market_count, layer_count, use_count, column_count, village_count, household_count, work_count, most, floor_weight;
static bool has_works;
static struct resource *resources;
static uint32_t *layers; /* [layer][village] */
static struct use *uses;
static struct column *columns;
static uint32_t *household_at, *work_at;
static struct work *works;
static uint64_t *item_at;
static struct item *items;
static int64_t *floors; /* one a village; NULL = none */

static void read_model(struct file *f) {
  if (f->len < 12 || memcmp(f->bytes, "LUCIDMDL", 8)) stop(2, "model.bin is no model");
  f->at = 8;
  if (get(f, 4) != 1) stop(2, "model.bin is of another format");
  uint32_t *const counts[] = {&resource_count, &market_count, &layer_count, &use_count, &column_count, &village_count, &household_count, &work_count};
  for (size_t i = 0; i < 8; i++) *counts[i] = (uint32_t)get(f, 4);
  has_works = get(f, 4), most = (uint32_t)get(f, 4), floor_weight = (uint32_t)get(f, 4);
  const uint64_t item_count = get(f, 8);
  if (most < 1 || most > 8) stop(1, "a household may take %u items", most);
  resources = table(f, resource_count, 20, sizeof *resources);
  for (uint32_t k = 0; k < resource_count; k++) {
    resources[k].limit = (int64_t)get(f, 8), resources[k].loss = (int64_t)get(f, 8), resources[k].market = (uint32_t)get(f, 4);
    if (resources[k].limit < 0 || resources[k].loss < 0 || (resources[k].market != NONE && resources[k].market >= market_count)) stop(1, "resource %u is impossible", k);
  }
  layers = table(f, (uint64_t)layer_count * village_count, 4, sizeof *layers);
  for (uint64_t i = 0; i < (uint64_t)layer_count * village_count; i++) {
    layers[i] = (uint32_t)get(f, 4);
    if (layers[i] != NONE && layers[i] >= resource_count) stop(1, "a layer names a resource that is not there");
  }
  uses = table(f, use_count, 16, sizeof *uses);
  for (uint32_t u = 0; u < use_count; u++) {
    uses[u].amount = (int64_t)get(f, 8), uses[u].resource = (uint32_t)get(f, 4), uses[u].layer = (uint32_t)get(f, 4);
    if (uses[u].amount < 0 || (uses[u].layer ? uses[u].layer > layer_count : uses[u].resource >= resource_count)) stop(1, "use %u is impossible", u);
  }
  columns = table(f, column_count, 11, sizeof *columns);
  for (uint32_t c = 0; c < column_count; c++) {
    columns[c].from = (uint32_t)get(f, 4), columns[c].count = (uint32_t)get(f, 4), columns[c].group = (uint16_t)get(f, 2), columns[c].needs = (uint8_t)get(f, 1);
    if (columns[c].from > use_count || columns[c].count > use_count - columns[c].from) stop(1, "column %u is impossible", c);
  }
  household_at = table(f, village_count + 1ull, 4, sizeof *household_at);
  for (uint32_t v = 0; v <= village_count; v++) household_at[v] = (uint32_t)get(f, 4);
  work_at = calloc(village_count + 2ull, sizeof *work_at);
  if (!work_at) stop(2, "out of memory");
  for (uint32_t v = 0; has_works && v <= village_count; v++) work_at[v] = (uint32_t)get(f, 4);
  for (uint32_t v = 0; v < village_count; v++)
    if (household_at[v + 1] < household_at[v] || work_at[v + 1] < work_at[v] || work_at[v + 1] - work_at[v] > 6 || household_at[0] || work_at[0]) stop(1, "village %u is impossible", v);
  if (household_at[village_count] != household_count || work_at[village_count] != work_count) stop(1, "the model's counts do not add up");
  works = table(f, work_count, 17, sizeof *works);
  for (uint32_t w = 0; w < work_count; w++) {
    works[w].value = (int64_t)get(f, 8), works[w].from = (uint32_t)get(f, 4), works[w].count = (uint32_t)get(f, 4), works[w].needs = (uint8_t)get(f, 1);
    if (works[w].value < 0 || works[w].from > use_count || works[w].count > use_count - works[w].from) stop(1, "work %u is impossible", w);
  }
  item_at = table(f, household_count + 1ull, 8, sizeof *item_at);
  for (uint32_t h = 0; h <= household_count; h++) {
    item_at[h] = get(f, 8);
    if (h ? item_at[h] < item_at[h - 1] || item_at[h] > item_count : item_at[h]) stop(1, "household %u is impossible", h);
  }
  if (item_at[household_count] != item_count) stop(1, "the model's items do not add up");
  items = table(f, item_count, 8, sizeof *items);
  for (uint64_t i = 0; i < item_count; i++) {
    items[i].column = (uint16_t)get(f, 2), items[i].quantity = (uint16_t)get(f, 2), items[i].value = (int32_t)(uint32_t)get(f, 4);
    if (items[i].column >= column_count || items[i].value < 0) stop(1, "an item is impossible");
  }
  if (floor_weight) floors = table(f, village_count, 8, sizeof *floors);
  for (uint32_t v = 0; floors && v < village_count; v++)
    if ((floors[v] = (int64_t)get(f, 8)) < 0) stop(1, "the floor of village %u is below nothing", v);
  if (floor_weight > 1000) stop(1, "floors count %u times", floor_weight);
  if (f->at != f->len) stop(1, "model.bin is longer than what it says it holds");
}

static uint32_t resource_of(const struct use *u, uint32_t v) { return u->layer ? layers[(size_t)(u->layer - 1) * village_count + v] : u->resource; }

/* ---- the plan: is it possible, and what is it worth? ---- */

static uint8_t *bundle, *taken, *is_open;
static int64_t *prices, said_value, said_bound;

static void read_plan(struct file *f, const uint8_t model_hash[32]) {
  if (f->len < 136 || memcmp(f->bytes, "LUCIDPLN", 8)) stop(2, "plan.bin is no plan");
  f->at = 8;
  if (get(f, 4) != 1) stop(2, "plan.bin is of another format");
  if (memcmp(f->bytes + 12, model_hash, 32)) stop(1, "the plan is of another model than model.bin");
  f->at = 12 + 96 + 4;
  const uint64_t v = get(f, 4), h = get(f, 4), m = get(f, 4), r = get(f, 4), n = get(f, 4);
  if (v != village_count || h != household_count || m != most || r != resource_count || n != r + (floors ? v : 0)) stop(1, "the plan's sizes are not the model's");
  said_value = (int64_t)get(f, 8), said_bound = (int64_t)get(f, 8);
  if (f->len - f->at != v + h * m + r + n * 8) stop(1, "the plan's length does not fit");
  bundle = f->bytes + f->at, taken = bundle + v, is_open = taken + h * m;
  for (uint32_t k = 0; k < r; k++)
    if (is_open[k] > 1) stop(1, "resource %u is neither open nor shut", k);
  f->at += v + h * m + r;
  prices = table(f, n, 8, sizeof *prices);
  for (uint32_t k = 0; k < n; k++) {
    prices[k] = (int64_t)get(f, 8);
    if (prices[k] < 0 || prices[k] > (int64_t)1 << 50) stop(1, "the price of resource %u is %lld", k, (long long)prices[k]);
    if (k >= r && prices[k] > (int64_t)floor_weight << 20) stop(1, "the price of a floor is above what a unit short counts");
  }
}

static void spend(wide *used, uint32_t v, uint32_t from, uint32_t count, int64_t quantity) {
  for (uint32_t u = from; u < from + count; u++) {
    const uint32_t k = resource_of(&uses[u], v);
    if (k == NONE) stop(1, "village %u uses what is not to be had there", v);
    used[k] += (wide)quantity * uses[u].amount;
  }
}

static wide value_of_plan(void) {
  wide *used = calloc(resource_count + 1ull, sizeof *used), value = 0;
  if (!used) stop(2, "out of memory");
  for (uint32_t v = 0; v < village_count; v++) {
    const uint32_t n = work_at[v + 1] - work_at[v];
    if (bundle[v] >> n) stop(1, "village %u gets a work that was not offered", v);
    for (uint32_t w = 0; w < n; w++) {
      if (!(bundle[v] >> w & 1)) continue;
      const struct work *x = &works[work_at[v] + w];
      if (x->needs & ~bundle[v]) stop(1, "a work of village %u lacks another that it needs", v);
      spend(used, v, x->from, x->count, 1);
      value += x->value;
    }
    wide of_households = 0;
    for (uint32_t h = household_at[v]; h < household_at[v + 1]; h++)
      for (uint32_t k = 0; k < most; k++) {
        const uint8_t t = taken[(size_t)h * most + k];
        if (!t) continue;
        if (t > item_at[h + 1] - item_at[h]) stop(1, "household %u takes what it was not offered", h);
        const struct item *x = &items[item_at[h] + t - 1];
        const struct column *c = &columns[x->column];
        for (uint32_t o = 0; o < k; o++) {
          const uint8_t other = taken[(size_t)h * most + o];
          if (other == t) stop(1, "household %u takes something twice", h);
          if (other && c->group && columns[items[item_at[h] + other - 1].column].group == c->group) stop(1, "household %u takes two that exclude each other", h);
        }
        if (c->needs & ~bundle[v]) stop(1, "household %u takes what needs a work that its village does not get", h);
        spend(used, v, c->from, c->count, x->quantity);
        of_households += x->value;
      }
    value += of_households;
    if (floors && of_households < floors[v]) value -= (floors[v] - of_households) * floor_weight;
  }
  for (uint32_t k = 0; k < resource_count; k++) {
    if (used[k] > resources[k].limit) stop(1, "resource %u is used beyond its limit", k);
    if (used[k] && !is_open[k]) stop(1, "resource %u is used though it is shut", k);
    if (resources[k].market == NONE || !is_open[k]) continue;
    if (used[k]) value -= resources[k].loss;
    for (uint32_t o = 0; o < k; o++)
      if (resources[o].market == resources[k].market && is_open[o]) stop(1, "market %u has two tiers open", resources[k].market);
  }
  free(used);
  return value;
}

/* ---- the bound D(p), by its formula ---- */

/* What uses cost at the prices; negative = cannot be had. */
static wide cost_of(uint32_t v, uint32_t from, uint32_t count) {
  wide sum = 0;
  for (uint32_t u = from; u < from + count; u++) {
    const uint32_t k = resource_of(&uses[u], v);
    if (k == NONE) return -1;
    sum += (wide)prices[k] * uses[u].amount;
  }
  return sum;
}

/* The works that use nothing, and need only such works: a bundle without them is never better, so they are always done. */
static unsigned free_works(uint32_t v) {
  const uint32_t n = work_at[v + 1] - work_at[v];
  unsigned mask = 0;
  for (uint32_t round = 0; round < n; round++)
    for (uint32_t w = 0; w < n; w++) {
      const struct work *x = &works[work_at[v] + w];
      bool is_free = !(x->needs & ~mask);
      for (uint32_t u = x->from; u < x->from + x->count; u++)
        if (resource_of(&uses[u], v) == NONE || uses[u].amount) is_free = false;
      if (is_free) mask |= 1u << w;
    }
  return mask;
}

static wide lift;        /* what a value unit of a household counts in the village at hand: UNIT, or more where its floor has a price */
static wide *cost;       /* one a column, in the village at hand; negative = cannot be had */
static uint32_t *home;   /* one a column: the first tier that it uses there, or NONE */
static uint32_t *now_of; /* one a market: its open tier, or NONE */

/* A set of tiers: of market `of` just `one` and `two`; of the others every tier (`all`), or the open one. */
struct tiers { uint32_t of, one, two; bool all; };

static bool in(const struct tiers *s, uint32_t column) {
  const uint32_t k = home[column];
  if (k == NONE) return true;
  if (resources[k].market == s->of) return k == s->one || k == s->two;
  return s->all || is_open[k];
}

/* f(h, b, S): the most that household h gains: at most one item a group, `most` in all. */
static wide gain_of(uint32_t h, unsigned b, struct tiers s) {
  wide top[8] = {0};
  for (uint64_t i = item_at[h]; i < item_at[h + 1]; i++) {
    const struct item *x = &items[i];
    const struct column *c = &columns[x->column];
    if (cost[x->column] < 0 || c->needs & ~b || !in(&s, x->column)) continue;
    wide gain = x->value * lift - x->quantity * cost[x->column];
    for (uint64_t o = item_at[h]; o < item_at[h + 1] && c->group && gain > 0; o++) { /* only the best of its group counts, the first when equal */
      const struct item *y = &items[o];
      if (o == i || columns[y->column].group != c->group || cost[y->column] < 0 || columns[y->column].needs & ~b || !in(&s, y->column)) continue;
      const wide other = y->value * lift - y->quantity * cost[y->column];
      if (other > gain || (other == gain && o < i)) gain = 0;
    }
    for (uint32_t k = 0; k < most && gain > 0; k++)
      if (gain > top[k]) {
        const wide swap = top[k];
        top[k] = gain, gain = swap;
      }
  }
  wide sum = 0;
  for (uint32_t k = 0; k < most; k++) sum += top[k];
  return sum;
}

/* change(h, b, x, t) = f(A + t) - f(A) - [ f(O + t + A(x)) - f(O + t) ] */
static wide change_of(uint32_t h, unsigned b, uint32_t x, uint32_t t, wide as_is) {
  const uint32_t now = now_of[x];
  return gain_of(h, b, (struct tiers){x, now, t, false}) - as_is - (gain_of(h, b, (struct tiers){x, t, now, true}) - gain_of(h, b, (struct tiers){x, t, NONE, true}));
}

static wide bound_of_all(void) {
  cost = calloc(column_count + 1ull, sizeof *cost), home = calloc(column_count + 1ull, sizeof *home), now_of = calloc(market_count + 1ull, sizeof *now_of);
  const size_t row = (size_t)resource_count + market_count; /* a change to each tier, and to none */
  wide *change = calloc(64 * row + 1, sizeof *change), *sum = calloc(row + 1, sizeof *sum), bound = 0;
  bool *touched = calloc(market_count + 1ull, sizeof *touched);
  if (!cost || !home || !now_of || !change || !sum || !touched) stop(2, "out of memory");
  struct market { uint32_t count, of[16]; } *tiers_of = calloc(market_count + 1ull, sizeof *tiers_of);
  if (!tiers_of) stop(2, "out of memory");
  for (uint32_t k = 0; k < resource_count; k++) {
    struct market *m = resources[k].market == NONE ? NULL : &tiers_of[resources[k].market];
    if (m && m->count == 16) stop(1, "market %u has more than 16 tiers", resources[k].market);
    if (m) m->of[m->count++] = k;
  }
  for (uint32_t x = 0; x < market_count; x++) now_of[x] = NONE;
  for (uint32_t k = 0; k < resource_count; k++)
    if (resources[k].market != NONE && is_open[k]) now_of[resources[k].market] = k;
  for (uint32_t v = 0; v < village_count; v++) {
    const unsigned all = 1u << (work_at[v + 1] - work_at[v]);
    wide g[64];
    bool can[64];
    uint32_t markets = 0;
    const unsigned always = free_works(v);
    unsigned best = always;
    lift = UNIT + (floors ? prices[resource_count + v] : 0);
    memset(touched, 0, market_count * sizeof *touched);
    memset(change, 0, all * row * sizeof *change);
    for (uint32_t c = 0; c < column_count; c++) {
      cost[c] = cost_of(v, columns[c].from, columns[c].count), home[c] = NONE;
      for (uint32_t u = columns[c].from; u < columns[c].from + columns[c].count && home[c] == NONE; u++) {
        const uint32_t k = resource_of(&uses[u], v);
        if (k != NONE && resources[k].market != NONE) home[c] = k;
      }
    }
    for (unsigned b = 0; b < all; b++) {
      g[b] = 0, can[b] = (b & always) == always;
      for (uint32_t w = 0; b >> w; w++) {
        if (!(b >> w & 1)) continue;
        const struct work *x = &works[work_at[v] + w];
        const wide c = cost_of(v, x->from, x->count);
        if (c < 0 || x->needs & ~b) can[b] = false;
        g[b] += x->value * UNIT - c;
      }
    }
    for (uint32_t h = household_at[v]; h < household_at[v + 1]; h++) {
      unsigned needed = 0;
      uint64_t seen = 0; /* bundles that are alike in the works which the household's items need are alike for it */
      for (uint64_t i = item_at[h]; i < item_at[h + 1]; i++) needed |= columns[items[i].column].needs;
      for (unsigned b = 0; b < all; b++) {
        if (!can[b] || seen >> b & 1) continue;
        const wide as_is = gain_of(h, b, (struct tiers){NONE, NONE, NONE, false});
        for (unsigned like = b; like < all; like++)
          if (can[like] && (like & needed) == (b & needed)) g[like] += as_is, seen |= (uint64_t)1 << like;
        for (uint32_t x = 0; x < market_count; x++) {
          bool offered[16] = {false}, any = false;
          for (uint64_t i = item_at[h]; i < item_at[h + 1]; i++)
            if (home[items[i].column] != NONE && resources[home[items[i].column]].market == x) any = true;
          if (!any) continue;
          touched[x] = true;
          const wide none = change_of(h, b, x, NONE, as_is);
          wide of[16] = {0};
          for (uint32_t n = 0; n < tiers_of[x].count; n++) {
            const uint32_t k = tiers_of[x].of[n];
            for (uint64_t i = item_at[h]; i < item_at[h + 1]; i++) offered[n] |= home[items[i].column] == k;
            of[n] = !offered[n] && k != now_of[x] ? none : k == now_of[x] ? 0 : change_of(h, b, x, k, as_is);
          }
          for (unsigned like = b; like < all; like++) {
            if (!can[like] || (like & needed) != (b & needed)) continue;
            change[like * row + resource_count + x] += none;
            for (uint32_t n = 0; n < tiers_of[x].count; n++) change[like * row + tiers_of[x].of[n]] += of[n];
          }
        }
      }
    }
    for (unsigned b = 0; b < all; b++) {
      if (can[b] && g[b] > g[best]) best = b;
    }
    bound += g[best] - (floors ? (wide)prices[resource_count + v] * floors[v] : 0);
    for (uint32_t x = 0; x < market_count; x++) markets += touched[x];
    for (size_t i = 0; i < row && markets; i++) { /* each market's question is answered by the bundle that suits it, less its part of what that bundle falls short by */
      const uint32_t x = i < resource_count ? resources[i].market : (uint32_t)(i - resource_count);
      if (x == NONE || !touched[x] || i == now_of[x]) continue;
      wide most_of = change[best * row + i];
      for (unsigned b = 0; b < all; b++)
        if (can[b] && change[b * row + i] - (g[best] - g[b]) / markets > most_of) most_of = change[b * row + i] - (g[best] - g[b]) / markets;
      sum[i] += most_of;
    }
  }
  for (uint32_t k = 0; k < resource_count; k++)
    if (resources[k].market == NONE) bound += (wide)prices[k] * resources[k].limit;
  for (uint32_t x = 0; x < market_count; x++) {
    wide best = now_of[x] == NONE ? 0 : sum[resource_count + x];
    for (uint32_t k = 0; k < resource_count; k++) {
      if (resources[k].market != x) continue;
      const wide worth = (k == now_of[x] ? 0 : sum[k]) + (wide)prices[k] * resources[k].limit - resources[k].loss * UNIT;
      if (worth > best) best = worth;
    }
    bound += best;
  }
  return bound;
}

int main(int argc, char **argv) {
  if (argc != 2 || argv[1][0] == '-') stop(2, "usage: lucid-verify-plan FOLDER (with model.bin and plan.bin)");
  struct file model = open_file(argv[1], "model.bin"), plan = open_file(argv[1], "plan.bin");
  uint8_t hash[32];
  sha256(&model, hash);
  read_model(&model);
  read_plan(&plan, hash);
  const wide value = value_of_plan(), bound = (bound_of_all() + UNIT - 1) / UNIT;
  if (value != said_value) stop(1, "the plan is worth %lld, not %lld as it says", (long long)value, (long long)said_value);
  if (bound > said_bound) stop(1, "the prices prove a bound of %lld, not %lld as it says", (long long)bound, (long long)said_bound);
  printf("holds: the plan is possible and worth %lld; no plan is worth more than %lld; gap %.4f %%\n", (long long)value, (long long)said_bound, said_bound > 0 ? 100.0 * (double)(said_bound - (int64_t)value) / (double)said_bound : 0.0);
  printf("model ");
  for (int i = 0; i < 32; i++) printf("%02x", hash[i]);
  putchar('\n');
  return 0;
}
