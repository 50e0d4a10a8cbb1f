#include "base/status.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static const struct {
  int exit_code, http;
  const char *name, *words;
} rows[] = {
#define X(n, exit_code, http, words) {exit_code, http, #n, words},
    STATUS_TABLE(X)
#undef X
};

/* A message cut in the middle of a UTF-8 character would print as garbage in Chinese: step back to its edge. */
static void trim_partial(char *s) {
  size_t n = strlen(s), i = n;
  while (i > 0 && ((unsigned char)s[i - 1] & 0xC0) == 0x80) i--;
  if (i == 0) return;
  unsigned char lead = (unsigned char)s[i - 1];
  size_t want = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (n - (i - 1) < want) s[i - 1] = 0;
}

PRINTF_LIKE(3, 0) static void fill(char *to, size_t cap, const char *fmt, va_list ap) {
  vsnprintf(to, cap, fmt, ap);
  trim_partial(to);
  text_tame(to); /* messages quote file names, headings and cells */
}

enum status err_fill(struct err *e, enum status status, const char *hint, const char *fmt, ...) {
  if (!e) return status;
  va_list ap;
  va_start(ap, fmt);
  fill(e->message, sizeof e->message, fmt, ap);
  va_end(ap);
  e->status = status;
  snprintf(e->hint, sizeof e->hint, "%s", hint ? hint : "");
  trim_partial(e->hint);
  text_tame(e->hint);
  return status;
}

enum status err_fill_prefix(struct err *e, const char *fmt, ...) {
  if (!e) return ERR_INTERNAL;
  char before[sizeof e->message], joined[2 * sizeof e->message + 3];
  va_list ap;
  va_start(ap, fmt);
  fill(before, sizeof before, fmt, ap);
  va_end(ap);
  snprintf(joined, sizeof joined, "%s: %s", before, e->message);
  joined[sizeof e->message - 1] = 0;
  memcpy(e->message, joined, sizeof e->message);
  trim_partial(e->message);
  return e->status;
}

enum status err_fill_errno(struct err *e, int errnum, const char *fmt, ...) {
  enum status s = ERR_IO;
  const char *hint = NULL;
  if (errnum == ENOSPC || errnum == EDQUOT || errnum == EFBIG) s = ERR_FULL, hint = "free some space on that disk and run the command again; nothing was kept";
  else if (errnum == ENOENT || errnum == ENOTDIR) s = ERR_NOT_FOUND, hint = "check the path";
  else if (errnum == EEXIST) s = ERR_CONFLICT, hint = "choose another name, or remove the old file first";
  else if (errnum == EACCES || errnum == EPERM || errnum == EROFS) hint = "check who may read and write there";
  if (!e) return s;
  char text[sizeof e->message];
  va_list ap;
  va_start(ap, fmt);
  fill(text, sizeof text, fmt, ap);
  va_end(ap);
  return err_set(e, s, hint, "%s: %s", text, strerror(errnum));
}

int status_exit_code(enum status s) { return (unsigned)s < STATUS_COUNT ? rows[s].exit_code : 70; }
int status_http(enum status s) { return (unsigned)s < STATUS_COUNT ? rows[s].http : 500; }
const char *status_name(enum status s) { return (unsigned)s < STATUS_COUNT ? rows[s].name : "?"; }
const char *status_words(enum status s) { return (unsigned)s < STATUS_COUNT ? rows[s].words : "?"; }
