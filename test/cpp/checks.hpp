// Test Anything Protocol for C++, and what the tests share.
#ifndef CHECKS_HPP
#define CHECKS_HPP

#include <cmath>
#include <cstdio>
#include <string>

#include "icltheory.hpp"

struct Checks {
  int number = 0, failures = 0;

  void check(bool good, const char *name) {
    failures += !good;
    std::printf("%s %d - %s\n", good ? "ok" : "not ok", ++number, name);
  }

  // The call throws an Error of this status whose message contains this text.
  template <typename Call>
  void fails(icl::Status status, const char *text, const char *name, Call call) {
    try {
      call();
    } catch (const icl::Error &error) {
      const bool good = error.status() == status && std::string(error.what()).find(text) != std::string::npos;
      if (!good) std::printf("# %d, %s\n", static_cast<int>(error.status()), error.what());
      return check(good, name);
    }
    check(false, name);
  }
};

inline bool close(double a, double b, double tolerance) {
  return std::fabs(a - b) <= tolerance * (std::fabs(a) + std::fabs(b));
}

void test_data(Checks &checks);
void test_fits(Checks &checks);
void test_theory(Checks &checks);
void test_runs(Checks &checks);

#endif
