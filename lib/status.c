#include "status.h"

#include <stdarg.h>
#include <stdio.h>

static _Thread_local char last_message[512];

icl_status icl__fail(icl_status status, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(last_message, sizeof last_message, format, arguments);
  va_end(arguments);
  return status;
}

const char *icl_last_error_message(void) { return last_message; }

const char *icl_status_string(icl_status status) {
  switch (status) {
    case ICL_OK: return "success";
    case ICL_ERR_ARGUMENT: return "invalid argument";
    case ICL_ERR_DOMAIN: return "number outside its range";
    case ICL_ERR_NONFINITE: return "array data not finite";
    case ICL_ERR_SIZE: return "size too large";
    case ICL_ERR_STATE: return "result not available";
    case ICL_ERR_NOT_CONVERGED: return "not converged";
    case ICL_ERR_SINGULAR: return "singular";
    case ICL_ERR_MEMORY: return "out of memory";
    case ICL_ERR_IO: return "input or output failed";
    case ICL_ERR_CANCELED: return "canceled";
    case ICL_ERR_UNSUPPORTED: return "unsupported";
    default: return "unknown status";
  }
}
