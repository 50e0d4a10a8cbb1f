/* status.h - how a function says that it failed, and what the person should do.
 *
 * Every function that can fail returns `enum status` (the compiler insists that it is looked at) and takes a
 * caller-owned `struct err *` last, which may be NULL. The message says what failed, on which file, row or line;
 * the hint says what to do next. Lower rooms fill it in and return; only `cli` prints it and turns the status
 * into an exit code, from the one table below.
 *
 * Cost: nothing on the path that succeeds. Memory: none beyond the caller's struct. */
#ifndef BASE_STATUS_H
#define BASE_STATUS_H

#include <stdarg.h>
#include <stddef.h>

/* name, exit code, HTTP status, what it means in two or three words */
#define STATUS_TABLE(X)                                                                                      \
  X(OK, 0, 200, "done")                                                                                      \
  X(ERR_USAGE, 2, 400, "wrong call")             /* the words of the command are off */                      \
  X(ERR_INPUT, 3, 422, "bad input")              /* a file, a row or a rule is not as it must be */          \
  X(ERR_NOT_FOUND, 4, 404, "not found")          /* no such file, household, round */                        \
  X(ERR_CONFLICT, 5, 409, "in conflict")         /* it exists, is closed, depends on something later */      \
  X(ERR_BUSY, 6, 503, "busy")                    /* somebody else is writing: try again */                   \
  X(ERR_IO, 7, 500, "read or write failed")      /* the system said no: permissions, disk, device */         \
  X(ERR_FULL, 8, 507, "disk full")                                                                           \
  X(ERR_KEY, 9, 403, "key needed")               /* the key file is missing, or is not this registry's */    \
  X(ERR_VERSION, 10, 409, "another version")     /* made by a version this program cannot read */            \
  X(ERR_CORRUPT, 11, 500, "damaged")             /* a checksum or an invariant does not hold */              \
  X(ERR_LIMIT, 12, 413, "over a limit")          /* a declared ceiling was reached */                        \
  X(ERR_MEMORY, 13, 507, "out of memory")                                                                    \
  X(ERR_CANCELLED, 14, 499, "stopped")           /* the person asked to stop */                              \
  X(ERR_INTERNAL, 70, 500, "internal error")     /* our fault */

enum status {
#define X(name, exit_code, http, words) name,
  STATUS_TABLE(X)
#undef X
      STATUS_COUNT
};

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))

struct err {
  enum status status;
  char message[600]; /* what failed; UTF-8, cut at a character's edge */
  char hint[400];    /* what to do; empty when there is nothing to add */
};

/* A failure is never OK: written where compilers and analysers can see it. */
static inline enum status status_failed(enum status s) { return s == OK ? ERR_INTERNAL : s; }

/* Fills `e` (when not NULL) and returns `status`, so that `return err_set(...)` reads as one thought. `hint` may be NULL. */
enum status err_fill(struct err *e, enum status status, const char *hint, const char *fmt, ...) PRINTF_LIKE(4, 5);
#define err_set(...) status_failed(err_fill(__VA_ARGS__))

/* Puts "prefix: " before the message already in `e`: the caller knows the file, the callee knew the line.
 * Returns e->status, or ERR_INTERNAL when e is NULL. */
enum status err_fill_prefix(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);
#define err_prefix(...) status_failed(err_fill_prefix(__VA_ARGS__))

/* As err_set with status ERR_IO, ERR_FULL, ERR_NOT_FOUND or ERR_CONFLICT chosen from errno, whose text is appended. */
enum status err_fill_errno(struct err *e, int errnum, const char *fmt, ...) PRINTF_LIKE(3, 4);
#define err_errno(...) status_failed(err_fill_errno(__VA_ARGS__))

int status_exit_code(enum status s);
int status_http(enum status s);
const char *status_name(enum status s);
const char *status_words(enum status s);

/* The one control-flow macro: leave with the same status when the call failed. */
#define TRY(call)                                                                                            \
  do {                                                                                                       \
    enum status try_status_ = (call);                                                                        \
    if (try_status_ != OK) return try_status_;                                                               \
  } while (0)

#endif
