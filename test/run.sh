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
status=0
meson test -C "$root/build" --no-rebuild --print-errorlogs "$@" || status=$?
# Every test speaks TAP. A program that died before its first line still counts, through the status of meson.
awk -v status="$status" '
  /^ok .*# SKIP/ { skipped++; next }
  /^ok / { passed++ }
  /^not ok / { failed++ }
  END {
    if (status && !failed) failed = 1
    printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
  }' "$root/build/meson-logs/testlog.txt"
exit "$status"
