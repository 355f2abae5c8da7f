# Scratch installations for the scripts of this folder, each built once whichever script comes first. They source this
# file with the source in $root and the folder they share in $shared.

# Without optimisation: it takes a third of the time, and what is tested here is where files are.
# install_library NAME MESON_ARGUMENTS...: sets $prefix, $libdir and PKG_CONFIG_PATH.
install_library() {
  prefix=$shared/$1/prefix
  library=$shared/$1/build
  mkdir -p "$shared/$1"
  (
    flock 9
    shift
    # A build of other arguments or of another tree is of no use.
    echo "$root $*" >"$library.wanted"
    cmp -s "$library.wanted" "$library.made" || rm -rf "$library" "$prefix"
    cp "$library.wanted" "$library.made"
    { [ -f "$library/build.ninja" ] ||
      meson setup --prefix "$prefix" -Doptimization=0 -Dtests=disabled -Dexamples=false "$@" "$library" "$root"; } &&
      meson install -C "$library" --only-changed
  ) 9>"$shared/$1/lock" >"$work/log" 2>&1 || return 1
  PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name icltheory.pc)")
  export PKG_CONFIG_PATH
  libdir=$(pkg-config --variable=libdir icltheory)
}

# The three: both libraries in the system's folders, one alone in lib/, and the other with a .pc file that may move.
install_both() { install_library both; }
install_static() { install_library static -Ddefault_library=static --libdir=lib; }
install_relocatable() { install_library relocatable -Ddefault_library=shared -Dpkgconfig.relocatable=true; }

# linked shared|static PROGRAM: it needs the shared libicltheory at run time, or does not.
linked() {
  needed=$(readelf -d "$2" | grep -c 'NEEDED.*libicltheory\.so\.0') # grep's status is that of "none", too
  [ "$needed" = "$([ "$1" = shared ] && echo 1 || echo 0)" ]
}
