#include "figure.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "command_line.h"

FILE *open_output(const char *prefix, const char *ending) {
  char name[4096];
  FILE *file = NULL;
  errno = ENAMETOOLONG;
  if (snprintf(name, sizeof name, "%s%s", prefix, ending) < (int)sizeof name) file = fopen(name, "w");
  if (!file) fail("%s%s: %s", prefix, ending, strerror(errno));
  return file;
}

void close_output(const char *prefix, const char *ending, FILE *file) {
  int wrong = ferror(file);
  if (fclose(file) || wrong) fail("%s%s: it could not be written to its end", prefix, ending);
}

void write_number(FILE *csv, double value) {
  fputc(',', csv);
  print_number(csv, value);
}

void write_row(FILE *csv, int count, const double *values) {
  print_number(csv, values[0]);
  for (int i = 1; i < count; i++) write_number(csv, values[i]);
  fputc('\n', csv);
}

FILE *start_gnuplot(const char *prefix) {
  if (strchr(prefix, '\n')) {
    complain("no figure: gnuplot takes no line break in a file name");
    return NULL;
  }
  if (system("gnuplot --version >/dev/null 2>&1")) {
    complain("no figure: gnuplot is not installed");
    return NULL;
  }
  FILE *gnuplot = popen("gnuplot", "w");
  if (!gnuplot) complain("no figure: gnuplot failed");
  return gnuplot;
}

int finish_gnuplot(FILE *gnuplot) {
  if (pclose(gnuplot) == 0) return 0;
  complain("no figure: gnuplot failed");
  return -1;
}

/* In single quotes, where gnuplot knows no escapes but '' for '. With a folder in front no name is taken for one of
 * gnuplot's special ones: "|command", "<command", "-", "+". */
void quote_name(FILE *gnuplot, const char *prefix, const char *ending) {
  fputs(prefix[0] == '/' ? "'" : "'./", gnuplot);
  for (const char *c = prefix; *c; c++) fputs(*c == '\'' ? "''" : (char[]){*c, '\0'}, gnuplot);
  fprintf(gnuplot, "%s'", ending);
}

void start_picture(FILE *gnuplot, const char *prefix, const char *terminal, const char *ending) {
  fprintf(gnuplot, "set terminal %s\nset output ", terminal);
  quote_name(gnuplot, prefix, ending);
  fputc('\n', gnuplot);
}

void set_logarithmic_tics(FILE *gnuplot, const char *axis, double low, double high, const char *labels) {
  const char *separator = "";
  fprintf(gnuplot, "set %stics (", axis);
  for (int decade = (int)floor(log10(low)); decade <= (int)ceil(log10(high)); decade++) {
    for (int digit = 1; digit < 10; digit++) {
      double value = digit * pow(10.0, decade);
      if (value < low * (1.0 - 1e-9) || value > high * (1.0 + 1e-9)) continue;
      int labelled = strchr(labels, '0' + digit) != NULL;
      fprintf(gnuplot, "%s'", separator);
      if (labelled && digit == 1 && (decade < -2 || decade > 2)) fprintf(gnuplot, "10^{%d}", decade);
      else if (labelled) fprintf(gnuplot, "%g", value);
      fprintf(gnuplot, "' %.10g %d", log10(value), labelled ? 0 : 1);
      separator = ", ";
    }
  }
  fputs(")\n", gnuplot);
}
