/* Bad input: every function of the interface with every kind of wrong argument in every parameter, by a table. A call
 * that fails has the status and the message that the table says, and leaves outputs and handles as they were; one that
 * succeeds writes every number of its outputs, no NaN, and no infinity but where it is documented. */
#include "arguments.h"

#include "calls.h"

#include <ctype.h>

enum { FUNCTIONS = sizeof functions / sizeof *functions };

typedef struct {
  const char *function;
  int64_t result;
  const char *parameters;
} table_row;

typedef struct {
  const char *name, *changes; /* a function and its arguments; or a class and its value */
  int64_t result;
  const char *text;
} table_case;

#define ROW(function, result, parameters) {#function, result, parameters},
#define CASE(function, changes, result, text)
static const table_row rows[] = {
#include "table.h"
};
#undef ROW
#undef CASE
#define ROW(function, result, parameters)
#define CASE(function, changes, result, text) {#function, changes, result, text},
static const table_case cases[] = {
#include "table.h"
};
static const char extreme[] = "";
#define EXTREME extreme
#define CLASS(name, value, result, text) {#name, value, result, text},
static const table_case classes[] = {
#include "classes.h"
};

enum { ROWS = sizeof rows / sizeof *rows, CASES = sizeof cases / sizeof *cases,
       CLASSES = sizeof classes / sizeof *classes };

typedef struct {
  const public_function *function;
  const table_row *row;
  parameter parameter[MOST];
} signature;

static int64_t calls; /* for the curious */

/* The row of a function, which has exactly its parameters, in their order. */
static signature read_signature(const public_function *function) {
  signature s = {.function = function};
  char text[1024], *rest = text, *token;
  int count = 0;
  for (int i = 0; i < ROWS; i++) {
    if (is(rows[i].function, function->name)) s.row = &rows[i];
  }
  ck_assert_msg(s.row != NULL, "%s is not in the table", function->name);
  snprintf(text, sizeof text, "%s", s.row->parameters);
  while ((token = strtok_r(rest, " ", &rest))) {
    ck_assert_msg(count < function->count, "%s has no parameter %s", function->name, token);
    read_parameter(token, function->parameter[count].type, &s.parameter[count]);
    ck_assert_str_eq(s.parameter[count].name, function->parameter[count].name);
    count++;
  }
  ck_assert_msg(count == function->count, "%s has %d parameters, not %d", function->name, function->count, count);
  return s;
}

/* `changes` is a list of name=value and name[index]=value. */
static void change(const signature *s, const char *changes, argument *arguments) {
  char text[256], *rest = text, *token;
  snprintf(text, sizeof text, "%s", changes);
  while ((token = strtok_r(rest, " ", &rest))) {
    char *equals = strchr(token, '='), *bracket = strchr(token, '[');
    *equals = '\0';
    if (bracket && bracket < equals) *bracket = '\0';
    int i = 0;
    while (i < s->function->count && !is(s->parameter[i].name, token)) i++;
    ck_assert_msg(i < s->function->count, "%s has no parameter %s", s->function->name, token);
    if (!bracket) {
      if (s->parameter[i].handle[0] && !is_out(&s->parameter[i])) destroy(s->parameter[i].handle, arguments[i].pointer);
      else if (is_array(&s->parameter[i]) || is_out(&s->parameter[i]) || is(s->parameter[i].class, "path")) {
        free(arguments[i].pointer);
      }
      arguments[i] = make_argument(&s->parameter[i], equals + 1);
    } else if (element_size(&s->parameter[i]) == 4) {
      ((int32_t *)arguments[i].pointer)[atoi(bracket + 1)] = (int32_t)strtoll(equals + 1, NULL, 10);
    } else {
      ((double *)arguments[i].pointer)[atoi(bracket + 1)] = plain_number(equals + 1, NULL);
    }
  }
}

static void release(const signature *s, argument *arguments, int succeeded) {
  for (int i = 0; i < s->function->count; i++) {
    const parameter *p = &s->parameter[i];
    if (is(p->class, "callback") || is(p->class, "user")) continue;
    if (is(p->class, "new")) {
      if (succeeded && arguments[i].pointer) destroy(p->handle, *(void **)arguments[i].pointer);
      free(arguments[i].pointer);
    } else if (p->handle[0]) {
      if (!is(p->class, "destroyed")) destroy(p->handle, arguments[i].pointer);
    } else if (is_array(p) || is(p->class, "path")) {
      free(arguments[i].pointer);
    }
  }
}

/* ---- one call ---- */

static int is_poison(const parameter *p, const void *array, int64_t element) {
  const unsigned char *bytes = (const unsigned char *)array + element * element_size(p);
  for (int64_t i = 0; i < element_size(p); i++) {
    if (bytes[i] != poison) return 0;
  }
  return 1;
}

static void check_outputs(const signature *s, const argument *arguments, int succeeded, const char *changes) {
  for (int i = 0; i < s->function->count; i++) {
    const parameter *p = &s->parameter[i];
    if (!is_out(p) || !arguments[i].pointer) continue;
    int64_t size = is(p->class, "new") ? 1 : p->size;
    for (int64_t j = 0; j < size && !(succeeded && is(p->class, "room")); j++) {
      ck_assert_msg(is_poison(p, arguments[i].pointer, j) == !succeeded, "%s(%s): %s[%d] %s", s->function->name,
                    changes, p->name, (int)j, succeeded ? "was not written" : "was written");
      if (!succeeded || !is(p->type, "double *")) continue;
      double value = ((double *)arguments[i].pointer)[j];
      int is_right = isfinite(value) || (is(p->class, "infinite") && !isnan(value));
      ck_assert_msg(is_right, "%s(%s): %s[%d] is %g", s->function->name, changes, p->name, (int)j, value);
    }
  }
}

static int is_letter(char c) { return isalnum((unsigned char)c) || c == '_'; }

/* As a whole word. */
static int is_named(const char *word) {
  const char *message = icl_last_error_message(), *at = message;
  for (; (at = strstr(at, word)); at++) {
    if ((at == message || !is_letter(at[-1])) && !is_letter(at[strlen(word)])) return 1;
  }
  return 0;
}

/* One of the words of a list "a|b" is in the message; so is one of none. */
static int names_one_of(const char *list) {
  char word[SPECIFICATION];
  if (!*list) return 1;
  for (const char *from = list; *from; from += strspn(from, "|")) {
    int length = (int)strcspn(from, "|");
    snprintf(word, sizeof word, "%.*s", length, from);
    if (is_named(word)) return 1;
    from += length;
  }
  return 0;
}

/* Whether a handle has to be as it was: what is const always, anything after a failure, unless that empties it. */
static int stays(const parameter *p, int failed) {
  if (!p->handle[0] || is_out(p) || is(p->class, "destroyed")) return 0;
  return !strncmp(p->type, "const ", 6) || (failed && !is(p->class, "emptied"));
}

static void attempt(const signature *s, const char *changes, int64_t result, const char *text, const char *words) {
  argument arguments[MOST];
  double before[MOST][FACTS], after[FACTS];
  int has_status = is(s->function->result, "icl_status"), fails = has_status && result != 0;
  for (int i = 0; i < s->function->count; i++) arguments[i] = make_argument(&s->parameter[i], s->parameter[i].value);
  change(s, changes, arguments);
  for (int i = 0; i < s->function->count; i++) {
    if (s->parameter[i].handle[0] && !is_out(&s->parameter[i])) {
      read_facts(s->parameter[i].handle, arguments[i].pointer, before[i]);
    }
  }
  icl_experiment *other = make_experiment("new");
  icl_experiment_set_checkpoint(other, ""); /* another message, which none of these calls has but that one itself */
  icl_experiment_destroy(other);
  int64_t found = s->function->call(arguments);
  calls++;
  ck_assert_msg(found == result, "%s(%s): %d instead of %d; %s", s->function->name, changes, (int)found, (int)result,
                icl_last_error_message());
  if (fails) {
    ck_assert_msg(strstr(icl_last_error_message(), text) && names_one_of(words),
                  "%s(%s): \"%s\" %s is not in \"%s\"", s->function->name, changes, text, words,
                  icl_last_error_message());
  }
  if (has_status) check_outputs(s, arguments, !fails, changes);
  for (int i = 0; i < s->function->count; i++) {
    if (!stays(&s->parameter[i], fails) || !arguments[i].pointer) continue;
    read_facts(s->parameter[i].handle, arguments[i].pointer, after);
    ck_assert_msg(!memcmp(before[i], after, sizeof after), "%s(%s): %s changed", s->function->name, changes,
                  s->parameter[i].name);
  }
  release(s, arguments, has_status && !fails);
}

/* ---- the calls of a parameter ---- */

static void expect_text(const parameter *p, const char *value, char *text, size_t size) {
  if (is(p->type, "int64_t") || is(p->type, "int32_t")) snprintf(text, size, "%s is %s", p->called, value);
  else snprintf(text, size, "%s is %.17g", p->called, plain_number(value, NULL));
}

/* One value of the parameter's class, or of one element of an array. */
static void attempt_value(const signature *s, const parameter *p, const table_case *entry, int64_t element) {
  char changes[128], text[128] = "";
  int64_t result = entry->result;
  if (element < 0) snprintf(changes, sizeof changes, "%s=%s", p->name, entry->changes);
  else snprintf(changes, sizeof changes, "%s[%d]=%s", p->name, (int)element, entry->changes);
  if (entry->text == extreme) {
    if (p->first) result = p->first;
    attempt(s, changes, result, "", *p->words ? p->words : p->called);
    return;
  }
  if (entry->text) snprintf(text, sizeof text, "%s", entry->text);
  else if (is(entry->name, "finite")) {
    snprintf(text, sizeof text, "%s[%d] is %s", p->name, (int)element, entry->changes);
  } else {
    expect_text(p, entry->changes, text, sizeof text);
  }
  attempt(s, changes, result, text, "");
}

static void attempt_codes(const signature *s, const parameter *p) {
  char place[64], changes[128], text[128];
  const int64_t wrong[] = {INT32_MIN, p->first - 1, p->last + 1, INT32_MAX};
  for (int64_t j = 0; j < (p->size ? 3 : 1); j++) {
    snprintf(place, sizeof place, "%s", p->name);
    if (p->size) snprintf(place, sizeof place, "%s[%d]", p->name, (int)(j * (p->size - 1) / 2));
    for (int i = 0; i < 4; i++) {
      snprintf(changes, sizeof changes, "%s=%d", place, (int)wrong[i]);
      snprintf(text, sizeof text, "%s is %d", place, (int)wrong[i]);
      attempt(s, changes, ICL_ERR_ARGUMENT, text, "");
    }
    for (int code = p->first; code <= p->last; code++) {
      snprintf(changes, sizeof changes, "%s=%d", place, code);
      attempt(s, changes, ICL_OK, "", "");
    }
  }
}

static void attempt_null(const signature *s, const parameter *p) {
  char changes[128], text[128];
  snprintf(changes, sizeof changes, "%s=null", p->name);
  snprintf(text, sizeof text, "%s is NULL", p->name);
  if (is(p->class, "lookup")) attempt(s, changes, -1, "", "");
  else attempt(s, changes, p->nullable ? s->row->result : ICL_ERR_ARGUMENT, text, "");
}

/* Finite numbers, but what the largest double gives depends on its place: the table has cases of it. */
static int has_structure(const parameter *p) {
  return is(p->class, "lower_zero") || is(p->class, "square") || is(p->class, "covariance");
}

/* The class of an array's elements is that of the numbers, but for those without a plural. */
static int is_of_class(const char *class, const parameter *p) {
  size_t length = strlen(class);
  if (has_structure(p)) return is(class, "finite");
  if (p->size && !is_out(p) && !is(p->class, "finite")) {
    return !strncmp(class, p->class, length) && is(p->class + length, "s");
  }
  return is(class, p->class);
}

static void attempt_parameter(const signature *s, const parameter *p) {
  static const char *const plain[] = {"handle", "changed", "emptied", "destroyed", "lookup", "out", "infinite", "room",
                                      "new", "run", "path", "callback", "user", "code", "codes"};
  int known = 0;
  int64_t before = calls;
  for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) known |= is(p->class, plain[i]);
  if (strchr(p->type, '*') || p->nullable) attempt_null(s, p);
  if (is(p->class, "code") || is(p->class, "codes")) attempt_codes(s, p);
  if (is(p->class, "run")) attempt(s, "run=canceling", ICL_ERR_CANCELED, "canceled", "");
  for (int i = 0; i < CLASSES; i++) {
    if (!is_of_class(classes[i].name, p)) continue;
    if (classes[i].result == ICL_OK && has_structure(p)) continue;
    known = 1;
    if (!p->size) attempt_value(s, p, &classes[i], -1);
    for (int64_t j = 0; j < 3 && p->size; j++) attempt_value(s, p, &classes[i], j * (p->size - 1) / 2);
  }
  ck_assert_msg(known && calls > before, "%s: nothing is tried of class %s", s->function->name, p->class);
}

START_TEST(every_call) {
  signature s = read_signature(&functions[_i]);
  attempt(&s, "", s.row->result, "", "");
  for (int i = 0; i < s.function->count; i++) attempt_parameter(&s, &s.parameter[i]);
  for (int i = 0; i < CASES; i++) {
    if (is(cases[i].name, s.function->name)) attempt(&s, cases[i].changes, cases[i].result, cases[i].text, "");
  }
  if (getenv("ICL_COUNT_CALLS")) fprintf(stderr, "%d %s\n", (int)calls, s.function->name);
}
END_TEST

/* And nothing in the table is of another interface. */
START_TEST(every_line) {
  for (int i = 0; i < ROWS + CASES; i++) {
    const char *name = i < ROWS ? rows[i].function : cases[i - ROWS].name;
    int known = 0;
    for (int j = 0; j < FUNCTIONS; j++) known += is(functions[j].name, name);
    for (int j = 0; j < i && i < ROWS; j++) known += is(rows[j].function, name);
    ck_assert_msg(known == 1, "%s: %d", name, known);
  }
  ck_assert_int_eq(ROWS, FUNCTIONS);
}
END_TEST

static Suite *suite(void) {
  Suite *s = suite_create("inputs");
  TCase *c = tcase_create("inputs"), *theory = tagged_case(s, "long_double"); /* its extreme parameters need one */
  tcase_add_test(c, every_line);
  for (int i = 0; i < FUNCTIONS; i++) {
    int is_theory = !strncmp(functions[i].name, "icl_theory_", strlen("icl_theory_"));
    tcase_add_loop_test(is_theory ? theory : c, every_call, i, i + 1);
  }
  suite_add_tcase(s, c);
  return s;
}

SUITE_MAIN(suite)
