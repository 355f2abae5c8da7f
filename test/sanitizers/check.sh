#!/bin/sh
# Bad input and hostile data once more, with the library and the tests under the address and undefined-behaviour
# sanitizers: nothing is read or written out of bounds, leaked or undefined.
# usage: check.sh SOURCE_ROOT BUILD_DIR
set -u
work=$2/sanitizers
mkdir -p "$work" || exit 1
. "$1/test/tap.sh"
build=$work/build
rm -rf "$build"
# Sizes beyond the machine have to be refused by the library, not by the sanitizer's allocator.
export ASAN_OPTIONS=allocator_may_return_null=1:detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
flags='-Db_sanitize=address,undefined -Db_lundef=false -Dbuildtype=debug -Doptimization=1'
flags="$flags -Dexamples=false -Dtests=enabled"
# shellcheck disable=SC2086
check 'build' sh -c 'CC=gcc meson setup $2 "$0" "$1" &&
  ninja -C "$0" test/test_hostile test/test_smallest test/inputs/test_inputs' "$build" "$1" "$flags"
for program in inputs/test_inputs test_hostile test_smallest; do
  "$build/test/$program" >"$work/tap" 2>"$work/errors"
  status=$?
  grep -v '^ok' "$work/tap" >"$work/log"
  cat "$work/errors" >>"$work/log"
  report $status "$program: $(grep -c '^ok' "$work/tap") checks"
done
finish
