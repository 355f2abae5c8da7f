// ridges.c from C++11: handles that destroy themselves, and statuses that become exceptions.
#include <icltheory.h>

#include <cstdio>
#include <memory>
#include <stdexcept>
#include <vector>

namespace {

template <typename T>
using Handle = std::unique_ptr<T, void (*)(T *)>;

void require(icl_status status) {
  if (status) throw std::runtime_error(icl_last_error_message());
}

// Calls create(arguments..., &handle).
template <typename T, typename Create, typename... Arguments>
Handle<T> make(void (*destroy)(T *), Create create, Arguments... arguments) {
  T *handle = nullptr;
  require(create(arguments..., &handle));
  return Handle<T>(handle, destroy);
}

void print_errors(int d, int l, int k, int n, double rho, const std::vector<double> &lambda) {
  const auto count = static_cast<int64_t>(lambda.size());
  const auto threads = make(icl_run_destroy, icl_run_create);
  require(icl_run_set_threads(threads.get(), 2));
  const auto pool = make(icl_task_pool_destroy, icl_task_pool_create, d, k, ICL_TASKS_GAUSSIAN, 1);
  const auto data = make(icl_dataset_destroy, icl_dataset_create, pool.get(), l, n, rho, 1);
  const auto estimator = make(icl_estimator_destroy, icl_estimator_create);
  const auto fresh = make(icl_test_law_destroy, icl_test_law_create_fresh, d, l, rho, ICL_TASKS_GAUSSIAN);
  const double size = d;
  const auto theory = make(icl_theory_destroy, icl_theory_create, n / (size * size), l / size, k / size, rho, 0.0);

  std::vector<double> gamma(lambda.size() * d * (d + 1)), limit(lambda.size());
  require(icl_estimator_fit_path(estimator.get(), data.get(), count, lambda.data(), threads.get(), gamma.data()));
  require(icl_theory_curve(theory.get(), ICL_QUANTITY_ICL, ICL_LAMBDA, count, lambda.data(), limit.data()));
  for (std::size_t i = 0; i < lambda.size(); i++) {
    double error;
    require(icl_test_error(fresh.get(), &gamma[i * d * (d + 1)], &error));
    std::printf("lambda %5.3f: error %.4f, limit %.4f\n", lambda[i], error, limit[i]);
  }
}

}  // namespace

int main() {
  try {
    print_errors(10, 20, 40, 500, 0.1, {1.0, 0.1, 0.01, 0.001});
  } catch (const std::exception &problem) {
    std::fprintf(stderr, "%s\n", problem.what());
    return 1;
  }
}
