/* Where more context hurts: the test error on fresh tasks (ICL) of the model without ridge against its context length
 * alpha = l/d. Over label noise rho and task diversity kappa = k/d, for little and for much pretraining data, it finds
 * where the curve has a minimum between alpha = 0 and infinity, and at which alpha that is.
 *
 * What it shows of the library: icl_theory_stationary, the number of stationary points of a curve as a function whose
 * steps are bisected: a boundary in parameter space to six digits, not to the width of a pixel. */
#include <getopt.h>
#include <icltheory.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "command_line.h"
#include "figure.h"
#include "grid.h"

#define NAME "05_nonmonotonicity"

enum { QUICK = 31, USUAL = 81, FULL = 121, MOST = 1001, MOST_EXTREMA = 16, MOST_BOUNDARIES = 16 };

static const double rho_low = 0.01, rho_high = 1.0, kappa_low = 0.1, kappa_high = 2.1;

/* The minimum leaves to infinity at the boundary, as 1/|kappa - boundary|, so that its effect on the error, as the
 * square of that distance, is below rounding from 1e-8 on. */
static const double boundary_width = 1e-7;

enum { TAUS = 2 };
static const double taus[TAUS] = {0.5, 20.0};

enum { MINIMUM, MAXIMUM, EXTREMA };
static const char *const extremum_name[EXTREMA] = {"minimum", "maximum"};

typedef struct {
  int64_t points, threads;
  const char *output;
  int plot;
} settings;

/* Of ICL(alpha): how many minima and maxima it has, and where the first of each is, NaN if there is none. */
typedef struct {
  int64_t count[EXTREMA];
  double first[EXTREMA];
} extrema;

/* Where the number of minima, or of maxima, changes. */
typedef struct {
  double kappa;
  int extremum;
  int64_t below, above;
} boundary;

/* For one tau and rho: the extrema at each kappa, and the boundaries between. */
typedef struct {
  extrema *at;
  boundary change[MOST_BOUNDARIES];
  int64_t changes;
} column;

typedef struct {
  const settings *set;
  column *columns; /* [tau * points + rho] */
} diagram;

const program_text program = {
  .name = NAME,
  .usage = "Usage: " NAME " [--quick | --full | --points N] [--threads N] [--output PREFIX] [--no-plot]\n",
  .help =
    "Where the error on fresh tasks without ridge does not fall all the way with the context length alpha = l/d:\n"
    "over label noise rho from 0.01 to 1 and task diversity kappa = k/d from 0.1 to 2.1, at pretraining sample sizes\n"
    "tau = n/d^2 of 0.5 and 20. From the theory of large d. Writes PREFIX.csv and PREFIX_boundary.csv, and draws\n"
    "PREFIX.svg and PREFIX.png through gnuplot.\n"
    "\n"
    "  --points N        values of rho, and of kappa, from 2 to 1001; default 81. A minute of one processor does\n"
    "                    about 40000 points, 2 N of them squared.\n"
    "  --quick           --points 31\n"
    "  --full            --points 121\n"
    "  --threads N       points at a time; default one per processor\n"
    "  --output PREFIX   files to write; default nonmonotonicity\n"
    "  --no-plot         only the CSV files\n"
    "  --help            this text (also -h)\n"
    "\n"
    "PREFIX.csv: tau, rho, kappa; minima and maxima, how many ICL(alpha) has for alpha in (0, inf); alpha_minimum and\n"
    "alpha_maximum, the first of each, or nan. PREFIX_boundary.csv: tau; minimum or maximum; rho, and each\n"
    "kappa at which the number of these changes, from below to above, within 1e-7. Two such kappa closer than\n"
    "2/(N - 1) can be missed.\n"
    "\n"
    "Exit status: 0 success, 1 failure, 2 wrong usage.\n"};

static void set_option(settings *set, int option, const char *text) {
  switch (option) {
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
    {"points", required_argument, NULL, 'n'},  {"quick", no_argument, NULL, 'q'},
    {"full", no_argument, NULL, 'f'},          {"threads", required_argument, NULL, 'j'},
    {"output", required_argument, NULL, 'o'},  {"no-plot", no_argument, NULL, 'P'},
    {"help", no_argument, NULL, 'h'},          {NULL, 0, NULL, 0}};
  settings set = {.points = USUAL, .threads = processors(), .output = "nonmonotonicity", .plot = 1};
  int option;
  while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) set_option(&set, option, optarg);
  if (optind < argc) fail_usage("\"%s\" is not an option", argv[optind]);
  return set;
}

/* The curve rises between a minimum and the next maximum. So the slope between two stationary points, or beyond the
 * last one, tells which the left one is. */
static extrema find_extrema(double tau, double rho, double kappa) {
  extrema found = {.first = {NAN, NAN}};
  double at[MOST_EXTREMA], slope;
  int64_t count;
  icl_theory *theory;
  require(icl_theory_create(tau, 1.0, kappa, rho, 0.0, &theory), "the theory");
  require(icl_theory_stationary(theory, ICL_QUANTITY_ICL, ICL_ALPHA, 0.0, INFINITY, MOST_EXTREMA, at, &count),
          "stationary points");
  if (count > MOST_EXTREMA) fail("too many extrema at tau = %g, rho = %g, kappa = %g", tau, rho, kappa);
  for (int64_t i = 0; i < count; i++) {
    double right = i + 1 < count ? sqrt(at[i] * at[i + 1]) : 2.0 * at[i];
    require(icl_theory_set(theory, ICL_ALPHA, right), "the theory");
    require(icl_theory_derivative(theory, ICL_QUANTITY_ICL, ICL_ALPHA, &slope), "the slope");
    int extremum = slope > 0.0 ? MINIMUM : MAXIMUM;
    if (!found.count[extremum]++) found.first[extremum] = at[i];
  }
  icl_theory_destroy(theory);
  return found;
}

/* The kappa between low and high at which the number of one extremum changes from `below`. */
static double bisect(double tau, double rho, double low, double high, int extremum, int64_t below) {
  while (high - low > boundary_width) {
    double middle = 0.5 * (low + high);
    extrema found = find_extrema(tau, rho, middle);
    if (found.count[extremum] == below) low = middle;
    else high = middle;
  }
  return 0.5 * (low + high);
}

static void find_boundaries(column *here, int64_t points, double tau, double rho) {
  for (int64_t i = 0; i + 1 < points; i++) {
    double low = linear_point(kappa_low, kappa_high, points, i);
    double high = linear_point(kappa_low, kappa_high, points, i + 1);
    for (int extremum = 0; extremum < EXTREMA; extremum++) {
      boundary change = {.extremum = extremum, .below = here->at[i].count[extremum],
                         .above = here->at[i + 1].count[extremum]};
      if (change.below == change.above) continue;
      if (here->changes == MOST_BOUNDARIES) fail("too many boundaries at tau = %g, rho = %g", tau, rho);
      change.kappa = bisect(tau, rho, low, high, extremum, change.below);
      here->change[here->changes++] = change;
    }
  }
}

static double rho_of(const settings *set, int64_t index) {
  return logarithmic_point(rho_low, rho_high, set->points, index % set->points);
}

static void evaluate(void *context, int64_t index) {
  diagram *map = context;
  int64_t points = map->set->points;
  column *here = &map->columns[index];
  double tau = taus[index / points], rho = rho_of(map->set, index);
  for (int64_t i = 0; i < points; i++) {
    here->at[i] = find_extrema(tau, rho, linear_point(kappa_low, kappa_high, points, i));
  }
  find_boundaries(here, points, tau, rho);
}

static void write_points(FILE *csv, const diagram *map) {
  int64_t points = map->set->points;
  fputs("tau,rho,kappa,minima,maxima,alpha_minimum,alpha_maximum\n", csv);
  for (int64_t index = 0; index < TAUS * points; index++) {
    for (int64_t i = 0; i < points; i++) {
      const extrema *here = &map->columns[index].at[i];
      write_row(csv, 7, (double[]){taus[index / points], rho_of(map->set, index),
                                   linear_point(kappa_low, kappa_high, points, i), (double)here->count[MINIMUM],
                                   (double)here->count[MAXIMUM], here->first[MINIMUM], here->first[MAXIMUM]});
    }
  }
}

/* Curve by curve, as they are drawn. */
static void write_boundaries(FILE *csv, const diagram *map) {
  int64_t points = map->set->points;
  fputs("tau,extremum,rho,kappa,below,above\n", csv);
  for (int64_t i = 0; i < TAUS * EXTREMA * points; i++) {
    int64_t tau = i / (EXTREMA * points), extremum = i / points % EXTREMA;
    const column *here = &map->columns[tau * points + i % points];
    for (int64_t j = 0; j < here->changes; j++) {
      const boundary *change = &here->change[j];
      if (change->extremum != extremum) continue;
      print_number(csv, taus[tau]);
      fprintf(csv, ",%s", extremum_name[extremum]);
      write_number(csv, rho_of(map->set, i));
      write_number(csv, change->kappa);
      fprintf(csv, ",%" PRId64 ",%" PRId64 "\n", change->below, change->above);
    }
  }
}

/* The axes are log10 of rho, and kappa; an image needs evenly spaced points. */
static void plot_axes(FILE *gnuplot, const settings *set) {
  double margin_x = 0.5 * log10(rho_high / rho_low) / (double)(set->points - 1); /* half a pixel */
  double margin_y = 0.5 * (kappa_high - kappa_low) / (double)(set->points - 1);
  double left = log10(rho_low) - margin_x, right = log10(rho_high) + margin_x;
  fputs("set encoding utf8\nset datafile separator ','\nset datafile columnheaders\n"
        "set tics out nomirror scale 0.8, 0.4\nset xlabel 'label noise  {/:Italic ρ}' offset 0, 0.3\n"
        "set ytics 0.5 format '%g'\nset mytics 5\n"
        "set colorbox vertical user origin screen 0.86, screen 0.16 size screen 0.022, screen 0.74\n"
        "set cblabel 'context length  {/:Italic α} = {/:Italic l/d}  at the minimum' offset 0.6, 0\n"
        VIRIDIS "set bmargin at screen 0.16\nset tmargin at screen 0.9\n"
        "set label 2 'error falls with {/:Italic α}  ' at graph 0.05, graph 0.93 left front\n", gnuplot);
  fprintf(gnuplot, "set xrange [%.10g:%.10g]\nset yrange [%.10g:%.10g]\nset cbrange [%g:4]\n", left, right,
          kappa_low - margin_y, kappa_high + margin_y, log10(0.5));
  set_logarithmic_tics(gnuplot, "x", rho_low, rho_high, "1");
  set_logarithmic_tics(gnuplot, "cb", 0.5, 1e4, "1");
}

static void plot_boundary(FILE *gnuplot, const settings *set, int panel, int extremum, const char *style,
                          const char *title) {
  fputs(", \\\n  ", gnuplot);
  quote_name(gnuplot, set->output, "_boundary.csv");
  fprintf(gnuplot, " using (log10(column('rho'))):(column('tau') == %g && strcol('extremum') eq '%s' ? column('kappa')"
          " : NaN) with lines %s title '%s'", taus[panel], extremum_name[extremum], style, title);
}

static void plot_panel(FILE *gnuplot, const settings *set, int panel) {
  static const double panel_left[TAUS] = {0.08, 0.49}, panel_width = 0.345;
  int64_t points = set->points * set->points;
  fprintf(gnuplot, "set lmargin at screen %g\nset rmargin at screen %g\n", panel_left[panel],
          panel_left[panel] + panel_width);
  fprintf(gnuplot, "set label 1 '{/:Bold %c}   {/:Italic τ} = {/:Italic n/d}^2 = %g' at screen %g, screen 0.945"
          " left\n", 'a' + panel, taus[panel], panel_left[panel] - 0.01);
  fputs("plot ", gnuplot);
  quote_name(gnuplot, set->output, ".csv");
  fprintf(gnuplot, " using (log10(column('rho'))):(column('kappa')):(log10(column('alpha_minimum')))"
          " every ::%" PRId64 "::%" PRId64 " with image notitle", panel * points, (panel + 1) * points - 1);
  fprintf(gnuplot, ", \\\n  %g with lines lw 2 dt (2,3) lc rgb 'black' title"
          " '{/:Italic κ} = min({/:Italic τ}, 1)  '", fmin(taus[panel], 1.0));
  plot_boundary(gnuplot, set, panel, MINIMUM, "lw 2.5 lc rgb '#d03020'", "minimum below");
  if (panel == 1) plot_boundary(gnuplot, set, panel, MAXIMUM, "lw 2 dt (8,4) lc rgb 'black'", "maximum below");
  fputc('\n', gnuplot);
}

static void plot_picture(FILE *gnuplot, const settings *set, const char *terminal, const char *ending) {
  start_picture(gnuplot, set->output, terminal, ending);
  fputs("set multiplot\nunset key\nset ylabel 'task diversity  {/:Italic κ} = {/:Italic k/d}' offset 0.8, 0\n",
        gnuplot);
  plot_panel(gnuplot, set, 0);
  fputs("unset ylabel\nset key at graph 0.03, graph 0.87 left top Left reverse samplen 2.5\n",
        gnuplot);
  plot_panel(gnuplot, set, 1);
  fputs("unset multiplot\nunset output\n", gnuplot);
}

/* 0, or -1 after saying why there is no figure. */
static int plot(const settings *set) {
  FILE *gnuplot = start_gnuplot(set->output);
  if (!gnuplot) return -1;
  plot_axes(gnuplot, set);
  plot_picture(gnuplot, set, "svg size 1000,440 enhanced font ',15' background rgb 'white'", ".svg");
  plot_picture(gnuplot, set, "pngcairo size 2000,880 enhanced font ',14' fontscale 2 linewidth 2", ".png");
  return finish_gnuplot(gnuplot);
}

int main(int argc, char **argv) {
  settings set = parse_command_line(argc, argv);
  int64_t columns = TAUS * set.points;
  diagram map = {.set = &set, .columns = calloc((size_t)columns, sizeof(column))};
  extrema *all = malloc((size_t)(columns * set.points) * sizeof *all);
  if (!map.columns || !all) fail("no memory for %" PRId64 " points", columns * set.points);
  for (int64_t i = 0; i < columns; i++) map.columns[i].at = &all[i * set.points];
  /* Before the work: a name that cannot be written should not cost its time. */
  FILE *points = open_output(set.output, ".csv"), *boundaries = open_output(set.output, "_boundary.csv");
  for_each_point(columns, set.threads, "values of rho", evaluate, &map);
  write_points(points, &map);
  write_boundaries(boundaries, &map);
  close_output(set.output, ".csv", points);
  close_output(set.output, "_boundary.csv", boundaries);
  printf("wrote %s.csv and %s_boundary.csv\n", set.output, set.output);
  if (set.plot && !plot(&set)) printf("wrote %s.svg and %s.png\n", set.output, set.output);
  free(all);
  free(map.columns);
  return flush_output() ? EXIT_FAILURE : EXIT_SUCCESS;
}
