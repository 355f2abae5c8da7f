/* Preloaded into programs: a locale of the environment that writes 0,5, or none of them begins. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

__attribute__((constructor)) static void choose_locale(void) {
  if (setlocale(LC_ALL, "") && localeconv()->decimal_point[0] == ',') return;
  fputs("the locale of the environment has no decimal comma\n", stderr);
  _Exit(99);
}
