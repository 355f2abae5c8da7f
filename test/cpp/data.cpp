// Tasks, data and attention.
#include "checks.hpp"

namespace {

using icl::Vector;

const int64_t d = 3, l = 5, n = 4;

void test_pools(Checks &checks) {
  const icl::TaskPool pool(d, 2, icl::Tasks::sphere, 7), other(d, 2, icl::Tasks::gaussian, 7);
  const Vector tasks = pool.tasks();
  double square = 0.0;
  for (int64_t i = 0; i < d; i++) square += tasks[static_cast<std::size_t>(i)] * tasks[static_cast<std::size_t>(i)];
  checks.check(tasks.size() == 6 && close(square, static_cast<double>(d), 1e-14), "pool: tasks on the sphere");
  checks.check(other.tasks() != tasks && pool.dimension() == d && pool.size() == 2, "pool: law and sizes");
  const icl::TaskPool copy(d, 2, tasks);
  checks.check(copy.tasks() == tasks, "pool: of the caller's tasks");
  checks.fails(icl::Status::argument, "tasks has 6 entries; 9 were expected", "pool: too few tasks are refused",
               [&] { icl::TaskPool(d, 3, tasks); });
  const icl::TaskPool infinite = icl::TaskPool::infinite(d, icl::Tasks::gaussian, 7);
  checks.check(infinite.size() == 0, "pool: infinite");
  checks.fails(icl::Status::unsupported, "infinite", "pool: its tasks cannot be copied", [&] { infinite.tasks(); });
}

void test_datasets(Checks &checks) {
  const icl::TaskPool pool(d, 2, icl::Tasks::gaussian, 1);
  icl::Dataset generated(pool, l, n, 0.1, 2);
  const icl::Sequences raw = icl::draw_sequences(pool, l, n, 0.1, 2);
  const icl::Rows rows = generated.rows(0, n), tail = generated.rows(1, n - 1);
  const icl::Rows reduced = icl::features(d, l, n, raw.x, raw.y);
  checks.check(rows.query.size() == 12 && rows.context.size() == 16 && rows.target.size() == 4, "rows: shapes");
  checks.check(raw.x.size() == 72 && raw.y.size() == 24 && raw.task.size() == 4, "sequences: shapes");
  checks.check(tail.target[0] == rows.target[1] && tail.query[0] == rows.query[3], "rows: from the first asked for");
  bool same = true;
  for (std::size_t i = 0; i < 16; i++) same = same && std::fabs(rows.context[i] - reduced.context[i]) < 1e-13;
  checks.check(same && reduced.query == rows.query && reduced.target == rows.target, "features of the sequences");

  icl::Dataset appended(d), sequences(d);
  appended.append(rows);
  sequences.append_sequences(l, n, raw.x, raw.y);
  checks.check(appended.size() == n && appended.dimension() == d && appended.rows(0, n).context == rows.context,
               "dataset: rows appended");
  checks.check(sequences.rows(0, n).context == reduced.context, "dataset: sequences appended");
  checks.fails(icl::Status::unsupported, "", "dataset: not to a generated one", [&] { generated.append(rows); });
  checks.fails(icl::Status::argument, "x has 71 entries; 72 were expected", "dataset: a token short",
               [&] { sequences.append_sequences(l, n, Vector(71), raw.y); });
  checks.fails(icl::Status::domain, "bytes", "dataset: memory limit", [&] { generated.set_memory_limit(-1); });

  const Vector gamma(12, 0.5), zero(12, 0.0);
  const Vector prediction = icl::predict(d, n, gamma, rows.query, rows.context);
  double mean = 0.0, one = rows.target[0] * rows.target[0];
  for (std::size_t i = 0; i < 4; i++) mean += std::pow(rows.target[i] - prediction[i], 2.0) / 4.0;
  const icl::Estimate error = generated.error(gamma);
  checks.check(close(error.mean, mean, 1e-13) && error.standard_error > 0.0, "dataset: error is that of predictions");
  const icl::Estimate single = icl::Dataset(pool, l, 1, 0.1, 2).error(zero);
  checks.check(close(single.mean, one, 1e-14) && std::isinf(single.standard_error), "dataset: error of one row");
}

void test_attention(Checks &checks) {
  const icl::TaskPool pool(d, 2, icl::Tasks::gaussian, 1);
  const icl::Sequences raw = icl::draw_sequences(pool, l, 1, 0.1, 2);
  const icl::Rows row = icl::features(d, l, 1, raw.x, raw.y);
  Vector V(16, 0.0), M(16);
  V[15] = 2.0;
  for (std::size_t i = 0; i < 16; i++) M[i] = 0.1 * static_cast<double>(i) - 0.5;
  const Vector gamma = icl::attention_reduce(d, V, M);
  const Vector labels(raw.y.begin(), raw.y.end() - 1);
  const double full = icl::attention_predict(d, l, V, M, raw.x, labels);
  checks.check(std::fabs(full - icl::predict(d, 1, gamma, row.query, row.context)[0]) < 1e-13,
               "attention: full and reduced agree");
  V[12] = 1.0;
  checks.fails(icl::Status::domain, "V", "attention: v21 is not 0", [&] { icl::attention_reduce(d, V, M); });
  checks.fails(icl::Status::argument, "y has 6 entries; 5 were expected", "attention: the query has no label",
               [&] { icl::attention_predict(d, l, V, M, raw.x, raw.y); });
}

}  // namespace

void test_data(Checks &checks) {
  test_pools(checks);
  test_datasets(checks);
  test_attention(checks);
}
