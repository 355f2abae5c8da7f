#!/bin/sh
# The frozen streams: the same bits with gcc and clang, unoptimised and optimised, with and without wide vectors.
# usage: check.sh SOURCE_ROOT BUILD_DIR
set -u
root=$1
work=$2/streams
mkdir -p "$work" || exit 1
sources="$root/test/streams/hashes.c"
for name in rng sequence context tasks alloc checked status; do sources="$sources $root/lib/$name.c"; done
machine=$(uname -m)
number=0
echo 1..8
for compiler in gcc clang; do
  for level in -O0 -O2 -O3 '-O3 -mavx2 -mfma'; do
    number=$((number + 1))
    name="streams: $compiler $level"
    if ! command -v $compiler >/dev/null; then
      echo "ok $number - $name # SKIP $compiler is not installed"
      continue
    fi
    case "$level" in
      *avx2*)
        if [ "$machine" != x86_64 ] || ! grep -qw avx2 /proc/cpuinfo; then
          echo "ok $number - $name # SKIP this processor has no AVX2"
          continue
        fi ;;
    esac
    # The flags that lib/ is built with.
    # shellcheck disable=SC2086
    if $compiler -std=c11 $level -ffp-contract=off -fno-math-errno -fno-trapping-math -I"$root/include" \
      -I"$root/lib" $sources -lm -o "$work/hashes" 2>"$work/errors" &&
      "$work/hashes" >"$work/found" && diff "$root/test/streams/hashes.txt" "$work/found" >"$work/difference"; then
      echo "ok $number - $name"
    else
      echo "not ok $number - $name"
      sed 's/^/# /' "$work/errors" "$work/difference"
    fi
  done
done
