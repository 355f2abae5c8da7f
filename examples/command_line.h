/* What the example programs share: one style of options, messages and numbers. */
#ifndef EXAMPLES_COMMAND_LINE_H
#define EXAMPLES_COMMAND_LINE_H

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

enum { EXIT_USAGE = 2 };

/* Every program defines this: its name, which its messages begin with, the line(s) that say how to call it, and what
 * --help adds to them. */
typedef struct {
  const char *name, *usage, *help;
} program_text;

extern const program_text program;

/* What a number on the command line has to be. */
typedef enum { FRACTION, NONNEGATIVE, POSITIVE, POSITIVE_OR_INFINITE } number_kind;

/* "NAME: message" on standard error. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
void vcomplain(const char *format, va_list arguments) __attribute__((format(printf, 1, 0)));

/* The same, and exits with EXIT_FAILURE. */
_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same with the usage and a word on --help; exits with EXIT_USAGE. */
_Noreturn void fail_usage(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* For an option that getopt_long has complained about already. */
_Noreturn void fail_option(void);

/* Prints usage and help, and exits. */
_Noreturn void print_help(void);

/* The value of --option: the whole text, a number of this kind, or an integer in [least, most]. Otherwise
 * fail_usage. */
double parse_number(const char *option, const char *text, number_kind kind);
int64_t parse_integer(const char *option, const char *text, int64_t least, int64_t most);

/* The shortest of 15, 16 and 17 digits that reads back as the same number. */
void print_number(FILE *out, double value);

/* 0, or -1 after a complaint: a full disk shows when the buffer is written out, at the latest here. */
int flush_output(void);

/* Fails with the library's message after `what` unless status is ICL_OK. */
void require(int32_t status, const char *what);

#endif
