# describe ROOT BUILD OUTPUT: the interface of the library as its debug information has it, in libabigail's format. For
# the scripts beside this file, which source it.
#
# The library is built by gcc without the contents of structures, so that handles are opaque as they are to programs.
# (Leaving out what the public headers do not define, abidw --headers-dir, goes by file names without their folders,
# which lib/ and include/icltheory/ share.) Codes are int32_t on purpose, so the constants are not in here; they are in
# interface.tsv and released/. The file has no paths but those within lib/, and no line numbers.
describe() {
  rm -rf "$2"
  CC=gcc meson setup --buildtype=debug -Doptimization=0 -Ddefault_library=shared -Dtests=disabled -Dexamples=false \
    -Dc_args=-femit-struct-debug-detailed=none "$2" "$1" &&
    ninja -j 2 -C "$2" &&
    abidw --no-comp-dir-path --no-corpus-path --no-elf-needed --no-show-locs --no-parameter-names \
      --exported-interfaces-only --drop-undefined-syms --out-file "$2/icltheory.abi" "$2/lib/libicltheory.so" &&
    sed "s:path='[^']*/lib/:path='lib/:" "$2/icltheory.abi" >"$3"
}
