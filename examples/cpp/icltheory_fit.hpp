// Fits, exact test errors and baselines: estimator.h, testerror.h, baseline.h.
#ifndef ICLTHEORY_FIT_HPP
#define ICLTHEORY_FIT_HPP

#include "icltheory_data.hpp"

namespace icl {

enum class Method : int32_t {
  automatic = ICL_METHOD_AUTO,
  primal = ICL_METHOD_PRIMAL,
  dual = ICL_METHOD_DUAL,
  conjugate_gradients = ICL_METHOD_CG
};

// Ridge regression for Gamma.
class Estimator {
 public:
  // How a fit went.
  struct Report {
    Method method;
    int64_t iterations;
    double relative_residual, training_error;
  };

  Estimator() : handle_(detail::made<Handle>(icl_estimator_create)) {}

  void set_lambda(double lambda) { detail::check(icl_estimator_set_lambda(handle_.get(), lambda)); }
  void set_method(Method method) {
    detail::check(icl_estimator_set_method(handle_.get(), static_cast<int32_t>(method)));
  }
  void set_tolerance(double relative) { detail::check(icl_estimator_set_tolerance(handle_.get(), relative)); }
  void set_max_iterations(int64_t count) { detail::check(icl_estimator_set_max_iterations(handle_.get(), count)); }

  // After Status::not_converged the best Gamma found and its report can be read.
  void fit(const Dataset &data, const Run *run = nullptr) {
    finish(data, icl_estimator_fit(handle_.get(), data.get(), Run::get(run)));
  }

  // One Gamma for each ridge: lambda.size() x d x (d+1).
  Vector fit_path(const Dataset &data, const Vector &lambda, const Run *run = nullptr) {
    const int64_t count = detail::length(lambda);
    Vector gamma(detail::count({count, data.dimension(), data.dimension() + 1}));
    finish(data,
           icl_estimator_fit_path(handle_.get(), data.get(), count, lambda.data(), Run::get(run), gamma.data()));
    return gamma;
  }

  // The Gamma of the last fit, d x (d+1).
  Vector gamma() const {
    Vector gamma(detail::count({d_, d_ + 1}));
    detail::check(icl_estimator_gamma(handle_.get(), gamma.data()));
    return gamma;
  }

  Report report() const {
    Report report = {};
    int32_t method = 0;
    detail::check(icl_estimator_report(handle_.get(), &method, &report.iterations, &report.relative_residual,
                                       &report.training_error));
    report.method = static_cast<Method>(method);
    return report;
  }

 private:
  using Handle = detail::Handle<icl_estimator, icl_estimator_destroy>;

  // Only these two leave a Gamma of the data's dimension; another failure leaves none, or the earlier one.
  void finish(const Dataset &data, icl_status status) {
    if (status == ICL_OK || status == ICL_ERR_NOT_CONVERGED) d_ = data.dimension();
    detail::finish(status);
  }

  Handle handle_;
  int64_t d_ = 1;  // of the Gamma that can be read; without one, anything
};

// A law of test sequences; never changes once created.
class TestLaw {
 public:
  // A is d x (d+1), B is (d+1) x (d+1).
  struct Moments {
    Vector A, B;
    double c;
  };

  // Fresh tasks: the ICL error.
  static TestLaw fresh(int64_t d, int64_t l, double rho, Tasks distribution) {
    return TestLaw(d, detail::made<Handle>(icl_test_law_create_fresh, d, l, rho, static_cast<int32_t>(distribution)));
  }

  // Fresh Gaussian tasks of this covariance, d x d.
  static TestLaw gaussian(int64_t d, int64_t l, double rho, const Vector &covariance) {
    return TestLaw(d, detail::made<Handle>(icl_test_law_create_gaussian, d, l, rho,
                                           detail::array(covariance, {d, d}, "covariance")));
  }

  // The tasks of a pool: the IDG error.
  static TestLaw of_pool(const TaskPool &pool, int64_t l, double rho) {
    return TestLaw(pool.dimension(), detail::made<Handle>(icl_test_law_create_pool, pool.get(), l, rho));
  }

  // The exact test error of Gamma, d x (d+1).
  double error(const Vector &gamma) const {
    double error = 0.0;
    detail::check(icl_test_error(handle_.get(), detail::array(gamma, {d_, d_ + 1}, "gamma"), &error));
    return error;
  }

  // The same from drawn test sequences.
  Estimate error_sampled(const Vector &gamma, int64_t count, uint64_t seed, const Run *run = nullptr) const {
    Estimate result = {};
    const double *values = detail::array(gamma, {d_, d_ + 1}, "gamma");
    detail::finish(icl_test_error_sampled(handle_.get(), values, count, seed, Run::get(run), &result.mean,
                                          &result.standard_error));
    return result;
  }

  Moments moments() const {
    Moments moments{Vector(detail::count({d_, d_ + 1})), Vector(detail::count({d_ + 1, d_ + 1})), 0.0};
    detail::check(icl_test_law_moments(handle_.get(), moments.A.data(), moments.B.data(), &moments.c));
    return moments;
  }

  // The Gamma, d x (d+1), that pretraining on infinitely many sequences of this law gives.
  Vector optimal_gamma(double lambda) const {
    Vector gamma(detail::count({d_, d_ + 1}));
    detail::check(icl_test_law_optimal_gamma(handle_.get(), lambda, gamma.data()));
    return gamma;
  }

  const icl_test_law *get() const noexcept { return handle_.get(); }

 private:
  using Handle = detail::Handle<icl_test_law, icl_test_law_destroy>;
  TestLaw(int64_t d, Handle handle) : d_(d), handle_(std::move(handle)) {}
  int64_t d_;
  Handle handle_;
};

// The error of dMMSE, which knows the tasks of the pool, on contexts of the law.
inline Estimate dmmse_error(const TaskPool &pool, const TestLaw &law, int64_t count, uint64_t seed,
                            const Run *run = nullptr) {
  Estimate result = {};
  detail::finish(icl_dmmse_error(pool.get(), law.get(), count, seed, Run::get(run), &result.mean,
                                 &result.standard_error));
  return result;
}

// The error of ridge regression with the ridge rho on contexts of the law.
inline Estimate bayes_ridge_error(const TestLaw &law, int64_t count, uint64_t seed, const Run *run = nullptr) {
  Estimate result = {};
  detail::finish(
      icl_bayes_ridge_error(law.get(), count, seed, Run::get(run), &result.mean, &result.standard_error));
  return result;
}

}  // namespace icl

#endif
