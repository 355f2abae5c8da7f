#!/bin/sh
# The main job on a fresh machine: installs what is missing, builds, and draws the figures into figures/.
# Arguments go to the first program, and only that one runs, e.g. sh examples/run.sh --help; a name given to --output is
# one in the caller's folder.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
sh "$root/test/packages.sh" build
[ -f "$root/build/build.ninja" ] || meson setup "$root/build" "$root"
ninja -C "$root/build"
mkdir -p "$root/figures"
export OPENBLAS_NUM_THREADS=1 # one for each of the program's own
# Of two --output the last one counts.
"$root/build/examples/01_double_descent" --output "$root/figures/double_descent" "$@"
[ $# -eq 0 ] || exit 0
"$root/build/examples/03_phase_diagram" --quick --output "$root/figures/phase_diagram"
"$root/build/examples/05_nonmonotonicity" --quick --output "$root/figures/nonmonotonicity"
