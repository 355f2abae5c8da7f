/* Counter-based random numbers. doc/streams.md is the specification; nothing here may change without a new one. */
#ifndef ICL_RNG_H
#define ICL_RNG_H

#include <stdint.h>

/* What a number is drawn for: the second word of the Philox key. Two draws that differ in purpose are independent
 * even when the caller gives both the same seed. Numbers are frozen: never reuse or renumber one. */
enum {
  ICL__PURPOSE_POOL_TASK = 0x0100, /* task j of a finite pool */
  ICL__PURPOSE_REPLICATE = 0x0400, /* the seeds of an experiment's replicate */
  ICL__PURPOSE_PROBE = 0x0600,     /* the right-hand side that tells whether equations are regular */
  /* A sequence row, of a dataset (0x02..), a test sample (0x03..) or a feature sample (0x05..): family | role. */
  ICL__FAMILY_DATASET = 0x0200,
  ICL__FAMILY_TEST = 0x0300,
  ICL__FAMILY_FEATURES = 0x0500,
  ICL__ROLE_TASK_INDEX = 0x01,
  ICL__ROLE_FRESH_TASK = 0x02,
  ICL__ROLE_LABEL_POWER = 0x03,
  ICL__ROLE_CONTEXT = 0x04,
  ICL__ROLE_QUERY = 0x05,
  ICL__ROLE_DIRECTION = 0x06,
  ICL__ROLE_TOKEN = 0x07,
  ICL__ROLE_FACTOR_DIAGONAL = 0x08,
  ICL__ROLE_FACTOR_ROW = 0x09,
  ICL__ROLE_RESPONSE = 0x0a
};

/* One random stream: Philox4x64-10 with this key, at the counters (0, c1, c2, c3), (1, c1, c2, c3), ... */
typedef struct {
  uint64_t key[2];     /* seed, purpose */
  uint64_t counter[3]; /* row (or task) number, item within the row, second seed */
} icl__stream;

/* The four words of block `block` of the stream. */
void icl__rng_block(const icl__stream *stream, uint64_t block, uint64_t words[4]);

/* The first `count` standard Gaussians of the stream. Cost: about 5 ns each. */
void icl__rng_normals(const icl__stream *stream, int64_t count, double *out);

/* A chi-squared variate with `degrees` >= 1 degrees of freedom. */
double icl__rng_chi_squared(const icl__stream *stream, int64_t degrees);

/* An integer uniform on 0 .. bound - 1, without bias. */
int64_t icl__rng_index(const icl__stream *stream, int64_t bound);

/* The seeds of replicate `replicate` of an experiment of dimension d: its pool's and its dataset's. */
void icl__rng_replicate(uint64_t seed, int64_t d, int64_t replicate, uint64_t *pool_seed, uint64_t *dataset_seed);

/* ln x for a positive normal x, in plain arithmetic: the same bits everywhere; relative error below 4e-16. */
double icl__rng_log(double x);

/* sum_j a_j b_j in eight interleaved partial sums, so that the order of summation is fixed and still vectorises. */
double icl__rng_dot(int64_t count, const double *a, const double *b);

#endif
