/* snapshot.h - a frozen round: a folder with a manifest and one immutable segment file per home (docs/format/snapshot.md).
 *
 * The manifest names the round, the year and each segment's home, file, SHA-256 and rows; the snapshot's hash is the
 * SHA-256 of the manifest's bytes (`sha256sum manifest.json` says the same). The manifest is canonical, segments are
 * canonical, so the same rows give the same hash whoever writes them, wherever, with any number of threads.
 *
 * Writing streams one segment at a time into a folder `tmp-<pid>-<n>` beside its final place, which is `<parent>/<hash>`:
 * a snapshot is there whole or not at all. Opening maps and checks everything before it returns: the manifest against
 * the hash that was asked for, each file against the manifest, each segment as segment_file.h says. */
#ifndef COLUMN_SNAPSHOT_H
#define COLUMN_SNAPSHOT_H

#include "base/pool.h"
#include "base/status.h"
#include "column/schema.h"
#include "column/segment_file.h"

#define SNAPSHOT_MANIFEST "manifest.json"
#define SNAPSHOT_ROUND_MAX 63 /* bytes of a round's name */

struct snapshot_writer;
/* `parent` is made when it is not there. */
enum status snapshot_create(const char *parent, const char *round, int32_t year, struct snapshot_writer **out, struct err *e) MUST_CHECK;
/* Each home once, in any order and from any thread. The segment may go as soon as this returns. All segments have the same schema (ERR_CONFLICT).
 * After an error only snapshot_abandon is left. */
enum status snapshot_add(struct snapshot_writer *w, const struct schema *schema, const struct segment *s, struct err *e) MUST_CHECK;
/* An earlier snapshot under the same parent, whose segments may be taken over. One that is not there, or whose manifest is damaged, has none. */
enum status snapshot_base(struct snapshot_writer *w, const char *hash_hex, struct err *e) MUST_CHECK;
/* Takes over the segment of a home that did not change since: a link to the same file (a copy where links fail), after the file was checked as for
 * opening. SNAPSHOT_NOT_TAKEN: it is lost or damaged, or has other columns: write it. From any thread. */
enum snapshot_taken { SNAPSHOT_TAKEN, SNAPSHOT_NOT_TAKEN, SNAPSHOT_NO_SUCH_HOME /* the earlier snapshot has none of that home */ };
enum status snapshot_take(struct snapshot_writer *w, const struct schema *schema, int64_t home, enum snapshot_taken *taken, uint64_t *households, uint64_t *members, struct err *e) MUST_CHECK;
/* The same for a segment that is made piece by piece while it is written (segment_file.h); the disk is waited for only when the snapshot is committed. */
enum status snapshot_add_made(struct snapshot_writer *w, const struct schema *schema, struct segment *shape, const struct segment_maker *maker, struct err *e) MUST_CHECK;
/* Writes the manifest, puts the folder in place (or finds the same snapshot there already) and gives its hash. Closes `w` in any case. */
enum status snapshot_commit(struct snapshot_writer *w, char hash_hex[65], struct err *e) MUST_CHECK;
void snapshot_abandon(struct snapshot_writer *w); /* removes what was written; NULL is fine */

struct snapshot;
/* Opens `<parent>/<hash_hex>`. ERR_NOT_FOUND, ERR_CORRUPT, ERR_VERSION. The pool (may be NULL) checks segments side by side. */
enum status snapshot_open(const char *parent, const char *hash_hex, struct pool *pool, struct snapshot **out, struct err *e) MUST_CHECK;
/* Opens a folder that came from elsewhere, whatever it is called. `hash_hex` NULL = take the manifest's own. */
enum status snapshot_open_folder(const char *folder, const char *hash_hex, struct pool *pool, struct snapshot **out, struct err *e) MUST_CHECK;
/* A snapshot over segments that live elsewhere (builders, tests, benchmarks); nothing is copied. Its hash is "". */
enum status snapshot_of(const struct schema *schema, const struct segment *const *segments, uint32_t count, const char *round, int32_t year, struct snapshot **out, struct err *e) MUST_CHECK;
void snapshot_close(struct snapshot *s); /* NULL is fine */

uint32_t snapshot_segment_count(const struct snapshot *s);
const struct segment *snapshot_segment(const struct snapshot *s, uint32_t i); /* by ascending home */
const struct schema *snapshot_schema(const struct snapshot *s);               /* NULL when there are no segments */
const char *snapshot_hash_hex(const struct snapshot *s);
const char *snapshot_round(const struct snapshot *s);
int32_t snapshot_year(const struct snapshot *s);
uint64_t snapshot_rows(const struct snapshot *s, uint32_t level); /* over all segments */
/* The segment of a home, or UINT32_MAX. */
uint32_t snapshot_find_home(const struct snapshot *s, int64_t home);

#endif
