// Replicated experiments beside the theory: experiment.h.
#ifndef ICLTHEORY_EXPERIMENT_HPP
#define ICLTHEORY_EXPERIMENT_HPP

#include "icltheory_theory.hpp"

namespace icl {

class Experiment {
 public:
  // Integers that the ratios round to; k = 0 is the infinite pool, n = 0 the population Gamma.
  struct Sizes {
    int64_t d, l, k, n;
  };

  // Points by quantities, row-major; sizes by points. Without simulation mean and standard_error are empty.
  struct Curve {
    Vector mean, standard_error, theory;
    std::vector<Sizes> sizes;
  };

  explicit Experiment(int64_t d) : handle_(detail::made<Handle>(icl_experiment_create, d)) {}

  void set(Parameter parameter, double value) {
    detail::check(icl_experiment_set(handle_.get(), detail::code(parameter), value));
  }
  void set_distribution(Tasks distribution) {
    detail::check(icl_experiment_set_distribution(handle_.get(), static_cast<int32_t>(distribution)));
  }
  void set_replicates(int64_t count) {
    detail::check(icl_experiment_set_replicates(handle_.get(), count));
    replicates_ = count;
  }
  void set_seed(uint64_t seed) { detail::check(icl_experiment_set_seed(handle_.get(), seed)); }
  void set_checkpoint(const std::string &path) {
    detail::check(icl_experiment_set_checkpoint(handle_.get(), path.c_str()));
  }
  void clear_checkpoint() { detail::check(icl_experiment_set_checkpoint(handle_.get(), nullptr)); }

  void run(const Run *run = nullptr) { detail::finish(icl_experiment_run(handle_.get(), Run::get(run))); }

  // The mean over replicates, after a run.
  Estimate result(Quantity quantity) const {
    Estimate result = {};
    detail::check(
        icl_experiment_result(handle_.get(), detail::code(quantity), &result.mean, &result.standard_error));
    return result;
  }

  // The replicates one by one.
  Vector replicates(Quantity quantity) const {
    Vector values(detail::count({replicates_}));
    detail::check(icl_experiment_replicates(handle_.get(), detail::code(quantity), values.data()));
    return values;
  }

  Sizes sizes() const {
    Sizes sizes = {};
    detail::check(icl_experiment_sizes(handle_.get(), &sizes.d, &sizes.l, &sizes.k, &sizes.n));
    return sizes;
  }

  // The theory at the ratios that the sizes realise.
  double theory(Quantity quantity) const {
    double value = 0.0;
    detail::check(icl_experiment_theory(handle_.get(), detail::code(quantity), &value));
    return value;
  }

  // The experiment at each value of one parameter.
  Curve curve(Parameter vary, const Vector &at, const std::vector<Quantity> &quantities, const Run *run = nullptr) {
    return curve(vary, at, quantities, run, true);
  }

  // The theory and the sizes of that curve, without simulation.
  Curve theory_curve(Parameter vary, const Vector &at, const std::vector<Quantity> &quantities) {
    return curve(vary, at, quantities, nullptr, false);
  }

 private:
  using Handle = detail::Handle<icl_experiment, icl_experiment_destroy>;

  Curve curve(Parameter vary, const Vector &at, const std::vector<Quantity> &quantities, const Run *run,
              bool simulated) {
    const std::size_t points = at.size(), values = points * quantities.size();
    std::vector<int32_t> codes;
    for (Quantity quantity : quantities) codes.push_back(detail::code(quantity));
    Curve curve{Vector(simulated ? values : 0), Vector(simulated ? values : 0), Vector(values), {}};
    std::vector<int64_t> sizes(4 * points);
    detail::finish(icl_experiment_curve(
        handle_.get(), detail::code(vary), static_cast<int64_t>(points), at.data(),
        static_cast<int64_t>(codes.size()), codes.data(), Run::get(run), simulated ? curve.mean.data() : nullptr,
        simulated ? curve.standard_error.data() : nullptr, curve.theory.data(), sizes.data()));
    for (std::size_t i = 0; i < sizes.size(); i += 4) {
      curve.sizes.push_back(Sizes{sizes[i], sizes[i + 1], sizes[i + 2], sizes[i + 3]});
    }
    return curve;
  }

  Handle handle_;
  int64_t replicates_ = 10;  // the library's default
};

}  // namespace icl

#endif
