# For the shell scripts of this folder, which have a writable folder in $work.

# prints_as_shown OUTPUT README: the output is the README's text block.
prints_as_shown() {
  awk '/^```text$/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$2" >"$work/shown"
  [ -s "$work/shown" ] && diff "$work/shown" "$1"
}
