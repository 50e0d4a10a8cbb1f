/* fixture.h - a small programme with every kind of level and field, and a registry made from it in a folder of its own.
 * With LUCID_TEST_PG (tools/with-postgres) the registry is in that database; key and snapshots lie in the folder all the same. With LUCID_TEST_SHARDS
 * too it lies over two servers: county C1 on the second, the rest on the first. */
#ifndef FIXTURE_H
#define FIXTURE_H

#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "column/snapshot.h"
#include "registry/registry.h"
#include "store/store.h"
#include "unit.h"

static const char fixture_yaml[] =
    "programme:\n"
    "  name: village-test\n"
    "  title: {en: Test, zh: 测试}\n"
    "  languages: [en, zh]\n"
    "  currency: CNY\n"
    "  years: {from: 2026, to: 2027}\n"
    "areas:\n"
    "  levels:\n"
    "    - {name: prefecture}\n"
    "    - {name: county, home: true}\n"
    "    - {name: village}\n"
    "  list:\n"
    "    - {code: P, level: prefecture, name: {en: P}}\n"
    "    - {code: C1, level: county, parent: P, name: {en: One}}\n"
    "    - {code: C2, level: county, parent: P, name: {en: Two}}\n"
    "    - {code: V11, level: village, parent: C1, name: {en: V11}}\n"
    "    - {code: V12, level: village, parent: C1, name: {en: V12}}\n"
    "    - {code: V21, level: village, parent: C2, name: {en: V21}}\n"
    "  household: village_code\n"
    "levels:\n"
    "  - {name: crops}\n"
    "fields:\n"
    "  - {name: village_code, type: text, required: true}\n"
    "  - {name: income, type: money, changeable: true, missing: {-9: refused, -8: not_applicable}}\n"
    "  - {name: car, type: boolean}\n"
    "  - {name: roof, type: choice, choices: [tile, straw, tin]}\n"
    "  - {name: size, type: integer, min: 0, max: 50}\n"
    "  - {name: score, type: real}\n"
    "  - {name: visited, type: date}\n"
    "  - {name: phone, type: text, sealed: true, searchable: true, sensitivity: restricted}\n"
    "  - {name: age, level: members, type: integer, min: 0, max: 130}\n"
    "  - {name: in_school, level: members, type: boolean}\n"
    "  - {name: idno, level: members, type: text, sealed: true, searchable: true, sensitivity: restricted}\n"
    "  - {name: crop, level: crops, type: text}\n"
    "  - {name: yield, level: crops, type: decimal, decimals: 1}\n"
    "  - {name: road, level: village, type: boolean}\n"
    "lines:\n"
    "  - {name: national, kind: absolute, amounts: [{year: 2026, area: \"*\", amount: 4000}]}\n"
    "sample:\n"
    "  welfare: income\n"
    "identify:\n"
    "  include:\n"
    "    - {name: below, rule: income < line}\n"
    "sources:\n"
    "  - {name: households, file: households.csv, household: hid, map: {village_code: v, income: inc, car: car, roof: roof, size: size, score: score, visited: visited, phone: phone}}\n"
    "  - {name: people, file: people.csv, level: members, household: hid, member: no, map: {age: age, in_school: school, idno: idno}}\n"
    "  - {name: crops, file: crops.csv, level: crops, household: hid, map: {crop: crop, yield: yield}}\n"
    "  - {name: villages, file: villages.csv, level: village, village: v, map: {road: road}}\n";

static const char fixture_households[] =
    "hid,v,inc,car,roof,size,score,visited,phone\n"
    "H1,V11,3500.00,no,straw,4,1.5,2026-03-01,CANARYPHONE1\n"
    "H2,V12,-9,no,tile,2,,2026-03-02,\n"
    "H3,V21,8000.50,yes,tile,5,0,2026-03-03,CANARYPHONE3\n"
    "H4,V11,,no,tin,,-2.25,,\n";
static const char fixture_people[] =
    "hid,no,age,school,idno\n"
    "H1,1,40,no,CANARYID000000011\n"
    "H1,2,8,yes,\n"
    "H2,1,70,no,CANARYID000000021\n"
    "H3,1,33,no,\n"
    "H3,2,5,,\n";
static const char fixture_crops[] = "hid,crop,yield\nH1,rice,10.5\nH1,maize,3.0\nH3,tea,1.2\n";
static const char fixture_villages[] = "v,road\nV11,yes\nV21,no\n";

struct fixture {
  struct arena arena;
  struct err e;
  char dir[64], path[400], folder[128], key[128], snapshots[128];
  struct programme *p;
  struct registry *r;
  int64_t now;
};

static int64_t fixture_now(void *ctx) { return *(int64_t *)ctx; }

static inline void fixture_write(struct fixture *f, const char *name, const char *text) {
  char path[256];
  snprintf(path, sizeof path, "%s/%s", f->folder, name);
  assert_ok(file_replace(path, text, strlen(text), 0644, &f->e), &f->e);
}

static inline void fixture_data(struct fixture *f, const char *households, const char *people, const char *crops, const char *villages) {
  fixture_write(f, "data/households.csv", households), fixture_write(f, "data/people.csv", people);
  fixture_write(f, "data/crops.csv", crops), fixture_write(f, "data/villages.csv", villages);
}

static inline struct registry_options fixture_options(struct fixture *f) {
  struct registry_options o = {.actor = "tester", .clock = {fixture_now, &f->now}};
  if (getenv("LUCID_TEST_PG")) o.key_path = f->key, o.snapshots = f->snapshots;
  return o;
}

/* For tests that look into the file itself. */
#define FIXTURE_FILE_ONLY()                                                                                  \
  do {                                                                                                       \
    if (getenv("LUCID_TEST_PG")) skip();                                                                     \
  } while (0)

/* What the names of files beside the registry begin with. */
static inline void fixture_beside(struct fixture *f, char *out, size_t cap) {
  struct registry_status st;
  assert_ok(registry_status(f->r, &f->arena, &st, &f->e), &f->e);
  if (getenv("LUCID_TEST_PG") && !getenv("LUCID_TEST_SHARDS")) snprintf(out, cap, "%s/lucid/lucid-%s/registry", f->dir, st.key_id);
  else snprintf(out, cap, "%s", f->path);
}

static inline void fixture_open(struct fixture *f) {
  struct registry_options o = fixture_options(f);
  assert_ok(registry_open(&f->arena, f->path, NULL, &o, &f->r, &f->e), &f->e);
}

static int fixture_live; /* two at a time at most: with-postgres makes two databases */

/* A folder with a programme and data, and a registry with one open round, "2026". */
static inline struct fixture *fixture_new(void) {
  struct fixture *f = calloc(1, sizeof *f);
  struct problem *problems = NULL;
  struct round_info round;
  assert_true(fixture_live < 2);
  arena_init(&f->arena, 0);
  strcpy(f->dir, "/tmp/lucid-unit-XXXXXX");
  assert_non_null(mkdtemp(f->dir));
  snprintf(f->path, sizeof f->path, "%s/x.lucid", f->dir);
  snprintf(f->key, sizeof f->key, "%s/x.lucid.key", f->dir);
  snprintf(f->snapshots, sizeof f->snapshots, "%s/x.snapshots", f->dir);
  if (getenv("LUCID_TEST_PG")) {
    char urls[2][400], layout[1000];
    for (int i = 0; i < 2; i++) {
      const char *url = getenv(i && getenv("LUCID_TEST_SHARDS") ? "LUCID_TEST_PG_2" : "LUCID_TEST_PG"), *name = url ? strstr(url, "/lucid?") : NULL;
      assert_non_null(name);
      snprintf(urls[i], sizeof urls[i], "%.*s/lucid%s%s", (int)(name - url), url, fixture_live ? "2" : "", name + 6);
    }
    snprintf(f->path, sizeof f->path, "%s", urls[0]);
    if (getenv("LUCID_TEST_SHARDS")) {
      snprintf(f->path, sizeof f->path, "%s/x.shards", f->dir);
      snprintf(layout, sizeof layout, "{\"shards\": [{\"name\": \"main\", \"url\": \"%s\"}, {\"name\": \"east\", \"url\": \"%s\", \"homes\": [\"C1\"]}]}", urls[0], urls[1]);
      assert_ok(file_replace(f->path, layout, strlen(layout), 0600, &f->e), &f->e);
    }
    enum status gone = store_remove(f->path, &f->e);
    assert_true(gone == OK || gone == ERR_NOT_FOUND);
    setenv("XDG_DATA_HOME", f->dir, 1);
  }
  snprintf(f->folder, sizeof f->folder, "%s/programme", f->dir);
  f->now = 1772323200000000; /* 2026-03-01 */
  char data[256];
  snprintf(data, sizeof data, "%s/data", f->folder);
  assert_ok(file_make_dirs(data, &f->e), &f->e);
  fixture_write(f, "programme.yaml", fixture_yaml);
  fixture_data(f, fixture_households, fixture_people, fixture_crops, fixture_villages);
  assert_ok(programme_load(&f->arena, f->folder, &f->p, &problems, &f->e), &f->e);
  struct registry_options o = fixture_options(f);
  assert_ok(registry_init(f->path, f->p, &o, &f->e), &f->e);
  fixture_live++;
  fixture_open(f);
  assert_ok(registry_round_open(f->r, "2026", 2026, &round, &f->e), &f->e);
  return f;
}

static inline void fixture_free(struct fixture *f) {
  struct err e;
  fixture_live--;
  registry_close(f->r);
  assert_ok(file_remove_tree(f->dir, &e), &e);
  arena_drop(&f->arena);
  free(f);
}

#endif
