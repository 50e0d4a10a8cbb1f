# village.sh - what the flow tests about faults share; sourced after lib.sh.
#   village DIR                 a copy of the village programme in DIR/programme, with empty data
#   people N BATCH DIR          N households of two members each into DIR; BATCH stands in every row of the households
#   registry DIR [N [WHERE]]    DIR/x.lucid (or WHERE) with round 2026 open, holding N households (batch 1)
#   sound NAME REGISTRY         lucid fsck finds nothing
# Identity numbers are 18 digits and begin with 999999, telephones with 00CANARY: neither can be anybody's.
[ -x "$LUCID" ] || { echo "not ok the program is built: $LUCID"; exit 1; }
village() { mkdir -p "$1/programme/data" && cp "$TOP/tests/flow/village/programme.yaml" "$1/programme/"; }
people() {
  mkdir -p "$3"
  awk -v n="$1" -v b="$2" -v h="$3/households.csv" -v m="$3/members.csv" 'BEGIN {
    print "hid,v,batch,income,weight,car,phone" >h; print "hid,no,age,idno" >m
    split("V11 V12 V21", v, " ")
    for (i = 1; i <= n; i++) {
      printf "H%05d,%s,%d,%d.%02d,%d.5,%s,00CANARY%05d\n", i, v[i % 3 + 1], b, 2000 + i % 5000, b % 100, 1 + i % 3, i % 9 ? "no" : "yes", i >h
      printf "H%05d,1,%d,999999%012d\nH%05d,2,%d,\n", i, 20 + i % 60, i, i, i % 20 >m
    }
  }'
}
registry() {
  where=${3:-$1/x.lucid}
  village "$1" && "$LUCID" init "$1/programme" "$where" --quiet >/dev/null && "$LUCID" round open "$where" 2026 >/dev/null 2>&1 || return 1
  [ -z "${2:-}" ] && return 0
  people "$2" 1 "$1/programme/data" && "$LUCID" import "$where" --quiet >/dev/null
}
sound() { run "$LUCID" fsck "$2"; if [ "$rc" = 0 ]; then pass "$1"; else fail "$1"; fi; }
