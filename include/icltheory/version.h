/* The version of the library that is linked, which may be newer than the headers a program was compiled with. */
#ifndef ICLTHEORY_VERSION_H
#define ICLTHEORY_VERSION_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The version as text, "major.minor.patch".
 *
 * @return a string that lives for ever. Thread-safe. Since 0.1. */
const char *icl_version_string(void);

/** The version as one number that can be compared: 10000 major + 100 minor + patch.
 *
 * @return the number. Thread-safe. Since 0.1. */
int32_t icl_version_number(void);

#ifdef __cplusplus
}
#endif

#endif
