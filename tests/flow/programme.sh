#!/bin/sh
# A programme folder as its author meets it: new, check, and what check says when something is wrong.
# Only the last example comes to a registry, in the folder that `lucid run` makes.
. "$(dirname "$0")/lib.sh"

run "$LUCID" new "$DIR/my-county"
ok a_new_programme_is_written [ "$rc" = 0 ]
run "$LUCID" check "$DIR/my-county"
ok a_new_programme_has_no_problems [ "$rc" = 0 ]
says check_sums_up_what_it_understood "6 collected, 5 derived"
fails new_never_overwrites 5 "exists and is not empty" "$LUCID" new "$DIR/my-county"
fails new_wants_a_folder 2 "FOLDER" "$LUCID" new
fails check_of_no_folder_says_how_to_make_one 4 "lucid new FOLDER" "$LUCID" check "$DIR/nowhere"

sed -i 's/rule: has_car,/rule: has_cra,/; s/  currency: CNY/  curency: CNY/' "$DIR/my-county/programme.yaml"
line=$(grep -n has_cra "$DIR/my-county/programme.yaml" | cut -d: -f1)
column=$(grep has_cra "$DIR/my-county/programme.yaml" | awk '{print index($0, "has_cra")}')
fails problems_end_with_exit_code_3 3 "problems" "$LUCID" check "$DIR/my-county"
says a_wrong_rule_is_shown_with_line_and_column "programme.yaml:$line:$column: "
says an_unknown_key_is_shown_too 'unknown key "curency" in programme'
says with_the_nearest_name 'did you mean `currency`?'
run "$LUCID" check "$DIR/my-county" --format json
says problems_are_data_too '"column":'
fails other_verbs_refuse_it_with_the_first_place 3 "programme.yaml:" "$LUCID" init "$DIR/my-county" "$DIR/x.lucid"

run "$LUCID" check "$TOP/programmes/eu-silc" --assumed --format csv
says assumed_values_are_listed "property_limit"
run "$LUCID" check "$TOP/programmes/eu-silc" --lang zh
says check_speaks_chinese "贫困线"
run "$LUCID" check --keys
says keys_can_be_printed '| `searchable` |'
for p in programmes/eu-silc programmes/vietnam-1998 tests/programmes/popstan; do
  run "$LUCID" check "$TOP/$p"
  ok "${p##*/}_checks" [ "$rc" = 0 ]
done
mkdir "$DIR/locked" && cp "$TOP"/programmes/vietnam-1998/programme.yaml "$DIR/locked/"
printf 'a: [[[[\n' >"$DIR/locked/programme.yaml"
fails yaml_that_does_not_parse_has_a_place 3 "programme.yaml:" "$LUCID" check "$DIR/locked"

# ---- the worked example of docs/format/programme.md, as it stands there ----
mkdir -p "$DIR/example/data"
awk '/^```yaml/ { if (!n++) inside = 1; next } /^```/ { inside = 0 } inside' "$TOP/docs/format/programme.md" >"$DIR/example/programme.yaml"
printf 'code,level,parent,name.en,name.zh\n1,county,,One,一\n11,village,1,Eleven,十一\n' >"$DIR/example/areas.csv"
printf 'number,home_village,income,debt,has_car\n1,11,3000,,no\n2,11,,,no\n3,11,9000,,yes\n' >"$DIR/example/data/households.csv"
printf 'number,age,in_school\n1,30,no\n1,10,no\n2,40,no\n3,50,no\n' >"$DIR/example/data/members.csv"
run "$LUCID" check "$DIR/example"
ok the_documented_example_checks [ "$rc" = 0 ]
says a_source_without_a_map_goes_by_names "fields by their own names"
run "$LUCID" run "$DIR/example" --out "$DIR/example-out"
ok the_documented_example_runs [ "$rc" = 0 ]
says its_members_are_numbered_by_position "selected                         1 households, 2 persons"
says its_missing_income_is_undecided "undecided                        1 households, 1 persons"
finish
