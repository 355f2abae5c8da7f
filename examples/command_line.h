/* Numbers from the command line, with errors that say what was expected. */
#ifndef EXAMPLES_COMMAND_LINE_H
#define EXAMPLES_COMMAND_LINE_H

#include <stdint.h>

enum { EXIT_USAGE = 2 };

/* A number that fills the whole text; NaN otherwise. Infinity is "inf". */
double read_number(const char *text);

/* The whole text as a number in [least, most]; "inf" only where most is infinite. Else prints what was wrong with
 * `option` and exits with EXIT_USAGE. */
double parse_number(const char *option, const char *text, double least, double most);
int64_t parse_integer(const char *option, const char *text, int64_t least, int64_t most);

/* A number > 0. */
double parse_positive(const char *option, const char *text, double most);

/* Prints the message of the library's last failing call after `what`, and exits with EXIT_FAILURE. */
void fail_library(const char *what);

/* Exits through fail_library unless status is ICL_OK. */
void require(int32_t status, const char *what);

#endif
