#!/bin/sh
# Builds the fuzz targets, replays the inputs that are kept, and looks for new ones for a few seconds each.
# usage: check.sh SOURCE_ROOT BUILD_DIR [SECONDS]
set -u
root=$1
seconds=${3:-15}
work=$2/fuzz
rm -rf "$work"
mkdir -p "$work" || exit 1
. "$root/test/tap.sh"
. "$root/test/fuzz/targets.sh"

check "the deliberate bugs fit the sources" python3 "$root/test/fuzz/breaks.py" "$root"
if ! why=$(can_fuzz "$work"); then
  skip "fuzzing" "$why"
  finish
  exit
fi
# try NAME COMMAND...: as check, with a log that is short.
try() {
  name=$1
  shift
  if "$@" >"$work/output" 2>&1; then result=0; else result=1; fi
  explain "$work/output" >"$work/log"
  report $result "$name"
}

check "the fuzz targets compile" sh "$root/test/fuzz/build.sh" "$root" "$work"
for target in $targets; do
  FUZZ_CALLS=$work/calls-$target try "$target: the kept inputs" replay "$root" "$work" "$target"
done

# By the kept inputs alone every function succeeds, and each that may fail does.
awk -F '\t' 'NR == FNR { good[$1] = $2; bad[$1] = $3; next }
  $1 == "function" && !good[$2] { print $2 " never succeeds" }
  $1 == "function" && $3 == "icl_status" && !bad[$2] { print $2 " never fails" }' \
  "$work/calls-api" "$root/test/abi/interface.tsv" >"$work/log" 2>&1 && [ ! -s "$work/log" ]
report $? "the kept inputs of api call every function, with and without success"

for target in $targets; do
  try "$target: $seconds seconds of new inputs" fuzz "$root" "$work" "$target" "$seconds" 1
done
finish
