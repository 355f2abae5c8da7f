#!/bin/sh
# The public headers, the version script and the symbols of the libraries name the same functions; the library exports
# nothing else and calls nothing that a library must not. Output: TAP.
#
# check.sh SOURCE_ROOT VERSION_SCRIPT SHARED_LIBRARY STATIC_LIBRARY
set -u
here=$1/test/abi include=$1/include map=$2 shared=$3 static=$4
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
. "$1/test/tap.sh"

# none FILE DESCRIPTION: the file, which lists offenders, is empty.
none() {
  check "$2" diff /dev/null "$1"
}

# within A B DESCRIPTION: every name of A is in B.
within() {
  comm -23 "$work/$1" "$work/$2" >"$work/missing"
  none "$work/missing" "$3"
}

# The names declared: what stands before a parenthesis once comments are gone. A typedef of a function pointer,
# (*icl_name)(...), does not.
for header in "$include"/icltheory/*.h; do
  "${CC:-cc}" -E -P -I"$include" "$header"
done | grep -o 'icl_[a-z0-9_]* *(' | tr -d ' (' | LC_ALL=C sort -u >"$work/headers"
sed 's:/\*.*\*/::' "$map" | grep -o 'icl_[a-z0-9_]* *;' | tr -d ' ;' | LC_ALL=C sort >"$work/map_as_is"
LC_ALL=C sort -u "$work/map_as_is" >"$work/map"
# Absolute symbols (A) are the names of the version nodes.
nm -D --defined-only "$shared" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | LC_ALL=C sort -u >"$work/shared"
nm -g --defined-only "$static" 2>/dev/null | awk 'NF == 3 { print $3 }' | LC_ALL=C sort -u >"$work/static"
nm -D -u "$shared" | awk '{ sub(/@.*/, "", $NF); print $NF }' | LC_ALL=C sort -u >"$work/needed"

# An empty list would agree with anything.
for list in headers map shared static needed; do
  [ "$(wc -l <"$work/$list")" -ge 20 ]
  report $? "the list of names is read: $list"
done

LC_ALL=C uniq -d "$work/map_as_is" >"$work/twice"
none "$work/twice" 'no name is twice in the version script'
within headers map 'every declared function is in the version script'
within map headers 'every name of the version script is declared'
within map shared 'every name of the version script is exported'
within shared map 'every exported symbol is in the version script'
within map static 'every name of the version script is in the static library'

readelf -d "$shared" | grep -q 'SONAME.*\[libicltheory\.so\.0\]'
report $? 'SONAME is libicltheory.so.0'

# Sanitizers add symbols of their own, which begin with two underscores.
grep -v -e '^icl_' -e '^__asan' -e '^__odr_asan' -e '^__ubsan' "$work/static" >"$work/unprefixed"
none "$work/unprefixed" 'every external symbol of the static library begins with icl_'
# An internal one has icl__, and none of them is exported.
grep '^icl_[^_]' "$work/static" | LC_ALL=C sort -u >"$work/static_public"
within static_public map 'internal symbols begin with icl__'

# Printing, ending the process, its signals, generator, locale and environment are the program's affair. vsnprintf
# writes messages into memory; no number is read. The _chk names are what fortified headers make of these.
cat >"$work/forbidden" <<'LIST'
(__)?v?f?printf(_chk)?
v?dprintf
f?puts|f?putc|putchar|fwrite|fflush|perror|write
stdin|stdout|stderr
_?_?exit|quick_exit|abort|__assert_fail|system
signal|sigaction|raise|kill
s?rand|s?random|[dlm]rand48
setlocale|uselocale|newlocale
strto[dfl]|strtold|ato[fil]|v?f?scanf
setenv|unsetenv|putenv
fe(set|enable|disable|clear|hold|update).*
(openblas|goto)_set_num_threads|omp_set_num_threads|mkl_set_.*
LIST
grep -E -x -f "$work/forbidden" "$work/needed" >"$work/offenders"
none "$work/offenders" 'nothing is called that belongs to the program'

# The whole interface, constants with their numbers, as it was when someone last looked at it. What users have compiled
# in or written down in another language must not change unseen.
python3 "$here/interface.py" "$include" >"$work/interface" 2>"$work/log"
report $? 'the headers are read'
check 'interface.tsv says what the headers say' diff "$here/interface.tsv" "$work/interface"

finish
