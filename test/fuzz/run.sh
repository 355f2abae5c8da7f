#!/bin/sh
# Fuzzes for longer than the tests do: run.sh SECONDS [TARGET...]
# Of each target: executions, coverage and processor time; what it found is in build/fuzz-long, and with FUZZ_BUILD set
# to a folder, there. FUZZ_SEED is the seed (1). Inputs that were found before are where it begins.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
work=${FUZZ_BUILD:-$root/build/fuzz-long}
seconds=$1
shift
mkdir -p "$work"
. "$root/test/fuzz/targets.sh"
. "$root/test/processor.sh"
why=$(can_fuzz "$work") || { echo "$why" >&2; exit 1; }
sh "$root/test/fuzz/build.sh" "$root" "$work"

status=0
for target in ${*:-$targets}; do
  result="no failure"
  before=$(processor_seconds)
  fuzz "$root" "$work" "$target" "$seconds" "${FUZZ_SEED:-1}" >"$work/$target.log" 2>&1 || { result=FAILED; status=1; }
  echo "$target: $result, $(sed -n 's/^stat::number_of_executed_units: *//p' "$work/$target.log") executions in" \
    "$(($(processor_seconds) - before)) s of processor time;" \
    "$(grep -a -o 'cov: .* corp: [^ ]*' "$work/$target.log" | tail -n 1)"
  if [ "$result" = FAILED ]; then explain "$work/$target.log"; fi
done
exit $status
