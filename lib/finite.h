/* The theory at finite size from the inside. Equation numbers F1 .. are doc/finite.md's. Data flow:
 *
 *     finite.c         the handle: what is asked for, what is kept, the error of a test law
 *     summary_basis.c  coordinates of the context summary in which both its second moment and the ridge are diagonal
 *     finite_pool.c    level (a), which is also where level (b) starts from
 *     finite_sample.c  the feature samples of level (b) and the averages over them
 *     finite_solve.c   its fixed points, on given rows
 *     finite_corrected.c   level (b) from these: all rows, and each batch of them */
#ifndef ICL_FINITE_H
#define ICL_FINITE_H

#include <icltheory/testerror.h>
#include <stdint.h>

#include "effective_ridge.h"
#include "run.h"
#include "status.h"
#include "summary_basis.h"
#include "tasks.h"

/* What is fitted. */
typedef struct {
  const icl_task_pool *pool;
  int64_t l, n;
  double rho, lambda;
} icl__pretraining;

/* lambda = 0 (the limit) with fewer, and with as many rows as unknowns: d rank of them. */
int icl__interpolates(const icl__pretraining *fit, const icl__summary_basis *basis);
int icl__is_threshold(const icl__pretraining *fit, const icl__summary_basis *basis);

/* What a level predicts of Gamma: its mean, and (1/d) of the second moment of its fluctuation Delta, summed over its
 * rows, Delta'Delta/d = Y' spread Y, so that error = (error of the mean) + tr(spread Y B_test Y'). The product with Y
 * is left to B_test's root, as Y is large where B is small, and that of the pool's is of order 1 then. */
typedef struct {
  double *gamma;  /* d x (d+1) */
  double *spread; /* rank x rank */
} icl__prediction;

/* That of level (a) [eq. F4]. */
icl__effective_ridge icl__pool_effective_ridge(const icl__pretraining *fit, const icl__summary_basis *basis);

/* Level (a); law is the pool's. */
icl_status icl__finite_pool(const icl__pretraining *fit, const icl__summary_basis *basis,
                            const icl_test_law *law, icl__prediction *out);

/* Samples of (w, y), in batches that are independent of each other. The query is integrated out by a quadrature. */
enum { ICL__BATCHES = 16, ICL__QUERY_NODES = 24 };

typedef struct {
  const icl_task_pool *pool;
  int64_t d, rank, batch, count; /* rows in a batch, in all batches */
  double *summary;               /* y, count x rank */
  double *task;                  /* infinite pool: w, count x d; else NULL */
} icl__feature_sample;

/* At least `count` rows: rounded up to whole batches in which, if they are so large, every task is as frequent. */
icl_status icl__feature_sample_create(const icl__pretraining *fit, const icl__summary_basis *basis, int64_t count,
                                      uint64_t seed, icl__progress *progress, icl__feature_sample *out);
void icl__feature_sample_destroy(icl__feature_sample *sample);

/* Averages over rows first .. first + count - 1 of a sample. */
typedef struct {
  const icl__feature_sample *sample;
  int64_t first, count;
  double n, rho;
  int interpolates;
  int symmetric; /* the infinite pool's averages are brought to the form they have; set but for probes */
  double delta, node[ICL__QUERY_NODES], weight[ICL__QUERY_NODES];
  int64_t lanes;
  icl__progress *progress; /* own threads; NULL: all lanes on the calling thread */
  double *slope, *square, *noise; /* per row of the sample: eq. F8 */
  double *scratch;                /* per worker */
  double *partial;                /* per lane */
} icl__feature_average;

/* Memory for averages over `count` rows; the rows' numbers are the caller's, count of the sample each. */
icl_status icl__feature_average_create(const icl__feature_sample *sample, int64_t count, icl__progress *progress,
                                       icl__feature_average *out);
void icl__feature_average_destroy(icl__feature_average *average);

/* The law of the leverage's t: chi-squared over its mean, of 2 + (d-2)/(1 + delta) degrees of freedom. Before any
 * average. */
icl_status icl__feature_average_set_delta(icl__feature_average *average, double delta);

/* F = n E[slope y y'], after setting slope, square and noise of every row from g; all matrices rank x rank. */
icl_status icl__average_resolvent(icl__feature_average *average, const double *g, double *F);
/* out = n E[square (y'X y) y y'] for a symmetric X. */
icl_status icl__average_response(icl__feature_average *average, const double *X, double *out);
/* out = n E[slope w y'], d x rank. */
icl_status icl__average_cross(icl__feature_average *average, double *out);
/* out = n E[(square |w - coefficients y|^2 + rho noise) y y'], coefficients d x rank. */
icl_status icl__average_residual(icl__feature_average *average, const double *coefficients, double *out);

/* The fixed points of level (b) on one set of rows. */
typedef struct {
  int64_t iterations, products; /* steps for g; averages taken for g and V in all */
  double residual;              /* of the equation for g, relative: |g^1/2 (g^-1 - F(g)) g^1/2| / sqrt(rank) */
  double spread_residual;       /* of the equation for V, relative to its source */
} icl__finite_report;

/* Solves from the resolvent g (rank x rank), which it improves. */
icl_status icl__finite_solve(const icl__pretraining *fit, const icl__summary_basis *basis,
                             icl__feature_average *average, double *g, icl__prediction *out,
                             icl__finite_report *report);

/* Solves for g, and sets delta[batch] for a row of each batch [eq. F14]; for an average over all rows. */
icl_status icl__finite_probe(const icl__pretraining *fit, const icl__summary_basis *basis,
                             icl__feature_average *average, double *g, double *delta, icl__finite_report *report);

/* Level (b): one prediction from all rows, then one from each batch; reports likewise. */
icl_status icl__finite_corrected(const icl__pretraining *fit, const icl__summary_basis *basis, int64_t samples,
                                 uint64_t seed, icl__progress *progress, icl__prediction *out /* 1 + BATCHES */,
                                 icl__finite_report *reports /* likewise */);

#endif
