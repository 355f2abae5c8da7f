#!/bin/sh
# All tests on a fresh machine: installs what is missing, builds, runs them, and ends with the number of checks.
# Arguments go to meson test, e.g. a test's name.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
sh "$root/test/packages.sh" test
if [ -f "$root/build/build.ninja" ]; then
  meson setup --reconfigure -Dtests=enabled -Dexamples=true "$root/build" "$root"
else
  meson setup -Dtests=enabled "$root/build" "$root"
fi
ninja -C "$root/build"
log=$root/build/meson-logs/testlog
rm -f "$log".* # else a run that never starts would be counted by an earlier one
status=0
meson test -C "$root/build" --no-rebuild --print-errorlogs "$@" || status=$?
python3 "$root/test/count.py" "$log.json" "$status"
