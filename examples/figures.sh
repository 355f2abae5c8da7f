#!/bin/sh
# All figures, into one folder, with index.html to look through them.
#
# usage: figures.sh [--quick | --full] [--output FOLDER] [--threads N] [--build FOLDER] [NAME...]
#   --quick           small sizes, in minutes together; the default
#   --full            the sizes of the paper, in half an hour
#   --output FOLDER   default figures/ beside examples/
#   --threads N       default one per processor
#   --build FOLDER    a build that is there, to be used as it is; without it what is missing is installed, and build/
#                     beside examples/ is brought up to date
#   NAME...           only the programs whose names contain one of these, such as 06 or learning
#
# An interrupted run goes on where it was when it is started again: finished replicates are in FOLDER/NAME.checkpoint
# (or .finite, .dmmse, .fits), and a program without such a file is not run again for the figure it has drawn.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
mode=--quick output=$root/figures threads= build= names=

fail() {
  echo "figures.sh: $1" >&2
  exit 2
}

while [ $# -gt 0 ]; do
  case $1 in
    --quick | --full) mode=$1 ;;
    --output | --threads | --build)
      [ $# -gt 1 ] || fail "$1 needs a value"
      case $1 in
        --output) output=$2 ;;
        --threads) threads="--threads $2" ;;
        --build) build=$2 ;;
      esac
      shift ;;
    -h | --help) sed -n '2,/^set -eu/{/^set/d;s/^# \{0,1\}//;p;}' "$0"; exit 0 ;;
    -*) fail "$1 is not an option" ;;
    *) names="$names $1" ;;
  esac
  shift
done

if [ -z "$build" ]; then
  build=$root/build
  sh "$root/test/packages.sh" build
  [ -f "$build/build.ninja" ] || meson setup "$build" "$root"
  ninja -C "$build"
fi
mkdir -p "$output"
export OPENBLAS_NUM_THREADS=1 # one for each of the program's own

# Whether a program of this name was asked for.
wanted() {
  [ -n "$names" ] || return 0
  for part in $names; do
    case $1 in *"$part"*) return 0 ;; esac
  done
  return 1
}

# Text as HTML.
escape() {
  sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g'
}

# The title and the first paragraph of a program's help, without what it says of files.
describe() {
  echo "$1" | sed 's/^[0-9]*_//; s/_/ /g; s/^\(.\)/\U\1/'
  "$build/examples/$1" --help | awk 'BEGIN { RS = "" } NR == 2 { gsub(/[ \n]+/, " "); print }' |
    sed 's/ *\(Writes\|Prints\) .*//'
}

# Agreement in a CSV file with columns X_theory, X_mean and X_standard_error.
compare() {
  awk -F, '
    NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
    { for (name in column) if (name ~ /_theory$/) {
        which = substr(name, 1, length(name) - 7)
        error = $column[which "_standard_error"]; theory = $column[name]
        if (!(error > 0) || theory ~ /inf|nan/) continue
        z = ($column[which "_mean"] - theory) / error; size = z < 0 ? -z : z
        count++; sum += z; absolute += size; if (size > most) most = size } }
    END { if (count) printf "Agreement of %d points with the theory at their ratios: mean z %+.2f, mean |z| %.2f, " \
        "largest |z| %.1f.\n", count, sum / count, absolute / count, most }' "$1"
}

# A program that keeps no replicates is not run again if it, its library and its arguments are those of the figure.
finished() {
  [ -f "$output/$1.done" ] && [ -f "$output/$1.png" ] && [ "$(cat "$output/$1.done")" = "$2" ]
}

run() {
  help=$("$build/examples/$1" --help)
  arguments=
  case $help in *--full*) arguments=$mode ;; esac
  case $help in *--threads*) arguments="$arguments $threads" ;; esac
  mark="$arguments $(cat "$build/examples/$1" "$build"/lib/libicltheory.so.?.* 2>/dev/null | cksum)"
  case $help in *.checkpoint*) ;; *) if finished "$1" "$mark"; then return 0; fi ;; esac
  rm -f "$output/$1.done"
  # shellcheck disable=SC2086
  "$build/examples/$1" $arguments --output "$output/$1" > "$output/$1.log" || return 1
  echo "$mark" > "$output/$1.done"
  case $help in
    *PREFIX.txt*) ;;
    *) { describe "$1"; compare "$output/$1.csv"; } > "$output/$1.txt" ;;
  esac
}

# One figure of the page: its caption is the text file, the first line of which is the title.
show() {
  echo '<figure>'
  echo "<a href=\"$1.svg\"><img src=\"$1.png\" alt=\"\"></a>"
  echo "<figcaption><h2>$(sed 1q "$output/$1.txt" | escape)</h2>"
  sed 1d "$output/$1.txt" | escape | sed 's/.*/<p>&<\/p>/'
  echo "<p class=\"files\">$1:"
  for ending in csv svg png txt log; do
    if [ -f "$output/$1.$ending" ]; then echo "<a href=\"$1.$ending\">$ending</a>"; fi
  done
  echo "${2:+($2 s)}</p></figcaption></figure>"
}

page=$output/index.html
cat > "$page.part" <<'END'
<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>libicltheory: figures</title>
<meta name="viewport" content="width=device-width">
<style>
body { font: 15px/1.45 sans-serif; color: #222; max-width: 76rem; margin: 2rem auto; padding: 0 1rem; }
figure { margin: 0 0 2rem; padding: 1rem; border: 1px solid #ddd; border-radius: 4px; }
img { display: block; max-width: 100%; max-height: 34rem; margin: 0 auto 1rem; }
h2 { font-size: 1.1rem; margin: 0 0 .4rem; } p { margin: .3rem 0; } .files { color: #777; }
</style></head><body>
<h1>In-context learning by linear attention: figures</h1>
END
echo '<p>Curves are the theory of large d, points are fits at finite d.</p>' >> "$page.part"

# Sets spent to the processor time so far, in seconds, of the programs that have ended.
measure() {
  times > "$output/.times" # not in a subshell, which would have times of its own
  spent=$(awk 'NR == 2 { for (i = 1; i <= 2; i++) { split($i, part, "m"); sum += 60 * part[1] + part[2] }
    printf "%.0f", sum }' "$output/.times")
  rm -f "$output/.times"
}

status=0 all=0 spent=0
for program in "$build"/examples/[0-9][0-9]_*; do
  name=$(basename "$program")
  # Not a figure: 02 reads files of the user's.
  if [ ! -f "$program" ] || [ ! -x "$program" ] || [ "$name" = 02_own_data ]; then continue; fi
  if ! wanted "$name"; then
    if [ -f "$output/$name.txt" ]; then show "$name" >> "$page.part"; fi # of an earlier run
    continue
  fi
  begin=$(date +%s)
  measure
  before=$spent
  outcome=
  run "$name" || { outcome=" FAILED"; status=1; }
  seconds=$(($(date +%s) - begin))
  all=$((all + seconds))
  measure
  printf '%-24s %5d s, %5d s of processors%s\n' "$name" "$seconds" $((spent - before)) "$outcome"
  if [ -z "$outcome" ]; then show "$name" "$seconds" >> "$page.part"; fi
done
echo '</body></html>' >> "$page.part"
mv "$page.part" "$page"
printf '%-24s %5d s, %5d s of processors\n' together "$all" "$spent"
echo "wrote $page"
exit "$status"
