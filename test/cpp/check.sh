#!/bin/sh
# The C++ classes of examples/cpp: with every compiler at hand strictly as C++11 and C++20, complete, and their test,
# which speaks TAP itself; with gcc also under the address sanitizer, which sees what is not destroyed. Output: TAP.
#
# check.sh SOURCE_ROOT SHARED_LIBRARY
set -u
root=$1 library=$(realpath "$2") classes=$1/examples/cpp
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
. "$root/test/tap.sh"
strict='-O0 -pedantic-errors -Wall -Wextra -Werror -Wshadow -Wconversion -Wold-style-cast'
flags="$strict -I$root/include -I$classes"
LD_LIBRARY_PATH=$(dirname "$library") # its SONAME is a link beside it
export LD_LIBRARY_PATH
cd "$work" || exit 1 # a test writes a file

# run_test DESCRIPTION COMPILER FLAG...: builds the test and hands its lines on, under this script's numbers.
run_test() {
  description=$1
  shift
  # shellcheck disable=SC2086 # the flags are several words
  check "$description: the test compiles" "$@" -std=c++11 $flags "$root"/test/cpp/*.cpp "$library" -pthread -o test
  timeout 120 ./test >output 2>errors
  status=$?
  while IFS= read -r line; do
    name="$description: ${line#* - }"
    case $line in
      'ok '*) report 0 "$name" ;;
      'not ok '*) echo "$before" >log && report 1 "$name" ;;
    esac
    before=$line
  done <output
  # A crash, a leak, or a plan that was not kept.
  { cat errors && [ "$status" -eq 0 ] && [ "$(grep -c '^ok ' output)" -ge 80 ] &&
    [ "1..$(grep -c '^ok ' output)" = "$(tail -n 1 output)" ]; } >log 2>&1
  report $? "$description: the test ends well"
}

for compiler in g++ clang++; do
  if ! command -v $compiler >/dev/null 2>&1; then
    skip "examples/cpp with $compiler" "$compiler is not installed"
    continue
  fi
  for header in "$classes"/*.hpp; do
    # Twice: the guard has to hold.
    printf '#include "%s"\n#include "%s"\n' "$header" "$header" >alone.cpp
    # shellcheck disable=SC2086
    check "$(basename "$header") alone, $compiler" $compiler -std=c++11 $flags -c -o object alone.cpp
  done
  # shellcheck disable=SC2086
  check "as C++20, $compiler" $compiler -std=c++20 $flags -c -o object "$root/test/cpp/main.cpp"
  run_test "$compiler" $compiler
  # shellcheck disable=SC2086
  check "learning_curve.cpp compiles, $compiler" \
    $compiler -std=c++11 $flags "$classes/learning_curve.cpp" "$library" -pthread -o learning_curve
  check "and runs, $compiler" ./learning_curve 5 3
  ! ./learning_curve -1 >output 2>log && grep -q 'd is -1' log
  report $? "and says what is wrong, $compiler"
done

# At -O0 an inline function is in the program only if it is called: so what the test's program needs of the library is
# what the test reaches through the classes, and that has to be everything.
if command -v g++ >/dev/null 2>&1; then
  awk -F '\t' '$1 == "function" { print $2 }' "$root/test/abi/interface.tsv" | LC_ALL=C sort >expected
  # shellcheck disable=SC2086
  g++ -std=c++11 $flags "$root"/test/cpp/*.cpp "$library" -pthread -o test >log 2>&1 &&
    nm -D -u test | awk '{ sub(/@.*/, "", $NF); print $NF }' | grep '^icl_' | LC_ALL=C sort -u >reached
  diff expected reached >log
  report $? 'every function of the library is reached through the classes'
  cat "$classes"/*.hpp | sed 's://.*::' >code
  awk -F '\t' '$1 == "constant" && $2 != "ICL_OK" { print $2 }' "$root/test/abi/interface.tsv" |
    while read -r constant; do grep -q -w "= $constant" code || echo "$constant"; done >missing
  check 'every constant has its name in an enum class' diff /dev/null missing
  if echo 'int main() {}' | g++ -fsanitize=address,undefined -x c++ - -o probe 2>/dev/null && ./probe; then
    run_test 'sanitized' g++ -g -fsanitize=address,undefined -fno-sanitize-recover=all
  else
    skip 'sanitized' 'g++ has no address sanitizer'
  fi
else
  skip 'completeness' 'g++ is not installed'
fi
finish
