/* An experiment with a checkpoint, to be killed. It reports "done N" for what its callback is told is finished, and
 * ends with its results in hexadecimal digits.
 * usage: kills_worker THREADS REPLICATES CANCEL_AT [CHECKPOINT]    CANCEL_AT 0: never
 * status 0: finished, 3: canceled, 4: ICL_ERR_IO, 1: anything else; the message is on standard error */
#include <icltheory.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { POINTS = 4 };

typedef struct {
  int64_t done, cancel_at;
} watch;

static int32_t report(int64_t done, int64_t total, void *user) {
  watch *state = user;
  (void)total;
  if (done != state->done) {
    state->done = done;
    printf("done %" PRId64 "\n", done);
    fflush(stdout);
  }
  return state->cancel_at > 0 && done >= state->cancel_at;
}

static int set_up(char **arguments, watch *state, icl_run **run, icl_experiment **experiment) {
  return icl_run_create(run) || icl_run_set_threads(*run, atoi(arguments[1])) ||
         icl_run_set_progress(*run, report, state) || icl_experiment_create(10, experiment) ||
         icl_experiment_set(*experiment, ICL_TAU, 1.0) || icl_experiment_set(*experiment, ICL_ALPHA, 2.0) ||
         icl_experiment_set(*experiment, ICL_KAPPA, 0.7) || icl_experiment_set(*experiment, ICL_RHO, 0.1) ||
         icl_experiment_set(*experiment, ICL_LAMBDA, 0.001) ||
         icl_experiment_set_replicates(*experiment, atoi(arguments[2])) ||
         icl_experiment_set_checkpoint(*experiment, arguments[4]);
}

int main(int count, char **arguments) {
  static const double tau[POINTS] = {0.5, 1.0, 2.0, 3.0};
  static const int32_t quantities[2] = {ICL_QUANTITY_ICL, ICL_QUANTITY_IDG};
  double mean[2 * POINTS], error[2 * POINTS];
  icl_run *run;
  icl_experiment *experiment;
  watch state = {-1, 0};
  if (count != 4 && count != 5) return 2;
  state.cancel_at = atoi(arguments[3]);
  icl_status status = set_up(arguments, &state, &run, &experiment) ? ICL_ERR_ARGUMENT : ICL_OK;
  if (!status) {
    status = icl_experiment_curve(experiment, ICL_TAU, POINTS, tau, 2, quantities, run, mean, error, NULL, NULL);
  }
  if (status) fprintf(stderr, "%s\n", icl_last_error_message());
  for (int i = 0; !status && i < 2 * POINTS; i++) printf("%a %a\n", mean[i], error[i]);
  icl_experiment_destroy(experiment);
  icl_run_destroy(run);
  return status == ICL_ERR_CANCELED ? 3 : status == ICL_ERR_IO ? 4 : status != ICL_OK;
}
