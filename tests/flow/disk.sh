#!/bin/sh
# A full disk, in a file's folder and under a server's database, at every amount of free space: what is refused is said with what to do and
# keeps nothing, what is done is whole; and long work asks for room before it begins.
. "$(dirname "$0")/lib.sh"
. "$TOP/tests/flow/village/village.sh"

# It needs a small disk: a mount that only this script and its children see.
if [ -z "${DISK_OWN_MOUNTS:-}" ]; then
  if [ "$(id -u)" = 0 ]; then own="unshare -m"; else own="unshare -rm"; fi
  mkdir "$DIR/probe"
  if ! $own sh -c 'mount -t tmpfs -o size=1m none "$0"' "$DIR/probe" 2>/dev/null; then
    skip "a full disk" "no right to mount a small one"
    finish
  fi
  # Who is root only in a space of its own cannot hand a server to another user, and a server does not run as root.
  if [ "$(id -u)" != 0 ]; then
    skip "a full disk under a server" "it needs root, to mount a disk and to give it to the server's user"
    ENGINE=file DISK_OWN_MOUNTS=yes LUCID=$LUCID $own sh "$0"
  else
    DISK_OWN_MOUNTS=yes LUCID=$LUCID $own sh "$0"
  fi
  exit $?
fi
both

if on_files; then
  disk=$DIR/disk size=16m
  mkdir "$disk" && mount -t tmpfs -o size=$size none "$disk" || exit 1
  on_disk() { echo "$disk/$1.lucid"; }
  amounts="0 16 64 200 300 400 600 1100 1500 6000" few="0 64 200 400 9000" N=1000
else
  disk=$LUCID_TEST_PG_DIR/small size=100m
  server=$(stat -c %u "$LUCID_TEST_PG_DIR/data")
  mkdir "$disk" && mount -t tmpfs -o size=$size none "$disk" && mkdir "$disk/space" && chown "$server" "$disk/space" || exit 1
  psql -Xq "$LUCID_TEST_PG" -c "CREATE TABLESPACE small LOCATION '$disk/space'" || exit 1
  on_disk() {
    [ -e "$DIR/.database-$1" ] || { psql -Xq "$LUCID_TEST_PG" -c "CREATE DATABASE \"$1\" TABLESPACE small TEMPLATE template0 ENCODING 'UTF8'" >/dev/null 2>&1 && : >"$DIR/.database-$1"; }
    echo "$LUCID_TEST_PG" | sed "s#/lucid?#/$1?#"
  }
  amounts="0 200 800 30000" few="0 60 30000" N=400
fi
trap 'umount -l "$disk"; chmod -R u+w "$DIR" 2>/dev/null; rm -rf "$DIR"' EXIT
filled() { # filled KILOBYTES_FREE COMMAND...: fills the disk up to that and runs the command
  left=$1; shift
  free=$(df -k --output=avail "$disk" | tail -1 | tr -d ' ')
  [ "$free" -gt "$left" ] && fallocate -l $(((free - left) * 1024)) "$disk/ballast"
  run "$@"
  rm -f "$disk/ballast"
}
events() { ask "$1" 'SELECT count(*) FROM event'; }

# full_disk NAME AMOUNTS PREPARE KEPT REGISTRY COMMAND...: every amount of free space gives success or a refusal that says why; KEPT says the same
# before and after a refusal. An error that says "it is done and kept" is believed, and held to it. REFUSED=no: room is found in what is there.
full_disk() {
  what=$1 these=$2 prepare=$3 kept=$4 whole=$5; shift 5
  refused=0 done=0 bad=
  for left in $these; do
    eval "$prepare"
    before=$(eval "$kept")
    eval "filled $left $*"
    case $rc in
    0) done=$((done + 1)) ;;
    8) refused=$((refused + 1))
      case $errs in *"HINT: "*) ;; *) bad="$bad no hint with $left KB;" ;; esac
      case $errs in *"disk is full"* | *"No space left"* | *" MB are free"*) ;; *) bad="$bad with $left KB it says: $errs;" ;; esac
      after=$(eval "$kept")
      case $errs in
      *"it is done and kept"*) [ "$after" != "$before" ] || bad="$bad with $left KB nothing was kept: $errs;" ;;
      *) [ "$after" = "$before" ] || bad="$bad with $left KB something was kept: $before -> $after: $errs;" ;;
      esac ;;
    *) bad="$bad exit $rc with $left KB: $errs;" ;;
    esac
    [ "$whole" = - ] || "$LUCID" fsck "$whole" >"$DIR/fsck" 2>&1 || bad="$bad after $left KB fsck says: $(cat "$DIR/fsck");"
  done
  left_over=$(find "$disk" \( -name '*stage*' -o -name '*tmp-*' -o -name '*-writer' -o -name '*-half' \) | head -3)
  [ -z "$left_over" ] || bad="$bad left behind: $left_over"
  out="$refused refused, $done done;$bad" errs= rc=
  ok "a full disk during $what is said, with a hint, and nothing is half kept" [ -z "$bad" ]
  ok "a full disk during $what: some amounts of space are too little and some are enough" test "$refused" -gt 0 -a "$done" -gt 0
}

R=$(on_disk x) n=1
registry "$DIR" $N "$R" || exit 1
full_disk "an import" "$amounts" 'n=$((n + 1)); people $N $n "$DIR/programme/data"' 'events "$R"' "$R" '"$LUCID" import "$R" --quiet'
if on_files; then
  full_disk "the closing of a round" "$amounts" '"$LUCID" round open "$R" r$((n = n + 1)) --year 2026 --quiet >/dev/null 2>&1; rm -rf "$disk/x.snapshots"' \
    'events "$R"; find "$disk/x.snapshots" -mindepth 1 2>/dev/null | wc -l' "$R" '"$LUCID" round close "$R"'
  "$LUCID" round close "$R" --quiet >/dev/null 2>&1; rm -rf "$disk/x.snapshots"
  "$LUCID" round open "$R" edits --year 2026 --quiet >/dev/null
fi
full_disk "a sheet taken back" "$amounts" 'n=$((n + 1)); "$LUCID" sheet "$R" --village V12 --out "$DIR/s.csv" --quiet >/dev/null; sed -i "/household,,income/s/,\$/,7$n/" "$DIR/s.csv"' 'events "$R"' "$R" '"$LUCID" sheet "$R" --take "$DIR/s.csv" --quiet'
full_disk "a change of the key" "$few" ':' 'ask "$R" "SELECT value FROM meta WHERE name = '"'key_id'"'"' "$R" '"$LUCID" key rotate "$R" --quiet'
run "$LUCID" find "$R" phone=00CANARY00007 --format csv
says "... and what is sealed is found by the key in force" "H00007"
full_disk "an erasure" "$few" 'n=$((n + 1)); h=H00$((n + 200))' 'ask "$R" "SELECT count(*) FROM seal_key WHERE wrapped IS NULL"' "$R" '"$LUCID" erase "$R" $h --confirm $h'
full_disk "an edit" "$few" 'note=$(head -c 3000 /dev/urandom | od -An -v -tx1 | tr -d " \n")' 'events "$R"' "$R" '"$LUCID" set "$R" H00001 "note=$note"'

# ---- what makes something new there ----

registry "$DIR/big" $N "$(reg big)" || exit 1
B=$(reg big)
C=$(on_disk c)
"$LUCID" backup "$B" "$DIR/backup.lucid" --quiet >/dev/null
if on_files; then
  away='rm -rf "$disk"/c.*' there='ls "$disk" | grep -c "^c\."'
else
  away='psql -Xq "$C" -c "SET client_min_messages = error; DROP SCHEMA IF EXISTS lucid CASCADE"' there='psql -XqAt "$C" -c "SELECT to_regnamespace('"'lucid'"')"'
fi
full_disk "a copy" "$few" "$away" "$there" - '"$LUCID" copy "$B" "$C" --quiet'
full_disk "a restore" "$few" "$away" "$there" - '"$LUCID" restore "$DIR/backup.lucid" "$C" --quiet'
full_disk "a migration" "$few" "$away; version1 \"\$C\"" 'version_of "$C"' - '"$LUCID" migrate "$C" --no-backup --quiet'
eval "$away"
full_disk "a backup" "$few" 'rm -f "$disk"/copy.*' 'find "$disk" -name "copy*" | wc -l' - '"$LUCID" backup "$B" "$disk/copy.lucid"'
rm -f "$disk"/copy.*
if on_files; then full_disk "a whole run" "$amounts" 'rm -rf "$disk/out"' ':' - '"$LUCID" run "$DIR/programme" --out "$disk/out" --quiet'; fi

# ---- long work asks before it begins, and says how much it needs and how much there is ----

asks() { # asks NAME COMMAND...
  name=$1; shift
  eval "filled 200 $*" # enough to open it
  case $rc$errs in 8*" needs about "*" MB "*"; 0 MB are free"*HINT*) pass "$name asks for room before it begins" ;; *) fail "$name asks for room before it begins" ;; esac
}
rm -rf "$disk/out"
asks "a backup" '"$LUCID" backup "$B" "$disk/copy.lucid"'
asks synth '"$LUCID" synth "$TOP/programmes/xiangxi" --seed 1 --scale 0.01 --out "$disk/made"'
if on_files; then
  asks "an import" '"$LUCID" import "$R" --quiet'
  asks "a close" '"$LUCID" round close "$R"'
  asks "a change of the key" '"$LUCID" key rotate "$R"'
  asks "a copy" '"$LUCID" copy "$B" "$C"'
  asks "a restore" '"$LUCID" restore "$DIR/backup.lucid" "$C"'
  asks "a run" '"$LUCID" run "$DIR/programme" --out "$disk/out"'
  version1 "$C"
  asks "a migration" '"$LUCID" migrate "$C"'
  ok "... and leaves no copy" [ -z "$(find "$disk" -name '*version*')" ]
fi
finish
