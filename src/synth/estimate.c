#include "synth/estimate.h"

#include <inttypes.h>
#include <string.h>

#include "base/file.h"
#include "base/progress.h"
#include "synth/block.h"

#define SAMPLE_US 100000 /* made for the time */

/* Bytes of a household and round with its truth, and the time it takes as a multiple of making it. */
static const struct { uint64_t bytes; double time; } forms[] = {[FORM_FILES] = {1200, 15}, [FORM_FROZEN] = {520, 3}};

enum status estimate_make(const struct population *pop, const struct block_id *ids, uint32_t count, enum synth_form form, uint32_t rounds, unsigned threads, struct estimate *out, struct err *e) {
  struct block b = {0};
  int64_t made = 0, persons = 0, begun = progress_now_us(), now = begun;
  enum status s = OK;
  *out = (struct estimate){.rounds = rounds, .villages = count};
  for (uint32_t i = 0; i < count; i++) out->persons += pop->villages[ids[i].village].persons;
  for (uint32_t i = 0; s == OK && i < count && now - begun < SAMPLE_US; i++) { /* one here, one there */
    s = block_make(pop, ids[(uint64_t)i * 7919 % count], &b, e);
    made += b.count, persons += b.persons[0], now = progress_now_us();
  }
  block_free(&b);
  TRY(s);
  if (!persons) return OK;
  out->households = (int64_t)((double)out->persons * (double)made / (double)persons);
  out->bytes = forms[form].bytes * (uint64_t)out->households * out->rounds;
  out->seconds = (double)(now - begun) / 1e6 / (double)made * forms[form].time * (double)out->households / (threads ? threads : 1);
  return OK;
}

enum status estimate_space(struct arena *a, const struct estimate *x, const char *folder, struct err *e) {
  char *path;
  ARENA_TRY(e, path = arena_str(a, folder));
  while (!file_exists(path) && strcmp(path, ".") != 0 && strcmp(path, "/") != 0) ARENA_TRY(e, path = file_dir(a, path));
  uint64_t space = file_space(path);
  if (space >= x->bytes) return OK;
  return err_set(e, ERR_FULL, "take a smaller --scale or another disk; --dry-run tells how much is needed", "this needs about %" PRIu64 " MB in %s; %" PRIu64 " MB are free", x->bytes / 1000000 + 1, path, space / 1000000);
}
