/* sheet.h - what the registry says of each household, as it is laid beside empty boxes for a visit at the door; and the filled-in rows
 * taken back.
 *
 * The yearly update begins with what is known: a sheet a household is printed, somebody goes to the door, and what differs is written
 * down. `sheet_walk` gives the households of a village in order of their numbers, as known after an event, with their values in words
 * that can be typed back (codes shown as labels where there are any). Restricted and sealed fields are left out unless asked for;
 * sealed ones need the key. `sheet_take` reads rows `household, level, number, field, known, now`: a row counts when `now` is filled in
 * and differs from `known`; when the registry no longer says `known`, somebody changed it since the sheet was printed, and nothing is
 * taken (the rows are named). All that counts is one event. New members and those who left are natural changes, not cells.
 * Memory: the numbers of one home's households and one household; taking: the rows that are filled in. */
#ifndef REGISTRY_SHEET_H
#define REGISTRY_SHEET_H

#include "registry/registry.h"

struct sheet_value { const struct field *field; const char *known; }; /* NULL = nothing is known */
struct sheet_row { const char *number; struct sheet_value *values; uint32_t count; };
struct sheet_household { const char *number, *area; /* code, "" = none */ struct sheet_row *rows[LEVEL_MAX]; uint32_t count[LEVEL_MAX]; bool taken[LEVEL_MAX]; /* the list was taken */ };

struct sheet_options { const char *area; /* code of an area of any level; NULL = all */ int64_t until; /* as known after this event; 0 = now */ bool restricted, sealed; enum language lang; };
/* Calls `household` for each, by home, area, number. ERR_KEY, ERR_NOT_FOUND (the area). */
enum status sheet_walk(struct registry *r, const struct sheet_options *o, enum status (*household)(void *ctx, const struct sheet_household *h, struct err *e), void *ctx, struct err *e) MUST_CHECK;

/* How many that will be. */
enum status sheet_count(struct registry *r, const struct sheet_options *o, uint64_t *out, struct err *e) MUST_CHECK;

struct sheet_taken { int64_t event; uint64_t rows_read, filled, changed; };
/* ERR_INPUT names the row; ERR_CONFLICT lists what changed meanwhile. */
enum status sheet_take(struct registry *r, const char *round, const char *file, bool dry_run, struct sheet_taken *out, struct err *e) MUST_CHECK;

#endif
