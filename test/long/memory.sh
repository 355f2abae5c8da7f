#!/bin/sh
# What needs no BLAS, under clang's MemorySanitizer: the draws and the theory in closed form. Whoever writes to memory
# has to be compiled with it, and OpenBLAS, LAPACK and Check are not, so that everything they compute would be reported
# as never written. What valgrind sees of the rest: doc/testing.md.
# usage: memory.sh SOURCE_ROOT WORK
set -u
root=$1 work=$2
mkdir -p "$work" || exit 1
. "$root/test/tap.sh"
. "$root/test/streams/sources.sh"
flags="$stream_flags -O1 -g -fsanitize=memory -fsanitize-memory-track-origins -fno-sanitize-recover=all"
# shellcheck disable=SC2086
same_streams() {
  clang $flags $stream_sources -lm -o "$work/hashes" &&
    "$work/hashes" >"$work/found" && diff "$root/test/streams/hashes.txt" "$work/found"
}
check "memory sanitizer: the streams" same_streams
theory=$root/test/bits/theory.c
for name in theory theory_value theory_derivative theory_critical alloc checked status; do
  theory="$theory $root/lib/$name.c"
done
# shellcheck disable=SC2086
same_theory() {
  clang $flags -D_GNU_SOURCE $theory -lm -o "$work/theory" &&
    "$work/theory" >"$work/found" && [ -s "$work/found" ]
}
check "memory sanitizer: the theory" same_theory
finish
