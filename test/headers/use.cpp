// The whole interface seen from C++11: handles, constants, C linkage, a callback, a deleter.
#include <icltheory.h>

#include <memory>
#include <vector>

namespace {

struct Deleter {
  void operator()(icl_task_pool *pool) const { icl_task_pool_destroy(pool); }
  void operator()(icl_dataset *dataset) const { icl_dataset_destroy(dataset); }
  void operator()(icl_estimator *estimator) const { icl_estimator_destroy(estimator); }
  void operator()(icl_experiment *experiment) const { icl_experiment_destroy(experiment); }
  void operator()(icl_theory *theory) const { icl_theory_destroy(theory); }
};

template <typename T>
using Handle = std::unique_ptr<T, Deleter>;

int32_t count_calls(int64_t done, int64_t total, void *user) {
  ++*static_cast<int *>(user);
  return done > total;
}

}  // namespace

static_assert(ICL_OK == 0, "success is 0");
static_assert(sizeof(icl_status) == 4, "a status has 32 bits");

int main() {
  icl_task_pool *pool = nullptr;
  icl_dataset *dataset = nullptr;
  icl_estimator *estimator = nullptr;
  icl_theory *theory = nullptr;
  icl_experiment *experiment = nullptr;
  icl_run *run = nullptr;
  int calls = 0;
  double value = 0.0;
  if (icl_task_pool_create(3, 5, ICL_TASKS_SPHERE, 1, &pool) != ICL_OK) return 1;
  Handle<icl_task_pool> pool_owner(pool);
  if (icl_dataset_create(pool, 10, 100, 0.1, 2, &dataset) != ICL_OK) return 1;
  Handle<icl_dataset> dataset_owner(dataset);
  if (icl_estimator_create(&estimator) != ICL_OK) return 1;
  Handle<icl_estimator> estimator_owner(estimator);
  if (icl_theory_create(1.5, 2.0, 0.5, 0.1, 0.01, &theory) != ICL_OK) return 1;
  Handle<icl_theory> theory_owner(theory);
  if (icl_experiment_create(3, &experiment) != ICL_OK) return 1;
  Handle<icl_experiment> experiment_owner(experiment);
  if (icl_experiment_set(experiment, ICL_TAU, 1.5) != ICL_OK) return 1;
  icl_progress_fn progress = count_calls;
  if (icl_run_create(&run) != ICL_OK || icl_run_set_progress(run, progress, &calls) != ICL_OK) return 1;
  icl_status status = icl_estimator_fit(estimator, dataset, run);
  icl_run_destroy(run);
  std::vector<double> gamma(12);
  if (status != ICL_OK || icl_estimator_gamma(estimator, gamma.data()) != ICL_OK) return 1;
  if (icl_theory_value(theory, ICL_QUANTITY_ICL, &value) != ICL_OK) return 1;
  return calls > 0 && value > 0.1 && icl_version_string()[0] != '\0' ? 0 : 1;
}
