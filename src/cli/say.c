#include "cli/say.h"

#include <inttypes.h>
#include <string.h>

struct pair {
  const char *en, *zh;
};

static const struct pair pairs[] = {
    /* help: what each verb does */
    {"runs a targeted anti-poverty programme in the open", "公开、可核查地开展精准扶贫"},
    {"do it all in one go: registry, import, snapshot, decisions, report", "一步到位：建库、导入、快照、认定、报告"},
    {"what Lucid can do, or one verb in full", "列出全部命令，或详述其中一个"},
    {"write a small working programme with comments, or a copy of another", "写出一个可运行、带注释的小项目，或复制另一个项目"},
    {"answer for a value that a programme inherited from another", "确认从其他项目继承的数值"},
    {"validate a programme folder: what is wrong, or what was understood", "检查项目文件夹：指出错误，或说明读懂了什么"},
    {"try a rule: prints its value and type as JSON", "试算一条规则：以 JSON 给出值和类型"},
    {"make a synthetic population, with the truth beside it", "生成虚拟人口，并附真实情况"},
    {"make a registry for a programme, and its key", "为项目建立登记库及其密钥"},
    {"bring data files into the open round", "把数据文件导入已开启的轮次"},
    {"a closed round as CSV files, workbooks or Stata files, with labels", "把已结束的轮次导出为带标签的 CSV、Excel 或 Stata 文件"},
    {"a registry over several servers: what lies where; move a home", "分布在多台服务器上的登记库：各地数据在哪里，搬移一个县"},
    {"PARTIAL: %s; its counties are not decided, places that are shared with them may fall otherwise, and nothing was recorded", "结果不完整：%s；那里的县未作认定，与其共用的名额可能另有归属，未作任何记录"},
    {"PARTIAL: %s; what lies there is not in this answer", "结果不完整：%s；那里的数据未包括在内"},
    {"%s now lies in shard %s: %" PRIu64 " rows, proved equal; hashes of events, snapshots and decisions stay", "%s 现存于分片 %s：%" PRIu64 " 行，已逐行核对一致；事件、快照与认定的哈希不变"},
    {"shard", "分片"},
    {"homes", "所辖县"},
    {"reachable", "可连接"},
    {"not reachable", "无法连接"},
    {"correct fields of one household or member by hand", "手工更正一户或一名成员的字段"},
    {"open a round, close it for good, or list all", "开启轮次、永久结束轮次，或列出全部轮次"},
    {"what a registry holds, and whether all is well with it", "登记库里有什么，是否一切正常"},
    {"take changed rules into a registry", "让登记库采用修改后的规则"},
    {"households by the value of a field, sealed ones too", "按字段的值查找住户，加密字段也可以"},
    {"all that happened to a household: what, when, by whom", "一户的全部经过：何事、何时、何人"},
    {"take an import, an edit or a natural change back", "撤回一次导入、更正或自然变动"},
    {"check that a registry is whole", "检查登记库是否完好"},
    {"make a registry from a backup, checked before and after", "从备份恢复登记库，恢复前后各核对一次"},
    {"%s: whole; it goes up to event %" PRId64 " (%s, %s), round %s (%s)\n", "%s：完好；内容截至事件 %" PRId64 "（%s，%s），轮次 %s（%s）\n"},
    {"%s: restored from %s and checked: %" PRId64 " rows, %" PRId64 " events\nall rows  %s\n", "%s：已从 %s 恢复并核对：%" PRId64 " 行，%" PRId64 " 个事件\n全部行  %s\n"},
    {"print the key's recovery sheet, or put a new key in its place", "打印密钥恢复单，或更换密钥"},
    {"destroy a household's sealed fields for good", "永久销毁一户的加密字段"},
    {"bring a registry of an older version up to this one", "把旧版本的登记库升级到本版本"},
    {"copy a registry while others work on it", "备份登记库，不影响他人使用"},
    {"move a registry between a file and PostgreSQL, whole", "把整个登记库在文件与 PostgreSQL 之间搬移"},
    {"decide who is selected, and measure poverty, on a closed round", "对已结束的轮次作出认定并测量贫困"},
    {"say why one household was decided as it was, and what would alter it", "说明一户为何如此认定，怎样会改变结果"},
    {"who would enter and who would leave under other rules, before anyone decides", "决定之前先看：换一套规则，谁进谁出"},
    {"who may fall back into poverty, what is overdue, and who may be cleared", "谁有返贫致贫风险、哪些已逾期、谁可以消除风险"},
    {"at risk and not monitored: %" PRIu64 "; clues without a risk by the rules: %" PRIu64 "; of those with a clue overdue: %" PRIu64, "存在风险尚未纳入监测：%" PRIu64 " 户；有线索但按规则无风险：%" PRIu64 " 户；其中有线索已逾期：%" PRIu64 " 户"},
    {"monitored: %" PRIu64 ", of whom %" PRIu64 " may be cleared, of %" PRIu64 " that is not known; decided too late: %" PRIu64 "; of another kind now: %" PRIu64,
     "监测中：%" PRIu64 " 户，其中可消除风险 %" PRIu64 " 户，能否消除不明 %" PRIu64 " 户；认定超期：%" PRIu64 " 户；现属其他类型：%" PRIu64 " 户"},
    {"not known whether at risk: %" PRIu64 " households (a question, never a no; --state unknown lists them with what is missing)", "是否存在风险不明：%" PRIu64 " 户（是待问的问题，从不等于“否”；--state unknown 列出这些户及所缺信息）"},
    {"monitored as", "监测类型"},
    {"should be", "应为"},
    {"risk", "风险"},
    {"clue from", "线索来源"},
    {"clue on", "线索日期"},
    {"post by", "最迟公示"},
    {"due", "认定期限"},
    {"days left", "剩余天数"},
    {"decided on", "认定日期"},
    {"late", "超期"},
    {"lacking", "未满足"},
    {"missing", "缺少"},
    {"not known", "不明"},
    {"write one page on who is poor, where, why, and how sure that is", "写出一页报告：谁贫困、在哪里、为什么、有多可靠"},
    {"\nusage: lucid VERB [ARGUMENT]... [--OPTION]...\n", "\n用法：lucid 命令 [参数]... [--选项]...\n"},
    {"\nFirst steps:  lucid new my-programme && lucid run my-programme --out first-run\n"
     "More on one:  lucid help VERB       Every verb takes --format table|csv|json, --lang en|zh, --quiet.\n",
     "\n第一步：    lucid new my-programme && lucid run my-programme --out first-run\n"
     "详细说明：  lucid help 命令（英文）    每个命令都可加 --format table|csv|json、--lang en|zh、--quiet\n"},
    /* headings of tables on the screen */
    {"what", "事项"},
    {"value", "内容"},
    {"file", "文件"},
    {"line", "行"},
    {"column", "列"},
    {"message", "问题"},
    {"hint", "提示"},
    {"section", "部分"},
    {"name", "名称"},
    {"source", "来源"},
    {"household", "住户"},
    {"members", "成员"},
    {"village", "村"},
    {"level", "层级"},
    {"rows", "行数"},
    {"columns", "列数"},
    {"event", "事件"},
    {"when", "时间"},
    {"who", "经手人"},
    {"round", "轮次"},
    {"row", "序号"},
    {"field", "字段"},
    {"before", "原值"},
    {"after", "新值"},
    {"rows read", "读入行数"},
    {"refused", "退回"},
    {"inserted", "新增"},
    {"changed", "变更"},
    {"unchanged", "未变"},
    {"ended", "移出"},
    {"year", "年份"},
    {"state", "状态"},
    {"%llu households are on %u pages, one a village; %s lists them", "%llu 户分在 %u 页，每村一页；目录见 %s"},
    {"open", "进行中"},
    {"closed", "已结束"},
    {"households", "户数"},
    {"snapshot", "快照"},
    {"import", "导入"},
    {"edit", "更正"},
    {"undo", "撤回"},
    {"birth", "出生"},
    {"death", "死亡"},
    {"marry", "婚嫁"},
    {"leave", "迁出"},
    {"move", "搬迁"},
    {"split", "分户"},
    {"merge", "并户"},
    {"round_correct", "更正轮次"},
    {"since", "生效日期"},
    {"rule", "规则"},
    {"not registered", "未登记"},
    {"qualifies_no_place", "符合条件但无名额"},
    {"not_selected", "未入选"},
    {"selected", "入选"},
    {"undecided", "待定"},
    {"record a birth, death, marriage, move, split or merge", "登记出生、死亡、婚嫁、迁出、搬迁、分户或并户"},
    {"sheets for the yearly visit: what the registry says beside empty boxes", "年度入户核对表：登记情况旁留空格填写"},
    {"%llu households are in %s", "%llu 户已写入 %s"},
    {"rows read: %" PRIu64 ", filled in: %" PRIu64 ", records changed: %" PRIu64 "\n", "读入行数：%" PRIu64 "，已填写：%" PRIu64 "，变更记录：%" PRIu64 "\n"},
    {"households split, emptied or doubled shortly before identification", "认定前不久分户、空挂或重复的住户"},
    {"split off shortly before", "认定前不久分户"},
    {"merged shortly before", "认定前不久并户"},
    {"a household without members", "没有成员的住户（空挂户）"},
    {"the same value in two households", "两户出现同一值"},
    {"finding", "发现"},
    {"other", "另一户"},
    {"%llu findings: each is a question for a person, and decides nothing", "%llu 项发现：每项都须由人核实，本身不作决定"},
    {"nothing was written: this was a dry run", "未写入任何内容：这是试运行"},
    {"household %s ends with it", "住户 %s 随之终止"},
    {"as known by event %lld, %s; round %s", "按事件 %lld（%s）时所知；轮次 %s"},
    {"sealed", "已加密"},
    {"list of members taken", "成员名单已登记"},
    /* lucid status */
    {"registry", "登记库"},
    {"programme", "项目名"},
    {"made with", "程序版本"},
    {"programme folder", "项目文件夹"},
    {"%s, earlier versions", "%s（历史版本）"},
    {"round %s", "轮次 %s"},
    {"open (%d)", "进行中（%d 年）"},
    {"closed (%d): %lld households, %lld members, snapshot %.12s", "已结束（%d 年）：%lld 户，%lld 名成员，快照 %.12s"},
    {"%lld; last: %s by %s at %s", "%lld 项；最近一项：%s，经手人 %s，时间 %s"},
    {"events", "事件"},
    {"key", "密钥"},
    {"here (%s)", "在（%s）"},
    {"NOT HERE (%s): sealed fields show as \"sealed\"", "不在（%s）：加密字段不能显示"},
    {"as when the registry was made", "与建库时相同"},
    {"changed since, but nothing that decides; the registry uses its own copy", "建库后有改动，但不影响认定；登记库使用自己保存的一份"},
    {"RULES CHANGED since; the registry uses its own copy (`lucid adopt` takes the changed ones in)", "规则已有改动；登记库使用自己保存的一份（用 `lucid adopt` 采用新规则）"},
    {"does not pass `lucid check` any more; the registry uses its own copy", "已通不过 `lucid check`；登记库使用自己保存的一份"},
    {"gone; the registry uses its own copy", "已不存在；登记库使用自己保存的一份"},
    {"init", "建库"},
    {"round_open", "开启轮次"},
    {"round_close", "结束轮次"},
    {"adopt", "采用规则"},
    {"identify", "认定"},
    /* results and notes */
    {"%s: a new registry for the programme %s\n\n"
     "RECOVERY SHEET: print it, keep it apart from the computer, show it to nobody\n"
     "  registry  %s\n"
     "  key id    %s\n"
     "  key       %.39s\n"
     "            %s\n\n"
     "Sealed fields (identity numbers, telephones, ...) can be read with this key only. It stands in %s,\n"
     "which only you may read; a backup of the registry does not contain it. Who loses both the file and this sheet\n"
     "loses the sealed fields; all else still works. To make the file again, write three lines: `lucid-key 1`, `id` with\n"
     "the key id, `key` with the key's 64 digits without spaces; then: chmod 600 FILE\n",
     "%s：已为项目 %s 建立登记库\n\n"
     "恢复单：请打印，与电脑分开保管，不给任何人看\n"
     "  登记库    %s\n"
     "  密钥编号  %s\n"
     "  密钥      %.39s\n"
     "            %s\n\n"
     "加密字段（身份证号、电话等）只有用这把密钥才能读。密钥存放在 %s，\n"
     "只有您本人可读；登记库的备份里没有密钥。密钥文件与恢复单都丢失，加密字段就无法再读，\n"
     "其他内容不受影响。重做密钥文件：写三行，第一行 `lucid-key 1`，第二行 `id` 加密钥编号，\n"
     "第三行 `key` 加密钥的 64 个字符（去掉空格）；然后运行 chmod 600 文件名\n"},
    {"next: lucid round open %s %d", "下一步：lucid round open %s %d"},
    {"round %s is open; it is about the year %d\n", "轮次 %s 已开启，所属年份 %d\n"},
    {"draws of this round use \"%s\", from %s: event %lld, for good\n", "本轮抽签使用“%s”，来源：%s；见事件 %lld，不可更改\n"},
    {"%u homes did not change and were taken over, %u were written\n", "%u 个县没有变化，沿用原文件；%u 个重新写出\n"},
    {"round %s is closed: %lld households, %lld members\nsnapshot %s\n", "轮次 %s 已结束：%lld 户，%lld 名成员\n快照 %s\n"},
    {"%s: a whole copy: %" PRId64 " rows in %u tables, %" PRId64 " events\nall rows  %s\n", "%s：完整副本：%" PRId64 " 行，%u 张表，%" PRId64 " 个事件\n全部行  %s\n"},
    {"every table was read back and is the same; the chain of events holds", "每张表都已读回核对，完全相同；事件链完好"},
    {"the key is not copied: the new registry looks for it in %s", "密钥不随之复制：新登记库在 %s 寻找密钥"},
    {"the key is not in it: keep %s (or its recovery sheet) somewhere else", "备份中没有密钥：请把 %s（或恢复单）另处保管"},
    {"%s: %u columns of restricted fields are left out; --include-restricted writes them", "%s：略去 %u 列限制字段；加 --include-restricted 可导出"},
    {"%s: %u columns of sealed fields are left out; sealed fields are never exported", "%s：略去 %u 列加密字段；加密字段从不导出"},
    {"event %" PRId64 ": household %s is changed\n", "事件 %" PRId64 "：住户 %s 已更正\n"},
    {"household %s says so already: nothing was written\n", "住户 %s 原本如此，未写入任何内容\n"},
    {"event %" PRId64 " takes back event %" PRId64 "; rows put back: %" PRIu64 ", rows ended: %" PRIu64 "\n", "事件 %" PRId64 " 撤回了事件 %" PRId64 "；恢复 %" PRIu64 " 行，移出 %" PRIu64 " 行\n"},
    {"%s: whole (%" PRIu64 " things checked)\n", "%s：完好（检查了 %" PRIu64 " 项）\n"},
    {"%s: its tables are version %d, as this program wants them: nothing to do\n", "%s：数据表为第 %d 版，正是本程序所需，无须升级\n"},
    {"%s: its tables would go from version %d to %d\n", "%s：数据表将从第 %d 版升级到第 %d 版\n"},
    {"%s: its tables went from version %d to %d\n", "%s：数据表已从第 %d 版升级到第 %d 版\n"},
    {"RECOVERY SHEET: print it, keep it apart from the computer, show it to nobody\n"
     "  registry  %s\n"
     "  key id    %s\n"
     "  key       %.39s\n"
     "            %s\n",
     "密钥恢复单：请打印，与电脑分开保管，不给任何人看\n"
     "  登记库    %s\n"
     "  密钥编号  %s\n"
     "  密钥      %.39s\n"
     "            %s\n"},
    {"%s: key %s took the place of key %s: %" PRId64 " data keys wrapped again, %" PRId64 " search values made anew (event %" PRId64 ")\n\n",
     "%s：密钥 %s 已取代密钥 %s：重新包裹 %" PRId64 " 个数据密钥，重建 %" PRId64 " 个检索值（事件 %" PRId64 "）\n\n"},
    {"%s: an interrupted change of the key is finished: key %s took the place of key %s\n\n", "%s：上次中断的换密钥已完成：密钥 %s 已取代密钥 %s\n\n"},
    {"household %s: its sealed fields were erased before; what may have been left of them is cleared away\n", "住户 %s：其加密字段此前已销毁；可能残留的痕迹已清除\n"},
    {"household %s: its sealed fields are gone for good (event %" PRId64 ")\n", "住户 %s：其加密字段已永久销毁（事件 %" PRId64 "）\n"},
    {"%s: a whole copy of %s, checked\n", "%s：已备份 %s，内容完整，已核对\n"},
    {"event %" PRId64 ": the registry now works by %s\n", "事件 %" PRId64 "：登记库现在采用 %s\n"},
    {"the registry works by that programme already\n", "登记库已在使用该项目\n"},
    {"snapshots are made again from it when they are needed", "需要时可由备份重新生成快照"},
    {"the two programmes have the same rules", "两个项目的规则相同"},
    {"%s: %u restricted fields are left out; --include-restricted writes them", "%s：略去 %u 个限制字段；加 --include-restricted 可导出"},
    {"%s: %u sealed fields are left out; sealed fields are never exported", "%s：略去 %u 个加密字段；加密字段从不导出"},
    {"no household has that value", "没有住户有此值"},
    {"no seed was fixed before the round closed: a draw among equals uses the snapshot's hash, which is fixed when the round closes", "轮次结束前未定种子：并列抽签使用快照哈希，它在轮次结束时已固定"},
    {"dry run: nothing was recorded", "试运行：未作记录"},
    {"the text is %s", "文字编码为 %s"},
    {"a dry run: nothing was written", "试运行：未写入任何内容"},
    {"nothing was new: nothing was written", "没有新内容：未写入任何内容"},
    {"event %" PRId64 ": recorded; `lucid undo` takes it back", "事件 %" PRId64 "：已登记；可用 `lucid undo` 撤回"},
    /* plans */
    {"what each household and village gets this year, within the money, with a proof", "在资金范围内，今年每户每村得到什么，并附证明"},
    {"plan of %d: %s households with %s persons are planned for\n", "%d 年计划：计划对象 %s 户、%s 人\n"},
    {"  %s households more would be if a missing field were known: `lucid identify` lists them\n", "  另有 %s 户因缺少信息尚未列入：`lucid identify` 可列出\n"},
    {"  %s cannot be valued: welfare, size or line is not known\n", "  %s 户无法估值：收入、人口或贫困线不明\n"},
    {"\n%s of the best possible at the least (gap %.3f %%): value %s, no plan is worth more than %s\n", "\n至少达到最优的 %s (差距 %.3f %%) ：价值 %s，任何计划不超过 %s\n"},
    {"%u draws: the plan falls short of the best plan of a draw by %.1f %% (one draw in ten: by over %.1f %%); %.0f %% of its value rests on assumed values\n", "抽样 %u 次：计划较各次最优计划少 %.1f %%（一成抽样超过 %.1f %%）；其价值的 %.0f %% 依据假定值\n"},
    {"its doubts were not drawn (--draws 0): it is not for export\n", "未作不确定性抽样（--draws 0）：不可导出\n"},
    {"the rules have changed since the round was decided (`lucid identify`): the plan is by today's rules", "自该轮认定（`lucid identify`）以来规则已变：计划按现行规则"},
    {"the round was not identified yet: the plan decides by itself who qualifies; `lucid identify` records it", "该轮尚未认定：计划自行判断谁符合条件；`lucid identify` 可予记录"},
    {"\n%s: %s mu more are REFUSED\n", "\n%s：新增 %s 亩，不予同意\n"},
    {"\n%s: %s mu more are allowed\n", "\n%s：新增 %s 亩，可以\n"},
    {"  in year %u %s t are harvested; even at %.2f a kg the market takes them only in part: %s t spoil\n", "  第 %u 年产量 %s 吨；即使降到每公斤 %.2f 元市场也吃不下：%s 吨将烂掉\n"},
    {"  %s t at %s t a day take %.0f days to clear; the crop keeps %.0f days\n", "  %s 吨按每天 %s 吨需 %.0f 天销完；果实只能存放 %.0f 天\n"},
    {"  on disturbed transport (%s t a day): %.0f days, %s t unsold\n", "  运输受阻时（每天 %s 吨）：需 %.0f 天，%s 吨滞销\n"},
    {"  it would take %.0f %% of the farmland; %.0f %% is the most\n", "  将占耕地 %.0f %%，上限 %.0f %%\n"},
    {"  %.0f %% of the households would hang on it; %.0f %% is the most\n", "  将有 %.0f %% 的农户依赖它，上限 %.0f %%\n"},
    {"  at the price it would fetch a mu loses %.0f a year\n", "  按可售价格每亩每年亏损 %.0f 元\n"},
    {"  up to %s mu would be allowed; over the range of what is assumed, %s mu are refused in %.0f %% of %u draws\n", "  最多可新增 %s 亩；在假定值的取值范围内，%s 亩在 %.0f %% 的抽样（共 %u 次）中不予同意\n"},
    {"  rests on assumed values: `lucid check --assumed` lists them\n", "  依据假定值：`lucid check --assumed` 可列出\n"},
    {"%s holds the plan and what it follows from: lucid plan verify %s", "%s 含计划及其全部依据：lucid plan verify %s"},
    {"holds: rules and data give this model, the plan is possible and worth %lld, and no plan is worth more than %lld (gap %.4f %%)\nmodel %s\nrules %s\ndata  %s\n", "核对无误：由规则和数据得出此模型，计划可行，价值 %lld，任何计划不超过 %lld（差距 %.4f %%）\n模型 %s\n规则 %s\n数据 %s\n"},
    {"%u of %u wishes are met; they cost %.1f person-years of %.1f\n", "%u 项愿望（共 %u 项）得到满足；代价为 %.1f 人年，占 %.1f\n"},
    {"(not imported)", "（不导入）"},
    {"the refused rows, each with its problem, are in %s", "退回的行及各自的问题见 %s"},
    {"%llu of %llu rows were refused: see %s", "%llu 行（共 %llu 行）被退回：见 %s"},
    {"the rules have changed since the recorded run: the report is by today's rules", "自该次认定记录以来规则已变：本报告按现行规则"},
    {"%s began as a copy of %s. It inherits %u values that must be confirmed: %u assumed, %u of that place.", "%s 复制自 %s，继承了 %u 项须确认的数值：%u 项为假定，%u 项属于原地区。"},
    {"Until each is confirmed, its decisions are a drill and say so. They stand in %s/confirm.csv.", "全部确认之前，其认定均为演练并予注明。清单见 %s/confirm.csv。"},
    {"Next:  lucid confirm %s    docs/guide/copy-a-programme.md says what to change in which order", "下一步：lucid confirm %s    修改顺序见 docs/guide/copy-a-programme.md"},
    {"dry run: nothing was written", "试运行：未写入任何内容"},
    {"synthetic: nobody in %s exists", "合成数据：%s 中的人均属虚构"},
    {"%lld faults were planted: %s/faults.csv", "植入已知差错 %lld 处：%s/faults.csv"},
    {"rounds", "轮数"},
    {"villages", "村数"},
    {"persons", "人数"},
    {"megabytes", "兆字节"},
    {"seconds", "秒数"},
    {"on the register", "在册人数"},
    {"truly poor", "实际贫困人数"},
    {"share %", "在册比例 %"},
    {"truly poor %", "实际贫困比例 %"},
    {"truth", "真实情况"},
    {"a drill: %u of %u inherited values are not confirmed", "演练：%u 项（共 %u 项）继承数值未确认"},
    {"all %u inherited values are confirmed: no drill", "%u 项继承数值已全部确认：不再是演练"},
    {"%s = %s, confirmed by %s on %s", "%s = %s，由 %s 于 %s 确认"},
    {"the list of inherited values is gone; %u of them were not confirmed. The programme before stays on record", "继承数值清单已被移除，其中 %u 项未确认；此前的项目文件仍留存在案"},
    {"item", "条目"},
    {"now", "现值"},
    {"why", "缘由"},
    {"confirmed_by", "确认人"},
    {"confirmed_on", "确认日期"},
    {"%s holds a small working programme with made-up data.", "已在 %s 写入一个可运行的小项目（数据为虚构）。"},
    {"Next:  lucid check %s    lucid run %s --out %.*s-out", "接下来：  lucid check %s    lucid run %s --out %.*s-out"},
};

enum { PAIRS = sizeof pairs / sizeof *pairs };

const char *say_in(enum language lang, const char *english) {
  if (lang != LANG_ZH) return english;
  for (int i = 0; i < PAIRS; i++)
    if (strcmp(pairs[i].en, english) == 0) return pairs[i].zh;
  return english;
}

const char *say(const struct cli *c, const char *english) { return say_in(c->lang, english); }

bool say_pair(size_t i, const char **english, const char **chinese) {
  if (i >= PAIRS) return false;
  *english = pairs[i].en;
  *chinese = pairs[i].zh;
  return true;
}
