#include <icltheory/version.h>

/* The build passes the three numbers, so that meson.build is the only place where they stand. */
#define TEXT(number) TEXT_(number)
#define TEXT_(number) #number

const char *icl_version_string(void) { return TEXT(ICL__MAJOR) "." TEXT(ICL__MINOR) "." TEXT(ICL__PATCH); }

int32_t icl_version_number(void) { return 10000 * ICL__MAJOR + 100 * ICL__MINOR + ICL__PATCH; }
