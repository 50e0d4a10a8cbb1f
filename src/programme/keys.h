/* keys.h - every key a programme folder may hold, in tables, and the drafts they fill.
 *
 * The tables are in keys.c, one a section. `keys_all` lists them in the order of the documentation. */
#ifndef PROGRAMME_KEYS_H
#define PROGRAMME_KEYS_H

#include "programme/bind.h"

struct draft_years { const struct tree *from; struct got_whole first, last, current; };
struct draft_title { const struct tree *from; struct got_text name, currency; struct got_label title, note; struct got_texts languages; struct got_whole decimals; struct draft_years years; };
struct draft_area_level { const struct tree *from; struct got_text name; struct got_label label; struct got_flag home; };
struct draft_area { const struct tree *from; struct got_text code, level, parent; struct got_label name; struct got_whole population; struct got_number lon, lat; struct got_text valid_from, valid_to, replaced_by, note; };
struct draft_boundaries { const struct tree *from; struct got_text geojson, source; struct got_label note; struct got_flag schematic; };
struct draft_areas { const struct tree *from; struct got_list levels, list; struct got_text household; struct draft_boundaries boundaries; };
struct draft_level { const struct tree *from; struct got_text name; struct got_label label; struct got_word empty; };
struct draft_param { const struct tree *from; struct got_text name, value, unit, source; struct got_word type; struct got_label label; struct got_flag assumed; };
struct draft_fill { const struct tree *from; struct got_text value; struct got_texts when; };
struct draft_field { const struct tree *from; struct got_text name, level, unit, min, max, source; struct got_word type, sensitivity; struct got_label label; struct got_whole decimals;
  struct got_flag sealed, searchable, required, changeable, incentive, assumed; struct got_tree choices, missing; struct draft_fill fill; };
struct draft_derive { const struct tree *from; struct got_text name, level, rule, unit, source; struct got_word sensitivity; struct got_label label; struct got_flag assumed; };
struct draft_amount { const struct tree *from; struct got_whole year; struct got_text area, source; struct got_number amount; struct got_flag assumed; };
struct draft_line { const struct tree *from; struct got_text name, area, source; struct got_word kind; struct got_label label; struct got_flag main, assumed; struct got_list amounts;
  struct got_number amount, share, quantile; struct got_whole year; };
struct draft_indicator { const struct tree *from; struct got_text name, rule, source; struct got_label label; struct got_number weight; struct got_flag assumed; };
struct draft_dimension { const struct tree *from; struct got_text name; struct got_label label; struct got_number weight; struct got_list indicators; };
struct draft_dimensions { const struct tree *from; struct got_number cutoff; struct got_text source; struct got_flag assumed; struct got_list list; };
struct draft_rule { const struct tree *from; struct got_text name, rule, source; struct got_label label; struct got_flag assumed; };
struct draft_rank { const struct tree *from; struct got_text rule, source; struct got_label label; struct got_word order; struct got_flag assumed; };
struct draft_places { const struct tree *from; struct got_text area, source; struct got_whole places; struct got_flag assumed; };
struct draft_quota { const struct tree *from; struct got_text level; struct got_word ties, count; struct got_list places; };
struct draft_identify { const struct tree *from; struct got_list include, exclude; struct draft_rank rank; struct draft_quota quota; };
struct draft_monitor_days { const struct tree *from; struct got_text decide, notice, source; struct got_flag assumed; };
struct draft_monitor { const struct tree *from; struct got_text line, kind, none, risk, clue, clue_on, decided_on; struct got_list kinds, clear; struct draft_monitor_days days; };
struct draft_welfare { const struct tree *from; struct got_text rule; struct got_label label, unit; };
struct draft_weight { const struct tree *from; struct got_text rule, level; };
struct draft_sample { const struct tree *from; struct draft_welfare welfare; struct draft_weight weight; struct got_text persons, strata, psu; struct got_texts domains; struct got_label note; };
struct draft_column { const struct tree *from; struct got_text column; struct got_word with; struct got_tree recode; struct got_texts within; };
struct draft_spread { const struct tree *from; struct got_text value, by; struct got_tree columns; };
struct draft_source { const struct tree *from; struct got_text name, extends, file, table, level, household, member, village; struct got_word format, layout; struct got_flag flat, optional, partial; struct got_tree map; struct draft_spread spread; struct got_label fetch; };
struct draft_inherited_item { const struct tree *from; struct got_text item, file, value, source, confirmed_by, confirmed_on; struct got_label what; struct got_word why; };
struct draft_inherited { const struct tree *from; struct got_text origin, on, source_hash, items; struct got_list list; };
struct draft_plan { const struct tree *from; struct got_whole horizon, most, seed; struct got_number discount, bottom, change_penalty, village_floor; struct got_text line, who, labour, land, source; struct got_word objective; struct got_flag assumed; };
struct draft_fund { const struct tree *from; struct got_text name, area, source; struct got_label label; struct got_whole year; struct got_number amount, carry_over; struct got_texts pays; struct got_word option; struct got_flag assumed; };
struct draft_guarantee { const struct tree *from; struct got_text name, rule, amount, owed_by, source; struct got_label label; struct got_texts settles; struct got_flag owed, income, assumed; };
struct draft_capacity { const struct tree *from; struct got_text measure, area, source; struct got_whole units; struct got_flag assumed; };
struct draft_asset { const struct tree *from; struct got_label holder, right, check; struct got_number payment, share; };
struct draft_measure { const struct tree *from; struct got_text name, delivery, eligible, quantity, reaches, product, group, effect_source, cost_source, source; struct got_label label, delivery_label, unit;
  struct got_word level, project, option, effect; struct got_texts answers, settles, needs; struct got_range cost, income; struct got_number upkeep, success, labour, land; struct got_whole from_year, lasts;
  struct got_tree capacity; struct draft_asset asset; struct got_flag effect_assumed, cost_assumed, assumed; };
struct draft_growers { const struct tree *from; struct got_text product, area, source; struct got_flag neighbours, assumed; struct got_number mu; struct got_whole age; };
struct draft_product { const struct tree *from; struct got_text name, price_place, price_date, price_source, per_day_source, suitable, allowed, grown, source; struct got_label label, market; struct got_numbers yield, tiers;
  struct got_range yield_range, price; struct got_whole bears_from; struct got_number survival, alternate, cost_mu, elasticity, per_day, stressed_per_day, season_days, storage_days, most_farmland, most_households;
  struct got_list growers; struct got_flag price_assumed, per_day_assumed, assumed; };
struct draft { const struct tree *from; struct draft_title programme; struct draft_inherited inherited; struct draft_areas areas; struct got_list levels, params, fields, derive, lines, causes, sources;
  struct draft_dimensions dimensions; struct draft_identify identify; struct draft_monitor monitor; struct draft_sample sample; struct draft_plan plan; struct got_list constraints, funds, guarantees, measures, capacities, products, growers; };

extern const struct key_table keys_root, keys_area, keys_level, keys_param, keys_field, keys_derive, keys_line, keys_column, keys_spread, keys_capacity;
extern const struct key_table *const keys_all[]; /* NULL-terminated */
extern const char *const keys_absences[];        /* the words for absences, by enum absence - 1 */

/* The documentation's table of one section, as Markdown. */
void keys_table_text(const struct key_table *t, struct text *out);

#endif
