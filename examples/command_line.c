#include "command_line.h"

#include <ctype.h>
#include <errno.h>
#include <icltheory.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

void vcomplain(const char *format, va_list arguments) {
  fprintf(stderr, "%s: ", program.name);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
}

void complain(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vcomplain(format, arguments);
  va_end(arguments);
}

void fail(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vcomplain(format, arguments);
  va_end(arguments);
  exit(EXIT_FAILURE);
}

void fail_option(void) {
  fprintf(stderr, "%sTry %s --help.\n", program.usage, program.name);
  exit(EXIT_USAGE);
}

void fail_usage(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vcomplain(format, arguments);
  va_end(arguments);
  fail_option();
}

void print_help(void) {
  printf("%s\n%s", program.usage, program.help);
  exit(flush_output() ? EXIT_FAILURE : EXIT_SUCCESS);
}

/* strtod alone also takes " 1" and "1x", and turns 1e999 into infinity. NaN fails every comparison below. */
static double read_number(const char *text) {
  char *end;
  errno = 0;
  double number = strtod(text, &end);
  return end == text || *end || errno || isspace((unsigned char)*text) ? NAN : number;
}

double parse_number(const char *option, const char *text, number_kind kind) {
  static const char *const expected[] = {
    [FRACTION] = "a number between 0 and 1", [NONNEGATIVE] = "a finite number >= 0",
    [POSITIVE] = "a finite number > 0", [POSITIVE_OR_INFINITE] = "a number > 0 or inf"};
  double number = read_number(text);
  int right = 0;
  switch (kind) {
    case FRACTION: right = number > 0.0 && number < 1.0; break;
    case NONNEGATIVE: right = number >= 0.0 && number < INFINITY; break;
    case POSITIVE: right = number > 0.0 && number < INFINITY; break;
    case POSITIVE_OR_INFINITE: right = number > 0.0; break;
  }
  if (!right) fail_usage("--%s is \"%s\"; %s was expected", option, text, expected[kind]);
  return number;
}

int64_t parse_integer(const char *option, const char *text, int64_t least, int64_t most) {
  char *end;
  errno = 0;
  long long value = strtoll(text, &end, 10);
  if (!errno && end != text && *end == '\0' && !isspace((unsigned char)*text) && value >= least && value <= most) {
    return value;
  }
  fail_usage("--%s is \"%s\"; a whole number from %" PRId64 " to %" PRId64 " was expected", option, text, least, most);
}

void print_number(FILE *out, double value) {
  char text[32];
  for (int digits = 15; digits <= 17; digits++) {
    snprintf(text, sizeof text, "%.*g", digits, value);
    if (strtod(text, NULL) == value) break;
  }
  fputs(text, out);
}

int flush_output(void) {
  if (!ferror(stdout) && fflush(stdout) == 0) return 0;
  complain("standard output cannot be written");
  return -1;
}

void require(int32_t status, const char *what) {
  if (status != ICL_OK) fail("%s: %s", what, icl_last_error_message());
}
