#!/bin/sh
# A programme folder as its author meets it: new, check, and what check says when something is wrong.
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
finish
