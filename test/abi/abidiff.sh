#!/bin/sh
# Programs linked against the last release run with this library: its functions, their types, symbol versions and SONAME
# are those of libicltheory.abi, beside what was added. Output: TAP.
#
# abidiff.sh SOURCE_ROOT BUILD_DIR
set -u
root=$1 work=$2/abidiff reference=$1/test/abi/libicltheory.abi
mkdir -p "$work" || exit 1
. "$root/test/tap.sh"
. "$root/test/abi/describe.sh"

for program in abidw abidiff gcc; do
  if ! command -v $program >/dev/null 2>&1; then
    echo "1..0 # SKIP $program is not installed"
    exit
  fi
done
case $(uname -s),$(gcc -dumpmachine),$(head -n 1 "$reference") in
  Linux,x86_64-*,*"'elf-amd-x86_64'"*) ;;
  *) echo "1..0 # SKIP libicltheory.abi describes another machine" && exit ;;
esac

# compatible REFERENCE: abidiff ends with 0. Its other ends are sums of 1 and 2 (it failed), 4 (a change) and 8 (one
# that surely breaks programs). As additions are left out, there is no good change, so none of these is let through.
compatible() {
  abidiff --no-added-syms "$1" "$work/now.abi"
}

# broken DESCRIPTION EXPRESSION: had the last release been what this sed expression makes of it, it would be noticed, by
# bit 4 of an end that is no failure.
broken() {
  sed "$2" "$reference" >"$work/other.abi"
  compatible "$work/other.abi" >"$work/log" 2>&1
  status=$?
  echo "abidiff ended with $status" >>"$work/log"
  [ $((status & 7)) -eq 4 ] && ! cmp -s "$reference" "$work/other.abi"
  report $? "noticed: $1"
}

check 'the library is built and described' describe "$root" "$work/build" "$work/now.abi"
[ "$(grep -c '<function-decl' "$work/now.abi")" -eq "$(grep -c '^function' "$root/test/abi/interface.tsv")" ]
report $? 'every function is described'
check 'the library is compatible with libicltheory.abi' compatible "$reference"

number_of() { sed -n "s/.*<typedef-decl name='$1' .* id='\([^']*\)'.*/\1/p" "$reference"; }
in_function="/<function-decl name='icl_estimator_set_max_iterations'/,/<.function-decl>/"
broken 'a parameter of another type' "$in_function s/'$(number_of int64_t)'/'$(number_of int32_t)'/"
broken 'a result of another type' "$in_function s/<return type-id='[^']*'/<return type-id='$(number_of int64_t)'/"
broken 'a parameter too many' "$in_function s/\(.*<parameter type-id='$(number_of int64_t)'.*\)/\1\1/"
first_of() { sed -n "/<function-decl name='$1'/,/<parameter/ s/.*<parameter type-id='\([^']*\)'.*/\1/p" "$reference"; }
broken 'another handle' \
  "/name='icl_theory_value'/,/<.func/ s/'$(first_of icl_theory_value)'/'$(first_of icl_estimator_gamma)'/"
broken 'a status of another size' "s/\(name='icl_status' type-id=\)'[^']*'/\1'$(number_of int64_t)'/"
broken 'a function that is gone' 's/icl_version_number/icl_version_numeral/g'
broken 'another version of a symbol' "/icl_version_number/ s/ICLTHEORY_0\.1/ICLTHEORY_0.0/"
broken 'another SONAME' "s/soname='libicltheory\.so\.0'/soname='libicltheory.so.9'/"

# Without a function the last release would be an earlier one.
sed "/<elf-symbol name='icl_version_number'/d; /<function-decl name='icl_version_number'/,/<.function-decl>/d" \
  "$reference" >"$work/other.abi"
check 'an added function is no break' compatible "$work/other.abi"
finish
