/* monitor.h - the section `monitor` of a programme over a frozen round: who is at risk and not yet monitored, what is overdue, who may be cleared and what is missing.
 *
 * Kinds are tried in the programme's order; the first that is true is the household's, and where an earlier one is unknown it is at risk of a kind that is not
 * known yet. An unknown is never a no: a household of which no kind is true and one is unknown is told apart, with the cells that are missing; a condition for
 * clearing that is unknown neither clears nor keeps.
 * Days count from the clue: decided by clue_on + days; its notice must begin `notice` days before. Whoever asks says what day it is.
 * Everything is computed by the row evaluator, each household by the lines of its own place. Cost: some microseconds a household. Memory: constant. */
#ifndef IDENTIFY_MONITOR_H
#define IDENTIFY_MONITOR_H

#include "identify/explain.h"

#define MONITOR_STATE_TABLE(X)                                                                        \
  X(MONITOR_NONE, "none", "not at risk", "无风险")                                                    \
  X(MONITOR_AT_RISK, "at_risk", "at risk, not monitored", "存在风险，尚未纳入监测")                   \
  X(MONITOR_CLUE, "clue", "a clue, no risk by the rules", "有线索，按规则无风险")                     \
  X(MONITOR_UNKNOWN, "unknown", "not known", "不明")                                                  \
  X(MONITOR_WATCHED, "monitored", "monitored", "监测中")                                              \
  X(MONITOR_MAY_CLEAR, "may_clear", "may be cleared", "可消除风险")                                   \
  X(MONITOR_CLEAR_UNKNOWN, "clear_unknown", "monitored; whether it may be cleared is not known", "监测中，能否消除风险不明")
enum monitor_state {
#define X(id, word, en, zh) id,
  MONITOR_STATE_TABLE(X)
#undef X
      MONITOR_STATE_COUNT
};
const char *monitor_word(enum monitor_state s);
const char *monitor_words(enum monitor_state s, enum language lang);

#define MONITOR_NO_KIND UINT32_MAX
#define MONITOR_KIND_UNKNOWN (UINT32_MAX - 1)
#define MONITOR_NO_DAY INT32_MIN

struct monitor_row {
  uint32_t segment;
  uint64_t household;
  uint32_t area;               /* SAMPLE_NO_AREA */
  enum monitor_state state;
  uint32_t now, should;        /* index in monitor.kinds: what it is monitored as, what it should be; MONITOR_NO_KIND, MONITOR_KIND_UNKNOWN */
  uint64_t failed, unknown;    /* bit i: condition i of clearing does not hold; is not known. Of households that are monitored */
  int32_t clue_on, due, post_by, decided_on; /* days since 1970, MONITOR_NO_DAY */
  enum truth late;             /* decided after `due`, or, undecided, due before today; TRUTH_UNKNOWN where a date is missing. Of whom there is a clue or a decision */
  bool dated;                  /* `late` says something */
  const struct rule_missing *missing; /* cells for want of which the state is not known; valid during the call */
};

/* Calls `row` for every household of which the state is not MONITOR_NONE, in the snapshot's order. ERR_INPUT where the programme has no section `monitor`. */
enum status monitor_each(struct programme *p, const struct identified *run, const struct segment *const *segments, uint32_t segment_count, int32_t today,
                         enum status (*row)(void *ctx, const struct monitor_row *r, struct err *e), void *ctx, struct err *e) MUST_CHECK;

#endif
