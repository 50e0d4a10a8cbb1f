#!/bin/sh
# A line of a list (a crop, an income line, a visit) has a number of its own: it goes out with it, and what comes back under it changes that line and no other.
. "$(dirname "$0")/lib.sh"
both
P=$TOP/programmes/xiangxi
V=433124110226
mkdir "$DIR/one" "$DIR/two"
cat >"$DIR/one/户信息.csv" <<CSV
户编号,地区代码,户类型
A,$V,一般农户
B,$V,一般农户
CSV
cat >"$DIR/one/种植养殖.csv" <<CSV
户编号,序号,种养品种,面积
A,3,tea,1.00
A,7,maize,2.00
A,20,rice,3.00
B,5,tea,4.00
CSV
"$LUCID" init "$P" "$(reg n)" --quiet >/dev/null && "$LUCID" round open "$(reg n)" r1 --year 2018 --quiet >/dev/null
run "$LUCID" import "$(reg n)" --data "$DIR/one"
ok lines_with_numbers_are_imported [ "$rc" = 0 ]
"$LUCID" round close "$(reg n)" r1 --quiet >/dev/null

run "$LUCID" export "$(reg n)" --source crops --out "$DIR/back"
ok they_go_out [ "$rc" = 0 ]
numbers() { cut -d, -f1,2 "$1" | tail -n +2 | tr -d '\r' | sort | tr '\n' ' '; }
ok under_their_own_numbers [ "$(numbers "$DIR/back/种植养殖.csv")" = "A,20 A,3 A,7 B,5 " ]
run "$LUCID" export "$(reg n)" --level crops --out "$DIR/level"
ok also_as_a_level [ "$(numbers "$DIR/level/crops.csv")" = "A,20 A,3 A,7 B,5 " ]

"$LUCID" round open "$(reg n)" r2 --year 2019 --quiet >/dev/null
run "$LUCID" import "$(reg n)" --data "$DIR/back" --source crops --format json
says what_went_out_comes_in '"inserted": 0'
says and_nothing_ends '"ended": 0'
sed 's/^A,7,\(.*\),2.00/A,7,\1,9.00/' "$DIR/back/种植养殖.csv" >"$DIR/two/种植养殖.csv"
ok one_line_is_edited sh -c '! cmp -s "$0/back/种植养殖.csv" "$0/two/种植养殖.csv"' "$DIR"
run "$LUCID" import "$(reg n)" --data "$DIR/two" --source crops --format json
says one_line_changes '"changed": 1'
says no_other_comes '"inserted": 0'
says and_no_other_goes '"ended": 0'
"$LUCID" round close "$(reg n)" r2 --quiet >/dev/null

# In the next round the first line is gone: the others keep their numbers, and the round before still has all of them.
"$LUCID" round open "$(reg n)" r3 --year 2020 --quiet >/dev/null
grep -v '^A,3,' "$DIR/two/种植养殖.csv" >"$DIR/t" && mv "$DIR/t" "$DIR/two/种植养殖.csv"
run "$LUCID" import "$(reg n)" --data "$DIR/two" --source crops --format json
says a_line_that_is_gone_ends '"ended": 1'
says and_only_that '"inserted": 0'
"$LUCID" round close "$(reg n)" r3 --quiet >/dev/null
"$LUCID" export "$(reg n)" --source crops --out "$DIR/later" --quiet >/dev/null
ok the_others_keep_their_numbers [ "$(numbers "$DIR/later/种植养殖.csv")" = "A,20 A,7 B,5 " ]
ok each_line_is_the_one_it_was grep -q '^A,7,.*,9.00' "$DIR/later/种植养殖.csv"
"$LUCID" export "$(reg n)" --source crops --round r2 --out "$DIR/earlier" --quiet >/dev/null
ok the_round_before_has_all_of_them [ "$(numbers "$DIR/earlier/种植养殖.csv")" = "A,20 A,3 A,7 B,5 " ]
ok with_what_they_said_then grep -q '^A,3,.*,1.00' "$DIR/earlier/种植养殖.csv"
finish
