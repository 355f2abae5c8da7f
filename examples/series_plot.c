/* The panels of a figure, through gnuplot. The data go with the commands, in blocks named after panel and series. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "figure.h"
#include "series.h"

/* Colours that are told apart with any kind of colour vision (Okabe and Ito 2008), each with its mark. */
static const struct {
  const char *color;
  int mark, hollow;
} styles[] = {{"#0072b2", 7, 6}, {"#d55e00", 5, 4}, {"#009e73", 9, 8}, {"#cc79a7", 13, 12}, {"#e69f00", 11, 10},
              {"#56b4e9", 15, 14}, {"#333333", 7, 6}};

static int style_of(const series *one, int64_t place) {
  return (int)((one->style ? one->style - 1 : place) % COUNT(styles));
}

/* What the axes cannot show is a gap. */
static double shown_or_gap(double value, int logarithmic) {
  return isfinite(value) && (!logarithmic || value > 0.0) ? value : NAN;
}

static int has_negative(const panel *axes, const series *one) {
  int64_t i = 0;
  if (!axes->log_y || axes->difference) return 0;
  while (i < one->count && !(one->points[i].mean < 0.0)) i++;
  return i < one->count;
}

/* A logarithmic axis shows the negative ones at their absolute value, by marks of the other kind. */
static void send_points(FILE *gnuplot, const panel *axes, int64_t p, int64_t s, int negative) {
  const series *one = &axes->series[s];
  const double shift = one->shift > 0.0 ? one->shift : 1.0;
  fprintf(gnuplot, "$%s%" PRId64 "_%" PRId64 " << END\n", negative ? "negative" : "points", p, s);
  for (int64_t i = 0; i < one->count; i++) {
    const series_point *point = &one->points[i];
    double y = axes->difference ? fabs(point->mean - point->theory) : point->mean, error = point->standard_error;
    if (negative) y = y < 0.0 ? -y : NAN;
    /* Below, on a logarithmic axis, a bar ends where the axis does. */
    double low = axes->log_y && y - error <= 0.0 ? y * 1e-9 : y - error;
    fprintf(gnuplot, "%.10g %.10g %.10g %.10g %.10g\n", shown_or_gap(point->x * shift, axes->log_x),
            shown_or_gap(y, axes->log_y), isfinite(error) ? low : y, isfinite(error) ? y + error : y,
            shown_or_gap(point->finite, axes->log_y));
  }
  fputs("END\n", gnuplot);
}

static void send_curve(FILE *gnuplot, const panel *axes, int64_t p, int64_t s) {
  const series *one = &axes->series[s];
  if (!one->curve_x) return;
  fprintf(gnuplot, "$curve%" PRId64 "_%" PRId64 " << END\n", p, s);
  for (int64_t i = 0; i < CURVE_POINTS; i++) {
    fprintf(gnuplot, "%.10g %.10g\n", shown_or_gap(one->curve_x[i], axes->log_x),
            shown_or_gap(one->curve_y[i], axes->log_y));
  }
  fputs("END\n", gnuplot);
}

static void include(double *low, double *high, double value, int logarithmic) {
  if (!isfinite(value) || (logarithmic && value <= 0.0)) return;
  *low = fmin(*low, value);
  *high = fmax(*high, value);
}

/* gnuplot's own choice ends at round numbers, which on logarithmic axes can be far off. */
static void set_range(FILE *gnuplot, char axis, double low, double high, int logarithmic, double margin) {
  if (!(low <= high)) return;
  if (low == high) { /* a single point */
    double width = logarithmic || low != 0.0 ? 0.1 * fabs(low) : 0.1;
    low -= width;
    high += width;
  }
  if (logarithmic) {
    double factor = pow(high / low, margin);
    fprintf(gnuplot, "set %crange [%.10g:%.10g]\n", axis, low / factor, high * factor);
  } else {
    fprintf(gnuplot, "set %crange [%.10g:%.10g]\n", axis, low - margin * (high - low), high + margin * (high - low));
  }
}

static void set_ranges(FILE *gnuplot, const panel *axes) {
  double x_low = INFINITY, x_high = -INFINITY, y_low = INFINITY, y_high = -INFINITY;
  for (int64_t s = 0; s < axes->count; s++) {
    const series *one = &axes->series[s];
    for (int64_t i = 0; i < one->count; i++) {
      const series_point *point = &one->points[i];
      double y = axes->difference ? fabs(point->mean - point->theory) : point->mean;
      include(&x_low, &x_high, point->x, axes->log_x);
      include(&y_low, &y_high, y, axes->log_y);
      include(&y_low, &y_high, point->finite, axes->log_y);
      if (axes->difference) continue; /* bars may reach down to zero */
      include(&y_low, &y_high, y - point->standard_error, axes->log_y);
      include(&y_low, &y_high, y + point->standard_error, axes->log_y);
    }
    for (int64_t i = 0; one->curve_x && i < CURVE_POINTS; i++) {
      include(&x_low, &x_high, one->curve_x[i], axes->log_x);
      include(&y_low, &y_high, one->curve_y[i], axes->log_y);
    }
  }
  set_range(gnuplot, 'x', x_low, x_high, axes->log_x, 0.03);
  if (axes->y_low < axes->y_high) set_range(gnuplot, 'y', axes->y_low, axes->y_high, axes->log_y, 0.0);
  else set_range(gnuplot, 'y', y_low, y_high, axes->log_y, 0.06);
}

static void set_axis(FILE *gnuplot, char axis, int logarithmic, const char *tics, const char *label) {
  fprintf(gnuplot, "set %clabel \"%s\"\n", axis, label ? label : "");
  if (logarithmic) fprintf(gnuplot, "set logscale %c\n", axis);
  else fprintf(gnuplot, "unset logscale %c\n", axis);
  if (tics) fprintf(gnuplot, "set %ctics (%s)\nset format %c '%%g'\n", axis, tics, axis);
  else fprintf(gnuplot, "set %ctics autofreq\nset format %c '%s'\n", axis, axis, logarithmic ? "10^{%T}" : "%g");
}

static int has_finite(const series *one) {
  for (int64_t i = 0; i < one->count; i++) {
    if (isfinite(one->points[i].finite)) return 1;
  }
  return 0;
}

/* Bars are arrows with flat heads: yerrorbars blanks bar and curve around a mark. */
static void plot_marks(FILE *gnuplot, const char *block, int64_t p, int64_t s, int mark, const char *color,
                       const char **separator) {
  fprintf(gnuplot, "%s $%s%" PRId64 "_%" PRId64 " using 1:3:(0):($4-$3) with vectors heads size graph 0.006,90"
          " lw 1.2 lc rgb '%s' notitle, '' using 1:2 with points pt %d ps 0.75 lc rgb '%s' notitle", *separator, block,
          p, s, color, mark, color);
  *separator = ",";
}

static void plot_series(FILE *gnuplot, const panel *axes, int64_t p, int64_t s, const char **separator) {
  const series *one = &axes->series[s];
  const int style = style_of(one, s);
  const char *color = styles[style].color;
  const int mark = one->hollow ? styles[style].hollow : styles[style].mark;
  if (one->curve_x) {
    fprintf(gnuplot, "%s $curve%" PRId64 "_%" PRId64 " using 1:2 with lines lw 1.8 dt %d lc rgb '%s' notitle",
            *separator, p, s, one->dashed ? 2 : 1, color);
    *separator = ",";
  }
  if (one->joined && one->count) {
    fprintf(gnuplot, "%s $points%" PRId64 "_%" PRId64 " using 1:2 with lines lw 0.8 lc rgb '%s' notitle", *separator, p,
            s, color);
    *separator = ",";
  }
  if (one->count) plot_marks(gnuplot, "points", p, s, mark, color, separator);
  if (has_negative(axes, one)) {
    int other = one->hollow ? styles[style].mark : styles[style].hollow;
    plot_marks(gnuplot, "negative", p, s, other, color, separator);
  }
  if (has_finite(one)) {
    fprintf(gnuplot, ", $points%" PRId64 "_%" PRId64 " using 1:5 with points pt %d ps 1.5 lw 0.9 lc rgb '%s' notitle",
            p, s, styles[style].hollow, color);
  }
  if (!one->label) return;
  /* A legend of line and mark, drawn nowhere else. */
  fprintf(gnuplot, "%s NaN with %s lw 1.8 dt %d lc rgb '%s'", *separator,
          !one->count ? "lines" : one->curve_x || one->joined ? "linespoints" : "points", one->dashed ? 2 : 1, color);
  if (one->count) fprintf(gnuplot, " pt %d ps 0.75", mark);
  fprintf(gnuplot, " title \"%s\"", one->label);
  *separator = ",";
}

static void plot_panel(FILE *gnuplot, const panel *axes, int64_t p) {
  const char *separator = "plot";
  fprintf(gnuplot, "set title \"%s\"\n", axes->title ? axes->title : "");
  set_axis(gnuplot, 'x', axes->log_x, axes->x_tics, axes->x_label);
  set_axis(gnuplot, 'y', axes->log_y, axes->y_tics, axes->y_label);
  set_ranges(gnuplot, axes);
  fprintf(gnuplot, "set key %s\n", axes->key ? axes->key : "top right");
  if (axes->commands) fprintf(gnuplot, "%s\n", axes->commands);
  int finite = 0;
  for (int64_t s = 0; s < axes->count; s++) {
    plot_series(gnuplot, axes, p, s, &separator);
    finite |= has_finite(&axes->series[s]);
  }
  if (finite) fputs(", NaN with points pt 6 ps 1.5 lw 0.9 lc rgb '#555555' title 'finite-size theory'", gnuplot);
  fputs("\nunset arrow\nunset label\nunset object\n", gnuplot);
}

static void draw(FILE *gnuplot, const series_settings *set, const figure *shown, const char *terminal,
                 const char *ending, int scale) {
  int columns = shown->columns ? shown->columns : (int)shown->count;
  int rows = ((int)shown->count + columns - 1) / columns;
  int width = shown->width ? shown->width : 480 * columns, height = shown->height ? shown->height : 420 * rows + 30;
  char text[200];
  snprintf(text, sizeof text, "%s size %d,%d%s", terminal, scale * width, scale * height,
           scale == 1 ? " background rgb 'white'" : " fontscale 2 linewidth 2 pointscale 2");
  start_picture(gnuplot, set->output, text, ending);
  fprintf(gnuplot, "set multiplot layout %d,%d title \"%s\" font 'sans,15'\n", rows, columns, shown->title);
  for (int64_t p = 0; p < shown->count; p++) plot_panel(gnuplot, &shown->panels[p], p);
  fputs("unset multiplot\nunset output\n", gnuplot);
}

int series_draw(const series_settings *set, const figure *shown) {
  FILE *gnuplot = start_gnuplot(set->output);
  if (!gnuplot) return -1;
  fputs("set encoding utf8\nset grid lt 1 lw 0.6 lc rgb '#e4e4e4'\nset border lw 1\nset tics nomirror\n"
        "set key samplen 2.2 spacing 1.15 Left reverse font ',11'\n"
        "set title font ',13'\n", gnuplot);
  for (int64_t p = 0; p < shown->count; p++) {
    for (int64_t s = 0; s < shown->panels[p].count; s++) {
      const panel *axes = &shown->panels[p];
      send_points(gnuplot, axes, p, s, 0);
      if (has_negative(axes, &axes->series[s])) send_points(gnuplot, axes, p, s, 1);
      send_curve(gnuplot, &shown->panels[p], p, s);
    }
  }
  draw(gnuplot, set, shown, "svg enhanced font 'sans,12'", ".svg", 1);
  draw(gnuplot, set, shown, "pngcairo enhanced font 'sans,12'", ".png", 2);
  return finish_gnuplot(gnuplot);
}
