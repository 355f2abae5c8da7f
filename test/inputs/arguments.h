/* Functions as the table of the interface has them, and arguments as our table has them. */
#ifndef ICL_TEST_ARGUMENTS_H
#define ICL_TEST_ARGUMENTS_H

#include "objects.h"

#include <stdio.h>

typedef union {
  int64_t integer;
  double number;
  void *pointer;
  icl_progress_fn callback;
} argument;

enum { MOST = 12, SPECIFICATION = 40 };

typedef struct {
  const char *name, *result;
  int64_t (*call)(const argument *arguments);
  int count;
  struct {
    const char *type, *name;
  } parameter[MOST];
} public_function;

/* One parameter of a row, `name=value:class?@called/first/last~words`. */
typedef struct {
  char name[SPECIFICATION], value[SPECIFICATION], class[SPECIFICATION], called[SPECIFICATION], words[SPECIFICATION];
  int nullable, first, last;
  const char *type;
  char handle[SPECIFICATION]; /* the type of the object pointed to, or "" */
  int64_t size;               /* elements of an array */
} parameter;

static int is_out(const parameter *p) {
  return is(p->class, "out") || is(p->class, "infinite") || is(p->class, "room") || is(p->class, "new");
}

static int is_array(const parameter *p) { return strchr(p->type, '*') && !p->handle[0] && strcmp(p->type, "void *") &&
                                                 strcmp(p->type, "const char *"); }

static int64_t element_size(const parameter *p) { return strstr(p->type, "int32_t") ? 4 : 8; }

/* From `begin` to `end`, or to the end of the text. */
static void copy_part(char *out, const char *begin, const char *end) {
  snprintf(out, SPECIFICATION, "%.*s", end ? (int)(end - begin) : SPECIFICATION - 1, begin);
}

static void read_parameter(const char *token, const char *type, parameter *p) {
  const char *equals = strchr(token, '='), *colon = strchr(token, ':'), *more = strpbrk(token, "?@/~");
  const char *called = strchr(token, '@'), *numbers = strchr(token, '/'), *words = strchr(token, '~');
  memset(p, 0, sizeof *p);
  ck_assert_msg(equals && colon && equals < colon, "not a parameter: %s", token);
  copy_part(p->name, token, equals);
  copy_part(p->value, equals + 1, colon);
  copy_part(p->class, colon + 1, more);
  copy_part(p->called, called ? called + 1 : token, called ? numbers : equals);
  copy_part(p->words, words ? words + 1 : "", NULL);
  if (numbers) sscanf(numbers, "/%d/%d", &p->first, &p->last);
  p->nullable = strchr(token, '?') || is(p->class, "run") || is(p->class, "destroyed") || is(p->class, "user") ||
                is(p->class, "callback");
  p->type = type;
  const char *base = strncmp(type, "const ", 6) ? type : type + 6;
  if (!strncmp(base, "icl_", 4) && strchr(base, '*')) {
    snprintf(p->handle, sizeof p->handle, "%.*s", (int)strcspn(base, " "), base);
  }
  if (is_array(p)) p->size = strtoll(p->value, NULL, 10);
}

static const unsigned char poison = 0xa5;

/* Numbers above 1 where any will do, so that the largest double overflows in every product. */
static void fill(const parameter *p, void *array) {
  double *numbers = array;
  for (int64_t i = 0; i < p->size; i++) {
    if (is(p->class, "codes")) ((int32_t *)array)[i] = 1 + (int32_t)(i % 3);
    else if (is(p->class, "lower_zero")) numbers[i] = i == 8 ? 0.5 : 0.0;
    else if (is(p->class, "covariance")) numbers[i] = i % 3 ? 0.25 : 1.0;
    else if (is(p->class, "finite") || is(p->class, "square")) numbers[i] = 1.5 + 0.5 * pseudo((uint64_t)i);
    else numbers[i] = 0.75 + (double)i;
  }
}

static argument make_argument(const parameter *p, const char *value) {
  argument a = {.integer = 0};
  if (is(value, "null")) return a;
  if (is(p->class, "callback") || is(p->class, "user")) return a;
  if (is_array(p) || is(p->class, "new")) {
    int64_t bytes = (is(p->class, "new") ? 1 : p->size) * element_size(p);
    a.pointer = malloc((size_t)bytes);
    memset(a.pointer, poison, (size_t)bytes);
    if (!is_out(p)) fill(p, a.pointer);
  } else if (p->handle[0]) {
    a.pointer = make(p->handle, value);
  } else if (is(p->class, "path")) {
    a.pointer = strdup(value);
  } else if (is(p->type, "double")) {
    a.number = plain_number(value, NULL);
  } else {
    a.integer = value[0] == '-' ? strtoll(value, NULL, 10) : (int64_t)strtoull(value, NULL, 10);
  }
  return a;
}

#endif
