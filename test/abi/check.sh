#!/bin/sh
# The public headers, the version script and the symbols of the libraries name the same functions; the library exports
# nothing else and calls nothing that a library must not; what was released is as it was. Output: TAP.
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
# The version script as lines "name node".
sed 's:/\*.*\*/::; s/#.*//; s/;//' "$map" | awk '/^ICLTHEORY_/ { node = $1 } /^ *icl_/ { print $1, node }' |
  LC_ALL=C sort >"$work/map_nodes"
cut -d ' ' -f 1 "$work/map_nodes" >"$work/map_as_is"
LC_ALL=C sort -u "$work/map_as_is" >"$work/map"
# Absolute symbols (A) are the names of the version nodes.
nm -D --defined-only "$shared" | awk '$2 != "A" { print $3 }' | LC_ALL=C sort >"$work/shared_nodes"
sed 's/@.*//' "$work/shared_nodes" | LC_ALL=C sort -u >"$work/shared"
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
sed 's/ /@@/' "$work/map_nodes" >"$work/expected"
check 'every symbol has the version of its node' diff "$work/expected" "$work/shared_nodes"
nm -D --defined-only "$shared" | awk '$2 != "A" && $2 != "T"' >"$work/data"
none "$work/data" 'only functions are exported, no data'
within map static 'every name of the version script is in the static library'

readelf -d "$shared" | grep -q 'SONAME.*\[libicltheory\.so\.0\]'
report $? 'SONAME is libicltheory.so.0'

# Sanitizers add symbols of their own, which begin with two underscores.
grep -v -e '^icl_' -e '^__asan' -e '^__odr_asan' -e '^__ubsan' "$work/static" >"$work/unprefixed"
none "$work/unprefixed" 'every external symbol of the static library begins with icl_'
# An internal one has icl__, and none of them is exported.
grep '^icl_[^_]' "$work/static" | LC_ALL=C sort -u >"$work/static_public"
within static_public map 'internal symbols begin with icl__'

# Writable data would be state that threads share. The last message is the thread's own, and in .tbss.
readelf -S -W "$static" | sed 's/^ *\[ *[0-9]*\] *//' |
  awk '/^File:/ { file = $2 } $1 ~ /^\.(data|bss)/ && $1 !~ /^\.data\.rel\.ro/ && $5 !~ /^0+$/ { print file, $1, $5 }' \
    >"$work/writable"
if grep -q -E '^__(asan|ubsan|gcov|tsan|llvm)' "$work/needed"; then
  skip 'no writable data' 'what instruments this build has some'
else
  none "$work/writable" 'no writable data'
fi

# Printing, ending the process, starting others, its signals, generators, locale and environment are the program's
# affair. vsnprintf writes messages into memory; no number is read.
# What is put before and after the names of forbidden.txt is what fortified headers and versions of glibc make of them.
sed '/^#/d; s/^/(_+(IO_|isoc[0-9]+_|GI_)?)?(/; s/$/)(_chk)?/' "$here/forbidden.txt" >"$work/forbidden_names"
# The list itself: what a compiler makes of calls that are forbidden, and calls that are not.
printf '%s\n' printf __printf_chk __vfprintf_chk puts _IO_putc stderr exit _exit __assert_fail abort signal sigaction \
  rand srandom setlocale strtod strtold_l __isoc99_sscanf __isoc23_strtol getenv __longjmp_chk fesetround >"$work/bad"
grep -E -x -v -f "$work/forbidden_names" "$work/bad" >"$work/missed"
none "$work/missed" 'the list of what belongs to the program knows its names'
printf '%s\n' vsnprintf __vsnprintf_chk pwrite64 strerror pthread_sigmask memcpy fmin exp log >"$work/good"
grep -E -x -f "$work/forbidden_names" "$work/good" >"$work/offenders"
none "$work/offenders" 'and nothing else'
grep -E -x -f "$work/forbidden_names" "$work/needed" >"$work/offenders"
none "$work/offenders" 'nothing is called that belongs to the program'

# The whole interface, constants with their numbers, as it was when someone last looked at it. What users have compiled
# in or written down in another language must not change unseen.
python3 "$here/interface.py" "$include" >"$work/interface" 2>"$work/log"
report $? 'the headers are read'
check 'interface.tsv says what the headers say' diff "$here/interface.tsv" "$work/interface"

# Every release's table, in the order of releases: what it promised is there unchanged, and its node has what it added.
: >"$work/earlier"
for table in $(ls "$here"/released/*.tsv | sort -V); do
  version=$(basename "$table" .tsv)
  LC_ALL=C sort "$table" >"$work/released"
  LC_ALL=C sort "$work/interface" >"$work/now"
  within released now "what $version had is unchanged"
  awk -F '\t' '$1 == "function" { print $2 }' "$table" | LC_ALL=C sort >"$work/functions"
  comm -23 "$work/functions" "$work/earlier" >"$work/added"
  awk -v node="ICLTHEORY_$version" '$2 == node { print $1 }' "$work/map_nodes" >"$work/node"
  check "the node of $version is what it was" diff "$work/added" "$work/node"
  cp "$work/functions" "$work/earlier"
done
[ -s "$work/earlier" ]
report $? 'a release is held to'

finish
