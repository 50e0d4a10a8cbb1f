/* words.h - every sentence that a person reads about a decision, in each language, whole.
 *
 * A sentence is one row with places {0} {1} ... for what varies. Nothing is glued together from parts of speech: another
 * language orders its places as it likes. */
#ifndef IDENTIFY_WORDS_H
#define IDENTIFY_WORDS_H

#include "base/text.h"
#include "programme/programme.h"

#define WORDS_TABLE(X)                                                                                                                       \
  X(WORD_SELECTED, "selected", "入选") \
  X(WORD_NO_PLACE, "qualifies, but there is no place", "符合条件，但没有名额") \
  X(WORD_NOT_SELECTED, "not selected", "未入选") \
  X(WORD_UNDECIDED, "undecided", "待定") \
  X(WORD_HEAD, "Household {0}: {1}", "住户 {0}：{1}") \
  X(WORD_HEAD_AREA, "Household {0} in {2}: {1}", "住户 {0}（{2}）：{1}") \
  X(WORD_BASIS, "Round {0}, programme {1}. Rules {2}, data {3}.", "轮次 {0}，项目 {1}。规则 {2}，数据 {3}。") \
  X(WORD_RULE_HOLDS, "{0}: yes", "{0}：是") \
  X(WORD_RULE_FAILS, "{0}: no", "{0}：否") \
  X(WORD_RULE_UNKNOWN, "{0}: not known", "{0}：不明") \
  X(WORD_RULE_ERROR, "{0}: could not be computed ({1})", "{0}：无法计算（{1}）") \
  X(WORD_INCLUSIONS, "What would include the household (one is enough):", "纳入条件（满足其一即可）：") \
  X(WORD_EXCLUSIONS, "What would exclude it (one is enough):", "排除条件（满足其一即排除）：") \
  X(WORD_CAUSES, "Causes found: {0}", "致贫原因：{0}") \
  X(WORD_DEPRIVATIONS, "Deprivations:", "剥夺指标：") \
  X(WORD_SCORE, "Deprivation score {0}; poor from {1}", "剥夺得分 {0}；达到 {1} 为贫困") \
  X(WORD_SCORE_RANGE, "Deprivation score between {0} and {2}; poor from {1}", "剥夺得分在 {0} 与 {2} 之间；达到 {1} 为贫困") \
  X(WORD_SAW, "{0} = {1}", "{0} = {1}") \
  X(WORD_SAW_MISSING, "{0} is missing ({1})", "{0} 缺失（{1}）") \
  X(WORD_SAW_UNKNOWN, "{0} is not known: what it is computed from is missing", "{0} 不明：所依据的信息缺失") \
  X(WORD_OF_MEMBER, "{0} of member {1}", "第 {1} 名成员的{0}") \
  X(WORD_OF_ROW, "{0} of {2} {1}", "{2}第 {1} 行的{0}") \
  X(WORD_AND_MORE, "and {0} more", "另有 {0} 项") \
  X(WORD_QUOTA, "Places in {0}: {1}. Households that qualify: {2}.", "{0} 的名额：{1}。符合条件的住户：{2}。") \
  X(WORD_QUOTA_PERSONS, "Places in {0}: {1} persons. Persons in households that qualify: {2}.", "{0} 的名额：{1} 人。符合条件的住户人数：{2}。") \
  X(WORD_RANK, "Ranked by {0}: {1}, position {2}. The last place went to {3}.", "按{0}排序：{1}，位次 {2}。最后一个名额的数值为 {3}。") \
  X(WORD_RANK_NO_CUTOFF, "Ranked by {0}: {1}, position {2}.", "按{0}排序：{1}，位次 {2}。") \
  X(WORD_TIE_DRAW, "{0} households stood at the same value and {1} got in: the published draw with seed `{2}` decided.", "{0} 户数值相同，{1} 户入选：由公开抽签决定，种子为 `{2}`。") \
  X(WORD_TIE_INCLUDE, "{0} households stood at the same value, and all got a place.", "{0} 户数值相同，全部给予名额。") \
  X(WORD_TIE_EXCLUDE, "{0} households stood at the same value where places ran out, and none of them got one.", "名额用尽处有 {0} 户数值相同，均未给予名额。") \
  X(WORD_PROVISIONAL, "This place is not certain yet: an undecided household could still come first.", "该名额尚未确定：可能有待定住户排在其前。") \
  X(WORD_COULD, "Once decided, this household could take a place.", "一旦确定，该住户可能获得名额。") \
  X(WORD_MISSING, "Missing, so nothing was decided (a missing answer is never a no):", "缺少以下信息，因此尚未决定（缺失从不等于“否”）：") \
  X(WORD_MISSING_FIELD, "{0} ({1})", "{0}（{1}）") \
  X(WORD_MISSING_ROSTER, "the list of members (not taken)", "家庭成员名单（未登记）") \
  X(WORD_MISSING_LIST, "the list of {0} (not taken)", "{0}名单（未登记）") \
  X(WORD_MISSING_ERROR, "A rule could not be computed, so nothing was decided.", "有一条规则无法计算，因此尚未决定。") \
  X(WORD_ANSWER_EXACT, "if {0}: {1}", "若为 {0}：{1}") \
  X(WORD_ANSWER_BELOW, "if {0} or less: {1}", "若不超过 {0}：{1}") \
  X(WORD_ANSWER_ABOVE, "if {0} or more: {1}", "若不低于 {0}：{1}") \
  X(WORD_ANSWER_BETWEEN, "if from {0} to {2}: {1}", "若在 {0} 与 {2} 之间：{1}") \
  X(WORD_ANSWER_ANY, "whatever the answer: {0}", "无论答案为何：{0}") \
  X(WORD_LEADS_QUALIFIES, "qualifies", "符合条件") \
  X(WORD_LEADS_NOT, "not selected", "未入选") \
  X(WORD_LEADS_STILL, "still undecided (more is missing)", "仍待定（还缺其他信息）") \
  X(WORD_MISSING_LINE, "A poverty line has no amount for this area and year.", "本地区本年度没有贫困线数额。") \
  X(WORD_CHANGE, "The smallest change that would alter this:", "能改变结果的最小变动：") \
  X(WORD_CHANGE_CELL, "{0}: {2} instead of {1}", "{0}：由 {1} 变为 {2}") \
  X(WORD_CHANGE_TO, "Then it would be: {0}.", "那么结果将是：{0}。") \
  X(WORD_CHANGE_NONE, "No change of facts marked as changeable would alter this.", "改变任何可变事实都不会改变结果。") \
  X(WORD_CHANGE_FOUR, "It would take changes to more than four facts to alter this.", "需要改变四项以上的事实才会改变结果。") \
  X(WORD_CHANGE_NOTE, "For staff and the household, to check facts. Never for a notice.", "仅供工作人员与住户核对事实，不得公示。") \
  X(WORD_STALE, "The rules have changed since the run of this round was recorded: what follows is by today's rules.", "自该轮次记录以来规则已变：以下按现行规则。") \
  X(WORD_LINE, "{0} = {1}", "{0} = {1}") \
  X(WORD_YES, "yes", "是") \
  X(WORD_NO, "no", "否") \
  X(WORD_ABSENT_EMPTY, "not filled in", "未填") \
  X(WORD_ABSENT_REFUSED, "refused or not known", "拒答或不知道") \
  X(WORD_ABSENT_NOT_APPLICABLE, "does not apply", "不适用") \
  X(WORD_ABSENT_NO_ROSTER, "the list was not taken", "未登记名单") \
  X(WORD_QUALIFIES_ANY, "multidimensionally poor", "多维贫困") \
  X(WORD_REASON_NONE, "no inclusion holds", "不满足任何纳入条件") \
  X(WORD_SEALED, "sealed", "已密封") \
  X(WORD_SUM_HOUSEHOLDS, "households", "住户") \
  X(WORD_SUM_PERSONS, "persons", "人口") \
  X(WORD_SUM_HEADCOUNT, "headcount ratio", "贫困发生率") \
  X(WORD_SUM_GAP, "poverty gap", "贫困距") \
  X(WORD_SUM_SQUARED, "squared gap", "平方贫困距") \
  X(WORD_SUM_SECONDS, "seconds", "用时（秒）") \
  X(WORD_SUM_REPORT, "report", "报告") \
  X(WORD_SUM_BOUNDS, "whatever the missing answers are: {0} to {1}", "无论缺失的答案为何：{0} 至 {1}") \
  X(WORD_SUM_SE, "{0} (standard error {1})", "{0}（标准误 {1}）") \
  X(WORD_SUM_LINE, "poverty line: {0} ({1})", "贫困线：{0}（{1}）") \
  X(WORD_SUM_LINE_VARIES, "poverty line: {0} (by area)", "贫困线：{0}（按地区）") \
  X(WORD_SUM_OUTCOME, "{0} households, {1} persons", "{0} 户，{1} 人") \
  X(WORD_SUM_UNDECIDED_RATE, "undecided, share of households", "待定住户占比") \
  X(WORD_SUM_UNSIZED, "size or weight not known", "人口或权重未知") \
  X(WORD_SUM_UNSIZED_HOUSEHOLDS, "{0} households (in no figure that counts persons)", "{0} 户（不计入任何按人口计算的数字）") \
  X(WORD_SUM_MISSING, "most often missing", "最常缺失") \
  X(WORD_SUM_MISSING_FIELD, "{0} (households: {1})", "{0}（{1} 户）") \
  X(WORD_SUM_HASHES, "hashes", "哈希") \
  X(WORD_SUM_HASHES_OF, "rules {0}, data {1}, decisions {2}", "规则 {0}，数据 {1}，决定 {2}") \
  X(WORD_SUM_MPI, "multidimensional poverty", "多维贫困") \
  X(WORD_SUM_SEED, "draw", "抽签") \
  X(WORD_DRILL, "DRILL: {0} of {1} values inherited from {2} are not confirmed; these decisions bind nobody", "演练：自 {2} 继承的 {1} 项数值中有 {0} 项未经确认，本次认定不具效力") \
  X(WORD_SUM_UNSEEDED, "no seed given: a draw uses the snapshot's hash", "未给定种子：抽签使用快照哈希")

enum word {
#define X(id, en, zh) id,
  WORDS_TABLE(X)
#undef X
      WORD_COUNT
};

#define WORDS_ARGS 4

/* The sentence itself, its places open. */
const char *words_text(enum language lang, enum word w);
/* Adds the sentence with its places filled; what is not given is "". */
void words_add(struct text *out, enum language lang, enum word w, const char *const args[WORDS_ARGS]);
#define words_say(out, lang, w, ...) words_add((out), (lang), (w), (const char *const[WORDS_ARGS]){__VA_ARGS__})

/* A line that says so when what this programme decides is a drill; nothing otherwise. */
void words_drill(struct text *out, enum language lang, const struct programme *p);
enum word words_outcome(int outcome);  /* enum outcome */
enum word words_absence(enum absence a);

/* A value for people: labels for choices, thousands separators for money, the shortest decimal for reals. Absent: says why. */
void words_cell(struct text *out, enum language lang, const struct field *f, const struct cell *c);
/* A number without more digits than it needs: at most two decimals from a hundred on, six significant digits below. */
void words_number(struct text *out, double v);

#endif
