#!/bin/sh
# The section `monitor`: who is at risk and of which kind, what is overdue, who may be cleared and what is lacking. Nine made-up households, one for each case.
. "$(dirname "$0")/lib.sh"
both
P=$TOP/programmes/xiangxi
mkdir "$DIR/data"
run "$LUCID" check "$P"
says the_section_is_summed_up "sudden, unstable, edge; cleared by income, guarantees, risk_gone, no_new_risk; decided in 15 days, 5 of them for the notice"
V=433124110226
# 1 edge, clue three weeks old; 2 unstable, clue of five days; 3 sudden; 4 income unknown; 5 monitored, may be cleared; 6 monitored, its risk is still there and the
# house is dangerous; 7 monitored, the water is not known; 8 a clue, no risk by the rules; 9 monitored as edge, and it is a sudden difficulty now, decided late
cat >"$DIR/data/户信息.csv" <<CSV
户编号,地区代码,户类型,收入明白卡,人均纯收入,刚性支出,饮水安全,不愁吃,不愁穿,房屋安全等级,监测对象类型,线索来源,线索发现时间,风险类型,风险识别时间,风险是否消除
1,$V,一般农户,否,4000,0,是,是,是,A级,,农户自主申报,2019-11-10,因学,,否
2,$V,脱贫户,否,4500,0,是,是,是,A级,,干部走访排查,2019-11-26,因病,,否
3,$V,一般农户,否,9000,30000,是,是,是,A级,,部门筛查预警,2019-11-30,因病,,否
4,$V,脱贫户,否,,0,是,是,是,A级,,,,因病,,否
5,$V,脱贫户,否,8000,0,是,是,是,B级,脱贫不稳定户,干部走访排查,2019-01-02,因病,2019-01-10,是
6,$V,脱贫户,否,8000,0,是,是,是,C级,脱贫不稳定户,干部走访排查,2019-01-02,因病,2019-01-10,否
7,$V,一般农户,否,8000,0,,是,是,A级,边缘易致贫户,干部走访排查,2019-01-02,因学,2019-01-10,是
8,$V,一般农户,否,9000,0,是,是,是,A级,,农户自主申报,2019-11-28,无,,是
9,$V,一般农户,否,9000,30000,是,是,是,A级,边缘易致贫户,干部走访排查,2019-01-02,因病,2019-02-10,是
10,$V,一般农户,否,9000,0,是,是,是,A级,,,,无,,是
CSV
{
  echo "户编号,人编号,出生日期,在校生状况,健康状况,是否参加基本医疗保险,是否共享开支,是否户籍人口"
  for h in 1 2 3 4 5 6 7 8 9 10; do echo "$h,${h}01,1970-05-01,非在校生,健康,是,是,是"; done
} >"$DIR/data/家庭成员.csv"
"$LUCID" init "$P" "$(reg m)" --quiet >/dev/null && "$LUCID" round open "$(reg m)" r --year 2019 --quiet >/dev/null
run "$LUCID" import "$(reg m)" --data "$DIR/data"
ok the_households_are_imported [ "$rc" = 0 ]
fails an_open_round_is_not_looked_at 5 "open" "$LUCID" monitor "$(reg m)"
"$LUCID" round close "$(reg m)" r --quiet >/dev/null

run "$LUCID" monitor "$(reg m)" --on 2019-12-01 --format csv
ok it_is_listed [ "$rc" = 0 ]
line() { grep "^$1," "$DIR/.out" | tr -d '\r'; }
at() { name=$1 want=$2 got=$(line "$3"); if [ "$got" = "$want" ]; then pass "$name"; else echo "    $got"; fail "$name"; fi; }
export LC_ALL=C.UTF-8
at at_the_edge_and_overdue "1,$V,at_risk,,at the edge of poverty,schooling,the household itself,2019-11-10,2019-11-20,2019-11-25,-6,,yes,," 1
at out_of_poverty_unstable_with_ten_days_left "2,$V,at_risk,,out of poverty but unstable,illness,a cadre's visit,2019-11-26,2019-12-06,2019-12-11,10,,no,," 2
at sudden_difficulty_whatever_the_income "3,$V,at_risk,,sudden severe difficulty,illness,a department's data,2019-11-30,2019-12-10,2019-12-15,14,,no,," 3
at who_may_be_cleared "5,$V,may_clear,out of poverty but unstable,,illness,a cadre's visit,2019-01-02,,2019-01-17,,2019-01-10,no,," 5
at what_is_lacking_is_named "6,$V,monitored,out of poverty but unstable,,illness,a cadre's visit,2019-01-02,,2019-01-17,,2019-01-10,no,assurances and guarantees hold; the risk it came in with is gone," 6
at what_is_not_known_neither_clears_nor_keeps "7,$V,clear_unknown,at the edge of poverty,,schooling,a cadre's visit,2019-01-02,,2019-01-17,,2019-01-10,no,assurances and guarantees hold?,Drinking water is safe" 7
at a_clue_waits_for_its_answer "8,$V,clue,,,none,the household itself,2019-11-28,2019-12-08,2019-12-13,12,,no,," 8
at of_another_kind_now_and_decided_late "9,$V,monitored,at the edge of poverty,sudden severe difficulty,illness,a cadre's visit,2019-01-02,,2019-01-17,,2019-02-10,yes,no new risk," 9
ok who_is_not_at_risk_is_not_listed sh -c '! grep -q "^10," "$0"' "$DIR/.out"
says how_many_are_overdue "of those with a clue overdue: 1"
says and_how_many_cannot_be_told "not known whether at risk: 1 households (a question, never a no"
run "$LUCID" monitor "$(reg m)" --on 2019-12-01 --state unknown --format csv
at what_is_missing_is_named "4,$V,unknown,,not known,illness,,,,,,,,,\"Net income per head, as registered\"" 4
run "$LUCID" monitor "$(reg m)" --on 2019-12-01 --state may_clear --format json
says as_json '"state": "may_clear"'
run "$LUCID" monitor "$(reg m)" --on 2019-12-01 --lang zh
says in_chinese "存在风险，尚未纳入监测"
says with_the_kinds_in_words "突发严重困难户"
says and_the_counts "存在风险尚未纳入监测：3 户"
run "$LUCID" monitor "$(reg m)" --area 433101 --format csv
ok another_county_has_none [ "$(wc -l <"$DIR/.out")" = 1 ]
fails an_unknown_state_is_refused 2 "clear_unknown" "$LUCID" monitor "$(reg m)" --state lost

# The derived fields of the codebook say the same as the section.
run "$LUCID" explain "$(reg m)" 9 --lang en
ok the_derived_fields_are_there [ "$rc" = 0 ]
cat >"$DIR/rules" <<'RULES'
monitor_state == "edge" -> 1
monitor_state == "unstable" -> 2
monitor_state == "sudden" -> 3 9
may_clear -> 5
decided_late -> 9
RULES
while IFS= read -r l; do
  rule=${l% -> *} want=${l#* -> }
  cp -r "$P" "$DIR/p" && sed -i "s/^  include:\$/  include:\n    - {name: asked, rule: '$rule'}/" "$DIR/p/programme.yaml"
  "$LUCID" diff "$(reg m)" --programme "$DIR/p" --format csv >"$DIR/d.csv" 2>"$DIR/d.err"
  got=$(grep ',asked\|asked' "$DIR/d.csv" | cut -d, -f1 | sort -n | tr '\n' ' ')
  rm -r "$DIR/p"
  ok "derived: $rule" [ "$got" = "$want " ]
done <"$DIR/rules"

# A programme without the section says so; what is wrong in it is said with its place.
fails a_programme_without_the_section_says_so 3 "does not say how it monitors" sh -c '"$0" new "$1/small" --quiet >/dev/null; "$0" run "$1/small" --out "$1/small-out" --quiet >/dev/null 2>&1; "$0" monitor "$1"/small-out/*.lucid' "$LUCID" "$DIR"
bad() {
  name=$1 from=$2 to=$3 text=$4
  rm -rf "$DIR/p" && cp -r "$P" "$DIR/p" && sed -i "/^monitor:/,/^sample:/s/$from/$to/" "$DIR/p/programme.yaml"
  fails "$name" 3 "$text" "$LUCID" check "$DIR/p"
}
bad a_line_that_is_not_there "line: monitor" "line: monitr" 'unknown line "monitr"'
says with_its_place "programme.yaml:"
bad a_kind_that_is_no_choice "name: edge" "name: brink" '"brink" is no kind in the choices of "monitor_kind"'
bad a_notice_longer_than_all "notice: 5" "notice: 50" "a notice of 50 days does not fit into 15"
bad a_field_that_is_no_date "clue_on: clue_on" "clue_on: clue_from" 'monitor.clue_on: "clue_from" is a choice'
bad a_rule_that_is_no_rule "rule: guarantees_hold" "rule: guarantees_held" "guarantees_held"
finish
