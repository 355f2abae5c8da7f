#include "command_line.h"

#include <ctype.h>
#include <errno.h>
#include <icltheory.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* strtod alone also takes " 1" and "1x", and turns 1e999 into infinity. */
double read_number(const char *text) {
  char *end;
  errno = 0;
  double number = strtod(text, &end);
  return end == text || *end || errno || isspace((unsigned char)*text) ? NAN : number;
}

double parse_number(const char *option, const char *text, double least, double most) {
  double value = read_number(text);
  if (value >= least && value <= most) return value; /* false for NaN */
  fprintf(stderr, "%s is '%s'; a number from %g to %g was expected\n", option, text, least, most);
  exit(EXIT_USAGE);
}

double parse_positive(const char *option, const char *text, double most) {
  double value = parse_number(option, text, 0.0, most);
  if (value > 0.0) return value;
  fprintf(stderr, "%s is '%s'; a number above 0 was expected\n", option, text);
  exit(EXIT_USAGE);
}

int64_t parse_integer(const char *option, const char *text, int64_t least, int64_t most) {
  char *end;
  errno = 0;
  long long value = strtoll(text, &end, 10);
  if (!errno && end != text && *end == '\0' && value >= least && value <= most) return value;
  fprintf(stderr, "%s is '%s'; a whole number from %" PRId64 " to %" PRId64 " was expected\n", option, text, least,
          most);
  exit(EXIT_USAGE);
}

void fail_library(const char *what) {
  fprintf(stderr, "%s: %s\n", what, icl_last_error_message());
  exit(EXIT_FAILURE);
}

void require(int32_t status, const char *what) {
  if (status != ICL_OK) fail_library(what);
}
