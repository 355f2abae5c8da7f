/* Status strings, and the error message as a property of each thread. */
#include "support.h"

#include <pthread.h>
#include <stdio.h>

static const icl_status codes[] = {ICL_OK, ICL_ERR_ARGUMENT, ICL_ERR_DOMAIN, ICL_ERR_NONFINITE, ICL_ERR_SIZE,
                                   ICL_ERR_STATE, ICL_ERR_NOT_CONVERGED, ICL_ERR_SINGULAR, ICL_ERR_MEMORY, ICL_ERR_IO,
                                   ICL_ERR_CANCELED, ICL_ERR_UNSUPPORTED};
enum { CODES = sizeof codes / sizeof codes[0] };

/* The numbers are part of the binary interface. */
START_TEST(codes_have_their_numbers) {
  static const icl_status numbers[CODES] = {0, -1, -2, -3, -4, -5, -100, -101, -200, -201, -300, -301};
  for (int i = 0; i < CODES; i++) ck_assert_int_eq(codes[i], numbers[i]);
}
END_TEST

START_TEST(every_code_has_its_own_string) {
  ck_assert_str_eq(icl_status_string(ICL_OK), "success");
  ck_assert_str_eq(icl_status_string(ICL_ERR_DOMAIN), "number outside its range");
  for (int i = 0; i < CODES; i++) {
    ck_assert_ptr_nonnull(icl_status_string(codes[i]));
    ck_assert_int_gt((int)strlen(icl_status_string(codes[i])), 0);
    ck_assert_str_ne(icl_status_string(codes[i]), "unknown status");
    for (int j = 0; j < i; j++) ck_assert_str_ne(icl_status_string(codes[i]), icl_status_string(codes[j]));
  }
}
END_TEST

START_TEST(unknown_codes_say_so) {
  static const icl_status unknown[] = {1, 7, -6, -99, -102, -202, -302, INT32_MAX, INT32_MIN};
  for (int i = 0; i < 9; i++) ck_assert_str_eq(icl_status_string(unknown[i]), "unknown status");
}
END_TEST

static void *read_message(void *out) {
  strcpy(out, icl_last_error_message());
  return NULL;
}

START_TEST(message_starts_empty) {
  char message[1024] = "unread";
  pthread_t thread; /* a new one: in this one, other tests may have failed calls before */
  ck_assert_int_eq(pthread_create(&thread, NULL, read_message, message), 0);
  pthread_join(thread, NULL);
  ck_assert_str_eq(message, "");
}
END_TEST

START_TEST(message_names_argument_value_and_expectation) {
  icl_theory *theory = NULL;
  FAILS(ICL_ERR_DOMAIN, "alpha is -2;", icl_theory_create(1.0, -2.0, 1.0, 0.0, 0.0, &theory));
  FAILS(ICL_ERR_DOMAIN, "a number > 0 or infinity", icl_theory_create(1.0, -2.5, 1.0, 0.0, 0.0, &theory));
  ck_assert_ptr_null(theory);
}
END_TEST

START_TEST(success_leaves_the_message) {
  icl_theory *theory;
  double value;
  char before[1024];
  ck_assert_int_eq(icl_theory_create(1.0, -2.5, 1.0, 0.0, 0.0, &theory), ICL_ERR_DOMAIN);
  strcpy(before, icl_last_error_message());
  OK(icl_theory_create(1.0, 2.5, 1.0, 0.0, 0.1, &theory));
  OK(icl_theory_value(theory, ICL_QUANTITY_ICL, &value));
  icl_theory_destroy(theory);
  icl_status_string(ICL_ERR_IO);
  ck_assert_str_eq(icl_last_error_message(), before);
  ck_assert_int_eq(icl_theory_create(1.0, 1.0, 1.0, -1.0, 0.0, &theory), ICL_ERR_DOMAIN);
  ck_assert_ptr_nonnull(strstr(icl_last_error_message(), "rho")); /* the next failure replaces it */
}
END_TEST

enum { THREADS = 8, ROUNDS = 500 };

typedef struct {
  pthread_barrier_t *barrier;
  int number, mixed;
} failing_thread;

/* All threads fail at once, each with a value of its own, and each finds its own value in its message. */
static void *fail_repeatedly(void *argument) {
  failing_thread *self = argument;
  char expected[64];
  for (int round = 0; round < ROUNDS; round++) {
    icl_theory *theory = NULL;
    int value = 1 + self->number + THREADS * round;
    pthread_barrier_wait(self->barrier);
    icl_theory_create(-value, 1.0, 1.0, 0.0, 0.0, &theory);
    pthread_barrier_wait(self->barrier);
    snprintf(expected, sizeof expected, "tau is -%d;", value);
    self->mixed += strstr(icl_last_error_message(), expected) == NULL;
  }
  return NULL;
}

START_TEST(message_is_the_threads_own) {
  pthread_t threads[THREADS];
  failing_thread states[THREADS];
  pthread_barrier_t barrier;
  icl_theory *theory;
  ck_assert_int_eq(icl_theory_create(1.0, 1.0, -77.0, 0.0, 0.0, &theory), ICL_ERR_DOMAIN);
  ck_assert_int_eq(pthread_barrier_init(&barrier, NULL, THREADS), 0);
  for (int i = 0; i < THREADS; i++) {
    states[i] = (failing_thread){&barrier, i, 0};
    ck_assert_int_eq(pthread_create(&threads[i], NULL, fail_repeatedly, &states[i]), 0);
  }
  for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  pthread_barrier_destroy(&barrier);
  for (int i = 0; i < THREADS; i++) ck_assert_int_eq(states[i].mixed, 0);
  ck_assert_ptr_nonnull(strstr(icl_last_error_message(), "-77"));
}
END_TEST

static Suite *suite(void) {
  Suite *s = suite_create("status");
  TCase *c = tcase_create("status");
  tcase_add_test(c, codes_have_their_numbers);
  tcase_add_test(c, every_code_has_its_own_string);
  tcase_add_test(c, unknown_codes_say_so);
  tcase_add_test(c, message_starts_empty);
  tcase_add_test(c, message_names_argument_value_and_expectation);
  tcase_add_test(c, success_leaves_the_message);
  tcase_add_test(c, message_is_the_threads_own);
  suite_add_tcase(s, c);
  return s;
}

SUITE_MAIN(suite)
