/* Experiments from the inside. Data flow: experiment.c (settings, means) and experiment_curve.c ask for points;
 * experiment_run.c shares their replicates among threads and keeps the checkpoint; experiment_replicate.c computes. */
#ifndef ICL_EXPERIMENT_H
#define ICL_EXPERIMENT_H

#include <icltheory/experiment.h>
#include <stdint.h>

#include "status.h"

enum { ICL__EXPERIMENT_PARAMETERS = ICL_LAMBDA };

struct icl_experiment {
  int64_t d;
  double parameter[ICL__EXPERIMENT_PARAMETERS]; /* ICL_TAU - 1 .. ICL_LAMBDA - 1; NaN: not set */
  int32_t distribution;
  int64_t replicates;
  uint64_t seed;
  char *path;     /* of the checkpoint, or NULL */
  double *errors; /* replicates x 2 of the last run: ICL, IDG; NULL: none */
};

/* One point of a curve in the sizes that stand for its ratios; k = 0: infinite pool, n = 0: population Gamma. */
typedef struct {
  int64_t d, l, k, n;
  double rho, lambda;
} icl__experiment_point;

icl_status icl__experiment_check_parameter(int32_t parameter, const char *name);
icl_status icl__experiment_check_value(int32_t parameter, double value);
icl_status icl__experiment_point_of(int64_t d, const double *parameter, icl__experiment_point *out);
icl_status icl__experiment_point_theory(const icl__experiment_point *point, int32_t quantity, double *value);

/* Mean and standard error of a quantity over replicates, each of errors (replicates x 2); in their order. */
icl_status icl__experiment_mean(int64_t replicates, const double *errors, int32_t quantity, double *mean,
                                double *standard_error);

/* All replicates of several points of one d. */
typedef struct {
  int32_t distribution;
  uint64_t seed;
  int64_t replicates;
  const char *path; /* of the checkpoint, or NULL */
  int64_t count;
  const icl__experiment_point *points;
  double *errors; /* count x replicates x 2: ICL, IDG */
} icl__simulation;

/* Fills errors. */
icl_status icl__simulate(const icl__simulation *simulation, const icl_run *run);

/* One replicate at several points that differ in n and lambda only, those of one n side by side, in descending n. */
typedef struct {
  int32_t distribution;
  uint64_t seed;
  int64_t number;
  const icl__experiment_point *points;
  int64_t count;
  const int64_t *which; /* indices of the points asked for */
  const icl_run *run;
  /* takes the errors of each point as they come; what it returns, if not ICL_OK, ends the replicate */
  icl_status (*found)(void *context, int64_t point, const double errors[2]);
  void *context;
} icl__replicate;

icl_status icl__replicate_errors(const icl__replicate *replicate);

#endif
