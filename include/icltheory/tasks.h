/* The pool of pretraining tasks: task vectors w in R^d that sequences take one of. */
#ifndef ICLTHEORY_TASKS_H
#define ICLTHEORY_TASKS_H

#include <icltheory/status.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The law of a task. */
enum {
  ICL_TASKS_GAUSSIAN = 1, /**< w ~ N(0, I_d) */
  ICL_TASKS_SPHERE = 2    /**< w uniform on the sphere of radius sqrt(d) */
};

/** A pool of tasks; never changes once created. Opaque. */
typedef struct icl_task_pool icl_task_pool;

/** Draws a pool of k tasks. Task j depends on (seed, j) only, so a smaller pool is a prefix of a larger one.
 *
 * @param d token dimension, >= 1.
 * @param k number of tasks (task diversity), >= 1.
 * @param distribution ICL_TASKS_GAUSSIAN or ICL_TASKS_SPHERE.
 * @param seed any number.
 * @param[out] out the new pool, to be given to icl_task_pool_destroy.
 * @return ICL_OK, ICL_ERR_ARGUMENT, ICL_ERR_DOMAIN, ICL_ERR_SIZE, ICL_ERR_MEMORY. Cost: O(k d) time, 8 k d bytes.
 * Thread-safe. Since 0.1. */
icl_status icl_task_pool_create(int64_t d, int64_t k, int32_t distribution, uint64_t seed, icl_task_pool **out);

/** The infinite pool: every sequence has a fresh task, drawn from (pool seed, dataset seed, row).
 *
 * @param d token dimension, >= 1.
 * @param distribution ICL_TASKS_GAUSSIAN or ICL_TASKS_SPHERE.
 * @param seed any number.
 * @param[out] out the new pool, to be given to icl_task_pool_destroy.
 * @return ICL_OK, ICL_ERR_ARGUMENT, ICL_ERR_DOMAIN, ICL_ERR_SIZE, ICL_ERR_MEMORY. Thread-safe. Since 0.1. */
icl_status icl_task_pool_create_infinite(int64_t d, int32_t distribution, uint64_t seed, icl_task_pool **out);

/** A pool of the caller's tasks, which are copied.
 *
 * @param d token dimension, >= 1.
 * @param k number of tasks, >= 1.
 * @param tasks k x d, one task a row; finite, with squared norms that neither overflow nor underflow (0 is fine).
 * @param[out] out the new pool, to be given to icl_task_pool_destroy.
 * @return ICL_OK, ICL_ERR_ARGUMENT, ICL_ERR_DOMAIN, ICL_ERR_NONFINITE, ICL_ERR_SIZE, ICL_ERR_MEMORY. Cost: O(k d) time,
 * 8 k d bytes. Thread-safe. Since 0.1. */
icl_status icl_task_pool_create_from(int64_t d, int64_t k, const double *tasks, icl_task_pool **out);

/** The token dimension.
 *
 * @param pool the pool, or NULL.
 * @return d; -1 for NULL. Thread-safe. Since 0.1. */
int64_t icl_task_pool_dimension(const icl_task_pool *pool);

/** The number of tasks.
 *
 * @param pool the pool, or NULL.
 * @return k; 0 for the infinite pool, -1 for NULL. Thread-safe. Since 0.1. */
int64_t icl_task_pool_size(const icl_task_pool *pool);

/** Copies the tasks out.
 *
 * @param pool a finite pool.
 * @param[out] tasks k x d, one task a row.
 * @return ICL_OK, ICL_ERR_ARGUMENT, ICL_ERR_UNSUPPORTED (infinite pool). Cost: O(k d). Thread-safe. Since 0.1. */
icl_status icl_task_pool_copy(const icl_task_pool *pool, double *tasks);

/** Destroys a pool. Datasets and test laws made from it stay valid.
 *
 * @param pool the pool, which no computation uses; or NULL. Since 0.1. */
void icl_task_pool_destroy(icl_task_pool *pool);

#ifdef __cplusplus
}
#endif

#endif
