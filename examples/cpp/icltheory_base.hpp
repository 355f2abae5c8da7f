// What the other headers stand on: errors, handles, runs, and vectors whose sizes are checked.
#ifndef ICLTHEORY_BASE_HPP
#define ICLTHEORY_BASE_HPP

#include <icltheory.h>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <initializer_list>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace icl {

using Vector = std::vector<double>;

enum class Status : icl_status {
  argument = ICL_ERR_ARGUMENT,
  domain = ICL_ERR_DOMAIN,
  nonfinite = ICL_ERR_NONFINITE,
  size = ICL_ERR_SIZE,
  state = ICL_ERR_STATE,
  not_converged = ICL_ERR_NOT_CONVERGED,
  singular = ICL_ERR_SINGULAR,
  memory = ICL_ERR_MEMORY,
  io = ICL_ERR_IO,
  canceled = ICL_ERR_CANCELED,
  unsupported = ICL_ERR_UNSUPPORTED
};

// Every failure of the library. what() is the status in words, then the argument, its value and what was expected.
class Error : public std::runtime_error {
 public:
  Error(icl_status status, const std::string &message)
      : std::runtime_error(std::string(icl_status_string(status)) + ": " + message),
        status_(static_cast<Status>(status)) {}
  Status status() const noexcept { return status_; }

 private:
  Status status_;
};

inline std::string version_string() { return icl_version_string(); }
inline int32_t version_number() { return icl_version_number(); }

namespace detail {

inline void check(icl_status status) {
  if (status != ICL_OK) throw Error(status, icl_last_error_message());
}

// size + 1, of a size that is not checked yet.
inline int64_t next(int64_t size) { return size < std::numeric_limits<int64_t>::max() ? size + 1 : size; }

// The numbers in an array of this shape; 0 if a size is below 1, which the library refuses.
inline std::size_t count(std::initializer_list<int64_t> shape) {
  uint64_t product = 1;
  for (int64_t size : shape) {
    if (size < 1) return 0;
    if (static_cast<uint64_t>(size) > std::numeric_limits<std::ptrdiff_t>::max() / sizeof(double) / product) {
      throw Error(ICL_ERR_SIZE, "an array of this shape is larger than the memory that can be addressed");
    }
    product *= static_cast<uint64_t>(size);
  }
  return static_cast<std::size_t>(product);
}

// The data of a vector that the library will read according to this shape. It reads nothing if a size is below 1.
template <typename T>
const T *array(const std::vector<T> &values, std::initializer_list<int64_t> shape, const char *name) {
  const std::size_t expected = count(shape);
  if (expected > 0 && values.size() != expected) {
    throw Error(ICL_ERR_ARGUMENT, std::string(name) + " has " + std::to_string(values.size()) + " entries; " +
                                      std::to_string(expected) + " were expected");
  }
  return values.data();
}

inline int64_t length(const Vector &values) { return static_cast<int64_t>(values.size()); }

template <typename T, void (*destroy)(T *)>
struct Deleter {
  void operator()(T *handle) const noexcept { destroy(handle); }
};

// Owns a handle of the library; moves, but does not copy. One moved from is NULL, which every call refuses.
template <typename T, void (*destroy)(T *)>
using Handle = std::unique_ptr<T, Deleter<T, destroy>>;

// Creates a handle: made<H>(icl_X_create, arguments...).
template <typename H, typename Create, typename... Arguments>
H made(Create create, Arguments... arguments) {
  typename H::pointer created = nullptr;
  check(create(arguments..., &created));
  return H(created);
}

using Progress = std::function<bool(int64_t, int64_t)>;

// What this thread's progress function threw, on its way past the C code. The library calls that function on the
// calling thread only, so nobody else's exception gets here.
inline std::exception_ptr &thrown() {
  static thread_local std::exception_ptr exception;
  return exception;
}

extern "C" inline int32_t icl_hpp_progress(int64_t done, int64_t total, void *user) noexcept {
  try {
    return (*static_cast<const Progress *>(user))(done, total) ? 1 : 0;
  } catch (...) {
    thrown() = std::current_exception();
    return 1;
  }
}

// The end of a long call: what the progress function threw, thrown on; else the library's own failure.
inline void finish(icl_status status) {
  if (thrown()) {
    std::exception_ptr exception;
    std::swap(exception, thrown());
    std::rethrow_exception(exception);
  }
  check(status);
}

}  // namespace detail

// How a long computation runs; every long function takes a pointer to one last, which may be null. As in C, several
// threads may use one run at a time, if its progress function allows that.
class Run {
 public:
  // Returns true to cancel the call, which then throws Status::canceled; what it throws itself the call throws on.
  using Progress = detail::Progress;

  Run() : handle_(detail::made<Handle>(icl_run_create)) {}

  void set_threads(int64_t threads) { detail::check(icl_run_set_threads(handle_.get(), threads)); }

  void set_progress(Progress progress) {
    std::unique_ptr<Progress> next(progress ? new Progress(std::move(progress)) : nullptr);
    icl_progress_fn call = next ? detail::icl_hpp_progress : nullptr;
    detail::check(icl_run_set_progress(handle_.get(), call, next.get()));
    progress_ = std::move(next);
  }

  // The C handle, NULL for none.
  static const icl_run *get(const Run *run) { return run ? run->handle_.get() : nullptr; }

 private:
  using Handle = detail::Handle<icl_run, icl_run_destroy>;
  std::unique_ptr<Progress> progress_;  // where it is does not change when the run is moved
  Handle handle_;
};

// A mean and its standard error.
struct Estimate {
  double mean;
  double standard_error;
};

}  // namespace icl

#endif
