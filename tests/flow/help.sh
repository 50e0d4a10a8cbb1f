#!/bin/sh
. "$(dirname "$0")/lib.sh"
both
run "$LUCID"; ok "with no words it shows the overview" [ $rc = 0 ]
says "the overview names the first steps" "First steps"
run "$LUCID" help help; says "a verb's help shows its usage" "usage: lucid help [VERB]"
fails "a mistyped verb is answered with the nearest" 2 "did you mean \`lucid help\`?" "$LUCID" hepl
fails "a mistyped option is answered with the nearest" 2 "did you mean --format?" "$LUCID" help --formt json
fails "an option without its value says what is missing" 2 "--format needs a value" "$LUCID" help --format
run "$LUCID" help --manual; says "the manual page comes from the same table" ".TH LUCID 1"
for v in $("$LUCID" help | sed -n 's/^  \([a-z]*\) .*/\1/p'); do
  run "$LUCID" help "$v"; ok "help $v is complete" [ $rc = 0 -a -n "$out" ]
done
run "$LUCID" help --lang zh; says "the overview is Chinese in Chinese" "建立登记库"
ok "no verb lacks its Chinese line" [ -z "$(printf '%s\n' "$out" | grep -E '^  [a-z_-]+ +[A-Za-z ,:;]+$')" ]
run "$LUCID" new "$DIR/p"; run "$LUCID" init "$DIR/p" "$(reg r)"
run "$LUCID" round open "$(reg r)" 2027; says "a round named after a year is about that year" "about the year 2027"
run "$LUCID" round list "$(reg r)"; says "a year is printed as a year" "2027   2027  open"
run "$LUCID" round list "$(reg r)" --lang zh; says "headings are Chinese on a Chinese screen" "轮次  年份"
run "$LUCID" round list "$(reg r)" --lang zh --format csv; says "... and the same in every language in CSV" "round,year,state"
fails "a data file without --file is not passed over" 2 "a data file is named with --file" "$LUCID" import "$(reg r)" my.csv
run "$LUCID" status "$(reg r)"; says "... and nothing came in" "household         0"
finish
