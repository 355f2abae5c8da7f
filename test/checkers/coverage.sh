#!/bin/sh
# The lines of lib/ that the compiled test programs go through: at least LEAST per cent of them, by file in the log.
# usage: coverage.sh SOURCE_ROOT BUILD_DIR LEAST [OPTION...]    options: those of programs.py
set -u
root=$1 least=$3
work=$2/coverage
mkdir -p "$work" || exit 1
. "$root/test/tap.sh"
build=$work/build
shift 3
for tool in gcc gcov gcovr; do
  command -v $tool >/dev/null && continue
  skip "coverage" "$tool is not installed"
  finish
  exit
done
# Counting with atomic additions, gcc's choice where there are threads, takes several times as long; to lose one of
# many counts is no harm here.
set_up() {
  rm -rf "$build"
  CC=gcc meson setup -Dtests=enabled -Ddoc=disabled -Dbuildtype=debug -Doptimization=1 \
    -Db_coverage=true -Dc_args=-fprofile-update=single "$build" "$root" && ninja -C "$build"
}
check "coverage: the build" set_up
# What a program finds wrong is reported by its own test, not here. Each check's process writes its own counts.
python3 "$root/test/checkers/programs.py" "$build" coverage "$@" >"$work/programs"
# Counts lost to another thread may leave a branch "taken -1", which is passed over.
gcovr --root "$root" --filter "$root/lib/" --sort-percentage --gcov-ignore-parse-errors --fail-under-line "$least" \
  "$build" >"$work/log" 2>&1
status=$?
total=$(sed -n 's/^TOTAL.* \([0-9]*%\).*/\1/p' "$work/log")
sed 's/^/# /' "$work/log"
: >"$work/log"
report $status "coverage: at least $least% of the lines of lib/ (${total:-nothing measured})"
finish
