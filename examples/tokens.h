/* Tokens of several laws, from a generator of this program's own. */
#ifndef EXAMPLES_TOKENS_H
#define EXAMPLES_TOKENS_H

#include <stdint.h>

/* All have mean 0. Entries of a token are independent but for the last law, and have variance 1/d in all of them. */
typedef enum {
  TOKENS_GAUSSIAN,
  TOKENS_RADEMACHER,    /* +-1/sqrt(d), equally likely */
  TOKENS_UNIFORM,       /* on an interval */
  TOKENS_STUDENT,       /* Student's t with 10 degrees of freedom: excess kurtosis 1 */
  TOKENS_AUTOREGRESSIVE /* Gaussian with covariance 0.5^|i-j|/d */
} token_law;

enum { TOKEN_LAWS = 5 };

/* xoshiro256++ of Blackman and Vigna (2021). */
typedef struct {
  uint64_t word[4];
} generator;

generator generator_create(uint64_t seed);

/* A number with the normal law of mean 0 and variance 1. */
double draw_normal(generator *source);

/* 0 .. count - 1, equally likely to 2^-53. */
int64_t draw_index(generator *source, int64_t count);

/* count tokens in R^d: x is count x d. */
void draw_tokens(generator *source, token_law law, int64_t d, int64_t count, double *x);

/* One sequence of the task w: l + 1 tokens and their labels y_i = x_i.w + N(0, rho). Tokens and noise have generators
 * of their own, so that the noise is the same for every law of tokens. */
void draw_sequence(generator *tokens, generator *noise, token_law law, int64_t d, int64_t l, const double *w,
                   double rho, double *x, double *y);

#endif
