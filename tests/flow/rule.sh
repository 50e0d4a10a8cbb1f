#!/bin/sh
# lucid rule: one line of JSON for whatever is asked.
# No registry is asked.
. "$(dirname "$0")/lib.sh"

# answers NAME RC LINE ARGS...: `lucid rule ARGS` must print exactly LINE and exit with RC
answers() {
  name=$1 want_rc=$2 want=$3; shift 3
  run "$LUCID" rule "$@"
  if [ "$rc" = "$want_rc" ] && [ "$out" = "$want" ]; then pass "$name"; else echo "    wanted: $want"; fail "$name"; fi
}

answers int 0 '{"value":3,"type":"int"}' '1 + 2'
answers uint 0 '{"value":18446744073709551615,"type":"uint"}' '18446744073709551615u'
answers double 0 '{"value":0.30000000000000004,"type":"double"}' '0.1 + 0.2'
answers whole-double 0 '{"value":3.0,"type":"double"}' '1.5 * 2.0'
answers nan 0 '{"value":"NaN","type":"double"}' '0.0 / 0.0'
answers infinity 0 '{"value":"-Infinity","type":"double"}' '-1.0 / 0.0'
answers bool 0 '{"value":true,"type":"bool"}' '1 < 2'
answers string 0 '{"value":"a\"\n\u0000中","type":"string"}' "'a\"\\n\\000中'"
answers null 0 '{"value":null,"type":"null_type"}' 'null'
answers list 0 '{"value":[[1,2],[]],"type":"list(list(int))"}' '[[1, 2], []]'
answers timestamp 0 '{"value":"2009-02-13T23:35:30.5Z","type":"timestamp"}' "timestamp('2009-02-13T23:31:30.5Z') + duration('4m')"
answers duration 0 '{"value":"-1.5s","type":"duration"}' "duration('-1500ms')"
answers type-value 0 '{"value":"google.protobuf.Timestamp","type":"type"}' "type(timestamp(0))"
answers leading-dash 0 '{"value":-9223372036854775808,"type":"int"}' '-9223372036854775808'
answers leading-dashes 0 '{"value":5,"type":"int"}' '--5'
answers after-dashes 0 '{"value":-1,"type":"int"}' --set x=1 -- '-x'

answers inferred-int 0 '{"value":4,"type":"int"}' 'x + 1' --set x=3
answers inferred-double 0 '{"value":3.5,"type":"double"}' 'x' --set x=3.5
answers inferred-list 0 '{"value":2,"type":"int"}' 'x.filter(i, i > 1).size()' --set 'x=[1,2,3]'
answers inferred-nested 0 '{"value":[["a"],[]],"type":"list(list(string))"}' 'x' --set 'x=[["a"],[]]'
answers typed-double 0 '{"value":true,"type":"bool"}' 'x > 2.5' --set x=3 --type x=double
answers typed-uint 0 '{"value":18446744073709551615,"type":"uint"}' 'x' --type x=uint --set x=18446744073709551615
answers typed-time 0 '{"value":1970,"type":"int"}' 'x.getFullYear()' --type x=timestamp --set 'x="1970-01-02T00:00:00Z"'
answers typed-duration 0 '{"value":90,"type":"int"}' 'x.getMinutes()' --type x=duration --set 'x="1h30m"'
answers typed-list 0 '{"value":[1.0,2.5],"type":"list(double)"}' 'x' --type 'x=list(double)' --set 'x=[1,2.5]'
answers typed-nan 0 '{"value":"NaN","type":"double"}' 'x' --type x=double --set 'x="NaN"'
answers dotted-name 0 '{"value":true,"type":"bool"}' 'a.b' --set a.b=true

answers container 1 '{"error":"line 1, column 1: containers are not part of rules: `y` could be `x.y` HINT: write x.y, or .y","kind":"unsupported"}' 'y' --set y=1 --set x.y=2
answers rooted 0 '{"value":1,"type":"int"}' '.y' --set y=1 --set x.y=2

answers unknown 1 '{"error":"unknown: x is missing","kind":"eval"}' 'x > 3' --type x=int --set x=null
answers unknown-two 1 '{"error":"unknown: x, y are missing","kind":"eval"}' 'x + y' --type x=int --type y=int --set x=null
answers absorbed 0 '{"value":true,"type":"bool"}' 'x > 3 || true' --type x=int --set x=null
answers eval-error 1 '{"error":"divide by zero","kind":"eval"}' '1 / 0'
answers overflow 1 '{"error":"return error for overflow","kind":"eval"}' '9223372036854775807 + 1'
answers parse-error 1 '{"error":"line 1, column 4: the rule ends where a value should follow","kind":"parse"}' '1 +'
answers type-error 1 '{"error":"line 1, column 8: no such overload: int > double HINT: write double(hhsize)","kind":"type"}' 'hhsize > 2.5' --set hhsize=3
answers unsupported 1 '{"error":"line 1, column 1: maps are not part of rules","kind":"unsupported"}' '{"a": 1}'
answers unsupported-at-run-time 1 '{"error":"unsupported: named time zones are not part of rules","kind":"unsupported"}' 'timestamp(0).getHours(z)' --set 'z="Europe/Vienna"'
answers unsupported-variable 1 '{"error":"x: maps are not part of rules","kind":"unsupported"}' 'x' --set 'x={"a":1}'
answers unsupported-type 1 '{"error":"x: its type is not part of rules: int uint double bool string timestamp duration list(...)","kind":"unsupported"}' 'x' --type 'x=map(string,int)'
answers wrong-json-for-type 1 '{"error":"x: the JSON given is no int","kind":"type"}' 'x' --type x=int --set 'x="a"'
answers mixed-list 1 '{"error":"x: a list of mixed types needs dyn, which is not part of rules","kind":"unsupported"}' 'x' --set 'x=[1,"a"]'
answers one-line-only 1 '{"error":"line 2, column 1: `+` stands where a value should","kind":"parse"}' '1 +
+'

fails no-expression 2 'a rule, in quotes' "$LUCID" rule
fails two-expressions 2 'one rule at a time' "$LUCID" rule 1 2
fails not-json 2 'not JSON' "$LUCID" rule x --set x=abc
fails no-value 2 'it takes NAME=JSON' "$LUCID" rule x --set x
fails no-such-option 2 'did you mean --set' "$LUCID" rule x --sett x=1
run "$LUCID" rule 'x.matches("^(a+)+$")' --set "x=\"$(head -c 60000 /dev/zero | tr '\0' a)b\""
says linear-time '{"value":false,"type":"bool"}'
run "$LUCID" rule "$(head -c 100000 /dev/zero | tr '\0' '(')"
says deep-nesting 'the rule nests too deep here'
finish
