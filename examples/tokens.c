#include "tokens.h"

#include <math.h>
#include <pthread.h>

#include "grid.h"

static inline uint64_t rotate(uint64_t word, int bits) { return word << bits | word >> (64 - bits); }

static inline uint64_t draw_word(generator *source) {
  uint64_t *s = source->word, result = rotate(s[0] + s[3], 23) + s[0], shifted = s[1] << 17;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= shifted;
  s[3] = rotate(s[3], 45);
  return result;
}

/* In (0, 1): the middle of one of 2^52 equal intervals. */
static inline double draw_uniform(generator *source) {
  return ((double)(int64_t)(draw_word(source) >> 12) + 0.5) * 0x1p-52;
}

/* Ziggurat of Marsaglia and Tsang (2000) for a density f that is symmetric, decreases from f(0) = 1, and is not
 * normalised: under f, horizontal layers of equal area. Layer i is edge[i] wide and reaches from the height
 * f(edge[i]) up to f(edge[i+1]); layer 0 is the strip below f(edge[1]) with the tail, and edge[0] the width that a
 * rectangle of that height and area has. */
enum { LAYERS = 256 };

typedef struct {
  double edge[LAYERS + 1], height[LAYERS + 1];
  double (*density)(double x), (*inverse)(double density), (*area_beyond)(double x);
  double (*draw_beyond)(generator *source, double x);
} ziggurat;

static double normal_density(double x) { return exp(-0.5 * x * x); }
static double normal_inverse(double density) { return sqrt(-2.0 * log(density)); }
static double normal_area_beyond(double x) { return sqrt(acos(-1.0) / 2.0) * erfc(x / sqrt(2.0)); }

static double normal_beyond(generator *source, double x) {
  for (;;) {
    double excess = -log(draw_uniform(source)) / x;
    if (-2.0 * log(draw_uniform(source)) > excess * excess) return x + excess;
  }
}

/* Student's t with 10 degrees of freedom, of variance 10/8. */
static double student_density(double x) { return pow(1.0 + 0.1 * x * x, -5.5); }
static double student_inverse(double density) { return sqrt(10.0 * (pow(density, -1.0 / 5.5) - 1.0)); }

/* With x = sqrt(10) tan(t) the integral of sqrt(10) cos(t)^9 = that of sqrt(10) (1 - s^2)^4 over s = sin(t). */
static double student_area_beyond(double x) {
  double s = x / sqrt(10.0 + x * x), q = s * s;
  double below = s * (1.0 + q * (-4.0 / 3.0 + q * (6.0 / 5.0 + q * (-4.0 / 7.0 + q / 9.0))));
  return sqrt(10.0) * (128.0 / 315.0 - below);
}

/* From the density proportional to x^-11, by which f is bounded. */
static double student_beyond(generator *source, double x) {
  for (;;) {
    double further = x * pow(draw_uniform(source), -0.1);
    if (draw_uniform(source) < pow(1.0 + 10.0 / (further * further), -5.5)) return further;
  }
}

/* Layers from edge[1] = base on; what the last one leaves of the height 1, negative if it does not fit under it. */
static double stack_layers(ziggurat *shape, double base) {
  double area = base * shape->density(base) + shape->area_beyond(base), height = shape->density(base);
  shape->edge[0] = area / height;
  for (int i = 1; i < LAYERS; i++) {
    if (height >= 1.0) return -1.0;
    shape->edge[i] = i == 1 ? base : shape->inverse(height);
    shape->height[i] = height;
    height += area / shape->edge[i];
  }
  shape->edge[LAYERS] = 0.0;
  shape->height[LAYERS] = 1.0;
  return 1.0 - height;
}

/* The area falls as the base moves out, and the right one leaves nothing. */
static void build_ziggurat(ziggurat *shape) {
  double near = 1.0, far = 20.0;
  for (int i = 0; i < 100; i++) {
    double middle = 0.5 * (near + far);
    if (stack_layers(shape, middle) < 0.0) near = middle;
    else far = middle;
  }
  stack_layers(shape, far);
}

static ziggurat normal_law = {.density = normal_density, .inverse = normal_inverse,
                              .area_beyond = normal_area_beyond, .draw_beyond = normal_beyond};
static ziggurat student_law = {.density = student_density, .inverse = student_inverse,
                               .area_beyond = student_area_beyond, .draw_beyond = student_beyond};

static void build_laws(void) {
  build_ziggurat(&normal_law);
  build_ziggurat(&student_law);
}

/* Bits 0 to 7 choose the layer, 10 to 63 the sign and the place in it. */
static inline double draw(const ziggurat *shape, generator *source) {
  for (;;) {
    uint64_t word = draw_word(source), layer = word & (LAYERS - 1);
    double x = (double)((int64_t)word >> 10) * 0x1p-53 * shape->edge[layer];
    if (fabs(x) < shape->edge[layer + 1]) return x;
    if (layer == 0) return copysign(shape->draw_beyond(source, shape->edge[1]), x);
    double low = shape->height[layer], high = shape->height[layer + 1];
    if (low + draw_uniform(source) * (high - low) < shape->density(x)) return x;
  }
}

generator generator_create(uint64_t seed) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, build_laws);
  generator source; /* its words differ, so they are not all 0 */
  for (int i = 0; i < 4; i++) source.word[i] = family_seed(seed, i);
  return source;
}

double draw_normal(generator *source) { return draw(&normal_law, source); }

int64_t draw_index(generator *source, int64_t count) {
  int64_t index = (int64_t)(draw_uniform(source) * (double)count);
  return index < count ? index : count - 1;
}

static void draw_signs(generator *source, double scale, int64_t count, double *x) {
  uint64_t bits = 0;
  for (int64_t i = 0; i < count; i++, bits >>= 1) {
    if (i % 64 == 0) bits = draw_word(source);
    x[i] = scale - 2.0 * scale * (double)(int64_t)(bits & 1);
  }
}

/* x_1 = z_1, x_{i+1} = x_i/2 + sqrt(3/4) z_{i+1}, in place; several tokens at a time, as each number waits for the one
 * before it. */
static void correlate(int64_t d, int64_t count, double *x) {
  enum { TOKENS = 8 };
  const double innovation = sqrt(0.75);
  for (int64_t first = 0; first < count; first += TOKENS) {
    int64_t last = first + TOKENS < count ? first + TOKENS : count;
    for (int64_t j = 1; j < d; j++) {
      for (int64_t i = first; i < last; i++) x[i * d + j] = 0.5 * x[i * d + j - 1] + innovation * x[i * d + j];
    }
  }
}

void draw_tokens(generator *source, token_law law, int64_t d, int64_t count, double *x) {
  generator local = *source; /* in registers */
  double scale = 1.0 / sqrt((double)d);
  switch (law) {
    case TOKENS_GAUSSIAN:
    case TOKENS_AUTOREGRESSIVE:
      for (int64_t i = 0; i < count * d; i++) x[i] = scale * draw(&normal_law, &local);
      if (law == TOKENS_AUTOREGRESSIVE) correlate(d, count, x);
      break;
    case TOKENS_RADEMACHER:
      draw_signs(&local, scale, count * d, x);
      break;
    case TOKENS_UNIFORM:
      scale *= sqrt(12.0);
      for (int64_t i = 0; i < count * d; i++) x[i] = scale * (draw_uniform(&local) - 0.5);
      break;
    case TOKENS_STUDENT:
      scale *= sqrt(0.8);
      for (int64_t i = 0; i < count * d; i++) x[i] = scale * draw(&student_law, &local);
      break;
  }
  *source = local;
}

/* By lanes that compilers turn into vectors, so that a sum does not wait for each of its terms. */
static inline double dot(int64_t count, const double *x, const double *w) {
  enum { LANES = 8 };
  double lane[LANES] = {0.0}, sum = 0.0;
  int64_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    for (int j = 0; j < LANES; j++) lane[j] += x[i + j] * w[i + j];
  }
  for (; i < count; i++) sum += x[i] * w[i];
  for (int j = 0; j < LANES; j++) sum += lane[j];
  return sum;
}

void draw_sequence(generator *tokens, generator *noise, token_law law, int64_t d, int64_t l, const double *w,
                   double rho, double *x, double *y) {
  double deviation = sqrt(rho);
  draw_tokens(tokens, law, d, l + 1, x);
  for (int64_t i = 0; i <= l; i++) y[i] = dot(d, &x[i * d], w) + deviation * draw(&normal_law, noise);
}
