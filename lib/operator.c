/* The features are rank one, q h', so F and F' are matrix products with the n x d queries and n x (d+1) contexts:
 *
 *     F Gamma     = rowdot(Q Gamma, H)          2 n d (d+1) flop
 *     F' weights  = Q' diag(weights) H          2 n d (d+1) flop
 *
 * taken over blocks of rows, so that the block x (d+1) matrix between stays in the cache. The odd width d + 1 costs a
 * good BLAS nothing (measured), so the last column is not set apart. */
#include "operator.h"

#include <math.h>
#include <string.h>

#include "alloc.h"
#include "blas.h"
#include "checked.h"
#include "deviation.h"
#include "machine.h"
#include "thread.h"

enum { MAX_LANES = 16, LANE_ROWS = 1024 }; /* a lane costs p numbers to clear and to join: little beside its rows */

void icl__block_predict(const icl__rows *rows, const double *gamma, double *work, double *prediction) {
  int64_t d = rows->d, width = d + 1;
  icl__gemm(ICL__PLAIN, ICL__PLAIN, rows->n, width, d, 1.0, rows->query, gamma, 0.0, work);
  for (int64_t mu = 0; mu < rows->n; mu++) {
    prediction[mu] = icl__dot(width, &work[mu * width], &rows->context[mu * width]);
  }
}

/* gamma += F'weights for work = diag(weights) H. */
static void add_products(const icl__rows *rows, const double *work, double *gamma) {
  int64_t d = rows->d, width = d + 1;
  icl__gemm(ICL__TRANSPOSED, ICL__PLAIN, d, width, rows->n, 1.0, rows->query, work, 1.0, gamma);
}

static void scale_row(int64_t width, double weight, const double *context, double *out) {
  for (int64_t j = 0; j < width; j++) out[j] = weight * context[j];
}

/* gamma += F'weights/unit. */
static void block_adjoint(const icl__rows *rows, const double *weights, double unit, double *work, double *gamma) {
  int64_t width = rows->d + 1;
  for (int64_t mu = 0; mu < rows->n; mu++) {
    scale_row(width, weights[mu] / unit, &rows->context[mu * width], &work[mu * width]);
  }
  add_products(rows, work, gamma);
}

/* values = rowdot(work, H), or y - that, and work = diag(values) H, each row while it is in the nearest cache. The dot
 * product in eight partial sums, for vectors of any width. */
ICL__FOR_EACH_MACHINE
static void weigh_rows(const icl__rows *rows, int residual, double *work, double *values) {
  int64_t width = rows->d + 1;
  for (int64_t mu = 0; mu < rows->n; mu++) {
    const double *context = &rows->context[mu * width];
    double *product = &work[mu * width], part[8] = {0};
    int64_t j = 0;
    for (; j + 8 <= width; j += 8) {
      for (int lane = 0; lane < 8; lane++) part[lane] += product[j + lane] * context[j + lane];
    }
    for (; j < width; j++) part[0] += product[j] * context[j];
    double value = ((part[0] + part[4]) + (part[2] + part[6])) + ((part[1] + part[5]) + (part[3] + part[7]));
    values[mu] = residual ? rows->target[mu] - value : value;
    for (j = 0; j < width; j++) product[j] = values[mu] * context[j];
  }
}

/* Both in one: values = F gamma, or y - F gamma, and sums += F'values. */
static void block_normal(const icl__rows *rows, const double *gamma, int residual, double *work, double *values,
                         double *sums) {
  int64_t d = rows->d;
  icl__gemm(ICL__PLAIN, ICL__PLAIN, rows->n, d + 1, d, 1.0, rows->query, gamma, 0.0, work);
  weigh_rows(rows, residual, work, values);
  add_products(rows, work, sums);
}

int64_t icl__operator_lanes(int64_t n) {
  int64_t lanes = n / LANE_ROWS;
  return lanes < 1 ? 1 : lanes > MAX_LANES ? MAX_LANES : lanes;
}

/* 96 rows were measured best, or next to it, from d = 64 to 300 with AVX2 and AVX-512 kernels: queries, contexts and
 * products of so many rows stay in the second cache beside Gamma. Where the BLAS has threads of its own, products of
 * m n k <= 262144 are those that OpenBLAS runs on the calling thread without taking a lock, so that own threads do not
 * wait for each other. Beyond d of about 180 that leaves too few rows to be fast: then the BLAS's threads do the work,
 * on large blocks, and own threads would only be in their way. */
static void choose_blocks(int64_t d, icl__operator *operator) {
  int64_t limit = (1 << 18) / (d * (d + 1));
  operator->block = 96;
  if (icl__blas_threads() == 1) return;
  if (limit >= 8) {
    operator->block = limit < 96 ? limit : 96;
  } else {
    operator->block = 512;
    operator->threads = 1;
  }
}

static int64_t partial_size(int64_t d) { return d * (d + 1) + d * d + (d + 1) * (d + 1); }

icl_status icl__operator_create(const icl__row_source *source, icl__progress *progress, icl__operator *out) {
  icl__operator operator = {.source = source, .progress = progress, .weight = 1};
  int64_t d = source->d, scratch, partial;
  operator.lanes = icl__operator_lanes(source->n);
  operator.threads = progress->threads;
  choose_blocks(d, &operator);
  operator.scratch_size = icl__whole_lines(icl__source_scratch(d, operator.block) + operator.block * (d + 2));
  ICL__TRY(icl__check_product(operator.scratch_size, icl__workers(progress, operator.lanes), 1, "scratch memory",
                              &scratch));
  ICL__TRY(icl__check_product(partial_size(d), operator.lanes, 1, "partial sums", &partial));
  ICL__TRY(icl__new_doubles(scratch, &operator.scratch));
  icl_status status = icl__new_doubles(partial, &operator.partial);
  if (status) {
    icl__free(operator.scratch);
    return status;
  }
  *out = operator;
  return ICL_OK;
}

void icl__operator_destroy(icl__operator *operator) {
  icl__free(operator->scratch);
  icl__free(operator->partial);
}

/* What one pass does with each block of rows. */
typedef struct {
  const icl__operator *operator;
  const double *gamma;   /* values = F gamma */
  int residual;          /* values = y - F gamma instead, for the adjoint */
  const double *weights; /* n; for the adjoint in place of values */
  double unit;           /* what values or weights are divided by for the adjoint: a power of two */
  double *values;        /* n, or NULL */
  int adjoint;           /* sum F'values */
  int moments;           /* sum q q' and h h' behind it, and values = y */
  int diagonal;          /* values = |q|^2 |h|^2 */
} pass;

static void do_block(const pass *this, int64_t first, const icl__rows *rows, double *work, double *sums) {
  int64_t d = rows->d, p = d * (d + 1);
  double *values = &work[rows->n * (d + 1)];
  const double *weights = this->weights ? &this->weights[first] : values;
  int both = this->gamma && this->adjoint;
  if (both) block_normal(rows, this->gamma, this->residual, work, values, sums);
  else if (this->gamma) icl__block_predict(rows, this->gamma, work, values);
  if (this->moments) {
    memcpy(values, rows->target, (size_t)rows->n * sizeof *values);
    icl__add_gram(d, rows->n, rows->query, &sums[p]);
    icl__add_gram(d + 1, rows->n, rows->context, &sums[p + d * d]);
  }
  for (int64_t mu = 0; mu < rows->n && this->diagonal; mu++) {
    const double *query = &rows->query[mu * d], *context = &rows->context[mu * (d + 1)];
    values[mu] = icl__dot(d, query, query) * icl__dot(d + 1, context, context);
  }
  if (this->values) memcpy(&this->values[first], values, (size_t)rows->n * sizeof *values);
  if (this->adjoint && !both) block_adjoint(rows, weights, this->unit, work, sums);
}

static void do_lane(void *context, int64_t lane, int64_t worker) {
  const pass *this = context;
  const icl__operator *operator = this->operator;
  int64_t n = operator->source->n, d = operator->source->d, lanes = operator->lanes;
  int64_t first = icl__lane_start(n, lanes, lane), end = icl__lane_start(n, lanes, lane + 1);
  double *scratch = &operator->scratch[worker * operator->scratch_size];
  double *work = &scratch[icl__source_scratch(d, operator->block)];
  double *sums = &operator->partial[lane * partial_size(d)];
  if (this->adjoint) memset(sums, 0, (size_t)(this->moments ? partial_size(d) : d * (d + 1)) * sizeof *sums);
  for (; first < end; first += operator->block) {
    int64_t count = end - first < operator->block ? end - first : operator->block;
    icl__rows rows = icl__source_rows(operator->source, first, count, scratch);
    do_block(this, first, &rows, work, sums);
  }
}

/* Sums entries offset .. offset + count - 1 of the lanes, in their order. */
static void join(const icl__operator *operator, int64_t offset, int64_t count, double *out) {
  int64_t stride = partial_size(operator->source->d);
  memcpy(out, &operator->partial[offset], (size_t)count * sizeof *out);
  for (int64_t lane = 1; lane < operator->lanes; lane++) {
    const double *sums = &operator->partial[lane * stride + offset];
    for (int64_t i = 0; i < count; i++) out[i] += sums[i];
  }
}

static icl_status run_pass(icl__operator *operator, pass *this, double *out) {
  int64_t d = operator->source->d;
  this->operator = operator;
  this->adjoint = out != NULL;
  int64_t threads = operator->progress->threads;
  operator->progress->threads = operator->threads;
  icl_status status = icl__parallel(operator->progress, operator->lanes, operator->weight, do_lane, this);
  operator->progress->threads = threads;
  if (status) return status;
  if (out) join(operator, 0, d * (d + 1), out);
  return ICL_OK;
}

icl_status icl__operator_predict(icl__operator *operator, const double *gamma, double *values) {
  pass this = {.gamma = gamma, .values = values};
  return run_pass(operator, &this, NULL);
}

/* In units of the weights, which no bit depends on: (weight h) q may be a number where weight h underflows. */
icl_status icl__operator_adjoint(icl__operator *operator, const double *weights, double *gamma) {
  double largest = 0.0;
  for (int64_t mu = 0; mu < operator->source->n; mu++) largest = fmax(largest, fabs(weights[mu]));
  pass this = {.weights = weights, .unit = icl__power_below(largest)};
  ICL__TRY(run_pass(operator, &this, gamma));
  for (int64_t j = 0; j < operator->source->d * (operator->source->d + 1); j++) gamma[j] *= this.unit;
  return ICL_OK;
}

icl_status icl__operator_normal(icl__operator *operator, const double *gamma, double *out) {
  pass this = {.gamma = gamma};
  return run_pass(operator, &this, out);
}

icl_status icl__operator_gradient(icl__operator *operator, const double *gamma, double *gradient, double *residual) {
  pass this = {.gamma = gamma, .residual = 1, .values = residual};
  return run_pass(operator, &this, gradient);
}

icl_status icl__operator_moments(icl__operator *operator, double *query, double *context, double *right,
                                 double *target) {
  int64_t d = operator->source->d, p = d * (d + 1);
  pass this = {.moments = 1, .values = target, .unit = 1.0};
  ICL__TRY(run_pass(operator, &this, right));
  join(operator, p, d * d, query);
  join(operator, p + d * d, (d + 1) * (d + 1), context);
  icl__mirror(d, ICL__LOWER, query);
  icl__mirror(d + 1, ICL__LOWER, context);
  return ICL_OK;
}

icl_status icl__operator_diagonal(icl__operator *operator, double *values) {
  pass this = {.diagonal = 1, .values = values};
  return run_pass(operator, &this, NULL);
}
