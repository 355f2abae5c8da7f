#!/bin/sh
# The main job on a fresh machine: installs what is missing, builds, and draws the double-descent figure into figures/.
# Arguments go to the program, e.g. sh examples/run.sh --help; a name given to --output is one in the caller's folder.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
sh "$root/test/packages.sh" build
[ -f "$root/build/build.ninja" ] || meson setup "$root/build" "$root"
ninja -C "$root/build"
mkdir -p "$root/figures"
export OPENBLAS_NUM_THREADS=1 # one for each of the program's own
# Of two --output the last one counts.
exec "$root/build/examples/01_double_descent" --output "$root/figures/double_descent" "$@"
