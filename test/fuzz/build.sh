#!/bin/sh
# Compiles the library's sources and the fuzz targets with clang's sanitizers and libFuzzer:
# build.sh SOURCE_ROOT OUT_DIR [TARGET]
# The library's flags are those of meson.build that its numbers depend on. Programs: OUT_DIR/TARGET.
set -eu
root=$1
out=$2
only=${3:-}
fuzz=$root/test/fuzz
mkdir -p "$out"
version=$(sed -n "s/^ *version: '\([0-9.]*\)',/\1/p" "$root/meson.build")
sanitizers=-fsanitize=address,undefined,float-cast-overflow
flags="-std=c11 -O1 -gline-tables-only -fno-omit-frame-pointer -D_GNU_SOURCE -Wall -Wextra -Werror
  -I$root/include -I$root/lib -I$root/examples $(pkg-config --cflags openblas lapacke 2>/dev/null || :)
  -ffp-contract=off -fno-math-errno -fno-trapping-math
  -fsanitize=fuzzer-no-link $sanitizers -fno-sanitize-recover=all"
library_flags="-include $root/lib/public.h -DICL__MAJOR=${version%%.*} -DICL__MINOR=$(echo "$version" | cut -d. -f2)
  -DICL__PATCH=${version##*.}"

# is_old OBJECT FILE: no object, or one from before a change of the file, a header or this script.
is_old() {
  [ ! -f "$1" ] || [ -n "$(find "$2" "$root/include" "$root/lib" "$root/examples" "$fuzz" "$out/documented.h" \
    \( -path "$2" -o -name '*.h' -o -name build.sh \) -newer "$1")" ]
}

# compile PREFIX FLAGS FILE...: OUT_DIR/PREFIX-NAME.o of each, as many at a time as there are processors.
compile() {
  prefix=$1
  more=$2
  shift 2
  for file in "$@"; do
    if is_old "$out/$prefix-$(basename "$file" .c).o" "$file"; then printf '%s\n' "$file"; fi
  done |
    xargs -r -P "$(nproc)" -I{} sh -c "clang $(echo "$flags $more" | tr '\n' ' ') -c {} \
      -o $out/$prefix-\$(basename {} .c).o"
}

python3 "$fuzz/documented.py" "$root" >"$out/documented.new"
cmp -s "$out/documented.new" "$out/documented.h" || mv "$out/documented.new" "$out/documented.h"
compile library "$library_flags" "$root"/lib/*.c
compile fuzz "-I$out" "$fuzz"/*.c
compile example "" "$root/examples/npy.c"
libraries="$(pkg-config --libs openblas lapacke 2>/dev/null || echo -lopenblas -llapacke) -lm -pthread"

# program TARGET FILE...: a program of the target's files.
program() {
  target=$1
  shift
  [ -z "$only" ] || [ "$only" = "$target" ] || return 0
  # shellcheck disable=SC2086
  clang -fsanitize=fuzzer $sanitizers "$@" "$out/fuzz-fuzz.o" "$out"/library-*.o $libraries -o "$out/$target"
}
program api "$out"/fuzz-api*.o
program theory "$out"/fuzz-theory*.o
program checkpoint "$out/fuzz-checkpoint.o"
program npy "$out/fuzz-npy.o" "$out/example-npy.o"
