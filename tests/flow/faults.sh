#!/bin/sh
# What happens when things go wrong around a registry that is a file: a limit on its size, a folder that may not be written to, a lock held by
# somebody else, files of another version, damaged and foreign files, symbolic links. Each time: a message that says what and what to
# do, the right exit code, and a registry that lost nothing. A database has none of these: its faults are in postgres.sh,
# postgres_kill.sh and disk.sh, and what both can suffer is in tampered.sh.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/flow/village/village.sh"

# Root is bound by no permissions, unless it gives that power away.
if [ "$(id -u)" = 0 ]; then as_user() { setpriv --bounding-set=-all --inh-caps=-all "$@"; }; else as_user() { "$@"; }; fi

households() { ask "$1" 'SELECT count(*) FROM household'; }

# ---- a limit on the size of files ----

# It is the other way to run out of room (disk.sh has the full disk), and strikes in the middle of a write.
registry "$DIR/limit"
people 1000 1 "$DIR/limit/programme/data"
cp "$DIR/limit/x.lucid" "$DIR/limit/empty.lucid"
bad= refused=0
for blocks in 60 200 400 600 800 1000 1200 1600; do
  rm -f "$DIR"/limit/x.lucid-*; cp "$DIR/limit/empty.lucid" "$DIR/limit/x.lucid"
  (ulimit -f $blocks; exec "$LUCID" import "$DIR/limit/x.lucid" --quiet) >"$DIR/.out" 2>"$DIR/.err"; rc=$?
  case $rc in
  0) ;;
  7 | 8) refused=$((refused + 1)); grep -q HINT "$DIR/.err" || bad="$bad no hint at $blocks" ; [ "$(households "$DIR/limit/x.lucid")" = 0 ] || bad="$bad kept at $blocks" ;;
  *) bad="$bad exit $rc at $blocks: $(cat "$DIR/.err")" ;;
  esac
  "$LUCID" fsck "$DIR/limit/x.lucid" >"$DIR/fsck" 2>&1 || bad="$bad fsck at $blocks: $(cat "$DIR/fsck")"
done
out=$bad errs="$refused refused"
ok "a limit on file sizes stops an import with a message, not a signal, and nothing is kept" test -z "$bad" -a $refused -gt 2

# ---- a folder that may not be written to ----

mkdir "$DIR/probe-ro" && chmod 555 "$DIR/probe-ro"
if as_user touch "$DIR/probe-ro/x" 2>/dev/null || ! as_user true 2>/dev/null; then
  skip "a read-only folder" "permissions bind nobody here"
else
registry "$DIR/ro" 60
"$LUCID" round close "$DIR/ro/x.lucid" 2026 >/dev/null
"$LUCID" identify "$DIR/ro/x.lucid" >/dev/null 2>&1
chmod -R a-w "$DIR/ro"
ok "status works in a read-only folder" run as_user "$LUCID" status "$DIR/ro/x.lucid"
ok "round list works in a read-only folder" run as_user "$LUCID" round list "$DIR/ro/x.lucid"
ok "history works in a read-only folder" run as_user "$LUCID" history "$DIR/ro/x.lucid" H00001
ok "explain works in a read-only folder" run as_user "$LUCID" explain "$DIR/ro/x.lucid" H00001
ok "fsck works in a read-only folder" run as_user "$LUCID" fsck "$DIR/ro/x.lucid"
fails "a new round in a read-only folder is refused" 7 "HINT" as_user "$LUCID" round open "$DIR/ro/x.lucid" 2027
says "... and says that it may not be written to" "may not be written to"
fails "an import into a read-only folder is refused" 7 "HINT" as_user "$LUCID" import "$DIR/ro/x.lucid"
fails "a new registry in a read-only folder is refused" 7 "HINT" as_user "$LUCID" init "$DIR/ro/programme" "$DIR/ro/new.lucid"
fails "a backup into a read-only folder is refused" 7 "copy.lucid" as_user "$LUCID" backup "$DIR/ro/x.lucid" "$DIR/ro/copy.lucid"
fails "a run into a read-only folder is refused" 7 "HINT" as_user "$LUCID" run "$DIR/ro/programme" --out "$DIR/ro/out"
chmod u+w "$DIR/ro"
ok "nothing was left in it" [ -z "$(find "$DIR/ro" -name 'new*' -o -name 'copy*' -o -name 'out' -o -name '*stage*' -o -name '*-writer')" ]
chmod u+w "$DIR/ro/x.lucid" && chmod a-w "$DIR/ro"
fails "a file that may be written in a folder that may not" 7 "HINT" as_user "$LUCID" set "$DIR/ro/x.lucid" H00001 income=5
chmod u+w "$DIR/ro"
sound "the registry is sound after it" "$DIR/ro/x.lucid"
chmod 000 "$DIR/ro/x.lucid"
fails "a registry that may not be read" 7 "HINT" as_user "$LUCID" status "$DIR/ro/x.lucid"
fi

# ---- two writers at once ----

registry "$DIR/two" 200
two=$DIR/two/x.lucid
mkfifo "$DIR/two/talk"
sqlite3 "$two" <"$DIR/two/talk" >/dev/null &
writer=$!
exec 9>"$DIR/two/talk"
echo "BEGIN IMMEDIATE; UPDATE meta SET value = value;" >&9
sleep 0.3
people 201 2 "$DIR/two/programme/data"
"$LUCID" set "$two" H00001 income=77.00 >"$DIR/set.out" 2>"$DIR/set.err" & setter=$!
fails "a second writer waits, then says that somebody else is writing" 6 "somebody else is writing" "$LUCID" import "$two" --quiet
says "... and what to do" "HINT: wait until the other command has finished"
wait $setter; rc=$? errs=$(cat "$DIR/set.err")
ok "an edit says the same" [ $rc = 6 ]
ok "a reader is not kept waiting" run "$LUCID" status "$two"
ok "nothing of theirs was kept" [ "$(ask "$two" 'SELECT count(*), max(f_batch) FROM household')" = "200|1" ]
echo "COMMIT;" >&9
exec 9>&-
wait $writer
run "$LUCID" import "$two" --quiet
ok "the same import works when the other has finished" [ "$rc" = 0 -a "$(ask "$two" 'SELECT count(*), min(f_batch) FROM household')" = "201|2" ]
sound "the registry is sound after two writers" "$two"

# ---- another version, other files ----

registry "$DIR/v" 30
cp "$DIR/v/x.lucid" "$DIR/v/newer.lucid"; ask "$DIR/v/newer.lucid" 'PRAGMA user_version = 99'
fails "a registry from a newer version is refused" 10 "version 99" "$LUCID" status "$DIR/v/newer.lucid"
says "... with this program's version beside it" "knows up to "
fails "... also for writing" 10 "version 99" "$LUCID" round open "$DIR/v/newer.lucid" 2027
ok "... and left as it is" [ "$(ask "$DIR/v/newer.lucid" 'PRAGMA user_version')" = 99 ]
cp "$DIR/v/x.lucid" "$DIR/v/older.lucid"; ask "$DIR/v/older.lucid" 'PRAGMA user_version = 0'
fails "a registry from before the first version is refused" 10 "version 0" "$LUCID" status "$DIR/v/older.lucid"
echo "household,income" >"$DIR/v/table.lucid"
fails "a text file is no registry" 11 "this is not a registry" "$LUCID" status "$DIR/v/table.lucid"
head -c 5000 /dev/urandom >"$DIR/v/noise.lucid"
fails "a file of noise is no registry" 11 "this is not a registry" "$LUCID" status "$DIR/v/noise.lucid"
: >"$DIR/v/empty.lucid"
fails "an empty file is no registry" 11 "not a registry" "$LUCID" status "$DIR/v/empty.lucid"
ok "... and stays empty" [ ! -s "$DIR/v/empty.lucid" ]
ask "$DIR/v/other.lucid" 'CREATE TABLE t(x); INSERT INTO t VALUES (1)'
fails "another program's database is no registry" 11 "another program" "$LUCID" round open "$DIR/v/other.lucid" 2026
ok "... and stays as it was" [ "$(ask "$DIR/v/other.lucid" 'PRAGMA journal_mode; SELECT count(*) FROM sqlite_schema' | tr '\n' ' ')" = "delete 1 " ]
fails "a folder is no registry" 7 "HINT" "$LUCID" status "$DIR/v/programme"
fails "a registry that is not there" 4 "there is no such registry" "$LUCID" status "$DIR/v/nowhere.lucid"
fails "a registry is not made over one that is there" 5 "is already there" "$LUCID" init "$DIR/v/programme" "$DIR/v/x.lucid"
sound "... which is untouched" "$DIR/v/x.lucid"

# ---- truncated, damaged ----

registry "$DIR/d" 400
d=$DIR/d/x.lucid
size=$(wc -c <"$d")
for part in 100 4096 8192 $((size / 2)) $((size - 8192)) $((size - 1)); do
  head -c "$part" "$d" >"$DIR/d/cut.lucid"; cp "$d.key" "$DIR/d/cut.lucid.key"
  fails "a registry cut to $([ "$part" -lt 9000 ] && echo "$part bytes" || echo "part $((part * 100 / size)) %") is found out by fsck" 11 "cut.lucid" "$LUCID" fsck "$DIR/d/cut.lucid"
done
says "... which says what to do" "HINT"
bad=
root=$(ask "$d" "SELECT rootpage FROM sqlite_schema WHERE name = 'household'") page=$(ask "$d" 'PRAGMA page_size')
for p in $root $(ask "$d" "SELECT rootpage FROM sqlite_schema WHERE name IN ('member', 'event', 'meta', 'sqlite_autoindex_area_1')"); do
  cp "$d" "$DIR/d/hurt.lucid"; cp "$d.key" "$DIR/d/hurt.lucid.key"
  head -c 600 /dev/urandom | dd of="$DIR/d/hurt.lucid" bs=1 seek=$(((p - 1) * page + 8)) conv=notrunc 2>/dev/null
  run "$LUCID" fsck "$DIR/d/hurt.lucid"
  [ "$rc" = 11 ] || bad="$bad page $p: exit $rc $out $errs;"
  for verb in status "round list" "round close" "import" "history"; do
    case $verb in round*) set -- $verb "$DIR/d/hurt.lucid" ;; history) set -- history "$DIR/d/hurt.lucid" H00001 ;; *) set -- $verb "$DIR/d/hurt.lucid" ;; esac
    run "$LUCID" "$@"
    case $rc in 0 | 3 | 4 | 5 | 7 | 11) ;; *) bad="$bad $verb with page $p: exit $rc $errs;" ;; esac
  done
done
out=$bad errs=
ok "a damaged page is found out, and no command falls over it" [ -z "$bad" ]
cp "$d" "$DIR/d/hurt.lucid"
dd if=/dev/urandom of="$DIR/d/hurt.lucid" bs=1 seek=$(((root - 1) * page + 8)) count=600 conv=notrunc 2>/dev/null
run "$LUCID" fsck "$DIR/d/hurt.lucid"
says "fsck names the damaged page" "$root"
sound "the registry itself is sound" "$d"

# ---- a lost write-ahead log ----

registry "$DIR/w" 50
w=$DIR/w/x.lucid
mkfifo "$DIR/w/talk"
sqlite3 "$w" <"$DIR/w/talk" >/dev/null & reader=$!
exec 9>"$DIR/w/talk"
echo "SELECT count(*) FROM household;" >&9 # somebody has it open, so that the log stays
while [ ! -e "$w-shm" ]; do sleep 0.05; done
people 60 2 "$DIR/w/programme/data"
"$LUCID" import "$w" --quiet >/dev/null
cp "$w" "$DIR/w/lost.lucid"; cp "$w.key" "$DIR/w/lost.lucid.key"
cp "$w" "$DIR/w/whole.lucid"; cp "$w.key" "$DIR/w/whole.lucid.key"; cp "$w-wal" "$DIR/w/whole.lucid-wal"
cp "$w" "$DIR/w/torn.lucid"; cp "$w.key" "$DIR/w/torn.lucid.key"; head -c $(($(wc -c <"$w-wal") * 2 / 3)) "$w-wal" >"$DIR/w/torn.lucid-wal"
exec 9>&-
wait $reader
run "$LUCID" status "$DIR/w/whole.lucid" --format csv
says "with its log a copied registry is complete" "household,60"
sound "without its log a registry is older, and sound" "$DIR/w/lost.lucid"
ok "... with all of the older rows" [ "$(ask "$DIR/w/lost.lucid" 'SELECT count(*), count(DISTINCT f_batch) FROM household')" = "50|1" ]
sound "with half a log a registry is older, and sound" "$DIR/w/torn.lucid"
ok "... with all of the older rows" [ "$(ask "$DIR/w/torn.lucid" 'SELECT count(*), count(DISTINCT f_batch) FROM household')" = "50|1" ]

# ---- symbolic links ----

registry "$DIR/l" 40
mkdir "$DIR/l/elsewhere"
ln -s ../x.lucid "$DIR/l/elsewhere/link.lucid"
ok "a registry opens through a symbolic link" run "$LUCID" status "$DIR/l/elsewhere/link.lucid"
says "... and finds the key that lies beside the file itself" "here ("
people 41 2 "$DIR/l/programme/data"
run "$LUCID" import "$DIR/l/elsewhere/link.lucid" --quiet
ok "... and takes an import" [ "$rc" = 0 -a "$(households "$DIR/l/x.lucid")" = 41 ]
echo precious >"$DIR/l/precious"
ln -s "$DIR/l/precious" "$DIR/l/x.lucid-writer"
people 42 3 "$DIR/l/programme/data"
run "$LUCID" import "$DIR/l/x.lucid" --quiet
ok "a link planted beside the registry does not lead its notes into another file" [ "$(cat "$DIR/l/precious")" = precious ]
ln -s "$DIR/l/precious" "$DIR/l/planted.lucid"
fails "a new registry is not made through a link to something" 5 "is already there" "$LUCID" init "$DIR/l/programme" "$DIR/l/planted.lucid"
ln -s "$DIR/l/none" "$DIR/l/dangling.lucid.key"
run "$LUCID" init "$DIR/l/programme" "$DIR/l/dangling.lucid"
ok "a key is not written through a dangling link" [ "$rc" = 5 -o "$rc" = 7 -a ! -e "$DIR/l/none" ]
ok "... and no registry is left without its key" [ ! -e "$DIR/l/dangling.lucid" ]
ln -s "$DIR/l/precious" "$DIR/l/refused.csv"
printf 'hid,v,batch,income,weight,car,phone\nH00001,V11,1,much,1,no,\n' >"$DIR/l/programme/data/households.csv"
run "$LUCID" import "$DIR/l/x.lucid" --source households --refused "$DIR/l/refused.csv"
ok "refused rows are not written through a link" [ "$(cat "$DIR/l/precious")" = precious ]
sound "the registry is sound after all this" "$DIR/l/x.lucid"
finish
