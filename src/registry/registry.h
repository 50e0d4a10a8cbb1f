/* registry.h - one file (or one PostgreSQL database) that holds a whole programme's people, rounds and history.
 *
 * Versions, not overwriting: every row says which event brought it and since when it is valid; what it replaced stands in
 * a history table. An event is one change set: who, when, from what source, and the hash of its rows. An import is one
 * event; an unchanged row writes nothing. Sealed fields are encrypted under a data key per household (registry/seal.h). */
#ifndef REGISTRY_REGISTRY_H
#define REGISTRY_REGISTRY_H

#include "base/date.h"
#include "base/progress.h"
#include "column/segment.h"
#include "ingest/ingest.h"
#include "programme/programme.h"

struct registry;
struct snapshot; /* column/snapshot.h: a manifest and one mapped segment per home */

struct registry_options { const char *key_path, *snapshots; /* NULL = beside the file (registry/place.h) */ const char *actor; /* who: recorded in events */ struct clock clock; bool read_only;
  enum status (*passphrase)(void *ctx, char *out, size_t cap, struct err *e); void *passphrase_ctx; /* asked when a sealed value is needed and the key has one; NULL = ERR_KEY then */ };

enum status registry_init(const char *url, const struct programme *p, const struct registry_options *o, struct err *e) MUST_CHECK;
/* Opens; `p` may be NULL: then the programme folder recorded at init is loaded (and its copy inside the registry is used when the folder is gone). */
enum status registry_open(struct arena *a, const char *url, struct programme *p, const struct registry_options *o, struct registry **out, struct err *e) MUST_CHECK;
void registry_close(struct registry *r);
struct programme *registry_programme(struct registry *r);

struct round_info { int64_t id; char name[64]; int32_t year; bool open; char snapshot[65]; /* hex of the manifest, "" while open */ int64_t households, members; };
enum status registry_round_open(struct registry *r, const char *name, int32_t year, struct round_info *out, struct err *e) MUST_CHECK;
enum status registry_round_close(struct registry *r, const char *name, struct progress *pr, struct round_info *out, struct err *e) MUST_CHECK;
/* The same, with what is wanted and what was done. Segments of homes that no event touched since the last close are taken over from its
 * snapshot, which costs looking at them; `rewrite` makes every one from the rows. The hash is the same either way. */
struct round_closing { bool rewrite; struct progress *progress; uint32_t written, taken; /* out: homes */ };
enum status registry_round_close_by(struct registry *r, const char *name, struct round_closing *how, struct round_info *out, struct err *e) MUST_CHECK;
enum status registry_round_get(struct registry *r, const char *name_or_null_for_latest, struct round_info *out, struct err *e) MUST_CHECK;
/* The event that closed a round; 0 while it is open. */
enum status registry_round_closed_event(struct registry *r, int64_t round, int64_t *event, struct err *e) MUST_CHECK;
enum status registry_rounds(struct registry *r, struct arena *a, struct round_info **out, uint32_t *count, struct err *e) MUST_CHECK;

struct import_counts { struct ingest_counts read; uint64_t inserted, changed, unchanged, ended; int64_t event; /* 0 = nothing was new: nothing was written */ };
/* All sources of the programme, or one. Staged beside the registry, validated whole, then merged as one event. */
enum status registry_import(struct registry *r, const char *round, const char *source_or_null, const struct ingest_options *o, bool dry_run,
                            struct import_counts *out, struct err *e) MUST_CHECK;

/* The frozen columns of a closed round; made again from the versions when the files are gone, and checked against the hash. */
enum status registry_snapshot(struct registry *r, const char *round, struct snapshot **out, struct err *e) MUST_CHECK;

/* Finds a household by its own number; gives its home, id and row in the snapshot. ERR_NOT_FOUND with near matches as HINT. */
struct household_ref { int64_t home, id; uint32_t segment; uint64_t row; };
enum status registry_find(struct registry *r, struct snapshot *s, const char *household_key, struct household_ref *out, struct err *e) MUST_CHECK;

/* A member's own number in its household, by its permanent id (segment's member_id), also when it is no longer a member. `out` holds
 * until the next call. */
enum status registry_member_number(struct registry *r, int64_t home, int64_t household, int64_t member, struct span *out, struct err *e) MUST_CHECK;
/* A line's own number: that of the place-th row (from 1) of the household's list as it was when the event had happened. Lines sort by their permanent ids, in
 * the registry as in the snapshot, which does not hold them. Held until the next call. */
enum status registry_line_number(struct registry *r, uint32_t level, int64_t event, int64_t home, int64_t household, uint64_t place, struct span *out, struct err *e) MUST_CHECK;

/* Households with a row whose field has this value; their own numbers, sorted, in the arena. `field` is a household's field or
 * `members.f`. A sealed field must be `searchable` and needs the key (ERR_KEY). ERR_INPUT names what is wrong with field or value. */
enum status registry_search(struct registry *r, struct arena *a, const char *field, const char *value, const char ***keys, uint32_t *count, struct err *e) MUST_CHECK;

/* A run: which rules, which data, which seed; its decisions are a column file beside the snapshot. */
struct run_record { int64_t id; char round[64], kind[16], rules_hash[65], source_hash[65], snapshot[65], decisions_hash[65], engine[32], seed[128]; int64_t at; char summary_json[8192]; };
enum status registry_run_put(struct registry *r, struct run_record *run, const void *decisions, size_t decisions_len, struct err *e) MUST_CHECK;
enum status registry_run_latest(struct registry *r, const char *round, const char *kind, struct run_record *out, struct err *e) MUST_CHECK;
enum status registry_run_decisions(struct registry *r, struct arena *a, const struct run_record *run, void **data, size_t *len, struct err *e) MUST_CHECK;

/* The recovery sheet: id of the key and its 64 hexadecimal digits in groups of four. ERR_KEY when the key is not here. */
enum status registry_key_sheet(struct registry *r, char id[17], char digits[80], struct err *e) MUST_CHECK;
/* The key file gets this passphrase, or (NULL) has none any more. ERR_KEY when the key is not here; ERR_CONFLICT while a change of the key waits to be finished. */
enum status registry_key_lock(struct registry *r, const char *passphrase_or_null, struct err *e) MUST_CHECK;
const char *registry_key_path(const struct registry *r); /* where the key is looked for */

/* What is in it. */
struct registry_level_count { const char *name; int64_t now, before; /* rows that hold; versions that no longer do */ };
struct registry_status {
  const char *path, *programme, *folder, *engine; /* engine: the version that made it */
  enum registry_folder { FOLDER_SAME, FOLDER_TEXTS_CHANGED, FOLDER_RULES_CHANGED, FOLDER_BROKEN, FOLDER_GONE } programme_folder; /* compared with the copy inside */
  struct registry_level_count levels[LEVEL_MAX]; uint32_t level_count;
  int64_t events, last_event_at; const char *last_event_kind, *last_event_actor;
  bool key, key_locked; char key_id[17]; const char *key_why; /* key false: why; locked: it is here and has a passphrase */
};
enum status registry_status(struct registry *r, struct arena *a, struct registry_status *out, struct err *e) MUST_CHECK;

/* One change of one row, as people read it. before, after NULL = no value there. field "" = the row as a whole. */
struct registry_change { const char *level, *row; /* "" or the member's number */ const char *field, *before, *after; int32_t since; /* the day it holds from */ };
struct registry_history { int64_t event, at; const char *kind, *actor, *source, *round; const struct registry_change *changes; uint32_t change_count; };
/* All that happened to a household, its members and lines, oldest first; with `until` only what was known after that event (0 = all). Where
 * people came from and went to is said, so that it can be followed through splits and merges. Sealed values read "sealed", or with `reveal`
 * (ERR_KEY without the key) what they are; "erased" after their key was destroyed. */
enum status registry_history(struct registry *r, struct arena *a, const char *household_key, int64_t until, bool reveal, struct registry_history **out, uint32_t *count, struct err *e) MUST_CHECK;

/* Sets fields of one household (or, with member, of one member) as one event in the open round. Values as typed: "" = empty,
 * "refused", "not_applicable" as absences where no choice has that code. ERR_INPUT names the field. */
struct registry_set { const char *field, *value; };
enum status registry_edit(struct registry *r, const char *round, const char *household_key, const char *member_or_null, const struct registry_set *sets, uint32_t count, int64_t *event, struct err *e) MUST_CHECK;

/* Takes an event back by a new event that restores what it changed. ERR_CONFLICT with the list when a later event, a close or
 * another undo depends on it. `event` 0 = the latest that can be undone. */
struct registry_undone { int64_t event, undone, arrival; /* of a transfer: its second event, taken back with it; 0 = none */ uint64_t restored, ended; };
enum status registry_undo(struct registry *r, int64_t event, struct registry_undone *out, struct err *e) MUST_CHECK;

/* Destroys the data key of a household: its sealed fields are gone for good, also from history and snapshots. Hashes stay valid.
 * Erased before: *event 0, and what an interrupted attempt may have left is cleared away. An error that says "it is done and kept" means it. */
enum status registry_erase(struct registry *r, const char *household_key, int64_t *event, struct err *e) MUST_CHECK;

/* Takes changed rules into the registry: from now on it works by `p`, whose files it keeps; the earlier ones stay on record. The
 * codebook's collected fields, levels and areas must be those the registry was made with (ERR_CONFLICT names the first difference);
 * areas may be added. Open the registry anew afterwards. *event 0 = it works by that programme already. */
enum status registry_adopt(struct registry *r, const struct programme *p, int64_t *event, struct err *e) MUST_CHECK;

/* Checks everything that must hold: the file itself, the chain of events, their rows, versions without gaps or overlaps, snapshots
 * against their hashes, files that belong to nothing. Each finding goes to `found` (may be NULL); *bad counts those that are errors.
 * OK even when something is wrong: the status is about the checking. */
struct registry_finding { bool error; const char *what, *hint; };
enum status registry_fsck(struct registry *r, struct progress *pr, void (*found)(void *ctx, const struct registry_finding *f), void *ctx, uint64_t *checked, uint64_t *bad, struct err *e) MUST_CHECK;

/* A copy that can be opened as it is, made while others work, checked before it is called done. The key is not in it. */
enum status registry_backup(struct registry *r, const char *to, struct err *e) MUST_CHECK;

#endif
