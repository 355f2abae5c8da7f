/* Feature samples, and the averages over them that level (b) is made of. A sample is (w, y), y = Y h the context
 * summary in the coordinates of eq. F3. The query enters by its leverage t s alone, s = y'g y with the resolvent g in
 * these coordinates, and t is integrated out: chi-squared over its mean, of 2 + (d-2)/(1 + delta) degrees of freedom,
 * where delta is the spread of the leverage's eigenvalues [eq. F8, F15]; by a Gauss-Laguerre rule.
 *
 *     slope  = (1/d) E[t/(1 + t s)]            (1/d)/s       for the interpolating limit lambda -> 0+,
 *     square = (1/d) E[t^2/(1 + t s)^2]        (1/d)/s^2     where t s takes the place of 1 + t s
 *     noise  = E[t/(1 + t s)^2]                E[1/t]/s^2,  E 1/t = 1 + 2 (1 + delta)/(d-2)
 *
 * An average is a product of the block of rows with itself, scaled: 2 (d+1)^2 flop a row, and as many to find its
 * scale. Lanes of rows are summed in order, so the bits do not depend on the number of threads. */
#include <math.h>
#include <string.h>

#include "alloc.h"
#include "blas.h"
#include "checked.h"
#include "finite.h"
#include "rng.h"
#include "rows.h"
#include "sequence.h"
#include "thread.h"

/* Rows of a batch go through the tasks in equal steps, from a start that differs between batches: row r of batch b
 * has the task floor((r + (2b+1)/32) k/rows), in parts that do not overflow. */
static int64_t task_of(const icl__feature_sample *sample, int64_t row) {
  int64_t k = sample->pool->k, rows = sample->batch, r = row % rows, start = 2 * (row / rows) + 1;
  if (!k) return -1;
  int64_t whole = k / rows, rest = k % rows, parts = INT64_C(2) * ICL__BATCHES;
  return r * whole + start * whole / parts + (parts * r + start) * rest / (parts * rows);
}

typedef struct {
  icl__feature_sample *sample;
  const icl__summary_basis *basis;
  icl__sequence_law law;
  double *scratch; /* icl__sequence_scratch and ICL__ITEM_ROWS contexts per worker */
} drawing;

static int64_t drawing_scratch(int64_t d) {
  return icl__whole_lines(icl__sequence_scratch(d) + ICL__ITEM_ROWS * (d + 1));
}

static void draw_item(void *context, int64_t item, int64_t worker) {
  const drawing *draw = context;
  const icl__feature_sample *sample = draw->sample;
  int64_t d = sample->d, first = item * ICL__ITEM_ROWS, count = icl__rows_of_item(sample->count, item);
  double *scratch = &draw->scratch[worker * drawing_scratch(d)], *summary = &scratch[icl__sequence_scratch(d)];
  for (int64_t mu = 0; mu < count; mu++) {
    const double *task = icl__sequence_context(&draw->law, first + mu, task_of(sample, first + mu), scratch,
                                               &summary[mu * (d + 1)]);
    if (sample->task) memcpy(&sample->task[(first + mu) * d], task, (size_t)d * sizeof *task);
  }
  icl__gemm(ICL__PLAIN, ICL__TRANSPOSED, count, sample->rank, d + 1, 1.0, summary, draw->basis->map, 0.0,
            &sample->summary[first * sample->rank]);
}

void icl__feature_sample_destroy(icl__feature_sample *sample) {
  icl__free(sample->summary);
  icl__free(sample->task);
}

/* Whole batches; and, in batches that hold every task, each as often. */
static icl_status choose_count(icl__feature_sample *sample, int64_t count) {
  int64_t k = sample->pool->k, elements;
  ICL__TRY(icl__check_product(count, 2, sample->d + 1, "the feature samples", &elements));
  sample->batch = (count - 1) / ICL__BATCHES + 1;
  if (k && k <= sample->batch) sample->batch = ((sample->batch - 1) / k + 1) * k;
  sample->count = sample->batch * ICL__BATCHES;
  return icl__check_product(sample->count, sample->d + 1, 1, "the feature samples", &elements);
}

icl_status icl__feature_sample_create(const icl__pretraining *fit, const icl__summary_basis *basis, int64_t count,
                                      uint64_t seed, icl__progress *progress, icl__feature_sample *out) {
  icl__feature_sample sample = {.pool = fit->pool, .d = basis->d, .rank = basis->rank};
  drawing draw = {&sample, basis, {fit->pool, fit->l, fit->rho, seed, ICL__FAMILY_FEATURES}, NULL};
  ICL__TRY(choose_count(&sample, count));
  int64_t items = icl__row_items(sample.count);
  icl_status status = icl__new_doubles(sample.count * sample.rank, &sample.summary);
  if (!status && !fit->pool->k) status = icl__new_doubles(sample.count * sample.d, &sample.task);
  if (!status) status = icl__new_doubles(icl__workers(progress, items) * drawing_scratch(sample.d), &draw.scratch);
  if (!status) status = icl__parallel(progress, items, 1, draw_item, &draw);
  icl__free(draw.scratch);
  if (status) {
    icl__feature_sample_destroy(&sample);
    return status;
  }
  *out = sample;
  return ICL_OK;
}

enum { BLOCK = 96, MAX_LANES = 32, LANE_ROWS = 512 }; /* as in operator.c; lanes are cheaper here: (d+1)^2 to join */

/* Tasks, d; and in one place one after the other: products with a matrix, rank, or residuals, d; scaled rows, rank. */
static int64_t block_scratch(const icl__feature_sample *sample) {
  int64_t d = sample->d, rank = sample->rank;
  return icl__whole_lines(BLOCK * (d + (rank > d ? rank : d)));
}

icl_status icl__feature_average_create(const icl__feature_sample *sample, int64_t count, icl__progress *progress,
                                       icl__feature_average *out) {
  icl__feature_average average = {.sample = sample, .count = count, .progress = progress, .symmetric = 1};
  int64_t lanes = (count - 1) / LANE_ROWS + 1, elements;
  average.lanes = lanes > MAX_LANES ? MAX_LANES : lanes;
  int64_t workers = progress ? icl__workers(progress, average.lanes) : 1;
  ICL__TRY(icl__check_product(workers, block_scratch(sample), 1, "scratch memory", &elements));
  ICL__TRY(icl__new_doubles(elements, &average.scratch));
  icl_status status = icl__check_product(average.lanes, sample->rank, sample->d + 1, "partial sums", &elements);
  if (!status) status = icl__new_doubles(elements, &average.partial);
  if (status) {
    icl__free(average.scratch);
    return status;
  }
  *out = average;
  return ICL_OK;
}

void icl__feature_average_destroy(icl__feature_average *average) {
  icl__free(average->scratch);
  icl__free(average->partial);
}

/* Golub and Welsch (doi:10.1090/S0025-5718-69-99647-1): nodes are the eigenvalues of the Jacobi matrix of the weight
 * x^a e^-x, weights the squared first entries of its eigenvectors; t = 2 x/freedom. The density of t has a =
 * freedom/2 - 1, and small ridges ask for E 1/t; so one power of x is taken from the density into the weights where
 * freedom > 2, and that average is exact. */
icl_status icl__feature_average_set_delta(icl__feature_average *average, double delta) {
  enum { SIZE = ICL__QUERY_NODES };
  double matrix[SIZE * SIZE] = {0}, freedom = 2.0 + ((double)average->sample->d - 2.0) / (1.0 + delta);
  double power = 0.5 * freedom - 1.0, a = power > 0.0 ? power - 1.0 : power;
  if (!(freedom > 0.0)) { /* delta >= 0 but for rounding, and NaN where a ridge is lost in it */
    return icl__fail(ICL_ERR_NOT_CONVERGED, "the leverages of rows have a spread of %g; a number >= 0 was expected,"
                     " but lambda is too small beside rounding of the features", delta);
  }
  for (int64_t i = 0; i < SIZE; i++) {
    double order = (double)i;
    matrix[i * (SIZE + 1)] = 2.0 * order + a + 1.0;
    if (i) matrix[i * SIZE + i - 1] = matrix[(i - 1) * SIZE + i] = sqrt(order * (order + a));
  }
  ICL__TRY(icl__eigen(SIZE, matrix, average->node));
  for (int64_t i = 0; i < SIZE; i++) {
    average->weight[i] = matrix[i * SIZE] * matrix[i * SIZE] * (power > 0.0 ? average->node[i] / power : 1.0);
    average->node[i] *= 2.0 / freedom;
  }
  average->delta = delta;
  return ICL_OK;
}

/* What is averaged. */
enum { RESOLVENT, RESPONSE, CROSS, RESIDUAL };

typedef struct {
  const icl__feature_average *average;
  int kind;
  const double *matrix; /* RESOLVENT, RESPONSE: rank x rank; RESIDUAL: d x rank */
} pass;

static void set_row(const icl__feature_average *average, int64_t row, double s) {
  double d = (double)average->sample->d, slope = 0.0, square = 0.0, noise = 0.0;
  if (average->interpolates) {
    slope = 1.0 / s;
    square = slope * slope;
    /* d <= 2 with noise: the caller knows that it diverges */
    noise = average->rho > 0.0 ? (1.0 + 2.0 * (1.0 + average->delta) / (d - 2.0)) * square : 0.0;
  } else {
    for (int i = 0; i < ICL__QUERY_NODES; i++) {
      double node = average->node[i], inverse = 1.0 / (1.0 + node * s), term = average->weight[i] * node * inverse;
      slope += term;
      noise += term * inverse;
      square += term * inverse * node;
    }
  }
  average->slope[row] = slope / d;
  average->square[row] = square / d;
  average->noise[row] = noise;
}

/* The numbers by which the rows of one block are scaled. */
static void block_weights(const pass *this, int64_t first, int64_t count, const double *y, const double *tasks,
                          double *work, double *weights) {
  const icl__feature_average *average = this->average;
  int64_t rank = average->sample->rank, d = average->sample->d;
  if (this->kind == RESOLVENT || this->kind == RESPONSE) {
    icl__gemm(ICL__PLAIN, ICL__PLAIN, count, rank, rank, 1.0, y, this->matrix, 0.0, work);
  } else if (this->kind == RESIDUAL) {
    memcpy(work, tasks, (size_t)(count * d) * sizeof *work);
    icl__gemm(ICL__PLAIN, ICL__TRANSPOSED, count, d, rank, -1.0, y, this->matrix, 1.0, work);
  }
  for (int64_t mu = 0; mu < count; mu++) {
    int64_t row = first + mu;
    if (this->kind == RESOLVENT) set_row(average, row, icl__dot(rank, &work[mu * rank], &y[mu * rank]));
    if (this->kind == RESPONSE) {
      weights[mu] = average->square[row] * icl__dot(rank, &work[mu * rank], &y[mu * rank]);
    } else if (this->kind == RESIDUAL) {
      double residual = icl__dot(d, &work[mu * d], &work[mu * d]);
      weights[mu] = average->square[row] * residual + average->rho * average->noise[row];
    } else {
      weights[mu] = average->slope[row];
    }
  }
}

/* Copies the tasks of rows first .. of the sample. */
static void gather_tasks(const icl__feature_sample *sample, int64_t first, int64_t count, double *tasks) {
  int64_t d = sample->d;
  for (int64_t mu = 0; mu < count; mu++) {
    const double *task = sample->task ? &sample->task[(first + mu) * d]
                                      : &sample->pool->tasks[task_of(sample, first + mu) * d];
    memcpy(&tasks[mu * d], task, (size_t)d * sizeof *task);
  }
}

static void average_block(const pass *this, int64_t first, int64_t count, double *scratch, double *sums) {
  const icl__feature_sample *sample = this->average->sample;
  int64_t rank = sample->rank, d = sample->d;
  const double *y = &sample->summary[first * rank];
  double *tasks = scratch, *work = &tasks[BLOCK * d], *scaled = work, weights[BLOCK];
  if (this->kind == CROSS || this->kind == RESIDUAL) gather_tasks(sample, first, count, tasks);
  block_weights(this, first, count, y, tasks, work, weights);
  for (int64_t mu = 0; mu < count; mu++) {
    for (int64_t j = 0; j < rank; j++) scaled[mu * rank + j] = weights[mu] * y[mu * rank + j];
  }
  if (this->kind == CROSS) icl__gemm(ICL__TRANSPOSED, ICL__PLAIN, d, rank, count, 1.0, tasks, scaled, 1.0, sums);
  else icl__gemm(ICL__TRANSPOSED, ICL__PLAIN, rank, rank, count, 1.0, y, scaled, 1.0, sums);
}

static void do_lane(void *context, int64_t lane, int64_t worker) {
  const pass *this = context;
  const icl__feature_average *average = this->average;
  int64_t n = average->count, lanes = average->lanes, size = average->sample->rank * (average->sample->d + 1);
  int64_t first = icl__lane_start(n, lanes, lane), end = icl__lane_start(n, lanes, lane + 1);
  double *sums = &average->partial[lane * size];
  memset(sums, 0, (size_t)size * sizeof *sums);
  for (; first < end; first += BLOCK) {
    int64_t count = end - first < BLOCK ? end - first : BLOCK;
    average_block(this, average->first + first, count, &average->scratch[worker * block_scratch(average->sample)],
                  sums);
  }
}

/* The law of a fresh task and its summary is invariant under rotations and under w -> -w, so for the infinite pool,
 * whose coordinates are those of h up to a scale, matrices have the form diag(a, .., a, b), and d x rank ones a [1, 0]:
 * what sampling leaves elsewhere is dropped, and the d entries are averaged. */
static void symmetrise(int64_t d, int64_t rows, int64_t rank, double *matrix) {
  double mean = 0.0, last = matrix[rows * rank - 1];
  for (int64_t i = 0; i < d; i++) mean += matrix[i * (rank + 1)] / (double)d;
  memset(matrix, 0, (size_t)(rows * rank) * sizeof *matrix);
  for (int64_t i = 0; i < d; i++) matrix[i * (rank + 1)] = mean;
  if (rows == rank) matrix[rows * rank - 1] = last;
}

static icl_status run_pass(icl__feature_average *average, int kind, const double *matrix, double *out) {
  const icl__feature_sample *sample = average->sample;
  pass this = {average, kind, matrix};
  int64_t rank = sample->rank, rows = kind == CROSS ? sample->d : rank, size = rank * (sample->d + 1);
  if (average->progress) {
    ICL__TRY(icl__parallel(average->progress, average->lanes, 1, do_lane, &this));
  } else {
    for (int64_t lane = 0; lane < average->lanes; lane++) do_lane(&this, lane, 0);
  }
  double factor = average->n / (double)average->count;
  memcpy(out, average->partial, (size_t)(rows * rank) * sizeof *out);
  for (int64_t lane = 1; lane < average->lanes; lane++) {
    for (int64_t i = 0; i < rows * rank; i++) out[i] += average->partial[lane * size + i];
  }
  for (int64_t i = 0; i < rows * rank; i++) out[i] *= factor;
  if (!sample->pool->k && average->symmetric) symmetrise(sample->d, rows, rank, out);
  return ICL_OK;
}

icl_status icl__average_resolvent(icl__feature_average *average, const double *g, double *F) {
  return run_pass(average, RESOLVENT, g, F);
}

icl_status icl__average_response(icl__feature_average *average, const double *X, double *out) {
  return run_pass(average, RESPONSE, X, out);
}

icl_status icl__average_cross(icl__feature_average *average, double *out) {
  return run_pass(average, CROSS, NULL, out);
}

icl_status icl__average_residual(icl__feature_average *average, const double *coefficients, double *out) {
  return run_pass(average, RESIDUAL, coefficients, out);
}
