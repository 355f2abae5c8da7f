/* Numbers that took long, kept in a text file for the next run: one line "KEY: NUMBERS end" each, with all digits. A
 * line that a killed run has not finished is not read. */
#ifndef EXAMPLES_STORE_H
#define EXAMPLES_STORE_H

#include <stdint.h>

enum { STORE_KEY = 400 };

typedef struct store store;

/* The file PREFIX.ENDING, created if it is not there. Ends the program where that is not possible. */
store *store_open(const char *prefix, const char *ending);
/* Whether there are `count` numbers under this key, which has to name all that they depend on and has no line break or
 * colon; then values are these. Thread-safe, like store_add. */
int store_find(store *kept, const char *key, int64_t count, double *values);
void store_add(store *kept, const char *key, int64_t count, const double *values);
/* Ends the program if not everything could be written. */
void store_close(store *kept);

#endif
