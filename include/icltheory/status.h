/* Status codes and error messages. */
#ifndef ICLTHEORY_STATUS_H
#define ICLTHEORY_STATUS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What a function reports: 0 is success, every failure is negative. */
typedef int32_t icl_status;

/** The status codes. Numbers are never reused. */
enum {
  ICL_OK = 0,                   /**< success */
  ICL_ERR_ARGUMENT = -1,        /**< NULL where not allowed, unknown code, contradictory sizes */
  ICL_ERR_DOMAIN = -2,          /**< a number outside its range, or NaN */
  ICL_ERR_NONFINITE = -3,       /**< array data with NaN or infinity; results out of a double's range */
  ICL_ERR_SIZE = -4,            /**< too large: a product overflows or exceeds what BLAS can index */
  ICL_ERR_STATE = -5,           /**< a result asked for before it was computed, or after a failure */
  ICL_ERR_NOT_CONVERGED = -100, /**< the accuracy asked for was not reached */
  ICL_ERR_SINGULAR = -101,      /**< the answer does not exist here */
  ICL_ERR_MEMORY = -200,        /**< out of memory, or a thread could not be started */
  ICL_ERR_IO = -201,            /**< a file could not be read or written */
  ICL_ERR_CANCELED = -300,      /**< the progress callback asked to stop */
  ICL_ERR_UNSUPPORTED = -301    /**< not possible for this kind of object */
};

/** A short English description of a status code, e.g. "number outside its range".
 *
 * @param status any number; one that is no status code gives "unknown status".
 * @return a string that lives for ever. Thread-safe. Since 0.1. */
const char *icl_status_string(icl_status status);

/** What went wrong in this thread's last failing call: the argument, its value and what was expected. For readers, not
 * for programs: its words may change, and numbers have the decimal point of the program's locale.
 *
 * @return a string that is valid until the thread's next failing call; "" when none has failed. Successful calls
 * leave it as it is. Thread-safe: each thread has its own. Since 0.1. */
const char *icl_last_error_message(void);

#ifdef __cplusplus
}
#endif

#endif
