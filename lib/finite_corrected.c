/* Level (b) from its parts: a first resolvent without the spread of leverages, that spread from probes of one row of
 * each batch, then the fixed points with it, on all rows and on each batch. A batch takes its own probe's spread, so
 * the scatter of the batches measures what the probes add, too. */
#include <string.h>

#include "alloc.h"
#include "finite.h"
#include "thread.h"

/* Level (a)'s resolvent [eq. F9]: g = (xi d/(n lambda)) / (1 + xi ridge), or lambda g for the interpolating limit. */
static void first_guess(const icl__pretraining *fit, const icl__summary_basis *basis, double *g) {
  icl__effective_ridge ridge = icl__pool_effective_ridge(fit, basis);
  double scale = (double)basis->d / (double)fit->n * (ridge.ratio > 0.0 ? 1.0 / ridge.ratio : ridge.xi);
  memset(g, 0, (size_t)(basis->rank * basis->rank) * sizeof *g);
  for (int64_t j = 0; j < basis->rank; j++) g[j * (basis->rank + 1)] = scale / (1.0 + ridge.xi * basis->ridge[j]);
}

/* Each batch by one worker, from the solution of all rows. */
typedef struct {
  const icl__pretraining *fit;
  const icl__summary_basis *basis;
  const icl__feature_sample *sample;
  double *numbers;         /* slope, square, noise of all rows */
  const double *resolvent; /* of all rows */
  const double *delta;     /* per batch */
  double *own;             /* per batch */
  icl__feature_average *average; /* per batch */
  icl__prediction *out;
  icl__finite_report *reports;
  icl_status status[ICL__BATCHES];
} batches;

static void solve_batch(void *context, int64_t item, int64_t worker) {
  batches *this = context;
  int64_t size = this->basis->rank * this->basis->rank;
  double *g = &this->own[item * size];
  (void)worker;
  memcpy(g, this->resolvent, (size_t)size * sizeof *g);
  this->status[item] = icl__finite_solve(this->fit, this->basis, &this->average[item], g, &this->out[item],
                                         &this->reports[item]);
}

static void set_numbers(const icl__feature_sample *sample, double *numbers, icl__feature_average *average) {
  average->slope = numbers;
  average->square = &numbers[sample->count];
  average->noise = &numbers[2 * sample->count];
}

/* The message itself is that of another thread. */
static icl_status no_solution(icl_status status) {
  if (status == ICL_ERR_MEMORY) return icl__fail(status, "out of memory for a batch of the feature samples");
  return icl__fail(status, "one batch of the feature samples had no solution (%s); more samples were expected",
                   icl_status_string(status));
}

static icl_status solve_batches(batches *this, icl__progress *progress) {
  icl__feature_average average[ICL__BATCHES];
  int64_t size = this->basis->rank * this->basis->rank, ready = 0;
  this->average = average;
  icl_status status = icl__new_doubles(ICL__BATCHES * size, &this->own);
  for (int64_t item = 0; item < ICL__BATCHES && !status; item++) {
    status = icl__feature_average_create(this->sample, this->sample->batch, NULL, &average[item]);
    if (status) break;
    average[item].first = item * this->sample->batch;
    set_numbers(this->sample, this->numbers, &average[item]);
    ready++;
    status = icl__feature_average_set_delta(&average[item], this->delta[item]);
  }
  if (!status) status = icl__parallel(progress, ICL__BATCHES, 1, solve_batch, this);
  for (int64_t item = 0; item < ICL__BATCHES && !status; item++) {
    if (!this->status[item]) continue;
    status = no_solution(this->status[item]);
  }
  while (ready > 0) icl__feature_average_destroy(&average[--ready]);
  icl__free(this->own);
  return status;
}

/* delta of a row of each batch, and its mean in *mean. */
static icl_status find_delta(batches *each, icl__feature_average *average, double *g, double *delta, double *mean) {
  icl__finite_report report;
  ICL__TRY(icl__feature_average_set_delta(average, 0.0));
  ICL__TRY(icl__finite_probe(each->fit, each->basis, average, g, delta, &report));
  *mean = 0.0;
  for (int batch = 0; batch < ICL__BATCHES; batch++) *mean += delta[batch] / ICL__BATCHES;
  each->reports[0].iterations += report.iterations;
  each->reports[0].products += report.products;
  return ICL_OK;
}

icl_status icl__finite_corrected(const icl__pretraining *fit, const icl__summary_basis *basis, int64_t samples,
                                 uint64_t seed, icl__progress *progress, icl__prediction *out,
                                 icl__finite_report *reports) {
  icl__feature_sample sample = {0};
  icl__feature_average average = {0};
  icl__finite_report last;
  double *g = NULL, *numbers = NULL, delta[ICL__BATCHES], mean;
  ICL__TRY(icl__feature_sample_create(fit, basis, samples, seed, progress, &sample));
  batches each = {.fit = fit, .basis = basis, .sample = &sample, .delta = delta, .out = &out[1], .reports = reports};
  icl_status status = icl__new_doubles(3 * sample.count, &numbers);
  if (!status) status = icl__new_doubles(basis->rank * basis->rank, &g);
  if (!status) status = icl__feature_average_create(&sample, sample.count, progress, &average);
  if (!status) {
    set_numbers(&sample, numbers, &average);
    first_guess(fit, basis, g);
    reports[0] = (icl__finite_report){0};
    status = find_delta(&each, &average, g, delta, &mean);
  }
  if (!status) status = icl__feature_average_set_delta(&average, mean);
  if (!status) status = icl__finite_solve(fit, basis, &average, g, out, &last);
  if (!status) {
    last.iterations += reports[0].iterations;
    last.products += reports[0].products;
    reports[0] = last;
    each.numbers = numbers;
    each.resolvent = g;
    each.reports = &reports[1];
    status = solve_batches(&each, progress);
  }
  icl__feature_average_destroy(&average);
  icl__feature_sample_destroy(&sample);
  icl__free(g);
  icl__free(numbers);
  return status;
}
