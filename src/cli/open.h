/* open.h - opening what a verb's first argument names. */
#ifndef CLI_OPEN_H
#define CLI_OPEN_H

#include "cli/cli.h"
#include "registry/registry.h"

/* A verb that opens a registry offers this option. */
#define OPEN_KEY_OPTION                                                                                      \
  "key=FILE  the registry's key (default: its path with .key)\n"                                              \
  "passphrase-file=FILE  where the key has a passphrase: the file whose first line it is (default: asked for on a terminal)\n" \
  "snapshots=FOLDER  where its snapshots lie (default: beside it; of a database: in ~/.local/share/lucid)\n"

/* The key's passphrase: the first line of --passphrase-file, else typed on the terminal without showing. ERR_KEY when there is neither. Fits
 * registry_options.passphrase; `ctx` is the struct cli. */
enum status open_passphrase(void *ctx, char *out, size_t cap, struct err *e) MUST_CHECK;
enum status open_type(const char *prompt, char *out, size_t cap, struct err *e) MUST_CHECK;
/* Who acts: LUCID_ACTOR, else the login name. */
const char *open_actor(void);
struct registry_options open_options(const struct cli *c, bool read_only);
/* A registry's path as it may be shown: a URL without its password. */
const char *open_shown(struct cli *c, const char *path);
/* Positional argument 0 as a registry; close with registry_close. */
#define EXIT_PARTIAL 15

/* Closes it. When a reader was not shown everything, the command says so in the end and leaves with exit code 15. */
void open_done(struct cli *c, struct registry *r);
enum status open_registry(struct cli *c, bool read_only, struct registry **out, struct err *e) MUST_CHECK;
/* With --with-snapshots: what lies beside `r` goes along to its backup or copy, and is told. */
#define OPEN_ALONG_OPTION "with-snapshots  its frozen rounds and recorded decisions go along (else they are made again when needed)\n"
enum status open_along(struct cli *c, struct registry *r, const char *to, struct err *e) MUST_CHECK;
/* A programme folder, with everything wrong in it in one message (the first) and the rest as notes. */
enum status open_programme(struct cli *c, const char *folder, struct programme **out, struct err *e) MUST_CHECK;
/* Before a result is written: ERR_CONFLICT when `path` is there and does not begin as an earlier `what` does (a registry, a key, a
 * programme typed in its place). */
enum status open_out(const char *path, const char *what, const char *begins, struct err *e) MUST_CHECK;

#endif
