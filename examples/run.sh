#!/bin/sh
# The main job on a fresh machine: installs what is missing, builds, and draws the double-descent figure into figures/.
# Arguments go to the program: sh examples/run.sh --help
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
sh "$root/test/packages.sh" build
[ -f "$root/build/build.ninja" ] || meson setup "$root/build" "$root"
ninja -C "$root/build"
mkdir -p "$root/figures"
cd "$root/figures"
# One BLAS thread for each of the program's own.
OPENBLAS_NUM_THREADS=1 "$root/build/examples/01_double_descent" "$@"
echo "The files are in $root/figures."
