// The theory, in the limit of large d and at finite size: theory.h, finite.h.
#ifndef ICLTHEORY_THEORY_HPP
#define ICLTHEORY_THEORY_HPP

#include "icltheory_fit.hpp"

namespace icl {

enum class Parameter : int32_t {
  tau = ICL_TAU,
  alpha = ICL_ALPHA,
  kappa = ICL_KAPPA,
  rho = ICL_RHO,
  lambda = ICL_LAMBDA,
  test_alpha = ICL_TEST_ALPHA,
  test_rho = ICL_TEST_RHO
};

enum class Quantity : int32_t {
  icl = ICL_QUANTITY_ICL,
  idg = ICL_QUANTITY_IDG,
  gap = ICL_QUANTITY_GAP,
  bayes = ICL_QUANTITY_BAYES,
  xi = ICL_QUANTITY_XI
};

enum class Level : int32_t { pool = ICL_FINITE_POOL, corrected = ICL_FINITE_CORRECTED };

namespace detail {

inline int32_t code(Parameter parameter) { return static_cast<int32_t>(parameter); }
inline int32_t code(Quantity quantity) { return static_cast<int32_t>(quantity); }

}  // namespace detail

// One point of parameter space.
class Theory {
 public:
  struct Minimum {
    double at, value;
  };

  Theory(double tau, double alpha, double kappa, double rho, double lambda)
      : handle_(detail::made<Handle>(icl_theory_create, tau, alpha, kappa, rho, lambda)) {}

  void set(Parameter parameter, double value) {
    detail::check(icl_theory_set(handle_.get(), detail::code(parameter), value));
  }

  // Lets a test parameter follow pretraining's again.
  void clear(Parameter parameter) { detail::check(icl_theory_clear(handle_.get(), detail::code(parameter))); }

  double get(Parameter parameter) const {
    double value = 0.0;
    detail::check(icl_theory_get(handle_.get(), detail::code(parameter), &value));
    return value;
  }

  double value(Quantity quantity) const {
    double value = 0.0;
    detail::check(icl_theory_value(handle_.get(), detail::code(quantity), &value));
    return value;
  }

  double derivative(Quantity quantity, Parameter parameter) const {
    double value = 0.0;
    detail::check(icl_theory_derivative(handle_.get(), detail::code(quantity), detail::code(parameter), &value));
    return value;
  }

  // The quantity at these values of one parameter.
  Vector curve(Quantity quantity, Parameter vary, const Vector &at) const {
    Vector values(at.size());
    detail::check(icl_theory_curve(handle_.get(), detail::code(quantity), detail::code(vary), detail::length(at),
                                   at.data(), values.data()));
    return values;
  }

  Minimum minimum(Quantity quantity, Parameter vary, double lower, double upper) const {
    Minimum minimum = {};
    detail::check(icl_theory_minimum(handle_.get(), detail::code(quantity), detail::code(vary), lower, upper,
                                     &minimum.at, &minimum.value));
    return minimum;
  }

  // Every stationary point between lower and upper, ascending.
  Vector stationary(Quantity quantity, Parameter vary, double lower, double upper) const {
    Vector at(1);  // most curves have no more; else their number is known now, and there is a second round
    for (;;) {
      const int64_t capacity = detail::length(at);
      int64_t count = 0;
      detail::check(icl_theory_stationary(handle_.get(), detail::code(quantity), detail::code(vary), lower, upper,
                                          capacity, at.data(), &count));
      at.resize(static_cast<std::size_t>(count));
      if (count <= capacity) return at;
    }
  }

 private:
  using Handle = detail::Handle<icl_theory, icl_theory_destroy>;
  Handle handle_;
};

// One quantity at many points: vectors of equal length.
inline Vector theory_batch(const Vector &tau, const Vector &alpha, const Vector &kappa, const Vector &rho,
                           const Vector &lambda, Quantity quantity) {
  const int64_t count = detail::length(tau);
  Vector values(tau.size());
  detail::check(icl_theory_batch(count, tau.data(), detail::array(alpha, {count}, "alpha"),
                                 detail::array(kappa, {count}, "kappa"), detail::array(rho, {count}, "rho"),
                                 detail::array(lambda, {count}, "lambda"), detail::code(quantity), values.data()));
  return values;
}

// The theory of one finite model: to be solved, then asked for the error on any test law.
class FiniteTheory {
 public:
  FiniteTheory(const TaskPool &pool, int64_t l, int64_t n, double rho, double lambda, Level level)
      : handle_(detail::made<Handle>(icl_finite_theory_create, pool.get(), l, n, rho, lambda,
                                     static_cast<int32_t>(level))) {}

  void set_samples(int64_t count) { detail::check(icl_finite_theory_set_samples(handle_.get(), count)); }
  void set_seed(uint64_t seed) { detail::check(icl_finite_theory_set_seed(handle_.get(), seed)); }
  void solve(const Run *run = nullptr) { detail::finish(icl_finite_theory_solve(handle_.get(), Run::get(run))); }

  Estimate error(const TestLaw &law) const {
    Estimate result = {};
    detail::check(icl_finite_theory_error(handle_.get(), law.get(), &result.mean, &result.standard_error));
    return result;
  }

 private:
  using Handle = detail::Handle<icl_finite_theory, icl_finite_theory_destroy>;
  Handle handle_;
};

}  // namespace icl

#endif
