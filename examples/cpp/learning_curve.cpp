// Double descent from C++: fits at finite size beside the theory, along the sample size tau = n/d^2.
//
//     learning_curve [D [REPLICATES]]
//
// Shows replicates with error bars in several threads, with progress; and where the theory has its minimum.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "icltheory.hpp"

namespace {

void show(int64_t d, int64_t replicates) {
  icl::Experiment experiment(d);
  experiment.set(icl::Parameter::alpha, 2.0);
  experiment.set(icl::Parameter::kappa, INFINITY);  // a fresh task for every sequence
  experiment.set(icl::Parameter::rho, 0.25);
  experiment.set(icl::Parameter::lambda, 0.01);
  experiment.set_replicates(replicates);

  icl::Run run;
  run.set_threads(0);
  int64_t shown = -1;
  run.set_progress([&shown](int64_t done, int64_t total) {
    if (done > shown) std::cerr << '\r' << done << " of " << total;
    shown = done;
    return false;  // go on
  });
  const icl::Vector tau = {0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0, 4.0};
  const auto curve = experiment.curve(icl::Parameter::tau, tau, {icl::Quantity::icl}, &run);
  std::cerr << '\n';

  std::printf("   tau       n   simulated         theory\n");
  for (std::size_t i = 0; i < tau.size(); i++) {
    std::printf("%6.2f %7lld   %.4f +- %.4f  %.4f\n", tau[i], static_cast<long long>(curve.sizes[i].n), curve.mean[i],
                curve.standard_error[i], curve.theory[i]);
  }
  const icl::Theory theory(2.0, 2.0, INFINITY, 0.25, 0.01);
  const auto best = theory.minimum(icl::Quantity::icl, icl::Parameter::lambda, 0.0, INFINITY);
  std::printf("at tau = 2 the ridge %.4f is best: %.4f\n", best.at, best.value);
}

}  // namespace

int main(int argc, char **argv) {
  try {
    show(argc > 1 ? std::atoll(argv[1]) : 20, argc > 2 ? std::atoll(argv[2]) : 10);
    return EXIT_SUCCESS;
  } catch (const std::exception &error) {
    std::cerr << error.what() << '\n';
    return EXIT_FAILURE;
  }
}
