#!/bin/sh
# The checks that take too long for every change (doc/testing.md), one after the other: one line each, with its outcome
# and times, elapsed and of the processors, and on after a failure.
# usage: long.sh [STEP...]    all steps if none is named; --list shows their names
# Everything is written to build/long, and with LONG_FOLDER set, there: what a step said is in STEP.log.
# FUZZ_SECONDS (600) is the time of each fuzz target, KILLS (50) the number of kills.
# Needs what `sh test/packages.sh long` installs; a step whose tools are missing is skipped.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/test/processor.sh"
folder=${LONG_FOLDER:-$root/build/long}
mkdir -p "$folder" || exit 1
folder=$(cd "$folder" && pwd)
native=$folder/native
steps='gcc_address gcc_thread clang_memory valgrind reference_blas cppcheck foreign locale i386 s390x kills fuzz debian'
export OPENBLAS_NUM_THREADS=1

# The first of these programs that is missing.
missing() {
  for tool in "$@"; do command -v "$tool" >/dev/null || { echo "$tool"; return; }; done
}

checkers() {
  script=$1
  shift
  sh "$root/test/checkers/$script" "$root" "$folder" "$@"
}

programs() {
  python3 "$root/test/checkers/programs.py" "$@"
}

# Everything, finite_size included, by the other compiler than in test/checkers.
gcc_address() { checkers sanitizers.sh address gcc --slower 20; }

# Every program, where test/checkers takes those about threads.
gcc_thread() { checkers sanitizers.sh thread gcc --slower 20 --without "finite_size=takes long"; }

clang_memory() { sh "$root/test/long/memory.sh" "$root" "$folder/memory"; }

# With the reference BLAS, whose norms need no long double. Not the programs that take minutes without valgrind, nor
# what is tagged as slow: they are statistics over code that the others go through as well. Nor the theory, which
# clang_memory has.
valgrind() {
  slow="it would take hours" short="long double has 64 bits in valgrind"
  blas=$(sh "$root/test/checkers/reference_blas.sh" --folder "$folder") || return 1
  CK_FORK=no CK_EXCLUDE_TAGS='slow long_double' programs "$native" valgrind --slower 60 \
    --without "finite_size=$slow" --without "finite=$slow" --without "published=$slow" --without "baseline=$slow" \
    --without "theory=$short" --without "theory_reference=$short" --without "theory_derivative=$short" \
    --without "theory_critical=$slow" --without "dataset=$slow" --without "faults=$slow" --without "smallest=$slow" \
    --wrap "env LD_LIBRARY_PATH=$blas valgrind --quiet --error-exitcode=9 --leak-check=full \
      --errors-for-leak-kinds=definite --num-callers=20"
}

# Everything but a table of simulations, which with a slow BLAS would take hours.
reference_blas() {
  sh "$root/test/checkers/reference_blas.sh" "$native" "$folder" --slower 20 --without "finite_size=takes long"
}

cppcheck() {
  command cppcheck --std=c11 --enable=warning,performance,portability --inline-suppr --error-exitcode=1 --quiet \
    --suppressions-list="$root/test/long/cppcheck.txt" --library=posix -D__GNUC__ -D__linux__ \
    -I "$root/include" -I "$root/lib" "$root/lib" && echo "ok 1 - cppcheck: lib/"
}

# Meson says in words of its own what a check said; its log has the lines.
foreign() {
  (cd "$native" && meson test --no-rebuild --verbose fortran r octave julia rust python cpp)
  failed=$?
  grep '^ok \|^not ok ' "$native/meson-logs/testlog.txt"
  return $failed
}

locale() { sh "$root/test/long/locale.sh" "$root" "$native" "$folder/locale"; }

# What is measured against a clock or takes long is left out; see cross.sh.
i386() {
  sh "$root/test/long/cross.sh" "$root" "$native" "$folder/i386" i386 --without "finite_size=takes long"
}

s390x() {
  set --
  for name in version status theory_reference tasks attention estimator checkpoint rng checked context \
    hostile threads; do
    set -- "$@" --only $name
  done
  sh "$root/test/long/cross.sh" "$root" "$native" "$folder/s390x" s390x "$@"
}

kills() { python3 "$root/test/faults/kills.py" "$native/test/faults/kills_worker" "${KILLS:-50}"; }

fuzz() {
  FUZZ_BUILD=$folder/fuzz sh "$root/test/fuzz/run.sh" "${FUZZ_SECONDS:-600}" && echo "ok 1 - fuzz"
}

debian() {
  rm -rf "$folder/debian"
  DEB_BUILD_OPTIONS=nocheck sh "$root/subprojects/packaging/build.sh" "$folder/debian" &&
    echo "ok 1 - packages for Debian, without a word of lintian"
}

tools() {
  case $1 in
    clang_memory) echo clang ;;
    valgrind) echo valgrind ;;
    cppcheck) echo cppcheck ;;
    locale) echo localedef ;;
    i386) echo i686-linux-gnu-gcc ;;
    s390x) echo s390x-linux-gnu-gcc qemu-s390x ;;
    fuzz) echo clang ;;
    debian) echo dpkg-buildpackage dh lintian ;;
  esac
}

[ "${1:-}" != --list ] || { echo "$steps"; exit; }
for step in "$@"; do
  case " $steps " in
    *" $step "*) ;;
    *) echo "long.sh: there is no step $step" >&2; exit 2 ;;
  esac
done
if [ ! -f "$native/build.ninja" ]; then
  meson setup -Dtests=enabled "$native" "$root" >"$folder/native.log" 2>&1 || { cat "$folder/native.log"; exit 1; }
fi
ninja -C "$native" >"$folder/native.log" 2>&1 || { cat "$folder/native.log"; exit 1; }
result=0
for step in ${*:-$steps}; do
  # shellcheck disable=SC2046
  lacks=$(missing $(tools "$step"))
  if [ -n "$lacks" ]; then
    echo "skipped  $step: $lacks is not installed"
    continue
  fi
  begin=$(date +%s) before=$(processor_seconds)
  if $step >"$folder/$step.log" 2>&1; then outcome=passed; else outcome=FAILED result=1; fi
  seconds=$(($(date +%s) - begin)) spent=$(($(processor_seconds) - before))
  ok=$(grep -c '^ *ok .*' "$folder/$step.log") skipped=$(grep -c '^ *ok .*# SKIP' "$folder/$step.log")
  bad=$(grep -c '^ *not ok ' "$folder/$step.log")
  echo "$outcome  $step: $ok ok ($skipped of them skipped), $bad not ok, $seconds s, $spent s of processors"
done
exit $result
