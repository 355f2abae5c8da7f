#!/bin/sh
# The frozen streams: the same bits with gcc and clang, unoptimised and optimised, with and without wide vectors.
# usage: check.sh SOURCE_ROOT BUILD_DIR
set -u
root=$1
work=$2/streams
mkdir -p "$work" || exit 1
. "$root/test/tap.sh"
. "$root/test/streams/sources.sh"
machine=$(uname -m)
for compiler in gcc clang; do
  for level in -O0 -O2 -O3 '-O3 -mavx2 -mfma'; do
    name="streams: $compiler $level"
    if ! command -v $compiler >/dev/null; then
      skip "$name" "$compiler is not installed"
      continue
    fi
    case "$level" in
      *avx2*)
        if [ "$machine" != x86_64 ] || ! grep -qw avx2 /proc/cpuinfo; then
          skip "$name" "this processor has no AVX2"
          continue
        fi ;;
    esac
    # shellcheck disable=SC2086
    { $compiler $level $stream_flags $stream_sources -lm -o "$work/hashes" &&
      "$work/hashes" >"$work/found" && diff "$root/test/streams/hashes.txt" "$work/found"; } >"$work/log" 2>&1
    report $? "$name"
  done
done
finish
