#include "cli/say_error.h"

#include <stdio.h>
#include <string.h>

#define HOLES_MAX 8
#define DEPTH_MAX 6 /* sentences inside sentences */

/* The first that fits counts: what is more particular stands before what is more general. */
static const struct { const char *en, *zh; } patterns[] = {
    /* what no plan may be made of */
    {"the measure \"{}\" has no capacity", "措施“{1}”没有写明容量"},
    {"`capacity` must be a list, or `unlimited`", "`capacity` 须为列表，或写 `unlimited`"},
    {"\"{}\" has two capacities for area {}", "“{1}”在地区 {2} 有两个容量"},
    {"\"{}\" is unlimited, and has capacities", "“{1}”写了不限量，又列了容量"},
    {"the cost of \"{}\" cannot be negative", "“{1}”的成本不能为负"},
    {"`{}` cannot be negative: {}", "`{1}` 不能为负：{2}"},
    {"`{}` cannot be negative", "`{1}` 不能为负"},
    {"the effect of \"{}\" has no source", "“{1}”的成效没有依据"},
    {"the effect `{}` needs `{}`", "成效 `{1}` 缺少 `{2}`"},
    {"`{}` does not go with the effect `{}`", "`{1}` 不能与成效 `{2}` 并用"},
    {"a village's work has no effect `{}`", "村级工程没有成效 `{1}`"},
    {"only a village's work has the effect `per_head`", "只有村级工程才有成效 `per_head`"},
    {"only a village's work reaches households", "只有村级工程才写受益农户"},
    {"demand for \"{}\" would rise with its price", "“{1}”的需求随价格上升"},
    {"demand for \"{}\" would not change with its price", "“{1}”的需求不随价格变化"},
    {"`tiers` of \"{}\" do not fall: more would sell at a higher price", "“{1}”的价格档没有逐档下降：价高反而多卖"},
    {"`tiers` of \"{}\" do not begin with 1", "“{1}”的价格档不是从 1 开始"},
    {"the market would take more of \"{}\" when transport is disturbed", "交通受阻时“{1}”的销量反而更大"},
    {"\"{}\" yields {} at age {}, and bears from age {}", "“{1}”在第 {3} 年写了产量 {2}，而第 {4} 年才投产"},
    {"\"{}\" bears from age {}, and yields nothing at that age", "“{1}”第 {2} 年投产，当年却没有产量"},
    {"\"{}\" would never bear", "“{1}”永远不会投产"},
    {"\"{}\" would bring income from year {}, and its product bears from age {}", "“{1}”第 {2} 年就有收入，而产品第 {3} 年才投产"},
    {"the fund \"{}\" pays nothing", "资金“{1}”没有可支付的事项"},
    {"the fund \"{}\" is of {}, and the programme goes from {} to {}", "资金“{1}”属 {2} 年，而项目年份为 {3} 至 {4}"},
    {"the fund \"{}\" has two amounts for year {} and area {}", "资金“{1}”在 {2} 年、地区 {3} 有两个金额"},
    {"no fund may pay for the guarantee \"{}\"", "没有资金可支付保障“{1}”"},
    {"no {} is called \"{}\"", "没有名为“{2}”的{1}"},
    {"measure, project or guarantee", "措施、工程或保障"},
    {"measure", "措施"},
    {"product", "产品"},
    {"cause", "致贫原因"},
    {"constraint", "制约因素"},
    {"indicator", "指标"},
    {"area level", "地区层级"},
    {"\"{}\" would need a work of another village: \"{}\"", "“{1}”以别村的工程为前提：“{2}”"},
    {"\"{}\" needs \"{}\", which is a household's", "“{1}”以“{2}”为前提，而后者是农户措施"},
    {"works need each other in a circle: {}", "工程互为前提，形成循环：{1}"},
    {"\"{}\" answers nothing", "“{1}”没有针对任何原因或制约"},
    {"there are more than {} works of a village", "村级工程超过 {1} 项"},
    {"there are more than {} measures", "措施超过 {1} 项"},
    {"there are more than {} products", "产品超过 {1} 种"},
    {"there are more than {} constraints", "制约因素超过 {1} 项"},
    {"there are more than {} guarantees", "保障超过 {1} 项"},
    {"there are more than {} rows of funds", "资金超过 {1} 行"},
    {"measures need the section `{}`", "有措施就须有 `{1}` 一节"},
    {"`{}` must be of type {}, not {}", "`{1}` 须为 {2} 类型，不能是 {3}"},
    {"`{}`: low, mid and high must not fall", "`{1}`：low、mid、high 不得递减"},
    {"say how many there are, `capacity: [{units: 100}]`, or `capacity: unlimited`, or add rows to `capacities`", "请写明数量 `capacity: [{units: 100}]`，或写 `capacity: unlimited`，或在 `capacities` 表中加行"},
    {"what a measure brings is its effect, not a negative cost", "措施带来的是成效，不是负成本"},
    {"add `effect_source`: a study, a report, a year's own figures; and `effect_assumed: true` when there is none", "请加 `effect_source`：研究、报告或本地历年数据；没有时写 `effect_assumed: true`"},
    {"sales grow when a price falls: write -0.8, say", "降价则多销：例如写 -0.8"},
    {"name it in the `pays` of a fund, or say `owed: true`: then all of it is an arrear", "请在某项资金的 `pays` 中写上它，或写 `owed: true`：全部记为欠账"},
    {"name measures, projects or guarantees, or write \"*\"", "请写措施、工程或保障的名称，或写 \"*\""},
    {"name the work alone: it must be done in the same village", "只写工程名称：须在同一村内完成"},
    {"only a work of the village can be needed", "只有本村工程才能作为前提"},
    {"take one of them out", "去掉其中一项"},
    {"join those that are done together: all bundles of them are tried in each village", "请把一起实施的合为一项：每村会逐一试算各种组合"},
    {"the first {} ages are 0, or `bears_from` is {}: income before a tree bears is no income", "前 {1} 年为 0，或 `bears_from` 为 {2}：未投产不能计收入"},
    {"add the area, or write \"*\" for everywhere", "请补充该地区，或写 \"*\" 表示全域"},
    {"did you mean `{}`?", "是否指 `{1}`？"},
    {"see programme.years", "见 programme.years"},
    {"give it another name", "请换一个名称"},
    {"keep one", "只保留一个"},
    /* a file of rows */
    {"{}: 1 of {} rows is refused: {}: {}", "{1}：共 {2} 行，1 行被退回：{3}：{4}"},
    {"{}: {} of {} rows are refused; the first is {}: {}", "{1}：共 {3} 行，{2} 行被退回；第一处：{4}：{5}"},
    {"{} workbooks have refused rows; the first: {}", "{1} 个工作簿有被退回的行；第一个：{2}"},
    {"row {} of the sheet", "工作表第 {1} 行"},
    {"row {} (line {})", "第 {1} 行数据（文件第 {2} 行）"},
    {"another row of household {} is refused, the first in row {}; a household is kept whole or not at all", "住户 {1} 另有行被退回（首见第 {2} 行）；一户要么全部采用，要么全部不采用"},
    {"household {}: {} is {} in row {} and {} in row {}; rows of one household must agree", "住户 {1}：{2} 在第 {4} 行为 {3}，在第 {6} 行为 {5}；同一户各行必须一致"},
    {"household {} was given before, in row {}", "住户 {1} 已在第 {2} 行出现过"},
    {"{} of household {} is not what row {} says", "住户 {2} 的 {1} 与第 {3} 行不一致"},
    {"household {} is neither in this import nor in the registry", "住户 {1} 既不在本次导入中，也不在登记库中"},
    {"household {} is in area \"{}\", which the programme does not have", "住户 {1} 所在地区“{2}”不在项目中"},
    {"the programme has no area \"{}\" in {}", "项目中 {2} 没有地区“{1}”"},
    {"the programme has no area \"{}\"", "项目中没有地区“{1}”"},
    {"\"{}\" is the name of {} areas in {}: write its code", "“{1}”在 {3} 是 {2} 个地区的名称：请填代码"},
    {"\"{}\" is the name of {} areas: write its code", "“{1}”是 {2} 个地区的名称：请填代码"},
    {"the household has no number", "该户没有编号"},
    {"{} both give {}, and not the same", "{1} 都填了“{2}”，但不一致"},
    {"{} says household {}, and the form on the same sheet {}", "{1} 写的是住户 {2}，而同一张表上的表头是 {3}"},
    {"{}: the form on this sheet gives no number of the household, so nobody knows whose row it is", "{1}：本表未填户编号，无法知道这些行属于哪一户"},
    {"{}: no number of the household stands here, and the workbook does not hold just one", "{1}：此处没有户编号，而工作簿里也不是只有一户"},
    {"{} holds households' forms, and no table of {}", "{1} 是农户表，其中没有“{2}”表"},
    {"{} holds households' forms, and no form of {}", "{1} 中没有“{2}”"},
    {"{} has no column {}", "{1} 中没有列“{2}”"},
    {"{}: the heading {} stands twice, in {} and {}", "{1}：标题“{2}”出现两次，在 {3} 和 {4}"},
    {"{} has several sheets with the headings sought: say which with --sheet, or with `table` in the source", "{1} 有几张工作表都有所找的标题：请用 --sheet 指明"},
    {"{} has no sheet with the headings sought", "{1} 中没有一张工作表有所找的标题"},
    {"{} has no sheet {}", "{1} 中没有工作表“{2}”"},
    {"{}: nothing fills the required field {}", "{1}：必填字段 {2} 没有来源"},
    {"{} has headings but no rows", "{1} 只有标题，没有数据"},
    {"{} is damaged: {}", "{1} 已损坏：{2}"},
    {"{} changed while it was read", "{1} 在读取过程中被改动"},
    {"{} is there, and {} is there as well", "{1} 与 {2} 同时存在"},
    {"none of the programme's files is there: {}", "项目所列的文件一个也没有：{1}"},
    {"the programme has no source \"{}\"", "项目没有数据来源“{1}”"},
    {"{}: there is no such file", "{1}：没有这个文件"},
    {"{} is not there", "{1} 不存在"},
    {"the refused rows of {} would be written over it", "退回的行会覆盖 {1}"},
    {"{} is there already, and is no list of refused rows", "{1} 已存在，且不是退回清单"},
    /* one value */
    {"{} is not one of the choices", "{1} 不在可选项之中"},
    {"{} is the label of more than one choice", "{1} 对应不止一个选项"},
    {"{} is below the least allowed, {}", "{1} 低于允许的最小值 {2}"},
    {"{} is above the most allowed, {}", "{1} 高于允许的最大值 {2}"},
    {"{} is too large", "{1} 过大"},
    {"{} is not a number: write it without commas", "{1} 不是数字：请不要写逗号"},
    {"{} is not a number: write it with a decimal point and no other commas", "{1} 不是数字：请用小数点，不要写逗号"},
    {"{} is not a number", "{1} 不是数字"},
    {"{} is not an integer", "{1} 不是整数"},
    {"{} is not a whole number", "{1} 不是整数"},
    {"{} has more than {} decimals", "{1} 的小数超过 {2} 位"},
    {"{} is not a date; write {}", "{1} 不是日期；请写成 {2}"},
    {"{} is not yes or no", "{1} 既不是“是”也不是“否”"},
    {"a value is required, not a missing code", "必须填写，不能是缺失代码"},
    {"a value is required", "必须填写"},
    {"it is empty", "未填写"},
    {"the check digit of the identity number is wrong", "身份证号码的校验位不对"},
    {"the identity number has {} characters, not 18 (or 15, or 20 on a disability card)", "身份证号码有 {1} 位，应为 18 位（旧号 15 位，残疾人证 20 位）"},
    {"character {} of the identity number is not a digit", "身份证号码第 {1} 位不是数字"},
    {"the date inside the identity number is not a date", "身份证号码中的出生日期不是有效日期"},
    {"the date inside the identity number is out of range", "身份证号码中的出生日期超出范围"},
    {"the identity number passed through a number and lost digits: keep it as text", "身份证号码曾被当作数字而丢失了末尾：请按文本填写"},
    {"a number of more than 15 digits, whose end the spreadsheet has dropped: format the column as text and enter it again", "超过 15 位的数字已被表格软件截去末尾：请把该列设为文本后重新填写"},
    {"a spreadsheet has cut this number to a form like 1.1E+17: format its column as text, and enter it again", "该号码已被表格软件写成 1.1E+17 的形式：请把该列设为文本后重新填写"},
    {"a formula without its value: open the file in the spreadsheet and save it", "公式没有结果：请用表格软件打开后另存"},
    {"the spreadsheet's error {}", "表格中的错误值 {1}"},
    {"a date that is not in the calendar", "日历上没有这一天"},
    {"{} cells where the headings are {}", "有 {1} 格，而标题有 {2} 个"},
    {"\"{}\"", "“{1}”"},
    /* registries and rounds */
    {"{}: there is no such registry", "{1}：没有这个登记库"},
    {"{} has no round yet", "{1} 还没有轮次"},
    {"{} has no round \"{}\"", "{1} 没有轮次“{2}”"},
    {"round \"{}\" is closed", "轮次“{1}”已结束"},
    {"round \"{}\" is still open: it has no snapshot", "轮次“{1}”尚未结束，没有快照"},
    {"round \"{}\" is still open", "轮次“{1}”尚未结束"},
    {"the round `{}` is still open", "轮次“{1}”尚未结束"},
    {"there is a round \"{}\" already", "已有轮次“{1}”"},
    {"there is no household \"{}\"", "没有住户“{1}”"},
    {"there is no area \"{}\"", "没有地区“{1}”"},
    {"{} needs the registry's key: {}", "{1} 需要登记库的密钥：{2}"},
    {"{} is already there", "{1} 已存在"},
    {"{} was opened for reading only", "{1} 仅以只读方式打开"},
    {"cannot open {}: {}", "无法打开 {1}：{2}"},
    {"cannot write {}: {}", "无法写入 {1}：{2}"},
    {"the programme {} does not say how it monitors", "项目 {1} 没有规定如何监测"},
    {"the programme has no source {}", "项目没有数据来源 {1}"},
    {"the programme has no level {}", "项目没有层级 {1}"},
    {"no area has the code \"{}\"", "没有代码为“{1}”的地区"},
    {"\"{}\" is not a date", "“{1}”不是日期"},
    {"out of memory", "内存不足"},
    {"No such file or directory", "没有该文件或文件夹"},
    {"Permission denied", "没有权限"},
    {"No space left on device", "磁盘已满"},
    /* files, disks, servers, keys, events */
    {"nothing was erased: this destroys the sealed fields of household {} and of its members for good, also in history and snapshots", "尚未销毁：此操作将永久销毁住户 {1} 及其成员的加密字段，包括历史和快照中的"},
    {"made by a newer version: its tables are version {}, this program ({}) knows up to {}", "由更新的版本建立：其表为第 {1} 版，本程序（{2}）只认到第 {3} 版"},
    {"made by an older version: its tables are version {}, this program ({}) works with {}", "由较旧的版本建立：其表为第 {1} 版，本程序（{2}）使用第 {3} 版"},
    {"it is done and kept, but the old keys may still lie in the log of changes: {}", "已完成并保存，但旧密钥可能仍留在变更日志里：{1}"},
    {"this is not a registry: it is an SQLite file of another program", "这不是登记库，而是其他程序的 SQLite 文件"},
    {"the key has a passphrase, and there is nobody to ask for it", "密钥设有口令，而无处可问"},
    {"{}: the quote that opens on line {}, column {} is never closed", "{1}：第 {2} 行第 {3} 列开始的引号没有结束"},
    {"wrong key: {} is key {}, this registry was sealed with key {}", "密钥不对：{1} 是密钥 {2}，此登记库用的是密钥 {3}"},
    {"migrating {} needs about {} MB beside it; {} MB are free", "升级 {1} 约需在其旁有 {2} MB；现剩 {3} MB"},
    {"no column is known to hold the household's number", "不知道哪一列是户编号"},
    {"the key file {} may be read by other users (mode {})", "密钥文件 {1} 可被其他用户读取（权限 {2}）"},
    {"row {}: {} {} of household {} was given before, in row {}", "第 {1} 行：住户 {4} 的 {2} {3} 已在第 {5} 行出现过"},
    {"the copy of {} needs about {} MB in {}; {} MB are free", "{1} 的副本约需 {2} MB（在 {3}）；现剩 {4} MB"},
    {"the seed of round \"{}\" was fixed by event {}: {}", "轮次“{1}”的种子已由事件 {2} 固定：{3}"},
    {"`lucid {}` does not know what to do with \"{}\"", "“lucid {1}”不明白“{2}”"},
    {"the server is coming back after a crash ({})", "服务器正在崩溃后恢复（{1}）"},
    {"{} is a spreadsheet or a zip file, not CSV", "{1} 是电子表格或压缩文件，不是 CSV"},
    {"the connection to the server was lost ({})", "与服务器的连接已断开（{1}）"},
    {"event {} was taken back already, by event {}", "事件 {1} 已由事件 {2} 撤回"},
    {"stopped; nothing was kept of this import", "已停止；本次导入未保存任何内容"},
    {"the server is coming back after a crash", "服务器正在崩溃后恢复"},
    {"{} of {} rows are refused; the first is {}: {}", "{2} 行中有 {1} 行被拒绝；第一处是{3}：{4}"},
    {"{} needs about {} MB beside {}; {} MB are free", "{1}约需 {3} 旁有 {2} MB；现剩 {4} MB"},
    {"this needs about {} MB in {}; {} MB are free", "约需 {1} MB（在 {2}）；现剩 {3} MB"},
    {"event {} cannot be taken back any more: {}", "事件 {1} 已不能撤回：{2}"},
    {"--format {}: it is table, csv or json", "--format {1}：只能是 table、csv 或 json"},
    {"{} is UTF-16 text, which is not read", "{1} 是 UTF-16 文本，不能读取"},
    {"nothing fills the required field {}.{}", "必填字段 {1}.{2} 没有数据来源"},
    {"the server does not let you in ({})", "服务器不允许登录（{1}）"},
    {"household \"{}\" has no member \"{}\"", "住户“{1}”没有成员“{2}”"},
    {"{} is not a key file, or is damaged", "{1} 不是密钥文件，或已损坏"},
    {"the passphrase does not open key {}", "口令打不开密钥 {1}"},
    {"the server does not let you in", "服务器不允许登录"},
    {"the database holds no registry", "该数据库中没有登记库"},
    {"the value (sealed, not shown)", "该值（加密，不显示）"},
    {"{} is there already, and is no {}", "{1} 已存在，且不是 {2}"},
    {"it holds a control character", "其中有控制字符"},
    {"the server's disk is full ({})", "服务器的磁盘已满（{1}）"},
    {"{}: {} errors in {} things checked", "{1}：核对 {3} 项，发现 {2} 处错误"},
    {"there is no such database ({})", "没有这个数据库（{1}）"},
    {"the {} level has no field \"{}\"", "{1} 层没有字段“{2}”"},
    {"round \"{}\" is closed already", "轮次“{1}”早已结束"},
    {"it may not be written to ({})", "不允许写入（{1}）"},
    {"{} is computed, not collected", "{1} 是计算得出的，不是采集的"},
    {"the round's name is missing", "缺少轮次名称"},
    {"the server is not there ({})", "连不上服务器（{1}）"},
    {"1 of {} rows is refused: {}: {}", "{1} 行中有 1 行被拒绝：{2}：{3}"},
    {"there is no such registry", "没有这个登记库"},
    {"the server's disk is full", "服务器的磁盘已满"},
    {"this is not a registry ({})", "这不是登记库（{1}）"},
    {"the server was stopped ({})", "服务器已停止（{1}）"},
    {"there is no such database", "没有这个数据库"},
    {"the folder {} is not empty", "文件夹 {1} 不是空的"},
    {"somebody else is writing{}", "有人正在写入{1}"},
    {"it may not be written to", "不允许写入"},
    {"household \"{}\" has ended", "住户“{1}”已注销"},
    {"{} is not a finite number", "{1} 不是有限的数"},
    {"{} holds only empty lines", "{1} 只有空行"},
    {"{} is compressed, not CSV", "{1} 是压缩文件，不是 CSV"},
    {"the registry is missing", "缺少登记库"},
    {"{} is not a regular file", "{1} 不是普通文件"},
    {"this is not a registry", "这不是登记库"},
    {"the server was stopped", "服务器已停止"},
    {"there is no such file", "没有这个文件"},
    {"--{} needs a value: --{} {}", "--{1} 需要一个值：--{2} {3}"},
    {"the disk is full ({})", "磁盘已满（{1}）"},
    {"there is no verb `{}`", "没有命令“{1}”"},
    {"{} must have a value", "{1} 必须填写"},
    {"there is no event {}", "没有事件 {1}"},
    {"the disk is full", "磁盘已满"},
    {"cannot read {}: {}", "无法读取 {1}：{2}"},
    /* the command line */
    {"`lucid {}` has no option --{}", "`lucid {1}` 没有选项 --{2}"},
    {"--{} needs a value: {}", "--{1} 需要一个值：{2}"},
    {"--{} takes no value", "--{1} 不带值"},
    {"--{} was given twice", "--{1} 给了两次"},
    {"{} is missing", "缺少：{1}"},
    {"the registry", "登记库"},
    {"no folder is named", "没有指明文件夹"},
    /* what to do */
    {"{} lists them with their problems; mend them, or take the rest with --keep-good", "清单及各自的问题见 {1}；请改正，或用 --keep-good 只采用其余"},
    {"name a file with --refused to list them; mend them, or take the rest with --keep-good", "用 --refused 指定文件即可列出；请改正，或用 --keep-good 只采用其余"},
    {"put them there, or say with --data where they are", "请把文件放好，或用 --data 指明所在"},
    {"put it there, or say with --data where it is", "请把文件放好，或用 --data 指明所在"},
    {"its data are frozen; open a correction (lucid round correct REGISTRY --reason TEXT) or a new round", "其数据已冻结；请开更正轮次（lucid round correct REGISTRY --reason TEXT）或新轮次"},
    {"close it first: lucid round close REGISTRY NAME", "请先结束：lucid round close REGISTRY NAME"},
    {"close it first: decisions stand on a frozen snapshot (`lucid help round`)", "请先结束该轮次：认定以冻结的快照为准（`lucid help round`）"},
    {"open one: lucid round open REGISTRY NAME", "请开启一个：lucid round open REGISTRY NAME"},
    {"`lucid round list REGISTRY` shows them", "`lucid round list REGISTRY` 可列出"},
    {"check the path; {}", "请核对路径；{1}"},
    {"check the path", "请核对路径"},
    {"`lucid init PROGRAMME FILE.lucid` makes a registry", "`lucid init PROGRAMME FILE.lucid` 可新建登记库"},
    {"did you mean {}?", "是否指 {1}？"},
    {"its columns are {}", "其中的列：{1}"},
    {"its sheets are {}", "其中的工作表：{1}"},
    {"keep one of the two rows", "两行中保留一行"},
    {"move the older one away", "请移走较旧的一个"},
    {"name another file with --refused, or remove this one first", "请用 --refused 另指一个文件，或先移走它"},
    {"name another file with --refused", "请用 --refused 另指一个文件"},
    {"is it the file you meant?", "是不是拿错了文件？"},
    {"is somebody writing it? try again", "是否有人正在写入？请重试"},
    {"is somebody writing it? nothing was taken in; try again", "是否有人正在写入？未采用任何内容；请重试"},
    {"free some space on that disk and run the command again", "请在该磁盘腾出空间后重试"},
    {"open it in the spreadsheet and save it again", "请用表格软件打开后重新保存"},
    {"save it as .xlsx in the spreadsheet", "请用表格软件另存为 .xlsx"},
    {"restore the latest backup", "恢复最近的备份"},
    {"run `lucid fsck`; restore the latest backup", "运行 `lucid fsck`；恢复最近的备份"},
    {"restore the latest backup; `lucid fsck` says what is still whole", "恢复最近的备份；`lucid fsck` 会说明哪些仍完好"},
    {"keep the file as it is, restore the latest backup beside it", "保留此文件，在旁边恢复最近的备份"},
    {"wait until the other command has finished, then run this one again; nothing was changed", "等另一个命令结束后再运行；未作任何改动"},
    {"free some space on that disk and run the command again; nothing was kept of this change", "在该磁盘上腾出空间后再运行；本次改动未保存"},
    {"free some space on that disk and run the command again; nothing was kept", "在该磁盘上腾出空间后再运行；未保存任何内容"},
    {"free some space on that disk and run the command again; nothing was changed", "在该磁盘上腾出空间后再运行；未作任何改动"},
    {"free some space on that disk, or name another", "在该磁盘上腾出空间，或换一个磁盘"},
    {"free some space on the server's disk and run the command again; nothing was kept of this change", "在服务器的磁盘上腾出空间后再运行；本次改动未保存"},
    {"run the command again; nothing was kept of this change", "请再运行一次；本次改动未保存"},
    {"run the command again", "请再运行一次"},
    {"give the path of a .lucid file made by `lucid init`", "请给出由 `lucid init` 建立的 .lucid 文件的路径"},
    {"run: chmod 600 on that file", "请对该文件运行 chmod 600"},
    {"give this registry's own key with --key", "请用 --key 给出此登记库自己的密钥"},
    {"add the area to the programme's areas, or correct the row", "请把该地区加入项目的地区表，或改正该行"},
    {"import the household first, or together with its members", "请先导入住户，或与成员一起导入"},
    {"install the newer Lucid that made it", "请安装建立它的较新版本"},
    {"`lucid migrate REGISTRY` brings it up to date, after a backup; `--dry-run` says what it would do", "`lucid migrate 登记库` 可在备份后将其升级；`--dry-run` 只说明会做什么"},
    {"check that the server runs and the URL names its host and port: postgresql://USER{}HOST:PORT/DATABASE", "请核对服务器是否在运行，网址是否写明主机和端口：postgresql://用户{1}主机:端口/数据库"},
    {"near it: {}", "相近的有：{1}"},
    {"\"{}\" is not the number of an event", "“{1}”不是事件编号"},
    {"`lucid history REGISTRY HOUSEHOLD` shows their numbers", "`lucid history 登记库 户编号` 会显示编号"},
    {"choose another name, or move the old backup away first", "请换一个名称，或先移走旧的备份"},
    {"there is no folder {}", "没有文件夹 {1}"},
    {"a programme is a folder with a programme.yaml: `lucid new FOLDER` writes one", "项目是含有 programme.yaml 的文件夹：`lucid new 文件夹` 可写出一个"},
    {"\"{}\" names no field and value", "“{1}”没有写明字段和值"},
    {"\"{}\" sets nothing", "“{1}”没有设置任何内容"},
    {"`lucid check` on the programme lists its fields; a member's field is `--member NUMBER` in `lucid set`, `members.FIELD` in `lucid find`", "对项目运行 `lucid check` 会列出字段；成员的字段在 `lucid set` 中用 `--member 编号`，在 `lucid find` 中用 `members.字段`"},
    {"type it again", "请重新输入"},
    {"name another file, or remove this one first", "请换一个文件名，或先移走这个文件"},
    {"choose another name, or move the old registry away first", "请换一个名称，或先移走旧的登记库"},
    {"to do it, repeat its number: --confirm HOUSEHOLD", "确要销毁，请重复户编号：--confirm 户编号"},
    {"name a file whose first line it is with --passphrase-file, or run the command on a terminal", "用 --passphrase-file 指定首行为口令的文件，或在终端上运行"},
    {"add `sources` to programme.yaml, or give --file and --map", "请在 programme.yaml 中写 `sources`，或给出 --file 和 --map"},
};
enum { PATTERNS = sizeof patterns / sizeof *patterns };

struct hole { const char *at; size_t len; };

/* The whole text against a pattern with holes; each hole takes as little as it can, and something. */
static bool fits(const char *pattern, const char *text, struct hole *holes, uint32_t n) {
  for (; *pattern; pattern++, text++) {
    if (pattern[0] == '{' && pattern[1] == '}') {
      if (n == HOLES_MAX) return false;
      for (size_t len = 1; text[len - 1]; len++) {
        holes[n] = (struct hole){text, len};
        if (fits(pattern + 2, text + len, holes, n + 1)) return true;
      }
      return false;
    }
    if (*pattern != *text) return false;
  }
  return !*text;
}

static void tell(const char *english, size_t len, struct text *out, int depth) {
  char sentence[1100];
  struct hole holes[HOLES_MAX];
  if (depth < DEPTH_MAX && len < sizeof sentence) {
    memcpy(sentence, english, len);
    sentence[len] = 0;
    for (int i = 0; i < PATTERNS; i++) {
      if (!fits(patterns[i].en, sentence, holes, 0)) continue;
      for (const char *z = patterns[i].zh; *z; z++) {
        if (z[0] == '{' && z[1] >= '1' && z[1] <= '8' && z[2] == '}') {
          const struct hole *h = &holes[z[1] - '1'];
          tell(h->at, h->len, out, depth + 1);
          z += 2;
        } else text_addc(out, *z);
      }
      return;
    }
    const char *colon = strstr(sentence, ": "); /* a place, and what is wrong there */
    if (colon) {
      text_addn(out, english, (size_t)(colon - sentence));
      text_add(out, "：");
      tell(english + (colon - sentence) + 2, len - (size_t)(colon - sentence) - 2, out, depth + 1);
      return;
    }
  }
  text_addn(out, english, len);
}

void say_error(enum language lang, const char *english, char *out, size_t size) {
  struct text t;
  if (lang != LANG_ZH) {
    snprintf(out, size, "%s", english);
    return;
  }
  text_init(&t, 8000);
  tell(english, strlen(english), &t, 0);
  size_t n = t.full ? strlen(english) : t.len;
  const char *from = t.full ? english : text_str(&t);
  if (n >= size) n = size - 1;
  while (n && !text_is_utf8(from, n, NULL)) n--;
  memcpy(out, from, n);
  out[n] = 0;
  text_free(&t);
}

bool say_error_pair(size_t i, const char **english, const char **chinese) {
  if (i >= PATTERNS) return false;
  *english = patterns[i].en, *chinese = patterns[i].zh;
  return true;
}
