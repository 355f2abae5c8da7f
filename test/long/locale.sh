#!/bin/sh
# The compiled test programs in a process whose locale writes 0,5 for 0.5 (German, made here by localedef; but for the
# system's messages, which checks quote).
# usage: locale.sh SOURCE_ROOT BUILD WORK    BUILD: one of Meson, compiled
set -eu
work=$3
mkdir -p "$work/locales"
[ -d "$work/locales/de_DE.UTF-8" ] || localedef -i de_DE -f UTF-8 "$work/locales/de_DE.UTF-8"
gcc -shared -fPIC "$1/test/long/locale.c" -o "$work/locale.so"
unset LC_ALL LC_NUMERIC LANGUAGE
exec python3 "$1/test/checkers/programs.py" "$2" "decimal comma" \
  --wrap "env LOCPATH=$work/locales LANG=de_DE.UTF-8 LC_MESSAGES=C LD_PRELOAD=$work/locale.so"
