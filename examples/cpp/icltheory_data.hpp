// Tasks, data, and linear attention itself: tasks.h, dataset.h, attention.h.
#ifndef ICLTHEORY_DATA_HPP
#define ICLTHEORY_DATA_HPP

#include "icltheory_base.hpp"

namespace icl {

enum class Tasks : int32_t { gaussian = ICL_TASKS_GAUSSIAN, sphere = ICL_TASKS_SPHERE };

// A pool of pretraining tasks; never changes once created.
class TaskPool {
 public:
  // Draws k tasks.
  TaskPool(int64_t d, int64_t k, Tasks distribution, uint64_t seed)
      : handle_(detail::made<Handle>(icl_task_pool_create, d, k, static_cast<int32_t>(distribution), seed)) {}

  // A pool of the caller's tasks, k x d.
  TaskPool(int64_t d, int64_t k, const Vector &tasks)
      : handle_(detail::made<Handle>(icl_task_pool_create_from, d, k, detail::array(tasks, {k, d}, "tasks"))) {}

  // The infinite pool: a fresh task for every sequence.
  static TaskPool infinite(int64_t d, Tasks distribution, uint64_t seed) {
    return TaskPool(
        detail::made<Handle>(icl_task_pool_create_infinite, d, static_cast<int32_t>(distribution), seed));
  }

  int64_t dimension() const { return icl_task_pool_dimension(handle_.get()); }
  int64_t size() const { return icl_task_pool_size(handle_.get()); }

  // The tasks, k x d. The infinite pool has none to copy: Status::unsupported.
  Vector tasks() const {
    Vector tasks(detail::count({size() > 0 ? size() : 1, dimension()}));
    detail::check(icl_task_pool_copy(handle_.get(), tasks.data()));
    return tasks;
  }

  const icl_task_pool *get() const noexcept { return handle_.get(); }

 private:
  using Handle = detail::Handle<icl_task_pool, icl_task_pool_destroy>;
  explicit TaskPool(Handle handle) : handle_(std::move(handle)) {}
  Handle handle_;
};

// Rows: n x d, n x (d+1), n.
struct Rows {
  Vector query, context, target;
};

// Raw sequences: n x (l+1) x d, n x (l+1), and each one's task in the pool, -1 for the infinite one.
struct Sequences {
  Vector x, y;
  std::vector<int64_t> task;
};

// Pretraining data, generated on demand or given by the caller.
class Dataset {
 public:
  Dataset(const TaskPool &pool, int64_t l, int64_t n, double rho, uint64_t seed)
      : handle_(detail::made<Handle>(icl_dataset_create, pool.get(), l, n, rho, seed)) {}

  // An empty one, to be appended to.
  explicit Dataset(int64_t d) : handle_(detail::made<Handle>(icl_dataset_create_empty, d)) {}

  void append_sequences(int64_t l, int64_t count, const Vector &x, const Vector &y) {
    const double *tokens = detail::array(x, {count, detail::next(l), dimension()}, "x");
    const double *labels = detail::array(y, {count, detail::next(l)}, "y");
    detail::check(icl_dataset_append_sequences(handle_.get(), l, count, tokens, labels));
  }

  void append(const Rows &rows) {
    const int64_t count = detail::length(rows.target), d = dimension();
    const double *query = detail::array(rows.query, {count, d}, "query");
    const double *context = detail::array(rows.context, {count, d + 1}, "context");
    detail::check(icl_dataset_append_features(handle_.get(), count, query, context, rows.target.data()));
  }

  void set_memory_limit(int64_t bytes) { detail::check(icl_dataset_set_memory_limit(handle_.get(), bytes)); }

  // Rows first .. first + count - 1.
  Rows rows(int64_t first, int64_t count) const {
    const int64_t d = dimension();
    Rows rows{Vector(detail::count({count, d})), Vector(detail::count({count, d + 1})), Vector(detail::count({count}))};
    detail::check(icl_dataset_copy_rows(handle_.get(), first, count, rows.query.data(), rows.context.data(),
                                        rows.target.data()));
    return rows;
  }

  int64_t dimension() const { return icl_dataset_dimension(handle_.get()); }
  int64_t size() const { return icl_dataset_size(handle_.get()); }

  // Mean squared error of Gamma, d x (d+1), on the rows; of one row the standard error is infinite.
  Estimate error(const Vector &gamma, const Run *run = nullptr) const {
    Estimate result = {0.0, std::numeric_limits<double>::infinity()};
    const double *values = detail::array(gamma, {dimension(), dimension() + 1}, "gamma");
    detail::finish(icl_dataset_error(handle_.get(), values, Run::get(run), &result.mean,
                                     size() == 1 ? nullptr : &result.standard_error));
    return result;
  }

  const icl_dataset *get() const noexcept { return handle_.get(); }

 private:
  using Handle = detail::Handle<icl_dataset, icl_dataset_destroy>;
  Handle handle_;
};

// The sequences whose features a dataset of the same arguments has.
inline Sequences draw_sequences(const TaskPool &pool, int64_t l, int64_t n, double rho, uint64_t seed,
                                const Run *run = nullptr) {
  const int64_t tokens = detail::next(l);
  Sequences result{Vector(detail::count({n, tokens, pool.dimension()})), Vector(detail::count({n, tokens})),
                   std::vector<int64_t>(detail::count({n}))};
  detail::finish(icl_sequences_draw(pool.get(), l, n, rho, seed, Run::get(run), result.x.data(), result.y.data(),
                                    result.task.data()));
  return result;
}

// Reduces n sequences, x of n x (l+1) x d and y of n x (l+1), to rows.
inline Rows features(int64_t d, int64_t l, int64_t n, const Vector &x, const Vector &y) {
  const double *tokens = detail::array(x, {n, detail::next(l), d}, "x");
  const double *labels = detail::array(y, {n, detail::next(l)}, "y");
  Rows rows{Vector(detail::count({n, d})), Vector(detail::count({n, detail::next(d)})), Vector(detail::count({n}))};
  detail::check(icl_features(d, l, n, tokens, labels, rows.query.data(), rows.context.data(), rows.target.data()));
  return rows;
}

// Predictions of Gamma, d x (d+1), for n queries, n x d, and context summaries, n x (d+1).
inline Vector predict(int64_t d, int64_t n, const Vector &gamma, const Vector &query, const Vector &context) {
  Vector prediction(detail::count({n}));
  detail::check(icl_gamma_predict(d, n, detail::array(gamma, {d, detail::next(d)}, "gamma"),
                                  detail::array(query, {n, d}, "query"),
                                  detail::array(context, {n, detail::next(d)}, "context"), prediction.data()));
  return prediction;
}

// The prediction of full linear attention, V and M of (d+1) x (d+1), on one prompt: x of (l+1) x d, y of l.
inline double attention_predict(int64_t d, int64_t l, const Vector &V, const Vector &M, const Vector &x,
                                const Vector &y) {
  const int64_t side = detail::next(d);
  double prediction = 0.0;
  detail::check(icl_attention_predict(d, l, detail::array(V, {side, side}, "V"), detail::array(M, {side, side}, "M"),
                                      detail::array(x, {detail::next(l), d}, "x"), detail::array(y, {l}, "y"),
                                      &prediction));
  return prediction;
}

// The Gamma, d x (d+1), of a linear attention whose v21 is 0.
inline Vector attention_reduce(int64_t d, const Vector &V, const Vector &M) {
  const int64_t side = detail::next(d);
  Vector gamma(detail::count({d, side}));
  detail::check(icl_attention_reduce(d, detail::array(V, {side, side}, "V"), detail::array(M, {side, side}, "M"),
                                     gamma.data()));
  return gamma;
}

}  // namespace icl

#endif
