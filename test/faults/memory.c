/* Memory, threads and mutexes that cannot be had: every function of the library that asks for one, at every place where
 * it does. The failure is ICL_ERR_MEMORY, leaves outputs as they were and no memory behind, and the same call on the
 * same handles gives the same bits afterwards as if nothing had happened. */
#include "things.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "shim.h"

static outputs untouched, undisturbed;

static void clear(outputs *out) { memset(out, 0x5a, sizeof *out); }

/* The call as it is without a fault; its outputs, with what is read through handles. */
static void succeeds(const fault_case *of, things *t, icl_status status, outputs *out) {
  ck_assert_msg(status == of->expected, "%s, %s: %d, %s", of->function, of->name, status, icl_last_error_message());
  if (of->read) of->read(t);
  t->out.made.any = NULL;
  *out = t->out;
}

/* Of the calls that a solver makes in each of its steps not every one is followed by an undisturbed one: the first
 * SURE are, and every SKIPth. */
enum { SURE = 40, SKIP = 8 };

/* One fault; 0 where the call did not get as far. */
static int is_struck(const fault_case *of, const fault *what, int *first) {
  things t;
  outputs found;
  int64_t before = fault_outstanding();
  set_up(&t, of->threads);
  if (of->prepare) of->prepare(&t);
  clear(&t.out);
  fault_begin(what);
  icl_status status = of->call(&t);
  int struck = fault_end() > 0;
  if (struck) {
    const char *message = icl_last_error_message();
    ck_assert_msg(status == ICL_ERR_MEMORY, "%s, %s, call %" PRId64 " of kind %d: status %d, %s", of->function,
                  of->name, what->first, what->kind, status, message);
    ck_assert_msg((strstr(message, "could not") || strstr(message, "memory")) && !strstr(message, "expected"), "%s",
                  message);
    ck_assert_msg(!memcmp(&t.out, &untouched, sizeof untouched), "%s, %s: outputs were touched", of->function,
                  of->name);
    if (of->failed) of->failed(&t);
  }
  if (!struck || what->first <= SURE || what->first % SKIP == 0) {
    if (struck) status = of->call(&t);
    succeeds(of, &t, status, *first ? &undisturbed : &found);
    ck_assert_msg(*first || !memcmp(&found, &undisturbed, sizeof found), "%s, %s: other bits after call %" PRId64
                  " of kind %d failed", of->function, of->name, what->first, what->kind);
    *first = 0;
  }
  tear_down(&t);
  ck_assert_msg(fault_outstanding() == before, "%s, %s, call %" PRId64 " of kind %d: %" PRId64 " pieces of memory are"
                " left", of->function, of->name, what->first, what->kind, fault_outstanding() - before);
  return struck;
}

/* The first call of this kind, the second, and so on, each alone; or, in growing steps, each with all that follow. */
static int64_t strike_all(const fault_case *of, fault_kind kind, int for_good, int *first) {
  fault what = {kind, FAULT_FAILS, kind == FAULT_MEMORY ? ENOMEM : EAGAIN, 0, 0};
  int64_t number = 0;
  do {
    number += for_good ? 1 + number / 8 : 1;
    what.first = number;
    what.last = for_good ? INT64_MAX : number;
  } while (is_struck(of, &what, first));
  return number - 1;
}

/* Present in builds with an address sanitizer. */
extern int __lsan_do_recoverable_leak_check(void) __attribute__((weak));

static void strike_case(const fault_case *of, int for_good) {
  int first = 1;
  fault none = {FAULT_MEMORY, FAULT_FAILS, 0, 0, 0};
  clear(&untouched);
  ck_assert_int_eq(is_struck(of, &none, &first), 0);
  ck_assert_msg(strike_all(of, FAULT_MEMORY, for_good, &first) > 0, "%s allocates nothing", of->function);
  int64_t threads = strike_all(of, FAULT_THREAD, for_good, &first);
  ck_assert_msg((threads > 0) == (of->threads > 1), "%s, %s: %" PRId64 " threads", of->function, of->name, threads);
  ck_assert_int_ge(strike_all(of, FAULT_MUTEX, for_good, &first), threads > 0);
  int64_t conditions = strike_all(of, FAULT_CONDITION, for_good, &first);
  ck_assert_msg(conditions > 0 || strcmp(of->function, "icl_experiment_run") != 0, "%s, %s", of->function, of->name);
  ck_assert_msg(!__lsan_do_recoverable_leak_check || !__lsan_do_recoverable_leak_check(), "%s leaks", of->function);
}

START_TEST(one_failure_is_clean) { strike_case(&cases[_i], 0); }
END_TEST

START_TEST(lasting_failures_are_clean) { strike_case(&cases[_i], 1); }
END_TEST

START_TEST(the_others_allocate_nothing) {
  for (int i = 0; i < frugal_count; i++) {
    fault all = {FAULT_MEMORY, FAULT_FAILS, ENOMEM, 1, INT64_MAX};
    icl_status status = ICL_ERR_MEMORY;
    things t;
    int64_t before = fault_outstanding();
    set_up(&t, 1);
    OK(icl_estimator_fit(t.estimator, t.many, NULL));
    OK(icl_experiment_run(t.experiment, NULL));
    fault_begin(&all);
    frugal_cases[i].call(&t, &status);
    ck_assert_msg(fault_end() == 0, "%s allocates", frugal_cases[i].function);
    ck_assert_msg(status == ICL_OK, "%s: %d, %s", frugal_cases[i].function, status, icl_last_error_message());
    tear_down(&t);
    ck_assert_msg(fault_outstanding() == before, "%s: memory is left", frugal_cases[i].function);
  }
}
END_TEST

static int is_case(const char *function) {
  for (int i = 0; i < case_count; i++) {
    if (!strcmp(cases[i].function, function)) return 1;
  }
  return 0;
}

static int is_frugal(const char *function) {
  for (int i = 0; i < frugal_count; i++) {
    if (!strcmp(frugal_cases[i].function, function)) return 1;
  }
  return 0;
}

/* Each in one of the two lists. */
START_TEST(every_function_is_covered) {
  char line[1024], name[128];
  int allocating = 0, others = 0;
  FILE *table = fopen(INTERFACE, "r");
  ck_assert_ptr_nonnull(table);
  while (fgets(line, sizeof line, table)) {
    if (sscanf(line, "function\t%127[a-z_0-9]", name) != 1) continue;
    ck_assert_msg(is_case(name) + is_frugal(name) == 1, "%s is in %d lists", name, is_case(name) + is_frugal(name));
    allocating += is_case(name);
    others += is_frugal(name);
  }
  fclose(table);
  ck_assert_int_gt(allocating, 0);
  printf("# of %d functions %d allocate, in %d cases\n", allocating + others, allocating, case_count);
  fflush(stdout);
}
END_TEST

static Suite *suite(void) {
  Suite *s = suite_create("faults");
  TCase *c = tcase_create("lists"), *one = tcase_create("one"), *lasting = tcase_create("lasting");
  tcase_add_test(c, every_function_is_covered);
  tcase_add_test(c, the_others_allocate_nothing);
  tcase_add_loop_test(one, one_failure_is_clean, 0, case_count);
  tcase_add_loop_test(lasting, lasting_failures_are_clean, 0, case_count);
  suite_add_tcase(s, c);
  suite_add_tcase(s, one);
  suite_add_tcase(s, lasting);
  return s;
}

int main(void) {
  fault_count_begin();
  int status = run_suite(suite);
  fault_count_print();
  return status;
}
