/* Failing: the one way in which an error message comes to be. */
#ifndef ICL_STATUS_H
#define ICL_STATUS_H

#include <icltheory/status.h>

/* Records the message for icl_last_error_message and returns `status`. */
icl_status icl__fail(icl_status status, const char *format, ...) __attribute__((format(printf, 2, 3), cold));

/* Leaves the function when `call` failed. For functions that own nothing yet; others say `goto fail`. */
#define ICL__TRY(call)                   \
  do {                                   \
    icl_status try_status_ = (call);     \
    if (try_status_) return try_status_; \
  } while (0)

#endif
