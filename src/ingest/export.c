#include "ingest/export.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static enum status add(struct export_plan *p, enum export_role role, const struct field *f, uint32_t at, const char *name, const char *label) {
  p->columns[p->count++] = (struct export_column){role, f, at, name, label};
  return OK;
}

static uint32_t column_named(const struct schema_level *l, const char *name) {
  for (uint32_t i = 0; i < l->column_count; i++)
    if (strcmp(l->columns[i].name, name) == 0) return i;
  return UINT32_MAX;
}

enum status export_open(struct arena *a, const struct export_from *from, struct export_plan *p, struct err *e) {
  const struct level *l = &from->programme->levels[from->level];
  bool household = from->level == LEVEL_HOUSEHOLD, village = from->level == LEVEL_VILLAGE;
  *p = (struct export_plan){.from = from};
  ARENA_TRY(e, p->columns = arena_array(a, l->collected_count + 3, sizeof *p->columns));
  if (!village) TRY(add(p, EXPORT_HOUSEHOLD, NULL, 0, "household", from->lang == LANG_ZH ? "户编号" : "Household's own number"));
  if (!village && !household) TRY(add(p, EXPORT_NUMBER, NULL, 0, "number", from->lang == LANG_ZH ? "户内序号" : "Number within the household"));
  bool villages = village;
  for (uint32_t s = 0; s < from->segment_count && !villages; s++) villages = household && from->segments[s]->levels[LEVEL_VILLAGE].rows > 0;
  if (villages) TRY(add(p, EXPORT_VILLAGE, NULL, 0, "village", from->lang == LANG_ZH ? "村编码" : "Code of the village"));
  for (uint32_t i = 0; i < l->collected_count; i++) {
    const struct field *f = &l->fields[i];
    uint32_t at = column_named(&from->schema->levels[from->level], f->name);
    if (f->sealed) {
      p->sealed++;
      continue;
    }
    if (f->sensitivity == SENS_RESTRICTED && !from->restricted) {
      p->restricted++;
      continue;
    }
    if (at == UINT32_MAX) continue; /* the round was closed before the field existed */
    const struct schema_column *c = &from->schema->levels[from->level].columns[at];
    if (c->kind != f->kind || (f->kind == COL_DECIMAL && c->decimals != f->decimals))
      return err_set(e, ERR_CONFLICT, "export with the programme that the round was closed with", "the field %s is %s now and was %s when the round was closed", f->name,
                     col_kind_name(f->kind), col_kind_name(c->kind));
    TRY(add(p, EXPORT_FIELD, f, at, f->name, label_in(&f->label, from->lang, f->name)));
  }
  for (uint32_t s = 0; s < from->segment_count; s++) p->rows += from->segments[s]->levels[from->level].rows;
  return OK;
}

enum status export_each(const struct export_plan *p, export_row_fn row, void *ctx, struct err *e) {
  uint32_t level = p->from->level;
  for (uint32_t k = 0; k < p->from->segment_count; k++) {
    const struct segment *s = p->from->segments[k];
    if (level == LEVEL_HOUSEHOLD || level == LEVEL_VILLAGE) {
      for (uint64_t i = 0; i < s->levels[level].rows; i++) TRY(row(ctx, s, k, i, i, i + 1, e));
      continue;
    }
    const uint32_t *at = s->child_at[level];
    for (uint64_t h = 0; at && h < segment_households(s); h++)
      for (uint64_t i = at[h]; i < at[h + 1]; i++) TRY(row(ctx, s, k, h, i, i - at[h] + 1, e));
  }
  return OK;
}

enum status export_number(const struct export_from *from, const struct segment *s, uint64_t household, uint64_t row, uint64_t place, char buffer[24], struct span *out, struct err *e) {
  if (from->level == LEVEL_MEMBER && from->member_number && s->member_id)
    return from->member_number(from->member_number_ctx, s->home, s->household_id[household], s->member_id[row], out, e);
  if (from->level > LEVEL_VILLAGE && from->line_number && s->household_id) return from->line_number(from->line_number_ctx, from->level, s->home, s->household_id[household], place, out, e);
  snprintf(buffer, 24, "%llu", (unsigned long long)place);
  *out = span_of(buffer);
  return OK;
}

const char *export_missing(const struct field *f, enum absence why) {
  for (uint32_t i = 0; i < f->missing_count; i++)
    if (f->missing[i].why == why) return f->missing[i].text;
  switch (why) {
    case ABSENT_REFUSED: return ".r";
    case ABSENT_NOT_APPLICABLE: return ".n";
    case ABSENT_NO_ROSTER: return ".m";
    default: return "";
  }
}

enum status export_file_open(struct export_file *f, const char *path, struct err *e) {
  f->path = path;
  f->stream = NULL;
  if ((size_t)snprintf(f->temp, sizeof f->temp, "%s.tmp-%ld", path, (long)getpid()) >= sizeof f->temp) return err_set(e, ERR_USAGE, NULL, "the path is too long: %.200s...", path);
  int fd = open(f->temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return err_errno(e, errno, "cannot write %s", path);
  if (!(f->stream = fdopen(fd, "w"))) {
    close(fd);
    unlink(f->temp);
    return err_set(e, ERR_MEMORY, NULL, "out of memory");
  }
  return OK;
}

enum status export_file_close(struct export_file *f, enum status so_far, struct err *e) {
  if (!f->stream) return so_far;
  FILE *stream = f->stream;
  errno = 0;
  bool bad = fflush(stream) != 0 || ferror(stream);
  if (!bad && so_far == OK) bad = fsync(fileno(stream)) != 0 && errno != EINVAL;
  int why = bad && !errno ? EIO : errno;
  if (fclose(stream) != 0 && !bad) bad = true, why = errno;
  f->stream = NULL;
  if (so_far == OK && bad) so_far = err_errno(e, why, "cannot write %s", f->path);
  if (so_far == OK && rename(f->temp, f->path) != 0) so_far = err_errno(e, errno, "cannot put %s in place", f->path);
  if (so_far != OK) unlink(f->temp);
  return so_far;
}
