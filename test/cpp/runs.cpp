// Threads, progress, cancelling, and exceptions on their way through the C code.
#include <stdexcept>
#include <thread>

#include "checks.hpp"

namespace {

const int64_t d = 4;

struct Stopped {
  int64_t done;
};

// The call throws on what the progress function threw, and works once that has stopped throwing.
template <typename Call>
void passes_on(Checks &checks, const char *name, Call call) {
  icl::Run run;
  run.set_progress([](int64_t done, int64_t) -> bool { throw Stopped{done}; });
  bool arrived = false;
  try {
    call(&run);
  } catch (const Stopped &stopped) {
    arrived = stopped.done >= 0;
  }
  checks.check(arrived, (std::string("a thrown object leaves ") + name).c_str());
  run.set_progress([](int64_t, int64_t) { return true; });
  checks.fails(icl::Status::canceled, "canceled", (std::string("true cancels ") + name).c_str(), [&] { call(&run); });
  run.set_progress(nullptr);
  call(&run);
  checks.check(true, (std::string("without a function runs ") + name).c_str());
}

void test_every_long_call(Checks &checks) {
  const icl::TaskPool pool(d, 3, icl::Tasks::gaussian, 1);
  const icl::Dataset data(pool, 12, 200, 0.1, 2);
  const icl::TestLaw law = icl::TestLaw::of_pool(pool, 12, 0.1);
  const icl::Vector gamma(20, 0.1);
  icl::Estimator fit;
  icl::Experiment experiment(d);
  icl::FiniteTheory theory(pool, 12, 60, 0.1, 0.3, icl::Level::corrected);
  theory.set_samples(400);
  for (icl::Parameter ratio : {icl::Parameter::tau, icl::Parameter::alpha, icl::Parameter::kappa}) {
    experiment.set(ratio, 1.5);
  }
  using Run = const icl::Run *;
  passes_on(checks, "fit", [&](Run run) { fit.fit(data, run); });
  passes_on(checks, "fit_path", [&](Run run) { fit.fit_path(data, {0.1, 1.0}, run); });
  passes_on(checks, "draw_sequences", [&](Run run) { icl::draw_sequences(pool, 12, 200, 0.1, 2, run); });
  passes_on(checks, "Dataset::error", [&](Run run) { data.error(gamma, run); });
  passes_on(checks, "error_sampled", [&](Run run) { law.error_sampled(gamma, 1000, 1, run); });
  passes_on(checks, "dmmse_error", [&](Run run) { icl::dmmse_error(pool, law, 1000, 1, run); });
  passes_on(checks, "bayes_ridge_error", [&](Run run) { icl::bayes_ridge_error(law, 1000, 1, run); });
  passes_on(checks, "FiniteTheory::solve", [&](Run run) { theory.solve(run); });
  passes_on(checks, "Experiment::run", [&](Run run) { experiment.run(run); });
  passes_on(checks, "Experiment::curve", [&](Run run) {
    experiment.curve(icl::Parameter::tau, {0.5, 1.0}, {icl::Quantity::icl}, run);
  });
}

void test_progress(Checks &checks) {
  const icl::TaskPool pool(d, 3, icl::Tasks::gaussian, 1);
  const icl::Dataset data(pool, 12, 200, 0.1, 2);
  const icl::Vector gamma(20, 0.1);
  icl::Run run;
  int64_t last = -1, whole = -1;
  bool ascending = true, here = true;
  const std::thread::id caller = std::this_thread::get_id();
  run.set_progress([&](int64_t done, int64_t total) {
    ascending = ascending && done >= last;
    here = here && std::this_thread::get_id() == caller;
    last = done;
    whole = total;
    return false;
  });
  run.set_threads(2);
  icl::Run moved(std::move(run));
  const double mean = data.error(gamma, &moved).mean;
  checks.check(ascending && last == whole && whole > 0, "progress ascends to its total, in a run that was moved");
  checks.check(here, "progress is reported on the calling thread");
  checks.check(mean == data.error(gamma).mean, "threads change no number");
  checks.fails(icl::Status::domain, "threads is -1", "threads have to be 0 or more", [&] { moved.set_threads(-1); });
  checks.fails(icl::Status::argument, "run", "a run moved from", [&] { run.set_threads(1); });

  // A progress function that itself calls the library, with a progress function that throws.
  bool inner = false;
  moved.set_progress([&](int64_t, int64_t) {
    icl::Run nested;
    nested.set_progress([](int64_t, int64_t) -> bool { throw std::runtime_error("inner"); });
    try {
      icl::Dataset(pool, 12, 50, 0.1, 3).error(gamma, &nested);
    } catch (const std::runtime_error &error) {
      inner = std::string(error.what()) == "inner";
    }
    return false;
  });
  checks.check(data.error(gamma, &moved).mean == mean && inner, "calls within progress throw there only");
}

}  // namespace

void test_runs(Checks &checks) {
  test_every_long_call(checks);
  test_progress(checks);
}
