#!/bin/sh
# The library on another architecture: its streams are the same bits, it goes on with a checkpoint of this machine and
# this machine with its own, and its test programs pass. Two parts in TAP.
# usage: cross.sh SOURCE_ROOT BUILD WORK ARCHITECTURE [OPTION...]    BUILD: Meson's, of this machine, compiled;
# ARCHITECTURE: of sysroot.sh; options: those of programs.py
set -u
root=$1 native=$2 work=$3 architecture=$4
shift 4
mkdir -p "$work" || exit 1
. "$root/test/tap.sh"
system=$work/system
build=$work/build
check "$architecture: Debian's packages" sh "$root/test/long/sysroot.sh" "$architecture" "$system"
set_up() {
  rm -rf "$build"
  meson setup --cross-file "$system/cross.ini" -Dtests=enabled -Ddoc=disabled "$build" "$root" &&
    ninja -C "$build"
}
check "$architecture: the build" set_up
runner=
[ "$architecture" = i386 ] || runner="qemu-$architecture -L $system"
export OPENBLAS_NUM_THREADS=1 CK_DEFAULT_TIMEOUT=3000

# hashes.txt by the sources that draw.
. "$root/test/streams/sources.sh"
compiler=$(sed -n "s/^c = '\(.*\)'$/\1/p" "$system/cross.ini")
flags="-O2 $stream_flags"
[ "$architecture" != i386 ] || flags="$flags -msse2 -mfpmath=sse"
# shellcheck disable=SC2086
same_streams() {
  $compiler $flags --sysroot="$system" -static $stream_sources -lm -o "$work/hashes" &&
    $runner "$work/hashes" >"$work/found" && diff "$root/test/streams/hashes.txt" "$work/found"
}
check "$architecture: the streams, bit by bit" same_streams

# A run whose replicates are all on file computes none, so what it prints are the bits that the other machine wrote.
worker=test/faults/kills_worker
carry_over() { # from: runner, build; to: runner, build
  rm -f "$work/checkpoint"
  $1 "$2/$worker" 1 4 0 "$work/checkpoint" | grep -v '^done' >"$work/written"
  cp "$work/checkpoint" "$work/before"
  $3 "$4/$worker" 1 4 0 "$work/checkpoint" | grep -v '^done' >"$work/read"
  [ -s "$work/written" ] && diff "$work/written" "$work/read" && cmp "$work/before" "$work/checkpoint"
}
check "$architecture goes on with a checkpoint of this machine" carry_over '' "$native" "$runner" "$build"
check "this machine goes on with a checkpoint of $architecture" carry_over "$runner" "$build" '' "$native"
finish
status=$?
python3 "$root/test/checkers/programs.py" "$build" "$architecture" --slower 30 --wrap "$runner" "$@" && exit $status
