#!/bin/sh
. "$(dirname "$0")/lib.sh"
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
finish
