// The C++ classes of examples/cpp, each function of the library called through them. What the numbers are is tested in
// C; here that arguments and results arrive in their places.
#include <cstring>
#include <exception>
#include <type_traits>

#include "checks.hpp"

namespace {

template <typename T>
constexpr bool move_only() {
  return std::is_nothrow_move_constructible<T>::value && std::is_nothrow_move_assignable<T>::value &&
         !std::is_copy_constructible<T>::value && !std::is_copy_assignable<T>::value;
}

static_assert(move_only<icl::Run>() && move_only<icl::TaskPool>() && move_only<icl::Dataset>() &&
                  move_only<icl::Estimator>() && move_only<icl::TestLaw>() && move_only<icl::Theory>() &&
                  move_only<icl::FiniteTheory>() && move_only<icl::Experiment>(),
              "every class moves and does not copy");

void test_base(Checks &checks) {
  const std::string version = icl::version_string();
  int major = -1, minor = -1, patch = -1;
  std::sscanf(version.c_str(), "%d.%d.%d", &major, &minor, &patch);
  checks.check(10000 * major + 100 * minor + patch == icl::version_number(), "version: text and number agree");

  checks.fails(icl::Status::domain, "number outside its range: tau is -1", "an error has status, value and argument",
               [] { icl::Theory(-1.0, 1.0, 1.0, 0.0, 0.0); });
  icl::Theory first(1.5, 2.0, 0.5, 0.1, 0.01);
  icl::Theory second(std::move(first));
  checks.check(second.get(icl::Parameter::tau) == 1.5, "an object moved to has the handle");
  checks.fails(icl::Status::argument, "theory", "one moved from throws", [&] { first.get(icl::Parameter::tau); });
  first = std::move(second);
  checks.check(first.get(icl::Parameter::alpha) == 2.0, "and can be assigned to again");
  checks.check(icl::detail::next(INT64_MAX) == INT64_MAX, "sizes do not overflow");
  checks.fails(icl::Status::size, "array", "nor do their products",
               [] { icl::features(INT64_MAX, 3, INT64_MAX, {}, {}); });
}

}  // namespace

int main() {
  Checks checks;
  try {
    test_base(checks);
    test_data(checks);
    test_fits(checks);
    test_theory(checks);
    test_runs(checks);
  } catch (const std::exception &error) {
    checks.check(false, error.what());
  }
  std::printf("1..%d\n", checks.number);
  return checks.failures ? 1 : 0;
}
