/* programme.h - a programme folder as one checked, compiled struct.
 *
 * `programme_load` reads programme.yaml and the CSV files it names, binds every key by a table (programme/keys.h),
 * resolves names, orders `derive`, compiles every rule against the codebook, and either returns a programme in which
 * nothing dangles or a list of problems with file, line, column and HINT. Nothing about a place is compiled in.
 *
 * Two hashes: `rules` over the canonical form of what decides (fields, derive, lines, identify, dimensions: not labels, not
 * comments), and `source` over the bytes of every file. Everything lives in the programme's arena. */
#ifndef PROGRAMME_PROGRAMME_H
#define PROGRAMME_PROGRAMME_H

#include "base/arena.h"
#include "base/digest.h"
#include "base/map.h"
#include "base/status.h"
#include "column/segment.h"
#include "programme/label.h"
#include "programme/planning.h"
#include "rules/rule.h"

enum sensitivity { SENS_PUBLIC, SENS_INTERNAL, SENS_RESTRICTED };

struct choice { const char *code; struct label label; };

struct field {
  const char *name;
  uint32_t level;            /* LEVEL_HOUSEHOLD, LEVEL_MEMBER, LEVEL_VILLAGE, LEVEL_LINE0 + n */
  enum col_kind kind;        /* YAML types: integer decimal money real boolean choice text date */
  uint8_t decimals;          /* decimal: as said; money: the programme currency's */
  bool money;
  struct label label;
  const char *unit;
  enum sensitivity sensitivity;
  bool sealed;               /* kept encrypted in the registry, the word "sealed" in snapshots; rules can't read it */
  bool searchable;           /* sealed: equality search through a blind index */
  bool required;             /* a row without it is refused */
  bool changeable;
  bool bounded; int64_t lo, hi;           /* integers, dates, scaled decimals */
  bool real_bounded; double real_lo, real_hi;
  const struct choice *choices; uint32_t choice_count;
  struct missing_code { const char *text; enum absence why; } const *missing; uint32_t missing_count; /* source text -> absence */
  uint32_t fill; struct cell fill_value;  /* absences with a meaning: see struct rule_field */
  const struct rule *derived;             /* NULL = collected */
  const char *derived_source;
  uint32_t column;           /* collected: index among the level's collected fields (segment column); derived: order of computation */
  bool assumed; const char *source;       /* where its definition or number comes from */
  int line;                  /* in programme.yaml */
  bool incentive;            /* fed by points or stars: no rule that decides may read it, even through derive */
  const char *const *in_use; /* beside the choices among areas: the code that stands for each now; NULL for others */
  uint32_t area_level;       /* a choice among the areas of this level (codes are area codes), or UINT32_MAX */
};

struct level { const char *name; /* "household" "members" "village", line levels */ struct label label;
  const struct field *fields; /* collected ones first (fields[i].column == i), then derived; env.fields has the same order */
  uint32_t field_count, collected_count;
  bool empty_unknown; /* members and lines: no rows means that the list was not taken, not that it is empty (members' default) */
};

struct area { /* sorted so that parents come before children */
  const char *code, *name_en, *name_zh; uint32_t level; /* index in area_levels */
  uint32_t parent; /* index in areas, or UINT32_MAX */
  int64_t population; /* -1 = not given */
  double lon, lat;    /* NAN = not given */
  int32_t valid_from, valid_to; /* days; DATE_MIN.. DATE_MAX */
  uint32_t now;       /* index of the area that stands for it today: itself, or what it was replaced by, merged into or renamed to */
};

/* An area's outline, for maps only. Ring k of all reaches from shape_ends[k - 1] (0 for the first) to shape_ends[k], in positions of two doubles. */
struct area_shape { uint32_t area, first_ring, ring_count; };

enum line_kind { LINE_ABSOLUTE, LINE_RELATIVE /* share of a weighted quantile of the welfare measure, computed per round */ };
struct line_amount { int32_t year; const char *area; double amount; const char *source; bool assumed; };
struct line { const char *name; struct label label; enum line_kind kind; const struct line_amount *amounts; uint32_t amount_count;
  double share, quantile; /* LINE_RELATIVE: e.g. 0.6 of quantile 0.5 */ };

struct indicator { const char *name; struct label label; double weight; /* of the whole: all sum to 1 */ const struct rule *rule; /* true = deprived */
  const char *dimension; const char *source; /* the rule's text */ const char *origin; /* where it comes from, or NULL */ bool assumed; };

/* A named decision rule with the words for people. */
struct named_rule { const char *name; struct label label; const char *source; /* the rule's text */ const struct rule *rule; int line;
  const char *origin; /* where it comes from (a law, a report), or NULL */ bool assumed; };

enum ties { TIES_DRAW, TIES_INCLUDE, TIES_EXCLUDE };
struct quota_row { const char *area; int64_t places; const char *source; bool assumed; }; /* area code of the level quota_level, or "*" */

struct identify {
  const struct named_rule *include; uint32_t include_count; /* a household qualifies when one of these is true */
  const struct named_rule *exclude; uint32_t exclude_count; /* and none of these is */
  const struct named_rule *causes;  uint32_t cause_count;   /* why poor: all that are true are listed */
  bool has_rank; struct named_rule rank; bool rank_descending; /* a number; who goes first where places are short */
  bool has_quota; uint32_t quota_level; const struct quota_row *quota; uint32_t quota_count; enum ties ties;
  bool quota_persons; /* places count persons, not households */
};

/* `monitor`: who may fall (back) into poverty, by when it is to be decided, what clears a household again. */
#define MONITOR_RULES_MAX 64u
struct monitor {
  bool there;
  uint32_t line;                                /* income below it is watched: index in `lines` */
  const struct field *kind; const char *none;   /* as what a household is monitored; the choice that says: as nothing */
  const struct field *risk;                     /* the risk as it was at entry; NULL = not kept */
  const struct field *clue, *clue_on, *decided_on; /* where the clue came from, when; when it was decided; NULL = not kept */
  const struct named_rule *kinds; uint32_t kind_count;  /* the first that is true is the household's; names are choices of `kind` */
  const struct named_rule *clear; uint32_t clear_count; /* all must hold */
  int32_t days, notice;                         /* from clue to decision, of which the notice; 0 = not said */
};

struct design { /* how the data were sampled: what standard errors need. Names of fields; NULL = none */
  const struct rule *welfare;  /* a double per household: income or consumption per head, compared with the lines */
  const char *welfare_source; struct label welfare_label, welfare_unit;
  const struct rule *weight;   /* per household; times persons when count is persons. NULL = 1 */
  const struct rule *persons;  /* household size; NULL = number of member rows */
  const struct rule *strata, *psu; /* string or int; psu NULL = the household itself */
  bool person_weight;          /* the weight is a person's weight, summed over members (member-level rule) */
  const char *const *domains; uint32_t domain_count; /* names of choice, boolean or area fields (household or member level) to break results by */
  const struct field *const *domain_fields;          /* beside domains */
  const char *note_en, *note_zh; /* stands under every figure: "unweighted extract, ..." */
};

/* How files become rows: `sources` in the YAML. Read by `ingest`. */
/* What may be done to a value on its way in, before it is validated: the word, and what it does. */
#define CONVERSION_TABLE(X)                                                             \
  X(CONVERT_NONE, "", "nothing")                                                        \
  X(CONVERT_HUNDREDTH, "percent", "a percentage: divided by 100")                       \
  X(CONVERT_THOUSAND, "thousands", "multiplied by 1,000")                               \
  X(CONVERT_TEN_THOUSAND, "ten_thousands", "multiplied by 10,000")                      \
  X(CONVERT_TWELVE, "monthly", "an amount a month: multiplied by 12")                   \
  X(CONVERT_TWELFTH, "yearly", "an amount a year: divided by 12")                       \
  X(CONVERT_NEGATE, "negate", "with the other sign")                                    \
  X(CONVERT_DMY, "dmy", "a date written day, month, year: 31.12.2026 or 31/12/2026")    \
  X(CONVERT_MDY, "mdy", "a date written month, day, year: 12/31/2026")                  \
  X(CONVERT_ID_BIRTH, "id_birth", "the date of birth out of a Chinese identity number") \
  X(CONVERT_ID_SEX, "id_sex", "male or female, out of a Chinese identity number")
enum conversion {
#define X(id, word, text) id,
  CONVERSION_TABLE(X)
#undef X
      CONVERSION_COUNT
};
const char *conversion_word(enum conversion c);

struct recode { const char *from, *to; }; /* applied to the cell's text or value label before anything else; "" as `to` = empty */
struct source_map { const char *field; const char *column; /* heading or variable in the file; several spellings divided by | */ const char *with; /* the conversion's word, or NULL */ int line;
  const struct field *target; /* the collected field it fills */
  enum conversion conversion; const struct recode *recode; uint32_t recode_count;
  const char *const *within; uint32_t within_count; /* a place given by its name: columns with the names of the areas around it, widest first */ };
struct spread_column { const char *column; const char *code; }; /* heading (spellings divided by |), and what its values are: a choice of `spread_by` */
struct source { const char *name, *file, *format; /* csv dta rdata rds; NULL = by its ending */
  const char *table;         /* R object name in an .RData with several */
  uint32_t level;            /* of the row: LEVEL_HOUSEHOLD, LEVEL_MEMBER (flat = household fields repeat), LEVEL_VILLAGE, lines */
  bool flat;
  bool form;                 /* of households: a label in one cell, its value beside or below, a household a sheet of a workbook */
  bool optional;             /* when all sources are read, one whose file is absent is passed over */
  bool partial;              /* columns that a file lacks are passed over: their fields keep what they had */
  const char *household_key, *member_key, *village_key; /* columns */
  const struct source_map *maps; uint32_t map_count;
  /* A wide file of a line level: each of these columns that holds a value is a row of its own. NULL = not wide. */
  const struct field *spread_value, *spread_by; const struct spread_column *spread; uint32_t spread_count;
  const char *fetch_hint_en, *fetch_hint_zh; /* what to tell a user whose file is absent */
  int line; };

/* A number or rule that nobody has measured or decreed: marked `assumed: true`. It travels into each table it touches. */
struct assumption { const char *section, *name; struct label label; const char *value, *source; const char *file; int line; };

/* Everything a programme rests on, under a name that stays while the value changes: `params.rate_grain`, `lines.monitor.2019.43`. */
struct programme_value { const char *item; struct label label; const char *value, *source, *file; int line; bool assumed, of_place; };

/* `inherited`: this programme began as a copy of another. Until somebody has confirmed each value that was assumed there, or of that
 * place, it is a drill: what it decides binds nobody, and says so. */
enum inherited_state { INHERITED_OPEN, INHERITED_CONFIRMED, INHERITED_CHANGED /* since it was confirmed */ };
const char *inherited_state_word(enum inherited_state s);
struct inherited_item { const char *item, *file; struct label what; const char *value, *why, *source, *by, *on;
  const char *now; /* the value in the programme today; NULL when there is none any more */ enum inherited_state state; };
struct inherited { const char *from, *on, *source_hash; const struct inherited_item *items; uint32_t count, open; /* not confirmed, or changed since */ };

struct programme_param { const char *name, *unit; struct label label; struct rule_value value; const char *source; bool assumed; };

struct programme_file { const char *name; const char *data; size_t len; }; /* name relative to the folder */

struct programme {
  struct arena *arena;
  const char *folder, *name; struct label title, note;
  const char *currency; uint8_t currency_decimals;
  enum language languages[LANG_COUNT]; uint32_t language_count;
  int32_t year_from, year_to, year; /* `year`: the round's default */
  struct level levels[LEVEL_MAX]; uint32_t level_count;
  const struct label *area_levels; const char *const *area_level_names; uint32_t area_level_count; uint32_t home_level; /* the county level */
  const struct area *areas; uint32_t area_count;
  struct map area_index;     /* code -> index in areas */
  const struct area_shape *shapes; uint32_t shape_count; /* `areas.boundaries` */
  const double *shape_points; /* degrees east, degrees north */ const uint32_t *shape_ends;
  struct label shape_note; bool shape_schematic; /* stands under every map */
  const char *household_area; /* NULL, or the household field (choice or text) that names its area by code */
  const struct line *lines; uint32_t line_count; uint32_t main_line; /* `line` in rules */
  const struct indicator *indicators; uint32_t indicator_count; double cutoff; /* poor if score >= cutoff - 1e-9 */
  const char *const *dimension_names; const struct label *dimension_labels; uint32_t dimension_count;
  struct identify identify;
  struct monitor monitor;
  struct design design;
  struct planning planning; /* help: measures, funds, markets (programme/planning.h) */
  const struct source *sources; uint32_t source_count;
  struct rule_env env;       /* what every rule was compiled against; consts hold `line`, `year` and each line's name */
  const struct field *const *derive_order; uint32_t derive_count; /* derived fields, each after what it reads */
  struct digest rules_hash, source_hash;
  const struct programme_param *params; uint32_t param_count; /* named numbers: constants in rules */
  const struct assumption *assumed; uint32_t assumed_count;
  const struct programme_value *values; uint32_t value_count; struct map value_index;
  const struct inherited *inherited; /* NULL = not a copy */
  bool drill;                        /* a copy, and not all of it is confirmed */
  const struct programme_file *files; uint32_t file_count; /* programme.yaml and the tables it names, sorted by name: what source_hash covers */
};

struct problem { /* one thing wrong in a programme folder */
  const char *file; int line, column; enum status status; const char *message, *hint; struct problem *next; };

/* Loads and checks. On ERR_INPUT `problems` lists everything wrong that could be found in one go (first = e).
 * A relative line's amount is not known until data are there: rules that read it are compiled with the constant `unknown`
 * and `programme_set_line` gives it later. */
enum status programme_load(struct arena *a, const char *folder, struct programme **out, struct problem **problems, struct err *e) MUST_CHECK;
/* The same from bytes in memory (a registry's own copy). `folder` is only a name for messages. */
enum status programme_load_files(struct arena *a, const char *folder, const struct programme_file *files, uint32_t count, struct programme **out,
                                 struct problem **problems, struct err *e) MUST_CHECK;
/* The programme again with other values of its parameters, for a comparison. ERR_USAGE names a parameter it does not have. */
struct programme_set { const char *name, *value; };
enum status programme_load_set(struct arena *a, const struct programme *p, const struct programme_set *sets, uint32_t count, struct programme **out, struct problem **problems, struct err *e) MUST_CHECK;
/* The amount of a line for a year and area: the latest year not after `year`, the nearest area upwards; NAN when none. */
double programme_line_amount(const struct programme *p, uint32_t line, int32_t year, const char *area);
/* Sets the constants `year`, `line` and every line's name for a run. */
void programme_set_line(struct programme *p, uint32_t line, double amount);
void programme_set_year(struct programme *p, int32_t year);
const struct field *programme_field(const struct programme *p, uint32_t level, const char *name);
uint32_t programme_area(const struct programme *p, const char *code); /* index or UINT32_MAX */
/* The area that stood on that day where this one stands today: itself; else the one that became it; itself again when none or several did. */
uint32_t programme_area_on(const struct programme *p, uint32_t area, int32_t day);
/* Writes a small working programme with comments into a new folder. */
enum status programme_new(const char *folder, struct err *e) MUST_CHECK;
/* Copies the programme in `from` into a new folder under the folder's name: its files but no data, and a list of every value that is
 * assumed there or of that place (confirm.csv). With `dry_run` nothing is written. *out is the copy, loaded. Errors: ERR_CONFLICT when
 * the folder holds something, and those of programme_load. */
enum status programme_new_from(struct arena *a, const char *from, const char *folder, int32_t today, bool dry_run, struct programme **out, struct err *e) MUST_CHECK;
/* Writes into p's folder that `by` confirmed the value an item has now. ERR_NOT_FOUND when the list has no such item. */
enum status programme_confirm(struct arena *a, const struct programme *p, const char *item, const char *by, const char *on, bool dry_run, struct err *e) MUST_CHECK;

#endif
