#include "programme/keys.h"

#include <stddef.h>

/* One row a key: its name, the type of value, R required or O not, the member of the draft. */
#define R true
#define O false
#define ROW(s, m, t, r, words) {.name = #m, .type = KEY_##t, .required = r, .offset = offsetof(struct s, m), .text = words}
#define ROW_AS(s, n, m, t, r, words) {.name = n, .type = KEY_##t, .required = r, .offset = offsetof(struct s, m), .text = words}
#define ROW_OF(s, m, t, r, tab, words) {.name = #m, .type = KEY_##t, .required = r, .offset = offsetof(struct s, m), .table = &(tab), .text = words}
#define ROW_WORD(s, m, r, list, ws) {.name = #m, .type = KEY_WORD, .required = r, .offset = offsetof(struct s, m), .words = list, .text = ws}
#define TABLE(id, s, t, rows, short_key) const struct key_table id = {.title = t, .size = sizeof(struct s), .keys = rows, .count = sizeof rows / sizeof *rows, .shorthand = short_key}

static const char *const words_types[] = {"boolean", "integer", "decimal", "real", "date", "choice", "text", "money", NULL}; /* enum col_kind, then money */
static const char *const words_sensitivity[] = {"public", "internal", "restricted", NULL};
static const char *const words_empty[] = {"taken", "unknown", NULL};
static const char *const words_numbers[] = {"integer", "real", NULL};
static const char *const words_lines[] = {"absolute", "relative", NULL};
static const char *const words_order[] = {"ascending", "descending", NULL};
static const char *const words_ties[] = {"draw", "include", "exclude", NULL};
static const char *const words_count[] = {"households", "persons", NULL};
static const char *const words_why[] = {"assumed", "place", NULL};
static const char *const words_formats[] = {"csv", "dta", "rdata", "rds", NULL};
static const char *const words_layouts[] = {"table", "form", NULL};
static const char *const words_conversions[] = {
#define X(id, word, text) word,
  CONVERSION_TABLE(X)
#undef X
  NULL};
#define X(id, word, ...) word,
static const char *const words_projects[] = {PROJECT_TABLE(X) NULL};
static const char *const words_options[] = {OPTION_TABLE(X) NULL};
static const char *const words_objectives[] = {OBJECTIVE_TABLE(X) NULL};
#undef X
static const char *const words_offered[] = {"household", "village", NULL};
static const char *const words_effects[] = {"income", "product", "per_head", "none", NULL}; /* enum effect_kind */
const char *const keys_absences[] = {"empty", "refused", "not_applicable", "no_roster", NULL};

static const struct key years_rows[] = {
  ROW_AS(draft_years, "from", first, WHOLE, R, "first year"),
  ROW_AS(draft_years, "to", last, WHOLE, R, "last year"),
  ROW(draft_years, current, WHOLE, O, "the year a round is about unless it says otherwise; default: `to`"),
};
static TABLE(keys_years, draft_years, "programme.years", years_rows, NULL);

static const struct key title_rows[] = {
  ROW(draft_title, name, TEXT, R, "short name: small letters, digits and dashes; names the registry file"),
  ROW(draft_title, title, LABEL, R, "the name people read"),
  ROW(draft_title, note, LABEL, O, "where the data come from; stands on every report"),
  ROW(draft_title, languages, TEXTS, O, "of `en` and `zh`, the first is the default; default [en, zh]"),
  ROW(draft_title, currency, TEXT, O, "three letters (ISO 4217), for `money` fields and reports"),
  ROW(draft_title, decimals, WHOLE, O, "decimals of the currency, 0 to 4; default 2"),
  ROW_OF(draft_title, years, MAP, R, keys_years, "what years the programme spans"),
};
static TABLE(keys_title, draft_title, "programme", title_rows, NULL);

static const struct key area_level_rows[] = {
  ROW(draft_area_level, name, NAME, R, "from the widest to the smallest: `prefecture`, `county`, ..."),
  ROW(draft_area_level, label, LABEL, O, "the name people read"),
  ROW(draft_area_level, home, FLAG, O, "true for the level whose areas keep the registers (the county): data are held and frozen by it"),
};
static TABLE(keys_area_level, draft_area_level, "an area level", area_level_rows, "name");

static const struct key area_rows[] = {
  ROW(draft_area, code, TEXT, R, "its official code, as in the data"),
  ROW(draft_area, level, TEXT, R, "one of `areas.levels`"),
  ROW(draft_area, parent, TEXT, O, "code of the area around it, of a wider level; none at the widest"),
  ROW(draft_area, name, LABEL, R, "its name (in a table: `name.en`, `name.zh`)"),
  ROW(draft_area, population, WHOLE, O, "persons"),
  ROW(draft_area, lon, NUMBER, O, "degrees east, of its centre"),
  ROW(draft_area, lat, NUMBER, O, "degrees north"),
  ROW_AS(draft_area, "from", valid_from, TEXT, O, "the date its code came into use"),
  ROW_AS(draft_area, "to", valid_to, TEXT, O, "the last date its code was in use"),
  ROW(draft_area, replaced_by, TEXT, O, "of a code that is no longer in use: the code that stands for it now; it needs `to`"),
  ROW(draft_area, note, TEXT, O, "anything, e.g. where the figures come from"),
};
TABLE(keys_area, draft_area, "an area", area_rows, NULL);

static const struct key boundaries_rows[] = {
  ROW(draft_boundaries, geojson, TEXT, R, "a .geojson file in the folder: a FeatureCollection of Polygons and MultiPolygons with the property `code`, `adcode` or `name`"),
  ROW(draft_boundaries, note, LABEL, R, "where the outlines come from, and what they are; stands under every map"),
  ROW(draft_boundaries, schematic, FLAG, O, "true when they are drawn by rule, not surveyed"),
  ROW(draft_boundaries, source, TEXT, O, "the tool, the data, the licence"),
};
static TABLE(keys_boundaries, draft_boundaries, "areas.boundaries", boundaries_rows, NULL);

static const struct key areas_rows[] = {
  ROW_OF(draft_areas, levels, LIST, R, keys_area_level, "the levels, widest first"),
  ROW_OF(draft_areas, list, LIST, R, keys_area, "the areas, usually `{file: areas.csv}`"),
  ROW_OF(draft_areas, boundaries, MAP, O, keys_boundaries, "outlines for maps; without them areas are circles at their positions"),
  ROW(draft_areas, household, NAME, O, "the household field that holds the code of the area it lives in"),
};
static TABLE(keys_areas, draft_areas, "areas", areas_rows, NULL);

static const struct key level_rows[] = {
  ROW(draft_level, name, NAME, R, "`household`, `members`, `village`, or a new one: a list each household has (crops, visits, income lines)"),
  ROW(draft_level, label, LABEL, O, "the name people read"),
  ROW_WORD(draft_level, empty, O, words_empty, "what no rows mean: the list was `taken` and is empty, or `unknown`; default `unknown` for members, `taken` for others"),
};
TABLE(keys_level, draft_level, "a level", level_rows, NULL);

static const struct key param_rows[] = {
  ROW(draft_param, name, NAME, R, "how rules call it"),
  ROW(draft_param, value, TEXT, R, "a number; with a decimal point it is a double, without an int"),
  ROW_WORD(draft_param, type, O, words_numbers, "`real` makes a whole number a double"),
  ROW(draft_param, label, LABEL, O, "the name people read"),
  ROW(draft_param, unit, TEXT, O, "what it counts"),
  ROW(draft_param, source, TEXT, O, "where the number comes from"),
  ROW(draft_param, assumed, FLAG, O, "true when nobody measured or decreed it"),
};
TABLE(keys_param, draft_param, "a parameter", param_rows, NULL);

static const struct key fill_rows[] = {
  ROW(draft_fill, value, TEXT, R, "what rules read then"),
  ROW(draft_fill, when, TEXTS, R, "which absences: `empty`, `refused`, `not_applicable`, `no_roster`"),
};
static TABLE(keys_fill, draft_fill, "a field's fill", fill_rows, NULL);

static const struct key field_rows[] = {
  ROW(draft_field, name, NAME, R, "how rules and files call it"),
  ROW(draft_field, level, TEXT, O, "`household` (default), `members`, `village`, or one of `levels`"),
  ROW_WORD(draft_field, type, R, words_types, "what it holds"),
  ROW(draft_field, label, LABEL, O, "the name people read"),
  ROW(draft_field, unit, TEXT, O, "what it counts"),
  ROW(draft_field, decimals, WHOLE, O, "of a `decimal`, 0 to 9; `money` has the currency's"),
  ROW(draft_field, min, TEXT, O, "smallest value allowed: a number, or a date"),
  ROW(draft_field, max, TEXT, O, "largest value allowed"),
  ROW(draft_field, choices, TREE, O, "of a `choice`: `[a, b]`, or `[{code: 1, label: {en: .., zh: ..}}]`, or `{areas: LEVEL}` for the codes of a level's areas; in a table `a|b`, `1=Yes|2=No` or `areas:LEVEL`"),
  ROW(draft_field, missing, TREE, O, "codes in the file that mean an absence: `{-9: refused, -8: not_applicable}`; in a table `-9=refused|-8=not_applicable`"),
  ROW_OF(draft_field, fill, MAP, O, keys_fill, "when an absence has a meaning: `{value: 0, when: [empty]}`; otherwise a rule that reads it is unknown"),
  ROW_WORD(draft_field, sensitivity, O, words_sensitivity, "who may see it; default `internal`"),
  ROW(draft_field, sealed, FLAG, O, "kept encrypted; no rule can read it"),
  ROW(draft_field, searchable, FLAG, O, "sealed, yet found by an equal value"),
  ROW(draft_field, required, FLAG, O, "a row without it is refused"),
  ROW(draft_field, changeable, FLAG, O, "may appear in the smallest change that would alter a decision"),
  ROW(draft_field, incentive, FLAG, O, "fed by points or stars: no rule that decides may read it, even through `derive`"),
  ROW(draft_field, source, TEXT, O, "where its definition comes from"),
  ROW(draft_field, assumed, FLAG, O, "true when the definition is a guess"),
};
TABLE(keys_field, draft_field, "a field", field_rows, NULL);

static const struct key derive_rows[] = {
  ROW(draft_derive, name, NAME, R, "how rules call it"),
  ROW(draft_derive, level, TEXT, O, "as for fields; default `household`"),
  ROW(draft_derive, rule, RULE, R, "the rule that computes it; its type is the rule's"),
  ROW(draft_derive, label, LABEL, O, "the name people read"),
  ROW(draft_derive, unit, TEXT, O, "what it counts"),
  ROW_WORD(draft_derive, sensitivity, O, words_sensitivity, "who may see it; default `internal`"),
  ROW(draft_derive, source, TEXT, O, "where the definition comes from"),
  ROW(draft_derive, assumed, FLAG, O, "true when the definition is a guess"),
};
TABLE(keys_derive, draft_derive, "a derived field", derive_rows, NULL);

static const struct key amount_rows[] = {
  ROW(draft_amount, year, WHOLE, R, "from this year on, until a later row"),
  ROW(draft_amount, area, TEXT, O, "area code; default `*`, everywhere. The nearest area upwards counts"),
  ROW(draft_amount, amount, NUMBER, R, "per person, in the unit of `sample.welfare`"),
  ROW(draft_amount, source, TEXT, O, "where the number comes from"),
  ROW(draft_amount, assumed, FLAG, O, "true when nobody measured or decreed it"),
};
static TABLE(keys_amount, draft_amount, "an amount of a line", amount_rows, NULL);

static const struct key line_rows[] = {
  ROW(draft_line, name, NAME, R, "how rules call its amount"),
  ROW_WORD(draft_line, kind, O, words_lines, "`absolute` (default), or `relative`: a share of a quantile of welfare, computed from the data"),
  ROW(draft_line, main, FLAG, O, "true for the one that rules call `line`; needed when there are several"),
  ROW(draft_line, label, LABEL, O, "the name people read"),
  ROW_OF(draft_line, amounts, LIST, O, keys_amount, "of an absolute line, by year and area"),
  ROW(draft_line, year, WHOLE, O, "in a table of lines, one row an amount: its year"),
  ROW(draft_line, area, TEXT, O, "the same: its area"),
  ROW(draft_line, amount, NUMBER, O, "the same: the amount. Outside tables: one amount for all years"),
  ROW(draft_line, share, NUMBER, O, "of a relative line: above 0, at most 2"),
  ROW(draft_line, quantile, NUMBER, O, "of a relative line: between 0 and 1; default 0.5, the median"),
  ROW(draft_line, source, TEXT, O, "where the number comes from"),
  ROW(draft_line, assumed, FLAG, O, "true when nobody measured or decreed it"),
};
TABLE(keys_line, draft_line, "a line", line_rows, NULL);

static const struct key indicator_rows[] = {
  ROW(draft_indicator, name, NAME, R, "short name, unlike every other indicator's"),
  ROW(draft_indicator, rule, RULE, R, "true = deprived"),
  ROW(draft_indicator, weight, NUMBER, O, "its share of the dimension; left out in all: equal shares"),
  ROW(draft_indicator, label, LABEL, O, "the words people read"),
  ROW(draft_indicator, source, TEXT, O, "where the cutoff comes from"),
  ROW(draft_indicator, assumed, FLAG, O, "true when nobody measured or decreed it"),
};
static TABLE(keys_indicator, draft_indicator, "an indicator", indicator_rows, NULL);

static const struct key dimension_rows[] = {
  ROW(draft_dimension, name, NAME, R, "short name"),
  ROW(draft_dimension, label, LABEL, O, "the words people read"),
  ROW(draft_dimension, weight, NUMBER, O, "its share of the whole, e.g. 1/3; left out in all: equal shares"),
  ROW_OF(draft_dimension, indicators, LIST, R, keys_indicator, "what it is made of"),
};
static TABLE(keys_dimension, draft_dimension, "a dimension", dimension_rows, NULL);

static const struct key dimensions_rows[] = {
  ROW(draft_dimensions, cutoff, NUMBER, R, "poor in many ways when the weighted score is at least this: above 0, at most 1"),
  ROW_OF(draft_dimensions, list, LIST, R, keys_dimension, "the dimensions; weights must sum to 1"),
  ROW(draft_dimensions, source, TEXT, O, "where weights and cutoff come from"),
  ROW(draft_dimensions, assumed, FLAG, O, "true when they are nobody's decision yet"),
};
static TABLE(keys_dimensions, draft_dimensions, "dimensions", dimensions_rows, NULL);

static const struct key rule_rows[] = {
  ROW(draft_rule, name, NAME, R, "the reason's code, unlike the others in its list"),
  ROW(draft_rule, rule, RULE, R, "a bool"),
  ROW(draft_rule, label, LABEL, O, "the reason in words"),
  ROW(draft_rule, source, TEXT, O, "the law or report it comes from"),
  ROW(draft_rule, assumed, FLAG, O, "true when nobody decreed it"),
};
static TABLE(keys_rule, draft_rule, "a named rule", rule_rows, NULL);

static const struct key rank_rows[] = {
  ROW(draft_rank, rule, RULE, R, "a number for each household"),
  ROW(draft_rank, label, LABEL, O, "what it is, in words"),
  ROW_WORD(draft_rank, order, O, words_order, "`descending` (default): the largest goes first; `ascending`: the smallest"),
  ROW(draft_rank, source, TEXT, O, "where it comes from"),
  ROW(draft_rank, assumed, FLAG, O, "true when nobody decreed it"),
};
static TABLE(keys_rank, draft_rank, "identify.rank", rank_rows, "rule");

static const struct key places_rows[] = {
  ROW(draft_places, area, TEXT, R, "area code of the quota's level, or `*` for each area without a row"),
  ROW(draft_places, places, WHOLE, R, "how many"),
  ROW(draft_places, source, TEXT, O, "who set it"),
  ROW(draft_places, assumed, FLAG, O, "true when nobody decreed it"),
};
static TABLE(keys_places, draft_places, "a row of places", places_rows, NULL);

static const struct key quota_rows[] = {
  ROW(draft_quota, level, TEXT, R, "area level by which places are counted"),
  ROW_WORD(draft_quota, ties, R, words_ties, "equal ranks at the last place: `draw` lots, `include` all, `exclude` all"),
  ROW_WORD(draft_quota, count, O, words_count, "what takes a place: `households` (default) or `persons`"),
  ROW_OF(draft_quota, places, LIST, R, keys_places, "places by area"),
};
static TABLE(keys_quota, draft_quota, "identify.quota", quota_rows, NULL);

static const struct key identify_rows[] = {
  ROW_OF(draft_identify, include, LIST, O, keys_rule, "a household qualifies when one of these is true; left out where there are dimensions: when its score reaches their cutoff"),
  ROW_OF(draft_identify, exclude, LIST, O, keys_rule, "and none of these"),
  ROW_OF(draft_identify, rank, MAP, O, keys_rank, "who goes first where places are short; a quota needs it"),
  ROW_OF(draft_identify, quota, MAP, O, keys_quota, "how many places there are. It never says that somebody is not poor"),
};
static TABLE(keys_identify, draft_identify, "identify", identify_rows, NULL);

static const struct key monitor_days_rows[] = {
  ROW(draft_monitor_days, decide, TEXT, R, "at most, from the clue to the decision: a number, or the name of a parameter"),
  ROW(draft_monitor_days, notice, TEXT, O, "at least, of them, for the notice in the village"),
  ROW(draft_monitor_days, source, TEXT, O, "the rule they come from"),
  ROW(draft_monitor_days, assumed, FLAG, O, "true when nobody decreed them"),
};
static TABLE(keys_monitor_days, draft_monitor_days, "monitor.days", monitor_days_rows, "decide");

static const struct key monitor_rows[] = {
  ROW(draft_monitor, line, NAME, R, "the line below which income is watched: one of `lines`"),
  ROW(draft_monitor, kind, NAME, R, "the household field, a choice, that says as what it is monitored today"),
  ROW(draft_monitor, none, TEXT, R, "the choice that says: not monitored"),
  ROW_OF(draft_monitor, kinds, LIST, R, keys_rule, "who is at risk: named after the choices of `kind`; the first that is true is the household's"),
  ROW_OF(draft_monitor, clear, LIST, R, keys_rule, "what clears a household: all must hold"),
  ROW(draft_monitor, risk, NAME, O, "the field, a choice, with the risk as it was at entry"),
  ROW(draft_monitor, clue, NAME, O, "the field, a choice, that says where the clue came from"),
  ROW(draft_monitor, clue_on, NAME, O, "the field, a date, that says when it was found"),
  ROW(draft_monitor, decided_on, NAME, O, "the field, a date, that says when the household was decided to be monitored"),
  ROW_OF(draft_monitor, days, MAP, O, keys_monitor_days, "how long that may take"),
};
static TABLE(keys_monitor, draft_monitor, "monitor", monitor_rows, NULL);

static const struct key welfare_rows[] = {
  ROW(draft_welfare, rule, RULE, R, "a double per household: income or consumption per head, compared with the lines"),
  ROW(draft_welfare, label, LABEL, O, "what it is, in words"),
  ROW(draft_welfare, unit, LABEL, O, "what it counts, e.g. `EUR a year`"),
};
static TABLE(keys_welfare, draft_welfare, "sample.welfare", welfare_rows, "rule");

static const struct key weight_rows[] = {
  ROW(draft_weight, rule, RULE, R, "a number above 0"),
  ROW(draft_weight, level, TEXT, O, "`household` (default: times persons), or `members`: a person's own weight, summed over the household"),
};
static TABLE(keys_weight, draft_weight, "sample.weight", weight_rows, "rule");

static const struct key sample_rows[] = {
  ROW_OF(draft_sample, welfare, MAP, O, keys_welfare, "what the lines are compared with; needed where there are lines"),
  ROW_OF(draft_sample, weight, MAP, O, keys_weight, "sampling weight; default 1"),
  ROW(draft_sample, persons, RULE, O, "persons in the household; default: number of members"),
  ROW(draft_sample, strata, RULE, O, "an int or string; default: one stratum"),
  ROW(draft_sample, psu, RULE, O, "primary sampling unit, an int or string; default: the household"),
  ROW(draft_sample, domains, TEXTS, O, "choice or boolean fields to break results by; `members.sex` for a member's"),
  ROW(draft_sample, note, LABEL, O, "stands under every figure"),
};
static TABLE(keys_sample, draft_sample, "sample", sample_rows, NULL);

static const struct key column_rows[] = {
  ROW(draft_column, column, TEXT, R, "heading or variable in the file; several spellings are divided by `|`, and one of them must be there"),
  ROW_WORD(draft_column, with, O, words_conversions, "a conversion, see below"),
  ROW(draft_column, recode, TREE, O, "texts or value labels to replace first: `{Vienna: AT-9}`"),
  ROW(draft_column, within, TEXTS, O, "for a place given by its name: the columns that name the areas around it, widest first"),
};
TABLE(keys_column, draft_column, "a mapped column", column_rows, "column");

static const struct key spread_rows[] = {
  ROW(draft_spread, value, NAME, R, "the field that the columns' values fill, e.g. an amount"),
  ROW(draft_spread, by, NAME, R, "the choice field that says which column it was, e.g. an item"),
  ROW(draft_spread, columns, TREE, R, "heading to choice: `{Grain: grain, Wages: wage}`; spellings are divided by `|`"),
};
TABLE(keys_spread, draft_spread, "a source's spread", spread_rows, NULL);

static const struct key source_rows[] = {
  ROW(draft_source, name, NAME, R, "short name, for `lucid import --source`"),
  ROW(draft_source, file, TEXT, R, "file name in the data folder"),
  ROW_WORD(draft_source, format, O, words_formats, "default: by the file's ending"),
  ROW(draft_source, table, TEXT, O, "which object of an .RData file with several"),
  ROW(draft_source, level, TEXT, O, "what a row is; default `household`"),
  ROW_WORD(draft_source, layout, O, words_layouts, "`table` (default), or `form`: a household a sheet, its labels with the values beside or below; `file` may be a folder of such workbooks"),
  ROW(draft_source, flat, FLAG, O, "rows are members, and household fields repeat on them"),
  ROW(draft_source, optional, FLAG, O, "when all sources are imported, one whose file is absent is passed over (and told)"),
  ROW(draft_source, partial, FLAG, O, "columns that a file lacks are passed over (and told): their fields keep what they had"),
  ROW(draft_source, household, TEXT, O, "column with the household's number; needed but for villages"),
  ROW(draft_source, member, TEXT, O, "column with the member's number; default: by position"),
  ROW(draft_source, village, TEXT, O, "column with the village's code"),
  ROW(draft_source, extends, NAME, O, "a source before this one, of the same level: its keys and its map hold here too, where nothing else is said"),
  ROW(draft_source, map, TREE, O, "field to column: `age: rb_age`, or `age: {column: .., with: .., recode: ..}`; a field left out is sought by its own name"),
  ROW_OF(draft_source, spread, MAP, O, keys_spread, "a wide file of a line level: each of these columns that holds a value becomes a row"),
  ROW(draft_source, fetch, LABEL, O, "what to tell somebody whose file is absent"),
};
static TABLE(keys_source, draft_source, "a source", source_rows, NULL);

static const struct key inherited_item_rows[] = {
  ROW(draft_inherited_item, item, TEXT, R, "which value: its section and name"),
  ROW(draft_inherited_item, file, TEXT, O, "where it stood when the copy was made"),
  ROW(draft_inherited_item, what, LABEL, O, "what it is (in a table: `what.en`, `what.zh`)"),
  ROW(draft_inherited_item, value, TEXT, O, "the value that was inherited, or that was confirmed"),
  ROW_WORD(draft_inherited_item, why, R, words_why, "`assumed` there, or of that `place`"),
  ROW(draft_inherited_item, source, TEXT, O, "where that programme had it from"),
  ROW(draft_inherited_item, confirmed_by, TEXT, O, "who answers for it here; empty: not confirmed"),
  ROW(draft_inherited_item, confirmed_on, TEXT, O, "the date of that"),
};
static TABLE(keys_inherited_item, draft_inherited_item, "an inherited value", inherited_item_rows, NULL);

static const struct key inherited_rows[] = {
  ROW_AS(draft_inherited, "from", origin, TEXT, R, "the programme that was copied"),
  ROW(draft_inherited, on, TEXT, R, "the date of the copy"),
  ROW(draft_inherited, source_hash, TEXT, O, "hash of the files that were copied"),
  ROW(draft_inherited, items, TEXT, R, "fingerprint of the items listed, so that none is lost"),
  ROW_OF(draft_inherited, list, LIST, R, keys_inherited_item, "the values, usually `{file: confirm.csv}`"),
};
static TABLE(keys_inherited, draft_inherited, "inherited", inherited_rows, NULL);

static const struct key plan_rows[] = {
  ROW(draft_plan, bottom, NUMBER, R, "welfare below this counts as this, in the unit of `sample.welfare`: an income of nothing is a mistake more often than a fact"),
  ROW(draft_plan, horizon, WHOLE, O, "years that are planned for, 1 to 12; default 5"),
  ROW(draft_plan, discount, NUMBER, O, "a year; default 0.05"),
  ROW(draft_plan, line, TEXT, O, "the line towards which gaps fall; default: the main one"),
  ROW_WORD(draft_plan, objective, O, words_objectives, "what is minimised: the squared gap `fgt2` (default), the gap, the headcount, or the deprivations `m0`. The others are told beside it"),
  ROW(draft_plan, most, WHOLE, O, "measures that a household can take, 1 to 4; default 2"),
  ROW(draft_plan, who, RULE, O, "household, a bool: who is planned for; default: whom the round's decision selects"),
  ROW(draft_plan, labour, RULE, O, "household, a double: months of labour a year that it can give; left out: not limited"),
  ROW(draft_plan, land, RULE, O, "household, a double: mu that it can plant; left out: not limited"),
  ROW(draft_plan, change_penalty, NUMBER, O, "share of its value by which a choice must beat last year's; default 0"),
  ROW(draft_plan, village_floor, NUMBER, O, "share of the money per poor person that each village gets at least, 0 to 1; default 0"),
  ROW(draft_plan, seed, WHOLE, O, "of the draws over what is not certain; default 1"),
  ROW(draft_plan, source, TEXT, O, "who set this"),
  ROW(draft_plan, assumed, FLAG, O, "true when nobody decreed it"),
};
static TABLE(keys_plan, draft_plan, "plan", plan_rows, NULL);

static const struct key constraint_rows[] = {
  ROW(draft_rule, name, NAME, R, "short name, unlike the others'"),
  ROW(draft_rule, rule, RULE, R, "of the village, a bool: true = it binds"),
  ROW(draft_rule, label, LABEL, O, "the words people read"),
  ROW(draft_rule, source, TEXT, O, "where it comes from"),
  ROW(draft_rule, assumed, FLAG, O, "true when nobody decreed it"),
};
static TABLE(keys_constraint, draft_rule, "a constraint", constraint_rows, NULL);

static const struct key fund_rows[] = {
  ROW(draft_fund, name, NAME, R, "rows of one name and area are one fund, a year each"),
  ROW(draft_fund, label, LABEL, O, "the name people read"),
  ROW(draft_fund, year, WHOLE, R, "the year it may be spent in"),
  ROW(draft_fund, area, TEXT, O, "who may be paid from it: those under this area; default `*`, everywhere"),
  ROW(draft_fund, amount, NUMBER, R, "of money, 0 and up"),
  ROW(draft_fund, carry_over, NUMBER, O, "share of what is left that the next year may spend, 0 to 1; default 0"),
  ROW(draft_fund, pays, NAMES, R, "measures, projects and guarantees by name, or `*` for all; in a table with spaces between"),
  ROW_WORD(draft_fund, option, O, words_options, "the policy option that this money belongs to; default `other`"),
  ROW(draft_fund, source, TEXT, O, "the document"),
  ROW(draft_fund, assumed, FLAG, O, "true when nobody published it"),
};
static TABLE(keys_fund, draft_fund, "a fund", fund_rows, NULL);

static const struct key guarantee_rows[] = {
  ROW(draft_guarantee, name, NAME, R, "short name, unlike every other guarantee's and measure's"),
  ROW(draft_guarantee, label, LABEL, O, "the words people read"),
  ROW(draft_guarantee, rule, RULE, R, "household, a bool: it is owed"),
  ROW(draft_guarantee, amount, RULE, R, "household, a double: money in the plan's first year"),
  ROW(draft_guarantee, owed_by, TEXT, O, "the area level that owes what is short; default: the level with `home`"),
  ROW(draft_guarantee, owed, FLAG, O, "true when no fund may pay for it: all of it is an arrear"),
  ROW(draft_guarantee, settles, NAMES, O, "indicators that are no longer deprived afterwards"),
  ROW(draft_guarantee, income, FLAG, O, "true when what is paid is income of the household"),
  ROW(draft_guarantee, source, TEXT, O, "the law"),
  ROW(draft_guarantee, assumed, FLAG, O, "true when nobody decreed it so"),
};
static TABLE(keys_guarantee, draft_guarantee, "a guarantee", guarantee_rows, NULL);

static const struct key capacity_rows[] = {
  ROW(draft_capacity, measure, TEXT, O, "in the table `capacities`: which measure"),
  ROW(draft_capacity, area, TEXT, O, "area code; default `*`, everywhere. All limits of a place and of those around it hold"),
  ROW(draft_capacity, units, WHOLE, R, "units a year for all under the area: seats, posts, dwellings, mu"),
  ROW(draft_capacity, source, TEXT, O, "who set it"),
  ROW(draft_capacity, assumed, FLAG, O, "true when nobody decreed it"),
};
TABLE(keys_capacity, draft_capacity, "a capacity", capacity_rows, NULL);

static const struct key asset_rows[] = {
  ROW(draft_asset, holder, LABEL, R, "who holds it: the household, the group, the village"),
  ROW(draft_asset, right, LABEL, R, "which right: to use, to yield, to manage"),
  ROW(draft_asset, check, LABEL, R, "how its condition is checked"),
  ROW(draft_asset, payment, NUMBER, R, "money for a unit a year"),
  ROW(draft_asset, share, NUMBER, R, "the households' share of the payment, 0 to 1"),
};
static TABLE(keys_asset, draft_asset, "a measure's asset", asset_rows, NULL);

static const struct key measure_rows[] = {
  ROW(draft_measure, name, NAME, R, "short name, unlike the others'"),
  ROW(draft_measure, label, LABEL, O, "the name people read"),
  ROW_WORD(draft_measure, level, O, words_offered, "who takes it: a `household` (default) or a `village`, as one of its works; at most six of these"),
  ROW_WORD(draft_measure, project, R, words_projects, "which of the ten projects it belongs to"),
  ROW_WORD(draft_measure, option, O, words_options, "the policy option that it belongs to; default: by the project"),
  ROW(draft_measure, delivery, NAME, O, "how it is delivered, as a code"),
  ROW(draft_measure, delivery_label, LABEL, O, "the same in words"),
  ROW(draft_measure, answers, NAMES, R, "what it is an answer to: names of `causes`, of a village's work names of `constraints`; or `*`"),
  ROW(draft_measure, eligible, RULE, O, "of its level, a bool: to whom it may be offered; unknown = not offered, and said"),
  ROW(draft_measure, unit, LABEL, O, "what one of it is: a mu, a seat, a post"),
  ROW(draft_measure, quantity, RULE, O, "of its level, an int: units that it would take at most; default 1"),
  ROW(draft_measure, cost, RANGE, R, "of a unit in its first year, 0 and up"),
  ROW(draft_measure, upkeep, NUMBER, O, "of a unit in each later year; default 0"),
  ROW(draft_measure, cost_source, TEXT, O, "where the cost comes from; default: `source`"),
  ROW(draft_measure, cost_assumed, FLAG, O, "true when nobody measured it; default: `assumed`"),
  ROW(draft_measure, capacity, TREE, O, "`unlimited`, or a list of capacities, or rows in `capacities`: one of them must be there"),
  ROW_WORD(draft_measure, effect, R, words_effects, "`income` a unit; `product`: what a mu brings; `per_head`, of a village's work; or `none`: it only settles deprivations"),
  ROW(draft_measure, income, RANGE, O, "of effects `income` and `per_head`: money a year"),
  ROW(draft_measure, product, TEXT, O, "of the effect `product`: which of `products`"),
  ROW(draft_measure, reaches, RULE, O, "of a village's work: household, a bool: whom it reaches; default: all"),
  ROW(draft_measure, from_year, WHOLE, O, "years until the effect begins; default 0. A product bears when it bears"),
  ROW(draft_measure, lasts, WHOLE, O, "years that it lasts from then on; default 0, beyond the horizon"),
  ROW(draft_measure, success, NUMBER, O, "share of those who take it for whom it works, 0 to 1; default 1"),
  ROW(draft_measure, settles, NAMES, O, "indicators that are no longer deprived afterwards"),
  ROW(draft_measure, effect_source, TEXT, O, "where the effect comes from; needed where there is one"),
  ROW(draft_measure, effect_assumed, FLAG, O, "true when nobody measured it; default: `assumed`"),
  ROW(draft_measure, labour, NUMBER, O, "months of labour a year for a unit; default 0"),
  ROW(draft_measure, land, NUMBER, O, "mu for a unit; default 0"),
  ROW(draft_measure, group, NAME, O, "a household takes at most one measure of a group"),
  ROW(draft_measure, needs, NAMES, O, "works of the same village that must be done, unless what they answer does not bind it"),
  ROW_OF(draft_measure, asset, MAP, O, keys_asset, "an ecological asset: who holds it, how it is checked, what is paid"),
  ROW(draft_measure, source, TEXT, O, "where the rest comes from"),
  ROW(draft_measure, assumed, FLAG, O, "true when nobody decreed it"),
};
static TABLE(keys_measure, draft_measure, "a measure", measure_rows, NULL);

static const struct key growers_rows[] = {
  ROW(draft_growers, product, TEXT, O, "in the table `growers`: which product"),
  ROW(draft_growers, area, TEXT, O, "where; default `*`"),
  ROW(draft_growers, neighbours, FLAG, O, "true: elsewhere, selling in the same market; they come on top"),
  ROW(draft_growers, mu, NUMBER, R, "mu that stand there"),
  ROW(draft_growers, age, WHOLE, O, "their age in years in the plan's first year; default: bearing in full"),
  ROW(draft_growers, source, TEXT, O, "where the figure comes from"),
  ROW(draft_growers, assumed, FLAG, O, "true when nobody counted them"),
};
static TABLE(keys_growers, draft_growers, "growers", growers_rows, NULL);

static const struct key product_rows[] = {
  ROW(draft_product, name, NAME, R, "short name, unlike the others'"),
  ROW(draft_product, label, LABEL, O, "the name people read"),
  ROW(draft_product, market, LABEL, O, "where it is sold"),
  ROW(draft_product, bears_from, WHOLE, R, "age in years at the first yield; 0 = in the year of planting"),
  ROW(draft_product, yield, NUMBERS, R, "kg a mu at age 0, 1, 2 ..., at most 30; the last holds for all later ages"),
  ROW(draft_product, yield_range, RANGE, O, "how far yields may be off, as factors; default 1"),
  ROW(draft_product, survival, NUMBER, O, "share of what is planted that bears, above 0 to 1; default 1"),
  ROW(draft_product, alternate, NUMBER, O, "how far off-years fall and on-years rise, as a share below 1; default 0"),
  ROW(draft_product, price, RANGE, R, "money a kg at the farm gate, before more is planted"),
  ROW(draft_product, price_place, TEXT, R, "where that was the price"),
  ROW(draft_product, price_date, TEXT, R, "when: a date, a month or a year"),
  ROW(draft_product, price_source, TEXT, R, "who says so"),
  ROW(draft_product, price_assumed, FLAG, O, "true when nobody measured it; default: `assumed`"),
  ROW(draft_product, cost_mu, NUMBER, R, "money a mu a year once it bears"),
  ROW(draft_product, elasticity, NUMBER, R, "of demand, below 0: sales grow by so many per cent when the price falls by one"),
  ROW(draft_product, tiers, NUMBERS, R, "prices as shares of today's, falling, the first 1; at most 8"),
  ROW(draft_product, per_day, NUMBER, R, "tonnes a day that the market takes at today's price on normal transport, from all who sell there"),
  ROW(draft_product, stressed_per_day, NUMBER, R, "the same when transport is disturbed"),
  ROW(draft_product, per_day_source, TEXT, R, "who says so"),
  ROW(draft_product, per_day_assumed, FLAG, O, "true when nobody measured it; default: `assumed`"),
  ROW(draft_product, season_days, NUMBER, R, "days of harvest"),
  ROW(draft_product, storage_days, NUMBER, R, "days that it keeps after that"),
  ROW(draft_product, suitable, RULE, O, "village, a bool: it grows there; default: everywhere"),
  ROW(draft_product, allowed, RULE, O, "village, a double: mu that conservation lets be planted; default: not limited"),
  ROW(draft_product, most_farmland, NUMBER, O, "share of a county's farmland above which a rush is refused, above 0 to 1; default 1"),
  ROW(draft_product, most_households, NUMBER, O, "share of a county's households, likewise"),
  ROW(draft_product, grown, RULE, O, "household, a double: mu that it grows already; left out: not known"),
  ROW_OF(draft_product, growers, LIST, O, keys_growers, "who grows it already, by statistics; or rows in `growers`"),
  ROW(draft_product, source, TEXT, O, "where yields and the rest come from"),
  ROW(draft_product, assumed, FLAG, O, "true when nobody measured them"),
};
static TABLE(keys_product, draft_product, "a product", product_rows, NULL);

static const struct key root_rows[] = {
  ROW_OF(draft, programme, MAP, R, keys_title, "name, languages, currency, years"),
  ROW_OF(draft, areas, MAP, O, keys_areas, "where people live"),
  ROW_OF(draft, levels, LIST, O, keys_level, "lists each household has, besides its members"),
  ROW_OF(draft, params, LIST, O, keys_param, "named numbers that rules use"),
  ROW_OF(draft, fields, LIST, R, keys_field, "the codebook: what is collected"),
  ROW_OF(draft, derive, LIST, O, keys_derive, "what is computed from it"),
  ROW_OF(draft, lines, LIST, O, keys_line, "poverty lines"),
  ROW_OF(draft, dimensions, MAP, O, keys_dimensions, "deprivations with weights"),
  ROW_OF(draft, causes, LIST, O, keys_rule, "why a household is poor: all that are true are listed"),
  ROW_OF(draft, identify, MAP, O, keys_identify, "who is in"),
  ROW_OF(draft, monitor, MAP, O, keys_monitor, "who may fall (back) into poverty, and what clears them again"),
  ROW_OF(draft, sample, MAP, O, keys_sample, "how the data were sampled: what honest standard errors need"),
  ROW_OF(draft, plan, MAP, O, keys_plan, "how help is planned: over which years, for whom, towards what"),
  ROW_OF(draft, constraints, LIST, O, keys_constraint, "what may bind a village: a road, water, a buyer"),
  ROW_OF(draft, funds, LIST, O, keys_fund, "the money there is, by source, year and purpose; usually `{file: funds.csv}`"),
  ROW_OF(draft, guarantees, LIST, O, keys_guarantee, "what is owed to all who qualify, before anything is planned"),
  ROW_OF(draft, measures, LIST, O, keys_measure, "what may be done with the money"),
  ROW_OF(draft, capacities, LIST, O, keys_capacity, "how much of each measure there is, by area; usually `{file: capacities.csv}`"),
  ROW_OF(draft, products, LIST, O, keys_product, "what is planted or kept: what it brings, from when, and what its market takes"),
  ROW_OF(draft, growers, LIST, O, keys_growers, "who grows the products already; usually `{file: growers.csv}`"),
  ROW_OF(draft, sources, LIST, O, keys_source, "which files hold the data"),
  ROW_OF(draft, inherited, MAP, O, keys_inherited, "what came from the programme that was copied; `lucid new FOLDER --from` writes it"),
};
TABLE(keys_root, draft, "programme.yaml", root_rows, NULL);

const struct key_table *const keys_all[] = {&keys_root, &keys_title, &keys_years, &keys_areas, &keys_area_level, &keys_area, &keys_boundaries, &keys_level, &keys_param, &keys_field, &keys_fill,
  &keys_derive, &keys_line, &keys_amount, &keys_dimensions, &keys_dimension, &keys_indicator, &keys_rule, &keys_identify, &keys_rank, &keys_quota, &keys_places, &keys_monitor, &keys_monitor_days,
  &keys_sample, &keys_welfare, &keys_weight, &keys_plan, &keys_constraint, &keys_fund, &keys_guarantee, &keys_measure, &keys_capacity, &keys_asset, &keys_product, &keys_growers, &keys_source, &keys_column, &keys_spread, &keys_inherited, &keys_inherited_item, NULL};

void keys_table_text(const struct key_table *t, struct text *out) {
  text_add(out, "| key | takes | what it is |\n|---|---|---|\n");
  for (uint32_t i = 0; i < t->count; i++) {
    const struct key *k = &t->keys[i];
    text_addf(out, "| `%s`%s | ", k->name, k->required ? " *" : "");
    if (k->words)
      for (const char *const *w = k->words; *w; w++) text_addf(out, "%s%s", **w ? *w : "", **w && w[1] ? ", " : "");
    else text_add(out, bind_type_words(k));
    text_add(out, " | ");
    for (const char *c = k->text; *c; c++) *c == '|' ? text_add(out, "\\|") : text_addc(out, *c);
    text_add(out, " |\n");
  }
}
