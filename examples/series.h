/* Figures of test errors: curves of the theory with simulated points on them.
 *
 * A program describes its figure in tables and leaves the rest to series_main:
 *
 *     static const double taus[] = {0.5, 2};
 *     static series errors[] = {
 *       {.name = "ICL alpha=10", .label = ALPHA " = 10", .quantity = ICL_QUANTITY_ICL, .vary = ICL_TAU, .alpha = 10,
 *        .kappa = 0.5, .rho = 0.01, .lambda = 1e-5, .at = taus, .count = COUNT(taus), .low = 0.1, .high = 4},
 *     };
 *     static panel panels[] = {{.title = "ICL", .x_label = "tau", .y_label = "error", .series = errors,
 *                               .count = COUNT(errors), .log_x = 1, .log_y = 1}};
 *     static figure shown = {.title = ..., .caption = ..., .panels = panels, .count = COUNT(panels)};
 *     const program_text program = {.name = NAME, .usage = SERIES_USAGE(NAME), .help = "..." SERIES_HELP};
 *     int main(int argc, char **argv) { return series_main(argc, argv, &shown); }
 *
 * series_main reads the options of SERIES_USAGE, simulates each series by icl_experiment_curve, and writes
 *
 *     PREFIX.csv         kind,series,x,theory,mean,standard_error,replicates,d,l,k,n,z
 *     PREFIX.txt         the caption: title, text, sizes, agreement
 *     PREFIX.svg, .png   the figure, in the order of the tables
 *     PREFIX.finite      the finite-size theory at the points, for figures that show it
 *     PREFIX.checkpoint  finished replicates: an interrupted run goes on where it was
 *
 * In the CSV, kind is "simulation" for a simulated point, with x the value that the integers realise and theory at
 * these; "finite" for the same point with the finite-size theory in the column theory, and in standard_error the errors
 * of both; "theory" for a point of the dense curve; "fit" for one of a curve of the program's own. z is (mean -
 * theory)/standard_error. */
#ifndef EXAMPLES_SERIES_H
#define EXAMPLES_SERIES_H

#include <icltheory.h>
#include <stdint.h>

#include "command_line.h"

#define COUNT(array) (int64_t)(sizeof(array) / sizeof *(array))

/* For labels, titles and axes, which are gnuplot's enhanced text: x_{index}, x^{power}, {/:Italic slanted}. */
#define ITALIC(text) "{/:Italic " text "}"
#define TAU ITALIC("τ")
#define ALPHA ITALIC("α")
#define KAPPA ITALIC("κ")
#define RHO ITALIC("ρ")
#define LAMBDA ITALIC("λ")
#define INFINITE "∞"
#define ERROR_ICL ITALIC("e") "_{ICL}"
#define ERROR_IDG ITALIC("e") "_{IDG}"
#define TAU_AXIS "pretraining sample size  " TAU " = " ITALIC("n") "/" ITALIC("d") "^2"
#define ALPHA_AXIS "context length  " ALPHA " = " ITALIC("l") "/" ITALIC("d")
#define KAPPA_AXIS "task diversity  " KAPPA " = " ITALIC("k") "/" ITALIC("d")

enum { CURVE_POINTS = 401 };

/* What the command line says. */
typedef struct {
  int full; /* 0 for --quick */
  int64_t d, replicates, threads;
  uint64_t seed;
  const char *output; /* PREFIX */
  int plot;
} series_settings;

/* A simulated point. */
typedef struct {
  double x, theory, mean, standard_error;
  int64_t replicates, d, l, k, n; /* k = 0: a fresh task per sequence */
  double finite, finite_error;    /* the finite-size theory and its own standard error; NAN: none */
} series_point;

/* One curve and its points. What is 0 or NULL is not set; `name` and the numbers of one kind of curve always are. */
typedef struct series series;
struct series {
  const char *name;  /* in the CSV and in messages: ASCII without commas */
  const char *label; /* in the legend; NULL: no entry */
  int32_t quantity;  /* ICL_QUANTITY_ICL, _IDG or _GAP */
  int32_t vary;      /* ICL_TAU .. ICL_LAMBDA, the x axis */
  double tau, alpha, kappa, rho, lambda; /* the one that varies is not read; kappa may be INFINITY */
  int32_t distribution;   /* 0: ICL_TASKS_GAUSSIAN */
  int64_t d;              /* 0: that of the settings */
  int64_t max_replicates; /* 0: as many as the settings say; else at most this many */
  int64_t count;          /* simulated points; 0: only the curve */
  const double *at;       /* the values of `vary` there */
  double low, high;       /* the curve's ends, spaced as the panel's x axis; equal: no curve */
  int style;              /* 1, 2, ...: colour and mark, to have two in common; 0: by the place in the panel */
  int dashed, hollow;     /* the curve; the marks */
  double shift;           /* the figure shows the marks at this many times x, to tell apart what coincides; 0: at x */
  int joined;             /* the points, by thin lines */
  /* For what icl_experiment_curve does not do: fills `points`, with x and sizes, for the `count` values of `at`. */
  void (*simulate)(const series_settings *set, series *one);
  /* A curve of the program's own at count values of x, after all simulations; "fit" in the CSV. All NAN: none. */
  void (*curve)(const series_settings *set, series *one, int64_t count, const double *x, double *y);
  /* Results. */
  series_point *points;               /* count */
  double *curve_x, *curve_y;          /* CURVE_POINTS, or NULL */
};

/* Axes with their series. */
typedef struct {
  const char *title, *x_label, *y_label;
  series *series;
  int64_t count;
  int log_x, log_y;          /* on a logarithmic y axis negative means are at |mean|, hollow */
  double y_low, y_high;      /* the range shown; equal: what the data need */
  const char *x_tics, *y_tics; /* gnuplot's, between parentheses, such as "0.1, 1, 'peak' 2"; NULL: automatic */
  const char *key;           /* gnuplot's place of the legend, default "top right" */
  const char *commands;      /* lines of gnuplot before the plot, e.g. set arrow or set label; undone after it */
  int difference;            /* shows |mean - theory| instead of mean */
} panel;

typedef struct {
  const char *title;   /* above the panels */
  const char *caption; /* what is shown, with parameters: plain text, no line breaks */
  const char *remark;  /* what explains the deviations between simulation and theory; plain text, or NULL */
  panel *panels;
  int64_t count;
  int columns;         /* of panels; 0: all in one row */
  int width, height;   /* of the SVG, in pixels; 0: 480 x 420 a panel. The PNG has twice as many. */
  int finite;          /* the finite-size theory at each point of ICL and IDG, as a larger open mark */
  int64_t quick_d, quick_replicates, full_d, full_replicates; /* 0: 40, 5, 100, 10 */
} figure;

#define SERIES_USAGE(name) \
  "Usage: " name " [--quick | --full] [--d D] [--replicates N] [--seed S] [--threads N] [--output PREFIX]\n" \
  "       [--no-plot]\n"

#define SERIES_HELP SERIES_HELP_KEPT("checkpoint")

/* For a program whose replicates are in PREFIX.ENDING. */
#define SERIES_HELP_KEPT(ending) \
  "\n" \
  "Writes PREFIX.csv, PREFIX.txt (the caption), and through gnuplot PREFIX.svg and PREFIX.png. Finished replicates\n" \
  "are kept in PREFIX." ending ": a run that was interrupted goes on there, a finished one only draws again.\n" \
  "\n" \
  "  --quick           small sizes, in less than a minute; the default\n" \
  "  --full            the sizes of the paper, in minutes\n" \
  "  --d D             token dimension, instead of the mode's\n" \
  "  --replicates N    independent pools and datasets per point, instead of the mode's; at least 2\n" \
  "  --seed S          default 1\n" \
  "  --threads N       replicates at a time; default one per processor. They pay most with\n" \
  "                    OPENBLAS_NUM_THREADS=1 in the environment.\n" \
  "  --output PREFIX   files to write; default the program's name\n" \
  "  --no-plot         no figures\n" \
  "  --help            this text (also -h; and -d is --d)\n" \
  "\n" \
  "In the CSV, kind is simulation, with the theory at the ratios that the integers d, l, k and n realise;\n" \
  "finite, the same with the finite-size theory; theory, the curve; or fit. k = 0 means an infinite pool, and z is\n" \
  "(mean - theory)/standard_error.\n" \
  "\n" \
  "Exit status: 0 success, 1 failure, 2 wrong usage.\n"

/* The whole program; its exit status. */
int series_main(int argc, char **argv, figure *shown);

/* Parts of it, for a program whose figure needs more. */
series_settings series_parse(int argc, char **argv, const figure *shown);
/* A new experiment with the parameters of `one`, its replicates and the checkpoint; for `simulate`. */
icl_experiment *series_experiment(const series_settings *set, const series *one);
/* Mean and standard error of values[r * stride], r < point->replicates. */
void series_mean(series_point *point, const double *values, int64_t stride);
/* Its run: threads, and the count of replicates on a terminal unless `one` is NULL. */
icl_run *series_start(const series_settings *set, const series *one);
int64_t series_replicates(const series_settings *set, const series *one);
/* (mean - theory)/standard_error; 0 where both are 0. NAN where the theory is: nothing is compared there, and the CSV
 * has empty fields. */
double series_z(const series_point *point);
double series_finite_z(const series_point *point);
/* Fills points and curves of all series. */
void series_run(const series_settings *set, figure *shown);
/* The finite-size theory at the points of all series that icl_experiment_curve has simulated. */
void series_predict(const series_settings *set, figure *shown);
void series_write(const series_settings *set, const figure *shown);
/* 0, or -1 after saying why there is no figure. */
int series_draw(const series_settings *set, const figure *shown);
void series_free(figure *shown);

#endif
