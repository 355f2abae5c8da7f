/* Task pools from the inside. A pool never changes after creation, so datasets and test laws share it by a count. */
#ifndef ICL_TASKS_H
#define ICL_TASKS_H

#include <icltheory/tasks.h>
#include <stdatomic.h>
#include <stdint.h>

#include "status.h"

struct icl_task_pool {
  _Atomic int64_t references;
  int64_t d, k;         /* k = 0: infinite */
  int32_t distribution; /* that tasks were or are drawn from; 0: they were given */
  uint64_t seed;        /* of an infinite pool */
  double *tasks;        /* k x d */
  double *norms;        /* k squared norms */
  double *root;         /* infinite pool: d x d symmetric square root of the task covariance; NULL: identity */
};

/* One more owner; icl_task_pool_destroy takes it back. Returns the pool. */
icl_task_pool *icl__task_pool_share(const icl_task_pool *pool);

/* A pool of the infinite kind whose tasks are N(0, root root'). */
icl_status icl__task_pool_create_structured(int64_t d, const double *root, icl_task_pool **out);

/* The task of row `row` of a family (dataset or test) with its own seed: sets *task (which points into the pool or
 * into scratch, of 2 d doubles) and *norm = |w|^2; returns its index, -1 for the infinite pool. */
int64_t icl__task_of_row(const icl_task_pool *pool, uint64_t family, uint64_t seed, int64_t row, double *scratch,
                         const double **task, double *norm);

#endif
