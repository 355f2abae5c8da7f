#!/bin/sh
# The Python binding against the library just built: its tests, its types, its wheel. Output: TAP.
#
# python.sh SOURCE_ROOT SHARED_LIBRARY
set -u
root=$1 source=$1/examples/ffi/python
library=$(realpath "$2")
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
. "$root/test/tap.sh"

# The interpreter of the system first: it is the one that has NumPy.
python=/usr/bin/python3
[ -x "$python" ] || python=python3
export PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$source" ICLTHEORY_LIBRARY="$library"

has() {
  for module; do "$python" -c "import $module" 2>/dev/null || return 1; done
}

# One line for each of pytest's tests, and one with all that it printed.
run_pytest() {
  (cd "$source" && "$python" -m pytest -q --tb=short -p no:cacheprovider --basetemp="$work/pytest" \
    --junitxml="$work/results.xml") >"$work/printed" 2>&1
  status=$?
  "$python" "$root/test/ffi/junit_lines.py" "$work/results.xml" >"$work/lines" 2>>"$work/printed" || status=1
  while IFS="$(printf '\t')" read -r outcome name reason; do
    case $outcome in
      passed) report 0 "$name" ;;
      skipped) skip "$name" "$reason" ;;
      *) report 1 "$name" ;;
    esac
  done <"$work/lines"
  cp "$work/printed" "$work/log"
  report $status 'pytest ends well'
}

# In a copy, since building writes beside the sources.
build_wheel() {
  cp -r "$source" "$work/source" && cd "$work/source" && mkdir dist &&
    "$python" -c 'from setuptools import build_meta; build_meta.build_wheel("dist")' &&
    "$python" -m zipfile -e dist/*.whl "$work/installed" &&
    test -f "$work/installed/icltheory/py.typed" && cd / &&
    PYTHONPATH="$work/installed" "$python" -c 'import icltheory; print(icltheory.__file__, icltheory.Theory)'
}

touch "$work/start"
if ! has numpy pytest; then
  skip 'the tests of the Python binding' 'NumPy or pytest is not installed'
elif grep -q __asan_init "$library"; then
  skip 'the tests of the Python binding' 'the library was built with a sanitizer, which Python was not'
else
  run_pytest
fi

if has numpy mypy; then
  check 'types are right, by mypy --strict' sh -c 'cd "$1" && "$2" -m mypy --cache-dir "$3/mypy" icltheory' \
    sh "$source" "$python" "$work"
else
  skip 'types are right, by mypy --strict' 'NumPy or mypy is not installed'
fi

name='a wheel is built, and what it installs can be imported'
if ! has numpy setuptools wheel; then
  skip "$name" 'NumPy, setuptools or wheel is not installed'
elif grep -q __asan_init "$library"; then
  skip "$name" 'the library was built with a sanitizer'
else
  (build_wheel) >"$work/log" 2>&1
  report $? "$name"
fi

find "$source" -newer "$work/start" >"$work/written"
check 'nothing is written beside the sources' diff /dev/null "$work/written"
finish
