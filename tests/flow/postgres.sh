#!/bin/sh
# A registry in PostgreSQL: the same verbs, the same bytes as in a file, copies between the two, what is refused and how.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/flow/village/village.sh"
if [ -z "${LUCID_TEST_PG:-}" ]; then
  "$TOP/tools/with-postgres" sh "$0"
  rc=$?
  [ $rc = 77 ] && { skip "a registry in PostgreSQL" "PostgreSQL is not installed"; exit 0; }
  exit $rc
fi
U=$LUCID_TEST_PG
export XDG_DATA_HOME="$DIR/home"
sql() { PGOPTIONS='-c search_path=lucid' psql -qAtX -v ON_ERROR_STOP=1 "$U" -c "$1"; }
url() { echo "$U" | sed "s,/lucid?,/$1?,"; } # another database of the server
fresh() { psql -qAtX "$(url lucid2)" -c 'DROP DATABASE IF EXISTS lucid WITH (FORCE)' -c 'CREATE DATABASE lucid'; }

# ---- the verbs, on a file and on a database (whose keys differ, and so the tokens in snapshots: hashes are left out here) ----
F=$DIR/x.lucid
village "$DIR"
people 30 1 "$DIR/programme/data"
run "$LUCID" init "$DIR/programme" "$U"
says "init prints a recovery sheet" "RECOVERY SHEET"
key=$(find "$XDG_DATA_HOME/lucid" -name registry.key)
ok "the key lies in a folder named after the database, for its owner only" test "$(stat -c %a "$key")" = 600
fails "one database holds one registry" 5 "there is already a registry" "$LUCID" init "$DIR/programme" "$U"
ok "the refused init leaves no key behind" test "$(find "$XDG_DATA_HOME" -name '*.key' | wc -l)" = 1
"$LUCID" init "$DIR/programme" "$F" --quiet >/dev/null
for R in "$F" "$U"; do
  {
    "$LUCID" round open "$R" 2026 --year 2026
    "$LUCID" import "$R" --dry-run --format csv
    "$LUCID" import "$R" --format csv
    "$LUCID" import "$R" --format csv
    people 30 2 "$DIR/programme/data"
    "$LUCID" import "$R" --format csv
    "$LUCID" undo "$R"
    "$LUCID" set "$R" H00003 income=1234.50
    "$LUCID" set "$R" H00003 income=lots
    "$LUCID" set "$R" H00099 income=1
    "$LUCID" history "$R" H00003 --reveal --format csv | sed 's/[0-9T:.-]*Z//'
    "$LUCID" find "$R" phone=00CANARY00007 --format csv
    "$LUCID" round close "$R"
    "$LUCID" import "$R"
    "$LUCID" identify "$R" --format csv | grep -v seconds
    "$LUCID" explain "$R" H00003
    "$LUCID" round open "$R" 2027 --year 2027
    people 20 3 "$DIR/programme/data"
    "$LUCID" import "$R" --format csv
    "$LUCID" round close "$R"
    "$LUCID" round list "$R" --format csv
    "$LUCID" fsck "$R"
  } 2>&1 | sed "s,$F,REGISTRY,g; s,postgresql://[^ :]*://*[^ :]*,REGISTRY,g; s,postgresql://[^ ]*$(basename "$LUCID_TEST_PG_DIR"),REGISTRY,g; s/[0-9a-f]\{64\}/HASH/; s/data [0-9a-f]\{12\}/data HASH/" >"$DIR/said-$([ "$R" = "$F" ] && echo file || echo database)"
  people 30 1 "$DIR/programme/data"
done
rc= errs= out=$(diff "$DIR/said-file" "$DIR/said-database")
ok "every verb says the same of a file and of a database" test -z "$out"
ok "and said something" test "$(wc -l <"$DIR/said-file")" -gt 50

# ---- a real survey: the same bytes ----
survey=${LUCID_EUSILC_RDATA:-$TOP/programmes/eu-silc/data/eusilc.RData}
if [ -s "$survey" ]; then
  fresh
  for R in "$DIR/silc.lucid" "$U"; do
    "$LUCID" init "$TOP/programmes/eu-silc" "$R" --quiet >/dev/null && "$LUCID" round open "$R" 2006 --quiet >/dev/null
    "$LUCID" import "$R" --data "$(dirname "$survey")" --quiet >/dev/null && "$LUCID" round close "$R" --quiet >/dev/null
    "$LUCID" identify "$R" --decisions "$DIR/decisions.csv" --quiet >"$DIR/.out"
    { "$LUCID" round list "$R" --format csv; grep hashes "$DIR/.out"; sha256sum <"$DIR/decisions.csv"; } >"$DIR/silc-$([ "$R" = "$U" ] && echo database || echo file)"
    rm -f "$DIR/decisions.csv"
  done
  rc= errs= out=$(diff "$DIR/silc-file" "$DIR/silc-database")
  ok "EU-SILC: the same snapshot and decision hashes as in a file" test -z "$out"
  ok "EU-SILC: 14,827 persons" grep -q '2006,2006,closed,6000,14827,' "$DIR/silc-database"
else
  skip "EU-SILC: the same snapshot and decision hashes as in a file" "the survey is absent: ./start fetches it"
fi

# ---- copies ----
fresh
run "$LUCID" copy "$F" "$U"
says "a file is copied into a database" "a whole copy"
says "the copy says where its key should be" "the key is not copied: the new registry looks for it in"
mkdir -p "$(dirname "$(echo "$errs" | sed -n 's/.*looks for it in //p')")"
cp -p "$F.key" "$(echo "$errs" | sed -n 's/.*looks for it in //p')"
sound "the copy is whole" "$U"
run "$LUCID" history "$U" H00003 --reveal
says "the copied key opens what is sealed" "00CANARY00003"
run "$LUCID" identify "$U" --round 2026 --quiet
ok "the copy's snapshot is made again with the same hash" test "$rc" = 0
people 25 4 "$DIR/programme/data"
for R in "$F" "$U"; do
  "$LUCID" round open "$R" 2028 --year 2027 --quiet >/dev/null
  "$LUCID" import "$R" --quiet >/dev/null
  "$LUCID" round close "$R" --quiet >/dev/null
  "$LUCID" identify "$R" --quiet | grep hashes >"$DIR/hashes-$([ "$R" = "$U" ] && echo database || echo file)"
done
rc= errs= out=$(diff "$DIR/hashes-file" "$DIR/hashes-database")
ok "from there on both come to the same snapshot and decision hashes" test -z "$out" -a -s "$DIR/hashes-file"
fails "a copy replaces nothing" 5 "there is already a registry" "$LUCID" copy "$F" "$U"
run "$LUCID" copy "$U" "$DIR/back.lucid"
says "a database is copied into a file" "a whole copy"
all=$(echo "$out" | sed -n 's/^all rows  //p')
run "$LUCID" copy "$DIR/back.lucid" "$DIR/again.lucid"
ok "the same rows have the same hash wherever they lie" test -n "$all" -a "$(echo "$out" | sed -n 's/^all rows  //p')" = "$all"
run "$LUCID" backup "$U" "$DIR/backup.lucid"
says "a backup of a database is a file" "a whole copy"
sound "the backup is whole" "$DIR/backup.lucid"
sql "UPDATE event SET actor = 'nobody' WHERE id = 3"
fails "a broken chain of events is not copied" 11 "broken at event 3" "$LUCID" copy "$U" "$DIR/bad.lucid"
ok "and leaves no file" test ! -e "$DIR/bad.lucid"
fails "fsck finds what was changed in the database" 11 "event 3" "$LUCID" fsck "$U"
sql "UPDATE event SET actor = (SELECT actor FROM event WHERE id = 2) WHERE id = 3"
sql "UPDATE household SET f_income = 1 WHERE key = 'H00002'"
fails "fsck finds a row changed in the database" 11 "not those it wrote" "$LUCID" fsck "$U"

# ---- what is refused, and how ----
fresh
fails "an empty database is no registry" 4 "holds no registry" "$LUCID" status "$U"
fails "no such database" 4 "there is no such database" "$LUCID" status "$(url nowhere)"
fails "no server" 7 "the server is not there" "$LUCID" status "postgresql://somebody:hunter2@/lucid?host=$DIR"
case $errs in *hunter2*) fail "a password is never shown" ;; *) pass "a password is never shown" ;; esac
fresh
run "$LUCID" init "$DIR/programme" "$(echo "$U" | sed 's,lucid@,lucid:hunter2@,')"
case $rc$out$errs in *hunter2*|[1-9]*) fail "nor by init" ;; *) pass "nor by init" ;; esac
fresh
fails "not a URL" 2 "not a PostgreSQL URL" "$LUCID" status "postgresql://[broken"
psql -qX "$(url lucid2)" -c "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'" 2>/dev/null
fails "a database that is not UTF-8" 5 "not UTF8" "$LUCID" init "$DIR/programme" "$(url latin)"
psql -qX "$(url lucid2)" -c "CREATE ROLE guest LOGIN" 2>/dev/null
fails "a user without rights" 7 "may not do this" "$LUCID" init "$DIR/programme" "$(echo "$U" | sed 's,lucid@,guest@,')"
ok "a refused init can be repeated" run "$LUCID" init "$DIR/programme" "$U" --quiet
"$LUCID" round open "$U" 2026 >/dev/null 2>&1
"$LUCID" import "$U" --quiet >/dev/null
psql -qX "$U" -c "BEGIN; SELECT pg_advisory_xact_lock(1282761572); SELECT pg_sleep(9)" >/dev/null 2>&1 &
sleep 0.5
fails "a second writer is told who writes" 6 "user lucid from this machine" "$LUCID" set "$U" H00001 note=a
ok "readers go on meanwhile" run "$LUCID" history "$U" H00001
wait
ok "and afterwards it works" run "$LUCID" set "$U" H00001 note=a
sql "UPDATE store_mark SET version = 99"
fails "another version is refused with both numbers" 10 "version 99" "$LUCID" status "$U"
sql "UPDATE store_mark SET version = $(ls "$TOP"/schema/*.sql | wc -l)"
sql "CREATE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS \$\$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END \$\$; CREATE TRIGGER no_space BEFORE INSERT ON event EXECUTE FUNCTION no_space()"
fails "a full disk of the server is told as one" 8 "the server's disk is full" "$LUCID" set "$U" H00001 note=b
sql "DROP TRIGGER no_space ON event"
run "$LUCID" history "$U" H00001 --format csv
case $out in *,note,a,b*) fail "... and nothing was kept" ;; *) pass "... and nothing was kept" ;; esac
sound "after all this it is whole" "$U"

# ---- secrets ----
sql CHECKPOINT
if [ -r "$LUCID_TEST_PG_DIR/data/base" ]; then
  out=$(grep -rlE '999999[0-9]{12}|00CANARY' "$LUCID_TEST_PG_DIR/data" "$XDG_DATA_HOME" | head -3) errs= rc=
  ok "no sealed value stands in the server's files or log" test -z "$out"
else
  skip "no sealed value stands in the server's files or log" "they may not be read"
fi
finish
