/* What icl_theory.m calls: points of the theory. Without arguments, the version. */
#include <icltheory.h>
#include <mex.h>

/* Five real arrays of one size and an integer; an array of that size. */
void mexFunction(int outputs, mxArray **output, int inputs, const mxArray **input) {
  const double *points[5];
  mxArray *values;
  int i;
  icl_status status;
  (void)outputs; /* the first output exists even where none is asked for */
  if (inputs == 0) {
    output[0] = mxCreateString(icl_version_string());
    return;
  }
  if (inputs != 6) mexErrMsgIdAndTxt("icltheory:arguments", "%d arguments; 6 were expected", inputs);
  for (i = 0; i < 5; i++) {
    if (!mxIsDouble(input[i]) || mxIsComplex(input[i]) || mxIsSparse(input[i]) ||
        mxGetNumberOfElements(input[i]) != mxGetNumberOfElements(input[0]))
      mexErrMsgIdAndTxt("icltheory:arguments", "argument %d: as many real doubles as in the first were expected", i + 1);
    points[i] = mxGetPr(input[i]);
  }
  values = mxCreateNumericArray(mxGetNumberOfDimensions(input[0]), mxGetDimensions(input[0]), mxDOUBLE_CLASS, mxREAL);
  status = icl_theory_batch((int64_t)mxGetNumberOfElements(input[0]), points[0], points[1], points[2], points[3],
                            points[4], (int32_t)mxGetScalar(input[5]), mxGetPr(values));
  if (status != ICL_OK) mexErrMsgIdAndTxt("icltheory:status", "%s", icl_last_error_message()); /* frees values */
  output[0] = values;
}
