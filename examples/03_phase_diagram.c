/* The transition from memorising tasks to learning in context, over task diversity kappa = k/d and pretraining sample
 * size tau = n/d^2: the gap between the errors on fresh tasks and on pretraining tasks without ridge, the ridge that is
 * best for fresh tasks, and what it gains.
 *
 * What it shows of the library: icl_theory_value and icl_theory_minimum over a grid, in threads of this program. */
#include <getopt.h>
#include <icltheory.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "command_line.h"
#include "figure.h"
#include "grid.h"

#define NAME "03_phase_diagram"

enum { QUICK = 41, USUAL = 81, FULL = 161, MOST = 1001 };

/* Of both axes. */
static const double low = 0.05, high = 20.0;

typedef struct {
  double alpha, rho;
  int64_t points, threads;
  const char *output;
  int plot;
} settings;

typedef struct {
  double gap, ridgeless, ridge, optimal, gain;
} cell;

/* Cell [row * points + column] is at tau = ratio[row], kappa = ratio[column]. */
typedef struct {
  const settings *set;
  double *ratio;
  cell *cells;
} diagram;

const program_text program = {
  .name = NAME,
  .usage =
    "Usage: " NAME " [--alpha A] [--rho R] [--quick | --full | --points N] [--threads N]\n"
    "       [--output PREFIX] [--no-plot]\n",
  .help =
    "The task-generalisation gap without ridge, the ridge that is best for fresh tasks, and what it gains, over\n"
    "task diversity kappa = k/d and pretraining sample size tau = n/d^2, both from 0.05 to 20. From the theory of\n"
    "large d. Writes PREFIX.csv, and draws PREFIX.svg and PREFIX.png through gnuplot.\n"
    "\n"
    "  --alpha A         context length l/d; default 100\n"
    "  --rho R           variance of the label noise, >= 0; default 0.01\n"
    "  --points N        values of kappa, and of tau, from 2 to 1001; default 81. With an odd number 1 is one of\n"
    "                    them. A minute of one processor does about 40000 points, N of them squared.\n"
    "  --quick           --points 41\n"
    "  --full            --points 161\n"
    "  --threads N       points at a time; default one per processor\n"
    "  --output PREFIX   files to write; default phase_diagram\n"
    "  --no-plot         only the CSV file\n"
    "  --help            this text (also -h)\n"
    "\n"
    "Columns of the CSV file: tau, kappa; gap, the error on fresh tasks (ICL) minus that on pretraining tasks (IDG),\n"
    "lambda -> 0; icl_ridgeless, the former; optimal_lambda, the ridge with the least ICL error, which may be 0;\n"
    "icl_optimal, that error; gain = icl_ridgeless/icl_optimal. gap, icl_ridgeless and gain are inf at tau = 1.\n"
    "\n"
    "Exit status: 0 success, 1 failure, 2 wrong usage.\n"};

static void set_option(settings *set, int option, const char *text) {
  switch (option) {
    case 'a': set->alpha = parse_number("alpha", text, POSITIVE); break;
    case 'r': set->rho = parse_number("rho", text, NONNEGATIVE); break;
    case 'n': set->points = parse_integer("points", text, 2, MOST); break;
    case 'q': set->points = QUICK; break;
    case 'f': set->points = FULL; break;
    case 'j': set->threads = parse_integer("threads", text, 1, 1024); break;
    case 'o': set->output = text; break;
    case 'P': set->plot = 0; break;
    case 'h': print_help();
    default: fail_option();
  }
}

static settings parse_command_line(int argc, char **argv) {
  static const struct option options[] = {
    {"alpha", required_argument, NULL, 'a'},   {"rho", required_argument, NULL, 'r'},
    {"points", required_argument, NULL, 'n'},  {"quick", no_argument, NULL, 'q'},
    {"full", no_argument, NULL, 'f'},          {"threads", required_argument, NULL, 'j'},
    {"output", required_argument, NULL, 'o'},  {"no-plot", no_argument, NULL, 'P'},
    {"help", no_argument, NULL, 'h'},          {NULL, 0, NULL, 0}};
  settings set = {.alpha = 100.0, .rho = 0.01, .points = USUAL, .threads = processors(), .output = "phase_diagram",
                  .plot = 1};
  int option;
  while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) set_option(&set, option, optarg);
  if (optind < argc) fail_usage("\"%s\" is not an option", argv[optind]);
  return set;
}

static void evaluate(void *context, int64_t index) {
  diagram *map = context;
  const settings *set = map->set;
  cell *here = &map->cells[index];
  double tau = map->ratio[index / set->points], kappa = map->ratio[index % set->points];
  icl_theory *theory;
  require(icl_theory_create(tau, set->alpha, kappa, set->rho, 0.0, &theory), "the theory");
  require(icl_theory_value(theory, ICL_QUANTITY_GAP, &here->gap), "the gap");
  require(icl_theory_value(theory, ICL_QUANTITY_ICL, &here->ridgeless), "the ridgeless error");
  require(icl_theory_minimum(theory, ICL_QUANTITY_ICL, ICL_LAMBDA, 0.0, INFINITY, &here->ridge, &here->optimal),
          "the optimal ridge");
  icl_theory_destroy(theory);
  here->gain = here->ridgeless / here->optimal;
}

static void write_cells(FILE *csv, const diagram *map) {
  int64_t points = map->set->points;
  fputs("tau,kappa,gap,icl_ridgeless,optimal_lambda,icl_optimal,gain\n", csv);
  for (int64_t i = 0; i < points * points; i++) {
    const cell *here = &map->cells[i];
    write_row(csv, 7, (double[]){map->ratio[i / points], map->ratio[i % points], here->gap, here->ridgeless,
                                 here->ridge, here->optimal, here->gain});
  }
}

static int has_no_ridge(const cell *here) { return here->ridge == 0.0; }
static int has_no_gap(const cell *here) { return here->gap < 0.0; }

/* A label in the middle of the cells that have this property, if there are any. Their number is returned. */
static int64_t label_cells(FILE *gnuplot, const diagram *map, int (*property)(const cell *), const char *text) {
  int64_t points = map->set->points, count = 0;
  double x = 0.0, y = 0.0;
  for (int64_t i = 0; i < points * points; i++) {
    if (!property(&map->cells[i])) continue;
    count++;
    x += log10(map->ratio[i % points]);
    y += log10(map->ratio[i / points]);
  }
  fputs("unset label 2\n", gnuplot);
  if (!count) return 0;
  fprintf(gnuplot, "set label 2 '%s' at %.10g, %.10g center front\n", text, x / (double)count, y / (double)count);
  return count;
}

/* The picture, in its own units, and where the three maps are in it. */
enum { WIDTH = 1200, HEIGHT = 480 };
static const double map_width = 0.262, map_bottom = 0.15, map_left[] = {0.068, 0.394, 0.72};

/* Axes hold log10 of kappa and tau: an image needs evenly spaced points. */
static void plot_axes(FILE *gnuplot, const settings *set) {
  double margin = 0.5 * log10(high / low) / (double)(set->points - 1); /* half a pixel */
  double least = log10(low) - margin, most = log10(high) + margin;
  fputs("set encoding utf8\nset datafile separator ','\nset datafile columnheaders\n"
        "set tics out nomirror scale 0.8, 0.4\nset colorbox horizontal user\nunset key\n"
        "set xlabel 'task diversity  {/:Italic κ} = {/:Italic k/d}' offset 0, 0.3\n"
        "set object 1 rectangle from graph 0, graph 0 to graph 1, graph 1 behind fc rgb '#d8d8d8' lw 0\n", gnuplot);
  fprintf(gnuplot, "set xrange [%.10g:%.10g]\nset yrange [%.10g:%.10g]\n", least, most, least, most);
  set_logarithmic_tics(gnuplot, "x", low, high, "1");
  set_logarithmic_tics(gnuplot, "y", low, high, "1");
  fprintf(gnuplot, "$one << end\nx,y\n0,%.10g\n0,%.10g\nend\n", least, most);
  fprintf(gnuplot, "$least << end\nx,y\n%.10g,%.10g\n0,0\n0,%.10g\nend\n", least, least, most);
}

static void start_panel(FILE *gnuplot, int panel, const char *title) {
  double left = map_left[panel], height = map_width * WIDTH / HEIGHT, top = map_bottom + height;
  fprintf(gnuplot, "set lmargin at screen %g\nset rmargin at screen %g\nset bmargin at screen %g\n"
          "set tmargin at screen %g\n", left, left + map_width, map_bottom, top);
  fprintf(gnuplot, "set colorbox origin screen %g, screen %g size screen %g, screen 0.025\n", left, top + 0.02,
          map_width);
  fprintf(gnuplot, "set label 1 '{/:Bold %c}   %s' at screen %g, screen 0.945 left\n", 'a' + panel, title, left - 0.01);
}

/* A map of log10 of a column within [least, most], and the lines of the transition. The last colour is for all that is
 * above as well, the infinity at tau = 1 for instance. */
static void plot_map(FILE *gnuplot, const settings *set, const char *column, double least, double most,
                     const char *labels, const char *color) {
  fprintf(gnuplot, "set cbrange [%g:%g]\n", log10(least), log10(most));
  set_logarithmic_tics(gnuplot, "cb", least, most, labels);
  fprintf(gnuplot, "set cbtics offset 0, 2.25 scale 0 add ('≥%g' %g)\nplot ", most, log10(most));
  quote_name(gnuplot, set->output, ".csv");
  fprintf(gnuplot, " using (log10(column('kappa'))):(log10(column('tau'))):(level(column('%s'), %g)) with image"
          " notitle, \\\n  $one using 1:2 with lines lw 2 dt (8,5) lc rgb '%s' title '{/:Italic κ} = 1  ', \\\n"
          "  $least using 1:2 with lines lw 2 lc rgb '%s' title '{/:Italic κ} = min({/:Italic τ}, 1)  '\n", column,
          most, color, color);
}

static void plot_picture(FILE *gnuplot, const diagram *map, const char *terminal, const char *ending) {
  const settings *set = map->set;
  start_picture(gnuplot, set->output, terminal, ending);
  fputs("set multiplot\nlevel(value, most) = value > 0 ? log10(value < most ? value : most) : NaN\n"
        VIRIDIS "set ylabel 'sample size  {/:Italic τ} = {/:Italic n/d}^2' offset 0.6, 0\n", gnuplot);
  int64_t negative = label_cells(gnuplot, map, has_no_gap, "{/:Italic g}_{task} < 0");
  fprintf(gnuplot, "set label 3 \"  {/:Italic α} = %g\\n  {/:Italic ρ} = %g\" at graph 0.97, graph 0.13 right front"
          " tc rgb '%s'\n", set->alpha, set->rho, negative ? "black" : "white");
  start_panel(gnuplot, 0, "gap  {/:Italic g}_{task}  without ridge");
  plot_map(gnuplot, set, "gap", 1e-4, 1e1, "1", "white");
  fputs("unset label 3\nunset ylabel\nset palette defined (0 '#000004', 1 '#3b0f70', 2 '#8c2981', 3 '#de4968',"
        " 4 '#fe9f6d', 5 '#fcfdbf')\n", gnuplot);
  label_cells(gnuplot, map, has_no_ridge, "{/:Italic λ}* = 0");
  start_panel(gnuplot, 1, "optimal ridge  {/:Italic λ}*");
  plot_map(gnuplot, set, "optimal_lambda", 1e-4, 1e1, "1", "white");
  fputs("unset label 2\nset palette defined (0 '#ffffff', 1 '#c6dbef', 2 '#6baed6', 3 '#2171b5', 4 '#08306b')\n"
        "set key at graph 0.99, graph 0.03 right bottom Left reverse samplen 1.4 spacing 1.2 width -4 font ',12'"
        " opaque\n", gnuplot);
  start_panel(gnuplot, 2, "gain  {/:Italic e}_{ICL}(0) / {/:Italic e}_{ICL}({/:Italic λ}*)");
  plot_map(gnuplot, set, "gain", 1, 10, "125", "#c04020");
  fputs("unset label 1\nunset key\nunset multiplot\nunset output\n", gnuplot);
}

/* 0, or -1 after saying why there is no figure. */
static int plot(const diagram *map) {
  FILE *gnuplot = start_gnuplot(map->set->output);
  if (!gnuplot) return -1;
  plot_axes(gnuplot, map->set);
  plot_picture(gnuplot, map, "svg size 1200,480 enhanced font ',15' background rgb 'white'", ".svg");
  plot_picture(gnuplot, map, "pngcairo size 2400,960 enhanced font ',14' fontscale 2 linewidth 2", ".png");
  return finish_gnuplot(gnuplot);
}

int main(int argc, char **argv) {
  settings set = parse_command_line(argc, argv);
  int64_t cells = set.points * set.points;
  diagram map = {.set = &set, .ratio = malloc((size_t)set.points * sizeof(double)),
                 .cells = malloc((size_t)cells * sizeof(cell))};
  if (!map.ratio || !map.cells) fail("no memory for %" PRId64 " points", cells);
  for (int64_t i = 0; i < set.points; i++) map.ratio[i] = logarithmic_point(low, high, set.points, i);
  /* Before the work: a name that cannot be written should not cost its time. */
  FILE *csv = open_output(set.output, ".csv");
  for_each_point(cells, set.threads, "points", evaluate, &map);
  write_cells(csv, &map);
  close_output(set.output, ".csv", csv);
  printf("wrote %s.csv\n", set.output);
  if (set.plot && !plot(&map)) printf("wrote %s.svg and %s.png\n", set.output, set.output);
  free(map.ratio);
  free(map.cells);
  return flush_output() ? EXIT_FAILURE : EXIT_SUCCESS;
}
