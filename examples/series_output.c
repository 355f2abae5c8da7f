/* The CSV file and the caption of a figure. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "figure.h"
#include "series.h"

/* How simulation and theory agree, over some points. Where the theory is infinite, or there is one replicate, there is
 * nothing to compare. */
typedef struct {
  int64_t count;
  double sum, absolute, largest; /* of z, of |z|; z of the largest |z| */
  double relative_largest;       /* of |mean/theory - 1| */
  const char *where;             /* series and x of the largest |z| */
  double at;
} agreement;

double series_z(const series_point *point) {
  double difference = point->mean - point->theory;
  return difference == 0.0 ? 0.0 : difference / point->standard_error;
}

static double finite_deviation(const series_point *point) {
  return hypot(point->standard_error, point->finite_error);
}

double series_finite_z(const series_point *point) {
  double difference = point->mean - point->finite;
  return difference == 0.0 ? 0.0 : difference / finite_deviation(point);
}

static void compare(agreement *all, const series *one, const series_point *point, double theory, double z) {
  if (!isfinite(z) || point->standard_error == INFINITY) return;
  all->count++;
  all->sum += z;
  all->absolute += fabs(z);
  if (theory != 0.0) all->relative_largest = fmax(all->relative_largest, fabs(point->mean / theory - 1.0));
  if (fabs(z) < fabs(all->largest)) return;
  all->largest = z;
  all->where = one->name;
  all->at = point->x;
}

static void compare_series(agreement *all, const series *one) {
  for (int64_t i = 0; i < one->count; i++) {
    compare(all, one, &one->points[i], one->points[i].theory, series_z(&one->points[i]));
  }
}

static void compare_finite(agreement *all, const series *one) {
  for (int64_t i = 0; i < one->count; i++) {
    compare(all, one, &one->points[i], one->points[i].finite, series_finite_z(&one->points[i]));
  }
}

/* Nothing for what is not known. */
static void write_known(FILE *csv, double value) {
  if (isnan(value)) fputc(',', csv);
  else write_number(csv, value);
}

static void write_point(FILE *csv, const char *kind, const series *one, const series_point *point, double theory,
                        double standard_error, double z) {
  fprintf(csv, "%s,%s", kind, one->name);
  write_number(csv, point->x);
  write_known(csv, theory);
  write_number(csv, point->mean);
  write_number(csv, standard_error);
  fprintf(csv, ",%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64, point->replicates, point->d, point->l,
          point->k, point->n);
  write_known(csv, z);
  fputc('\n', csv);
}

static void write_points(FILE *csv, const series *one) {
  for (int64_t i = 0; i < one->count; i++) {
    const series_point *point = &one->points[i];
    write_point(csv, "simulation", one, point, point->theory, point->standard_error, series_z(point));
  }
  for (int64_t i = 0; i < one->count; i++) {
    const series_point *point = &one->points[i];
    if (isnan(point->finite)) continue;
    write_point(csv, "finite", one, point, point->finite, finite_deviation(point), series_finite_z(point));
  }
}

static void write_curve(FILE *csv, const series *one) {
  for (int64_t i = 0; one->curve_x && i < CURVE_POINTS; i++) {
    fprintf(csv, "%s,%s", one->curve ? "fit" : "theory", one->name);
    write_number(csv, one->curve_x[i]);
    write_known(csv, one->curve_y[i]);
    fputs(",,,,,,,,\n", csv);
  }
}

/* "d = 100, 4 to 10 replicates a point" */
static void write_sizes(FILE *text, const figure *shown) {
  int64_t least_d = INT64_MAX, most_d = 0, least = INT64_MAX, most = 0;
  for (int64_t p = 0; p < shown->count; p++) {
    for (int64_t s = 0; s < shown->panels[p].count; s++) {
      const series *one = &shown->panels[p].series[s];
      for (int64_t i = 0; i < one->count; i++) {
        const series_point *point = &one->points[i];
        if (point->d < least_d) least_d = point->d;
        if (point->d > most_d) most_d = point->d;
        if (point->replicates < least) least = point->replicates;
        if (point->replicates > most) most = point->replicates;
      }
    }
  }
  if (!most_d) return;
  fprintf(text, "Simulation: d = %" PRId64, least_d);
  if (most_d > least_d) fprintf(text, " to %" PRId64, most_d);
  fprintf(text, ", %" PRId64, least);
  if (most > least) fprintf(text, " to %" PRId64, most);
  fputs(" replicates a point; error bars are standard errors of the mean.\n", text);
}

static void write_agreement(FILE *text, const agreement *all, const char *theory) {
  if (!all->count) return;
  double count = (double)all->count;
  fprintf(text, "Agreement of %" PRId64 " points with the %s: mean z %+.2f, mean |z| %.2f, largest"
          " |z| %.1f (%s at %.4g); largest relative deviation %.1f %%.\n", all->count, theory,
          all->sum / count, all->absolute / count, fabs(all->largest), all->where, all->at,
          100.0 * all->relative_largest);
}

static agreement agree(const figure *shown, void (*compare_one)(agreement *all, const series *one)) {
  agreement all = {0};
  printf("%-40s %8s %8s %10s %12s\n", "series", "mean z", "mean |z|", "largest z", "deviation");
  for (int64_t p = 0; p < shown->count; p++) {
    for (int64_t s = 0; s < shown->panels[p].count; s++) {
      const series *one = &shown->panels[p].series[s];
      agreement alone = {0};
      compare_one(&alone, one);
      compare_one(&all, one);
      if (!alone.count) continue;
      double count = (double)alone.count;
      printf("%-40s %+8.2f %8.2f %+10.2f %10.2f %%\n", one->name, alone.sum / count, alone.absolute / count,
             alone.largest, 100.0 * alone.relative_largest);
    }
  }
  return all;
}

void series_write(const series_settings *set, const figure *shown) {
  static const char limit_name[] = "theory at their ratios", finite_name[] = "finite-size theory";
  FILE *csv = open_output(set->output, ".csv");
  fputs("kind,series,x,theory,mean,standard_error,replicates,d,l,k,n,z\n", csv);
  for (int64_t p = 0; p < shown->count; p++) {
    for (int64_t s = 0; s < shown->panels[p].count; s++) {
      write_points(csv, &shown->panels[p].series[s]);
      write_curve(csv, &shown->panels[p].series[s]);
    }
  }
  close_output(set->output, ".csv", csv);
  puts("\nAgainst the theory at the ratios realised");
  agreement limit = agree(shown, compare_series), finite = {0};
  if (shown->finite) {
    puts("\nAgainst the finite-size theory");
    finite = agree(shown, compare_finite);
  }
  FILE *text = open_output(set->output, ".txt");
  fprintf(text, "%s\n%s\n", shown->title, shown->caption);
  write_sizes(text, shown);
  write_agreement(text, &limit, limit_name);
  write_agreement(text, &finite, finite_name);
  if (shown->remark) fprintf(text, "%s\n", shown->remark);
  close_output(set->output, ".txt", text);
  putchar('\n');
  write_agreement(stdout, &limit, limit_name);
  write_agreement(stdout, &finite, finite_name);
  printf("wrote %s.csv and %s.txt\n", set->output, set->output);
}
