#!/bin/sh
# The compiled test programs under a compiler's sanitizers: nothing is read or written out of bounds or after its end,
# leaked or undefined (address), and no two threads meet at one number (thread).
# usage: sanitizers.sh SOURCE_ROOT BUILD_DIR address|thread clang|gcc [OPTION...]    options: those of programs.py
set -u
root=$1 kind=$3 compiler=$4
work=$2/$kind-$compiler
mkdir -p "$work" || exit 1
. "$root/test/tap.sh"
build=$work/build
label="$compiler, $kind sanitizer"
shift 4
case $kind in
  address) flags=-fsanitize=address,undefined ;;
  thread) flags=-fsanitize=thread ;;
esac
echo 'int main(void) { return 0; }' >"$work/probe.c"
if ! "$compiler" $flags "$work/probe.c" -o "$work/probe" >"$work/log" 2>&1 || ! "$work/probe" >>"$work/log" 2>&1; then
  skip "$label" "$compiler is not installed, has no such sanitizer, or its programs do not run here"
  finish
  exit
fi
# Programs are linked without --no-undefined, for clang's runtime is in the executable only. -O1 keeps the time bearable
# and the stacks readable.
set_up() {
  rm -rf "$build"
  CC=$compiler meson setup -Dtests=enabled -Ddoc=disabled -Dbuildtype=debug -Doptimization=1 \
    -Db_sanitize="${flags#*=}" -Db_lundef=false -Dc_args='-fno-sanitize-recover=all -fno-omit-frame-pointer' \
    "$build" "$root" && ninja -C "$build"
}
if ! set_up >"$work/log" 2>&1; then
  report 1 "$label: the build"
  finish
  exit
fi
# One process for all checks of a program, so that no report is lost with a child. Sizes beyond the machine have to be
# refused by the library, not by the sanitizer's allocator.
export CK_FORK=no
export ASAN_OPTIONS=allocator_may_return_null=1:detect_stack_use_after_return=1:strict_string_checks=1
export UBSAN_OPTIONS=print_stacktrace=1
export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1:allocator_may_return_null=1
exec python3 "$root/test/checkers/programs.py" "$build" "$label" "$@"
