#!/bin/sh
# The targets can fail: each of these deliberate bugs, in a copy of the library, is found within some seconds.
# usage: breaks.sh [SECONDS]      by hand; some minutes
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
seconds=${1:-60}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. "$root/test/fuzz/targets.sh"
why=$(can_fuzz "$work") || { echo "$why" >&2; exit 1; }
tree=$work/tree
mkdir "$tree"
(cd "$root" && tar cf - meson.build lib include examples test/fuzz test/headers test/abi) | tar xf - -C "$tree"
missed=0 number=0
while IFS='	' read -r target file _ new; do
  number=$((number + 1))
  python3 "$root/test/fuzz/breaks.py" "$tree" "$number"
  sh "$root/test/fuzz/build.sh" "$tree" "$work" "$target"
  begin=$(date +%s)
  how="by a kept input"
  if replay "$tree" "$work" "$target" >"$work/log" 2>&1; then
    how="by a new input"
    if fuzz "$tree" "$work" "$target" "$seconds" 1 >"$work/log" 2>&1; then how=MISSED missed=$((missed + 1)); fi
  fi
  echo "$target, $file, $new: $how after $(($(date +%s) - begin)) s"
  cat "$root/$file" >"$tree/$file"
  rm -rf "$work/found-$target"
done <"$root/test/fuzz/breaks.tsv"
exit $((missed > 0))
