/* Test laws from the inside. */
#ifndef ICL_TESTERROR_H
#define ICL_TESTERROR_H

#include <icltheory/testerror.h>

/* The token dimension of a law. */
int64_t icl__test_law_dimension(const icl_test_law *law);

#endif
