/* Handles of every kind, and the calls that faults are injected into. */
#ifndef ICL_TEST_FAULTS_THINGS_H
#define ICL_TEST_FAULTS_THINGS_H

#include "../support.h"

/* d = 3, so Gamma has 12 entries; 200 rows are four items of work, 2100 two lanes. */
enum { D = 3, WIDTH = 4, GAMMA = 12, L = 5, K = 6, MANY = 200, LANES = 2100, FEW = 8, NUMBERS = 8192 };

/* What a call gives. */
typedef struct {
  double number[NUMBERS];
  int64_t integer[256];
  union {
    void *any;
    icl_theory *theory;
    icl_run *run;
    icl_task_pool *pool;
    icl_dataset *dataset;
    icl_test_law *law;
    icl_estimator *estimator;
    icl_experiment *experiment;
    icl_finite_theory *finite;
  } made;
} outputs;

typedef struct {
  icl_run *run;
  icl_theory *theory;
  icl_task_pool *pool, *infinite;
  icl_dataset *many, *lanes, *few, *appended;
  icl_test_law *law, *fresh;
  icl_estimator *estimator;
  icl_experiment *experiment;
  icl_finite_theory *finite;
  outputs out;
} things;

/* Arguments that nothing changes. */
typedef struct {
  double gamma[GAMMA], matrix[2][WIDTH * WIDTH], covariance[D * D];
  double tokens[FEW * (L + 1) * D], labels[FEW * (L + 1)];
  double query[MANY * D], context[MANY * WIDTH], target[MANY];
  double lambda[3], parameter[3];
  int32_t quantity[2];
} arguments;
extern arguments given;
extern char checkpoint_path[64], other_path[64];

/* Handles of a case, made before and destroyed after it. */
typedef void (*thing_fn)(things *t);
void set_up(things *t, int64_t threads);
void tear_down(things *t);

typedef struct {
  const char *name, *function;
  int64_t threads;
  thing_fn prepare; /* settings, or NULL */
  icl_status (*call)(things *t);
  icl_status expected; /* ICL_OK, but for fits that cannot reach the tolerance asked for */
  thing_fn read;       /* reads results through handles, and destroys what was made; or NULL */
  thing_fn failed;     /* checks what is promised after a failure, or NULL */
} fault_case;
extern const fault_case cases[];
extern const int case_count;

/* Calls that allocate nothing. A status is ICL_OK, or whether a result is as it should be. */
typedef struct {
  const char *function;
  void (*call)(things *t, icl_status *status);
} frugal_case;
extern const frugal_case frugal_cases[];
extern const int frugal_count;

#endif
