#!/bin/sh
# The faults again, with sanitizers of addresses, leaks and undefined behaviour: what a failure leaves is nowhere used,
# and nothing of it is lost.
# usage: sanitized.sh SOURCE_ROOT BUILD_DIR
set -u
work=$2/sanitized
mkdir -p "$work" || exit 1
. "$1/test/tap.sh"
build=$work/build
if ! echo 'int main(void) { return 0; }' | gcc -fsanitize=address,undefined -x c - -o "$work/probe" 2>/dev/null ||
  ! "$work/probe"; then
  echo '1..0 # SKIP gcc has no address sanitizer'
  exit 0
fi

build_them() {
  rm -rf "$build"
  CC=gcc meson setup -Db_sanitize=address,undefined -Db_lundef=false -Dbuildtype=plain -Dc_args='-O1 -g1' \
    -Dexamples=false -Ddoc=disabled -Dtests=enabled "$build" "$1" &&
    ninja -C "$build" test/faults/test_faults test/faults/test_faults_disk
}

check 'built with sanitizers' build_them "$1"
# The program looks for leaks itself, after each case; what Check leaves behind at exit is not the library's.
export ASAN_OPTIONS=leak_check_at_exit=0 UBSAN_OPTIONS=halt_on_error=1
for name in one disk; do
  program=test_faults
  [ $name = one ] || program=test_faults_$name
  CK_RUN_CASE=$name "$build/test/faults/$program" >"$work/$name.log" 2>&1
  status=$?
  grep -v '^ok' "$work/$name.log" >"$work/log"
  report $status "$program, case $name, with sanitizers"
done
finish
