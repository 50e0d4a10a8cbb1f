# village.sh - what the flow tests about faults share; sourced after lib.sh.
#   village DIR                 a copy of the village programme in DIR/programme, with empty data
#   people N BATCH DIR          N households of two members each into DIR; BATCH stands in every row of the households
#   registry DIR [N [WHERE]]    DIR/x.lucid (or WHERE) with round 2026 open, holding N households (batch 1)
#   version1 WHERE              the registry of version 0.1.0 in tests/flow/version-1 (13 households), a file or in a database, with its key
#   version_of REGISTRY         of its tables
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
version1() {
  old=$TOP/tests/flow/version-1
  case $1 in
  postgresql:*)
    psql -Xq "$1" -c 'SET client_min_messages = error; DROP SCHEMA IF EXISTS lucid CASCADE' && gzip -dc "$old/postgres.sql.gz" | psql -Xq -v ON_ERROR_STOP=1 "$1" >/dev/null || return 1
    of=$(echo "$1" | sed 's,.*/\([a-z0-9_-]*\)?.*,\1,')-$(ask "$1" "SELECT value FROM meta WHERE name = 'key_id'")
    mkdir -p "$XDG_DATA_HOME/lucid/$of" && cp "$old/key.txt" "$XDG_DATA_HOME/lucid/$of/registry.key" && chmod 600 "$XDG_DATA_HOME/lucid/$of/registry.key" ;;
  *)
    rm -f "$1" "$1"-* && gzip -dc "$old/file.sql.gz" | sqlite3 "$1" && cp "$old/key.txt" "$1.key" && chmod 600 "$1" "$1.key" &&
      sqlite3 "$1" 'PRAGMA application_id = 1282761572; PRAGMA user_version = 1; PRAGMA journal_mode = WAL' >/dev/null ;;
  esac
}
version_of() { case $1 in postgresql:*) ask "$1" 'SELECT version FROM store_mark' ;; *) ask "$1" 'PRAGMA user_version' ;; esac; }
sound() { run "$LUCID" fsck "$2"; if [ "$rc" = 0 ]; then pass "$1"; else fail "$1"; fi; }
