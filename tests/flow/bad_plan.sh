#!/bin/sh
# What no plan may be made of, as the author of a programme meets it: lucid check names file, line and matter, says what to do, and exits with 3.
# It needs no registry: once is enough.
. "$(dirname "$0")/lib.sh"

X=$TOP/programmes/xiangxi

# refused TITLE FILE SED MESSAGE HINT [ELSEWHERE]: xiangxi with this change to this file is refused so, at the line the change touched, or in the file ELSEWHERE
refused() {
  rm -rf "$DIR/p" && cp -r "$X" "$DIR/p" && rm -rf "$DIR/p/data"
  sed -i "$3" "$DIR/p/$2"
  place="/$2:$(diff "$X/$2" "$DIR/p/$2" | sed -n '1s/^\([0-9]*\).*/\1/p'):"
  [ -z "${6:-}" ] || place="/$6:"
  run "$LUCID" check "$DIR/p"
  told=$(printf '%s\n' "$out" | grep -F -A1 -e "$4")
  ok "$1" [ $rc = 3 ]
  case $told in *"$place"*HINT*"$5"*) pass "... at its place, with what to do" ;; *) echo "    wanted $place $4 [$5]"; fail "$1: at its place, with what to do" ;; esac
}

run "$LUCID" check "$X"
ok "xiangxi has a plan to begin with" [ $rc = 0 ]
says "its sections are summed up: measures" "32, 6 of them works of a village"
says "... funds with their years and sum" "21, 2016-2020, "
says "... products" "products                6"
run "$LUCID" check "$X" --lang zh
says "... in Chinese" "其中村级工程 6 项"

# What nothing refers to is a remark.
cp -r "$X" "$DIR/idle" && sed -i 's/product: walnut$/product: camellia/' "$DIR/idle/programme.yaml" && sed -i 's/,ecology,,ecology,/,ranger,,ecology,/' "$DIR/idle/plan_funds.csv"
run "$LUCID" check "$DIR/idle"
ok "a programme with idle parts is sound" [ $rc = 0 ]
says "... and is told of a product that no measure plants" "6; no measure plants: walnut"
says "... and of measures that no fund pays" "no fund pays: forest_return, forest_care"

refused "a measure without capacity" plan_capacities.csv '/^ranger,/d' 'the measure "ranger" has no capacity' 'capacity: unlimited' programme.yaml
refused "a negative cost" programme.yaml 's/cost: {low: 2100, mid: 2350, high: 2800}/cost: -2350/' 'the cost of "tea_direct" cannot be negative' 'its effect'
refused "an effect without a source" programme.yaml '/name: tea_led/,/needs:/{/effect_source/d}' 'the effect of "tea_led" has no source' 'effect_assumed: true' programme.yaml
refused "demand that rises with its price" programme.yaml 's/elasticity: -1.2/elasticity: 1.2/' 'demand for "tea" would rise with its price' '-0.8'
refused "prices that do not fall" programme.yaml 's/tiers: \[1, 0.95, 0.9, 0.85, 0.8\]/tiers: [1, 0.95, 0.95]/' '`tiers` of "tea" do not fall' '0.9'
refused "a fund that pays nothing" plan_funds.csv '2s/production tourism/" "/' 'the fund "central_industry" pays nothing' 'name measures, projects or guarantees'
refused "a fund that pays something unknown" plan_funds.csv '2s/production tourism/prodution/' 'no measure, project or guarantee is called "prodution"' 'did you mean `production`?'
refused "a work of another village as prerequisite" programme.yaml '/name: tea_direct/,/needs:/s/needs: \[road_work\]/needs: ["road_work@433101"]/' 'would need a work of another village' 'the same village'
refused "a household's measure as prerequisite" programme.yaml '/name: tea_direct/,/needs:/s/needs: \[road_work\]/needs: [ranger]/' 'needs "ranger", which is a household'"'"'s' 'a work of the village'
refused "prerequisites in a circle" programme.yaml '/name: road_work,/s/source: \*ours, assumed/needs: [cold_store], source: *ours, assumed/' 'works need each other in a circle: cold_store -> road_work -> cold_store' 'take one' programme.yaml
refused "trees that pay before they bear" programme.yaml 's/yield: \[0, 0, 8, 20, 35, 45\]/yield: [0, 5, 8, 20, 35, 45]/' '"tea" yields 5 at age 1, and bears from age 2' 'income before a tree bears'
refused "a capacity in an unknown place" plan_capacities.csv 's/^ranger,433101/ranger,433199/' 'no area has the code "433199"' 'add the area'
refused "a guarantee that nobody may pay for" plan_funds.csv 's/living_floor floor/floor/' 'no fund may pay for the guarantee "living_floor"' 'owed: true' programme.yaml
refused "money of a year outside the programme" plan_funds.csv '2s/,2016,/,2036,/' 'is of 2036, and the programme goes from 2010 to 2030' 'programme.years'
refused "an unknown cause" programme.yaml '/name: kiwifruit_shares/,/unit:/s/no_labour/no_labor/' 'no cause is called "no_labor"' 'did you mean `no_labour`?'
refused "a table with a ragged row" plan_growers.csv '2s/$/,more/' '8 cells where the heading has 7' 'comma'
cp "$X/plan_capacities.csv" "$X/programme.yaml" "$X/plan_growers.csv" "$DIR/p/" && sed -i '/^ranger,/d' "$DIR/p/plan_capacities.csv"
fails "in Chinese as well" 3 "措施“ranger”没有写明容量" "$LUCID" check "$DIR/p" --lang zh
says "... with what to do" "提示：请写明数量"
finish
