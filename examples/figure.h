/* What a program writes: PREFIX*.csv, and through gnuplot PREFIX.svg and PREFIX.png. */
#ifndef EXAMPLES_FIGURE_H
#define EXAMPLES_FIGURE_H

#include <stdint.h>
#include <stdio.h>

/* PREFIX and ending make the name. Both fail where the file cannot be written, the second one where that shows late. */
FILE *open_output(const char *prefix, const char *ending);
void close_output(const char *prefix, const char *ending, FILE *file);

/* A comma and the number; and `count` numbers with commas between them and the end of the line. */
void write_number(FILE *csv, double value);
void write_row(FILE *csv, int count, const double *values);

/* gnuplot, reading what is written; NULL after saying why there is no figure. The numbers are there all the same. */
FILE *start_gnuplot(const char *prefix);

/* 0, or -1 after saying that there is no figure. */
int finish_gnuplot(FILE *gnuplot);

/* The name as gnuplot reads it. */
void quote_name(FILE *gnuplot, const char *prefix, const char *ending);

/* What follows is drawn into PREFIX and ending. */
void start_picture(FILE *gnuplot, const char *prefix, const char *terminal, const char *ending);

/* Marks 1 .. 9 times the powers of ten on an axis, "x", "y" or "cb", that holds log10 of what it shows. Labels, of
 * enhanced text, at the digits in `labels`: "1" or "125". */
void set_logarithmic_tics(FILE *gnuplot, const char *axis, double low, double high, const char *labels);

/* A palette from dark blue to yellow that reads as well in grey. Texts are in gnuplot's enhanced mode; two spaces
 * anywhere in one make it ask the viewer of an SVG to keep them all, those beside a change of font too. */
#define VIRIDIS \
  "set palette defined (0 '#440154', 1 '#46327e', 2 '#365c8d', 3 '#277f8e', 4 '#1fa187', 5 '#4ac16d', 6 '#a0da39'," \
  " 7 '#fde725')\n"

#endif
