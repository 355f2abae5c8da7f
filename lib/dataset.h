/* Datasets from the inside. */
#ifndef ICL_DATASET_H
#define ICL_DATASET_H

#include <icltheory/dataset.h>

#include "rows.h"

/* The rows of a dataset, valid as long as the dataset is unchanged. */
icl__row_source icl__dataset_source(const icl_dataset *dataset);

/* Whether the rows of a generated dataset may be stored, by its memory limit. */
int icl__dataset_fits(const icl_dataset *dataset);

#endif
