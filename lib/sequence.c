/* The law of one sequence, given its task w. With c = |w|^2/d + rho the labels are iid N(0, c), and
 *
 *     x_i = (w/(d c)) y_i + U_i,      U_i ~ N(0, I/d - w w'/(d^2 c)) independent of all labels,
 *
 * so that S = sum y_i^2 = c chi^2_l and sum y_i x_i = (S/(d c)) w + sqrt(S) g, where g = sum (y_i/sqrt(S)) U_i has the
 * law of one U_i whatever the labels are. Hence [doc/theory.md, eq. 4]
 *
 *     h = [ (d/l) ( (S/(d c)) w + sqrt(S) g ) ; S/l ].
 *
 * A vector with the law of U_i is (z - b w)/sqrt(d), z ~ N(0, I), where
 *     b = (1 - sqrt(rho/c)) (w.z)/|w|^2 = (w.z)/(d c + d sqrt(rho c)) :
 * the second form neither cancels for large rho nor divides by |w|. For w = 0 it gives b = 0; only w = 0 with rho = 0
 * (c = 0: every label is 0) has to be told apart. */
#include "sequence.h"

#include <float.h>
#include <math.h>

#include "rng.h"

typedef struct {
  const double *task;
  int64_t index;
  double norm;  /* |w|^2 */
  double c;     /* label variance */
  double power; /* S/c = sum of the squared labels over their variance: chi-squared with l degrees of freedom */
} sequence_head;

/* 2 d for a task, d + 1 for g and the noise of the target. */
int64_t icl__sequence_scratch(int64_t d) { return 3 * d + 1; }

static icl__stream stream_of(const icl__sequence_law *law, uint64_t role, int64_t row, int64_t item) {
  return (icl__stream){{law->seed, law->family | role}, {(uint64_t)row, (uint64_t)item, 0}};
}

/* Task `index` of a finite pool, or the row's own for -1. */
static sequence_head draw_head(const icl__sequence_law *law, int64_t row, int64_t index, double *scratch) {
  sequence_head head = {.index = index};
  icl__stream stream = stream_of(law, ICL__ROLE_LABEL_POWER, row, 0);
  if (index >= 0) {
    head.task = &law->pool->tasks[index * law->pool->d];
    head.norm = law->pool->norms[index];
  } else {
    head.index = icl__task_of_row(law->pool, law->family, law->seed, row, scratch, &head.task, &head.norm);
  }
  head.c = head.norm / (double)law->pool->d + law->rho;
  head.power = icl__rng_chi_squared(&stream, law->l);
  return head;
}

/* sqrt(rho c), c >= rho, also where the product is no normal number: powers of two round nothing. */
static double root_of_product(double rho, double c) {
  double product = rho * c;
  if (rho > 0.0 && product < DBL_MIN) return sqrt((rho * 0x1p600) * (c * 0x1p600)) * 0x1p-600;
  if (product > DBL_MAX) return sqrt((rho * 0x1p-600) * (c * 0x1p-600)) * 0x1p600;
  return sqrt(product);
}

/* b of the file's header for the Gaussian vector z. */
static double parallel_part(const icl__sequence_law *law, const sequence_head *head, const double *z) {
  int64_t d = law->pool->d;
  if (head->c == 0.0) return 0.0;
  return icl__rng_dot(d, head->task, z) / ((double)d * head->c + (double)d * root_of_product(law->rho, head->c));
}

/* q ~ N(0, I/d); y = q.w + sqrt(rho) noise. */
static void draw_query(const icl__sequence_law *law, const sequence_head *head, int64_t row, double noise,
                       double *query, double *target) {
  int64_t d = law->pool->d;
  double scale = 1.0 / sqrt((double)d);
  icl__stream stream = stream_of(law, ICL__ROLE_QUERY, row, 0);
  icl__rng_normals(&stream, d, query);
  for (int64_t j = 0; j < d; j++) query[j] *= scale;
  *target = icl__rng_dot(d, query, head->task) + sqrt(law->rho) * noise;
}

/* h_j = (chi2/l) w_j + (sqrt(d S)/l) (z_j - b w_j), in the place of z. */
static void summarise(const icl__sequence_law *law, const sequence_head *head, double *context) {
  int64_t d = law->pool->d;
  double l = (double)law->l;
  double across = sqrt((double)d * (head->c * head->power)) / l;
  double along = head->power / l - across * parallel_part(law, head, context);
  for (int64_t j = 0; j < d; j++) context[j] = along * head->task[j] + across * context[j];
  context[d] = head->c * head->power / l;
}

int64_t icl__sequence_row(const icl__sequence_law *law, int64_t row, double *scratch, double *query, double *context,
                          double *target) {
  sequence_head head = draw_head(law, row, -1, scratch);
  icl__stream stream = stream_of(law, ICL__ROLE_CONTEXT, row, 0);
  icl__rng_normals(&stream, law->pool->d + 1, context); /* z, then the noise of the target */
  draw_query(law, &head, row, context[law->pool->d], query, target);
  summarise(law, &head, context);
  return head.index;
}

const double *icl__sequence_context(const icl__sequence_law *law, int64_t row, int64_t index, double *scratch,
                                    double *context) {
  sequence_head head = draw_head(law, row, index, scratch);
  icl__stream stream = stream_of(law, ICL__ROLE_CONTEXT, row, 0);
  icl__rng_normals(&stream, law->pool->d, context);
  summarise(law, &head, context);
  return head.task;
}

/* The labels y = sqrt(S) u, u uniform on the unit sphere of R^l. */
static void draw_labels(const icl__sequence_law *law, const sequence_head *head, int64_t row, double *u) {
  icl__stream stream = stream_of(law, ICL__ROLE_DIRECTION, row, 0);
  icl__rng_normals(&stream, law->l, u);
  double norm = icl__rng_dot(law->l, u, u);
  if (norm == 0.0) u[0] = norm = 1.0;
  double scale = sqrt(head->c * head->power) / sqrt(norm);
  for (int64_t i = 0; i < law->l; i++) u[i] *= scale;
}

/* Given g, the U_i are U'_i + u_i (g - sum_k u_k U'_k) with U'_i iid: the part along u is exchanged for the row's g. */
int64_t icl__sequence_tokens(const icl__sequence_law *law, int64_t row, double *scratch, double *x, double *y) {
  int64_t d = law->pool->d, l = law->l;
  double scale = 1.0 / sqrt((double)d);
  double *g = &scratch[2 * d]; /* then what is left of it after the U'_i */
  sequence_head head = draw_head(law, row, -1, scratch);
  double root = sqrt(head.c * head.power); /* sqrt(S), so that u = y/root */
  double inverse = root > 0.0 ? 1.0 / root : 0.0;
  double slope = head.norm > 0.0 ? 1.0 / ((double)d * head.c) : 0.0; /* for w = 0, d c may have no reciprocal */

  draw_labels(law, &head, row, y);
  icl__stream context = stream_of(law, ICL__ROLE_CONTEXT, row, 0);
  icl__rng_normals(&context, d + 1, g);
  draw_query(law, &head, row, g[d], &x[l * d], &y[l]);
  double along = parallel_part(law, &head, g);
  for (int64_t j = 0; j < d; j++) g[j] = (g[j] - along * head.task[j]) * scale;

  for (int64_t i = 0; i < l; i++) {
    double *token = &x[i * d];
    icl__stream stream = stream_of(law, ICL__ROLE_TOKEN, row, i);
    icl__rng_normals(&stream, d, token);
    along = parallel_part(law, &head, token);
    for (int64_t j = 0; j < d; j++) token[j] = (token[j] - along * head.task[j]) * scale;
    for (int64_t j = 0; j < d; j++) g[j] -= (y[i] * inverse) * token[j];
  }
  for (int64_t i = 0; i < l; i++) {
    double *token = &x[i * d];
    for (int64_t j = 0; j < d; j++) token[j] += (y[i] * inverse) * g[j] + (y[i] * slope) * head.task[j];
  }
  return head.index;
}
