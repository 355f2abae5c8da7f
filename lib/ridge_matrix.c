#include "ridge_matrix.h"

#include "alloc.h"
#include "blas.h"
#include "checked.h"

icl_status icl__ridge_matrix_create(int64_t size, icl__ridge_matrix *out) {
  int64_t elements;
  double *memory;
  ICL__TRY(icl__check_product(size, size + 1, 1, "the matrix of the equations", &elements));
  ICL__TRY(icl__new_doubles(elements, &memory));
  *out = (icl__ridge_matrix){size, memory, &memory[size * size]};
  return ICL_OK;
}

void icl__ridge_matrix_destroy(icl__ridge_matrix *matrix) {
  icl__free(matrix->entries);
  *matrix = (icl__ridge_matrix){0};
}

/* Mirrors one triangle onto the other, by tiles that both stay in the cache. */
enum { TILE = 64 };

static void mirror(int64_t size, double *entries, int to_lower) {
  for (int64_t row = 0; row < size; row += TILE) {
    for (int64_t column = 0; column <= row; column += TILE) {
      for (int64_t i = row; i < size && i < row + TILE; i++) {
        for (int64_t j = column; j < i && j < column + TILE; j++) {
          double *lower = &entries[i * size + j], *upper = &entries[j * size + i];
          if (to_lower) *lower = *upper;
          else *upper = *lower;
        }
      }
    }
  }
}

void icl__ridge_matrix_filled(icl__ridge_matrix *matrix) {
  mirror(matrix->size, matrix->entries, 0);
  for (int64_t i = 0; i < matrix->size; i++) matrix->diagonal[i] = matrix->entries[i * (matrix->size + 1)];
}

icl_status icl__ridge_matrix_factor(icl__ridge_matrix *matrix, double mu, double *norm, double *inverse_norm) {
  mirror(matrix->size, matrix->entries, 1);
  for (int64_t i = 0; i < matrix->size; i++) matrix->entries[i * (matrix->size + 1)] = matrix->diagonal[i] + mu;
  return icl__cholesky(matrix->size, matrix->entries, norm, inverse_norm);
}
