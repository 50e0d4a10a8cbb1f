/* report_words.h - every sentence of the report in both languages. {0} {1} ... are filled in, already escaped.
 * Plain words first; the technical name beside them. X(name, English, Chinese). */
#ifndef IDENTIFY_REPORT_WORDS_H
#define IDENTIFY_REPORT_WORDS_H

#define REPORT_WORDS(X)                                                                                                                    \
  X(SWITCH, "Language", "语言")                                                                                                            \
  X(ROUND, "Round {0}", "{0} 轮次")                                                                                                        \
  X(ROUND_YEAR, "Round {0}, {1}", "{0} 轮次，{1} 年")                                                                                      \
  X(TITLE, "Who is poor, and how sure we are", "谁贫困，结论有多可靠")                                                                     \
  X(CONTENTS, "On this page", "本页内容")                                                                                                  \
  X(TABLE, "The same as a table", "对应的数据表")                                                                                          \
  X(NOT_KNOWN, "not known", "未知")                                                                                                        \
  X(WITHHELD, "withheld: fewer than five households", "不公布：不足五户")                                                                  \
  X(SMALL, "&lt;5", "&lt;5")                                                                                                               \
  X(ABOUT, "≈\u202f{0}", "约 {0}")                                                                                                        \
  X(PERSONS, "persons", "人")                                                                                                              \
  X(HOUSEHOLDS, "households", "户")                                                                                                        \
  X(TO, "{0} to {1}", "{0} 至 {1}")                                                                                                        \
  X(ASSUMED, "assumed value", "假定值")                                                                                                    \
  /* headline */                                                                                                                           \
  X(LEDE_ONE_IN, "About one person in {0} lives below the line.", "大约每 {0} 人中有 1 人生活在贫困线以下。")                              \
  X(LEDE_NOBODY, "Nobody in the survey lives below the line.", "调查中无人生活在贫困线以下。")                                             \
  X(LEDE_MOST, "{0} of persons live below the line.", "{0} 的人生活在贫困线以下。")                                                        \
  X(LEDE_UNKNOWN, "How many are poor cannot be said from these data.", "根据现有数据无法得出贫困人数。")                                   \
  X(LEDE_SURE, "The estimate is {0}; with 95% confidence the true share lies between {1} and {2}.",                                        \
    "估计值为 {0}；有 95% 的把握认为真实比例在 {1} 与 {2} 之间。")                                                                         \
  X(LEDE_VALUE, "The estimate is {0}; these data allow no standard error.", "估计值为 {0}；这些数据不能给出标准误。")                      \
  X(LEDE_LINE, "Poverty line: {0} ({1}).", "贫困线：{0}（{1}）。") \
  X(LEDE_LINE_VARIES, "Poverty line: {0}; its amount differs by area.", "贫困线：{0}，各地标准不同。") \
  X(LEDE_DECIDED, "Of {0} households, {1} are selected", "在 {0} 户中，{1} 户入选")                                                        \
  X(LEDE_NO_PLACE, ", {0} qualify but have no place", "，{0} 户符合条件但名额已满")                                                        \
  X(LEDE_UNDECIDED, ", and {0} are undecided because a fact is missing", "，{0} 户因信息缺失待定")                                         \
  X(LEDE_END, ".", "。")                                                                                                                   \
  X(FIGURES, "The figures", "主要数字")                                                                                                    \
  X(HEADCOUNT, "Share of persons who are poor", "贫困人口比例")                                                                            \
  X(HEADCOUNT_T, "headcount ratio", "贫困发生率")                                                                                          \
  X(POOR_PERSONS, "Poor persons", "贫困人数")                                                                                              \
  X(GAP, "Average distance below the line", "平均贫困距")                                                                                  \
  X(GAP_T, "poverty gap, per cent of the line", "贫困差距率，占贫困线的百分比")                                                            \
  X(GAP2, "Squared gap", "平方贫困距")                                                                                                     \
  X(GAP2_T, "gives more weight to the poorest", "对最贫困者赋予更大权重")                                                                  \
  X(SHORTFALL, "Missing to the line", "距贫困线的差额")                                                                                    \
  X(SHORTFALL_T, "on average among the poor{0}", "贫困者平均{0}")                                                                      \
  X(AF_H, "Poor in several ways at once", "多维贫困人口比例")                                                                              \
  X(AF_H_T, "H: share deprived in {0} or more of the weighted indicators", "H：加权剥夺得分不低于 {0} 的人口比例")                         \
  X(AF_A, "How many deprivations they bear", "平均剥夺份额")                                                                               \
  X(AF_A_T, "A: average score among these poor", "A：多维贫困者的平均得分")                                                                \
  X(AF_M0, "Both together", "多维贫困指数")                                                                                                \
  X(AF_M0_T, "M0 = H × A, the adjusted headcount", "M0 = H × A，调整后的发生率")                                                           \
  X(MEDIAN, "The person in the middle has", "中位数")                                                                                      \
  X(MEAN, "Mean", "平均值")                                                                                                                \
  X(GINI, "Inequality", "不平等程度")                                                                                                      \
  X(GINI_T, "Gini coefficient, 0 to 1", "基尼系数，0 到 1")                                                                                \
  X(CI, "95%: {0} to {1}", "95% 区间：{0} 至 {1}")                                                                                         \
  X(SE_POINTS, "standard error {0} points", "标准误 {0} 个百分点")                                                                         \
  X(SE_PLAIN, "standard error {0}", "标准误 {0}")                                                                                          \
  X(SE_NOTE, "In brackets: the standard error, in percentage points.", "括号内为标准误（百分点）。")                                            \
  X(NO_SE, "no standard error: too few sampling units", "抽样单位过少，无法给出标准误")                                                    \
  X(BOUNDS, "undecided either way: {0} to {1}", "待定户任一情形：{0} 至 {1}")                                                              \
  X(LINES_CAPTION, "Poverty by line", "按贫困线")                                                                                          \
  X(COL_LINE, "Line", "贫困线")                                                                                                            \
  X(COL_AMOUNT, "Amount", "标准")                                                                                                          \
  X(COL_SE, "Standard error", "标准误")                                                                                                    \
  X(COL_CI, "95% interval", "95% 区间")                                                                                                    \
  X(COL_BOUNDS, "Undecided either way", "待定户任一情形")                                                                                  \
  X(VARIES, "differs by area", "各地不同")                                                                                                 \
  /* outcomes */                                                                                                                           \
  X(DECIDED, "What was decided", "认定结果")                                                                                               \
  X(DECIDED_TEXT, "Each square is one household in a hundred. An undecided household is not refused: a named fact is missing, and a person will ask for it.", \
    "每个方格代表百分之一的户。待定不等于拒绝：缺少一项具体信息，将由人员核实。")                                                           \
  X(OUTCOME_0, "Selected", "入选")                                                                                                         \
  X(OUTCOME_1, "Qualifies, but no place", "符合条件，名额已满")                                                                            \
  X(OUTCOME_2, "Not selected", "未入选")                                                                                                   \
  X(OUTCOME_3, "Undecided", "待定")                                                                                                        \
  X(OUTCOME, "Outcome", "结果")                                                                                                            \
  X(COL_HOUSEHOLDS, "Households", "户数")                                                                                                  \
  X(COL_SHARE, "Share", "比例")                                                                                                            \
  X(COL_PERSONS, "Persons", "人数")                                                                                                        \
  X(COL_POP_H, "Households, weighted", "加权户数")                                                                                         \
  X(COL_POP, "Persons, weighted", "加权人数")                                                                                              \
  X(ALL, "All", "合计")                                                                                                                    \
  X(QUOTA, "Places", "名额")                                                                                                               \
  X(QUOTA_TEXT, "Places are a limit set from outside, each with its source. They never make a household less poor: who qualifies without a place is counted as such.", \
    "名额是外部给定的上限，均注明来源。名额不会改变贫困状况：符合条件而无名额的户单独列出。")                                               \
  X(COL_AREA, "Area", "地区")                                                                                                              \
  X(COL_PLACES, "Places", "名额")                                                                                                          \
  X(COL_QUALIFIED, "Qualified", "符合条件")                                                                                                \
  X(COL_SELECTED, "Selected", "入选")                                                                                                      \
  X(COL_NO_PLACE, "No place", "无名额")                                                                                                    \
  X(COL_UNDECIDED, "Undecided", "待定")                                                                                                    \
  X(COL_TIED, "Tied at the cutoff (got in)", "末位并列（其中入选）")                                                                       \
  X(COL_SOURCE, "Source", "来源")                                                                                                          \
  X(DRAWN, "drawn by lot", "抽签")                                                                                                         \
  /* where, who */                                                                                                                         \
  X(WHERE, "Where", "在哪里")                                                                                                              \
  X(UNDECIDED_BAND, "The pale band is the range if every undecided household were counted either way.", "浅色带为所有待定户按任一情形计入时的范围。") \
  X(WHERE_TEXT, "Share of persons below the line. The dot is the estimate, the bar its 95% interval, the dashed line the whole programme; where bars overlap, the order of the areas is not certain.", \
    "低于贫困线的人口比例。圆点为估计值，横条为 95% 置信区间，虚线为总体。横条重叠时，地区排序并不确定。")                                  \
  X(MAP_TEXT, "Each circle is an area near its true place: as large as its population, as dark as its share.", "每个圆代表一个地区，位置近似，大小表示人口，深浅表示比例。") \
  X(WHO, "Who", "哪些人")                                                                                                                  \
  X(WHO_TEXT, "The same share by group.", "按人群划分的贫困人口比例。")                                                                    \
  X(BY, "By {0}", "按{0}")                                                                                                                 \
  X(GROUP, "Group", "人群")                                                                                                                \
  X(COL_UNDECIDED_RATE, "Undecided persons", "待定人口比例")                                                                               \
  X(CHART_DOTS, "Share of persons below the line, {0}: from {1} ({2}) to {3} ({4}). All values are in the table below.",                   \
    "低于贫困线的人口比例，{0}：从{1}（{2}）到{3}（{4}）。全部数值见下表。")                                                                \
  X(MISSING_GROUP, "not stated", "未填写")                                                                                                 \
  X(YES, "yes", "是")                                                                                                                      \
  X(NO, "no", "否")                                                                                                                        \
  /* distribution */                                                                                                                       \
  X(SPREAD, "How welfare is spread", "福利水平分布")                                                                                       \
  X(SPREAD_TEXT, "Persons by {0}. The part left of the line is filled.", "按{0}划分的人口分布，贫困线左侧着色。")                           \
  X(WELFARE, "welfare", "福利水平")                                                                                                        \
  X(CHART_SPREAD, "Histogram of {0} over persons, with the poverty line at {1} and the median at {2}.", "{0}的人口直方图，贫困线 {1}，中位数 {2}。") \
  X(LINE_MARK, "line {0}", "贫困线 {0}")                                                                                                   \
  X(MEDIAN_MARK, "median {0}", "中位数 {0}")                                                                                               \
  X(ABOVE_MARK, "{0} of persons lie to the right of the picture.", "另有 {0} 的人口在图右侧之外。")                                        \
  X(BELOW_MARK, "{0} lie to the left of it.", "另有 {0} 在图左侧之外。")                                                                   \
  X(COL_QUANTILE, "Poorest … of persons", "最贫困的…人口")                                                                                 \
  X(COL_HAVE, "have at most", "上限")                                                                                                      \
  X(COL_HOLD, "and together hold", "合计占有")                                                                                             \
  /* deprivations */                                                                                                                       \
  X(DEPRIVED, "In what ways", "哪些方面")                                                                                                  \
  X(DEPRIVED_TEXT, "For each indicator: all persons who lack it (light bar), those who lack it and are poor in several ways (filled bar, with its 95% interval), and how much of the poverty index it accounts for.", \
    "各指标：缺乏该项的全部人口（浅色条），其中的多维贫困人口（深色条，附 95% 区间），以及对多维贫困指数的贡献。")                             \
  X(CHART_DEPRIVED, "Share of persons deprived by indicator. All values are in the table below.", "各指标的受剥夺人口比例，数值见下表。")   \
  X(COL_INDICATOR, "Indicator", "指标")                                                                                                    \
  X(COL_WEIGHT, "Weight", "权重")                                                                                                          \
  X(COL_UNCENSORED, "Deprived", "受剥夺")                                                                                                  \
  X(COL_CENSORED, "Deprived and poor", "受剥夺且多维贫困")                                                                                 \
  X(COL_CONTRIBUTION, "Contribution", "贡献率")                                                                                            \
  X(CONTRIBUTION_TEXT, "What the index is made of", "指数构成")                                                                            \
  X(AF_UNKNOWN, "{0} households have an indicator that is not known and are left out of these figures.", "{0} 户有指标未知，未计入上述数字。") \
  /* why */                                                                                                                                \
  X(WHY, "Why", "为什么")                                                                                                                  \
  X(WHY_TEXT, "Causes among the {0} households that qualify. A household can have several.", "符合条件的 {0} 户的致贫原因，一户可有多项。") \
  X(CHART_WHY, "Share of qualifying households by cause. All values are in the table below.", "符合条件的户中各原因的比例，数值见下表。")   \
  X(COL_CAUSE, "Cause", "原因")                                                                                                            \
  /* how sure */                                                                                                                           \
  X(SURE, "How sure", "有多可靠")                                                                                                          \
  X(SURE_DESIGN, "Standard errors are linearised from {0} primary sampling units in {1} strata.", "标准误由 {1} 个层中的 {0} 个初级抽样单位线性化得出。") \
  X(SURE_DESIGN_ONE, "Standard errors are linearised from {0} primary sampling units without strata.", "标准误由 {0} 个初级抽样单位线性化得出，未分层。") \
  X(SURE_LONELY, "{0} strata have a single sampling unit; their spread is taken from the overall mean.", "{0} 个层只有一个抽样单位，其离差以总体均值计。") \
  X(SURE_WEIGHTED, "Figures are weighted to the population.", "数字已按总体加权。")                                                        \
  X(SURE_UNWEIGHTED, "There are no sampling weights: figures describe the households in the data, not a wider population.", "没有抽样权重：数字只描述数据中的户，不推断总体。") \
  X(SURE_NO_WEIGHT, "{0} households have no weight and are left out of every weighted figure.", "{0} 户缺少权重，未计入加权数字。")         \
  X(SURE_RANGE, "The lighter band is the whole range a figure could take if every undecided household were not poor, or every one poor. It needs no assumption.", \
    "浅色带表示：假设所有待定户都不贫困、或都贫困时数字可能的全部范围，不依赖任何假设。")                                                   \
  X(SURE_RELATIVE, "A relative line is estimated from the same survey; its own error is included.", "相对贫困线由同一调查估计，其自身误差已计入。") \
  X(CHART_RANGE, "Headcount ratio by line with its 95% interval and the range over the undecided.", "各贫困线的贫困发生率、95% 区间及待定户造成的范围。") \
  X(MISSING, "What is missing", "缺失的信息")                                                                                              \
  X(MISSING_NONE, "No household is undecided: nothing that a rule needed is missing.", "没有待定户：规则所需信息齐全。")                    \
  X(COL_FIELD, "Field", "字段")                                                                                                            \
  X(LEVEL_HOUSEHOLD, "household", "户")                                                                                                  \
  X(LEVEL_MEMBER, "person", "人")                                                                                                        \
  X(COL_LEVEL, "Level", "层级")                                                                                                            \
  X(COL_HH_UNDECIDED, "Households left undecided", "因此待定的户")                                                                         \
  X(COL_EMPTY, "Empty", "空白")                                                                                                            \
  X(COL_REFUSED, "Refused or don't know", "拒答或不知道")                                                                                  \
  X(COL_NOT_APPLICABLE, "Not applicable", "不适用")                                                                                        \
  X(COL_NO_ROSTER, "Roster not taken", "未登记名单")                                                                                       \
  /* rules */                                                                                                                              \
  X(RULES, "The rules", "规则")                                                                                                                   \
  X(COL_KIND, "Kind", "类别")                                                                                                              \
  X(COL_RULE, "Rule", "规则")                                                                                                              \
  X(RULES_TEXT, "Every rule as written, and in how many households it held or could not be known.", "每条规则的原文，以及成立或无法判定的户数。") \
  X(COL_HELD, "Held", "成立")                                                                                                              \
  X(COL_UNKNOWN, "Not known", "未知")                                                                                                      \
  X(KIND_0, "include", "纳入")                                                                                                             \
  X(KIND_1, "exclude", "排除")                                                                                                             \
  X(KIND_2, "cause", "原因")                                                                                                               \
  X(KIND_3, "indicator", "指标")                                                                                                           \
  /* provenance */                                                                                                                         \
  X(FROM, "Where this comes from", "数据与规则来源")                                                                                       \
  X(FROM_TEXT, "Anyone who holds this snapshot and this programme gets the same decisions, byte for byte: the hashes say which.", "凭同一快照与同一方案，任何人都能逐字节重现这些认定；下列哈希值即其标识。") \
  X(DRILL, "<b>A drill.</b> {0} of {1} values inherited from {2} are not confirmed here: what is decided on this page binds nobody.", "<b>演练。</b>自 {2} 继承的 {1} 项数值中有 {0} 项尚未确认：本页认定结果不具效力。") \
  X(MAP_SCHEMATIC, "A schematic, not a survey.", "示意图，并非实测边界。") \
  X(F_PROGRAMME, "Programme", "方案")                                                                                                      \
  X(F_SNAPSHOT, "Data snapshot", "数据快照")                                                                                               \
  X(F_RULES, "Rules", "规则")                                                                                                              \
  X(F_SOURCE, "Programme files", "方案文件")                                                                                               \
  X(F_DECISIONS, "Decisions", "认定结果")                                                                                                  \
  X(F_ENGINE, "Program", "程序")                                                                                                           \
  X(F_SEED, "Seed of draws", "抽签种子")                                                                                                   \
  X(F_AT, "Recorded", "记录时间")                                                                                                          \
  X(RESTS_ON, "Rests on assumed values, listed at the end.", "基于假定值，见页末列表。") \
  X(ASSUMPTIONS, "Values that are assumed", "假定的数值")                                                                                  \
  X(ASSUMPTIONS_TEXT, "Nobody has measured or decreed these. Figures that rest on them carry a †.", "以下数值未经测量或规定，依据它们的数字以 † 标注。") \
  X(COL_WHAT, "What", "项目")                                                                                                              \
  X(COL_VALUE, "Value", "数值")                                                                                                            \
  X(PRIVACY, "No household can be identified here. Counts of one to four households are shown as &lt;5, and the largest count beside them is rounded.", \
    "本页不含可识别具体家庭的信息。一至四户的计数显示为 &lt;5，并对同组最大计数取整。")                                                    \
  X(METHOD, "Methods: Foster, Greer and Thorbecke (1984); Alkire and Foster (2011); linearised standard errors after Deville (1999); bounds after Manski (1989).", \
    "方法：Foster、Greer 与 Thorbecke（1984）;Alkire 与 Foster（2011）；标准误线性化依 Deville（1999）；界限依 Manski（1989）。")

enum report_word {
#define X(name, en, zh) W_##name,
  REPORT_WORDS(X)
#undef X
      W_COUNT
};

#endif
