#include "grid.h"

#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "command_line.h"

double linear_point(double low, double high, int64_t count, int64_t index) {
  if (index == count - 1) return high;
  return low + (high - low) * (double)index / (double)(count - 1);
}

double logarithmic_point(double low, double high, int64_t count, int64_t index) {
  if (index == 0) return low;
  if (index == count - 1) return high;
  if (2 * index == count - 1 && fabs(low * high - 1.0) < 1e-12) return 1.0;
  return exp(linear_point(log(low), log(high), count, index));
}

/* The finaliser of splitmix64 (Steele, Lea and Flood 2014): one to one, and every bit of the argument decides about
 * every bit of the result. */
static uint64_t mix(uint64_t word) {
  word = (word ^ (word >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  word = (word ^ (word >> 27)) * UINT64_C(0x94d049bb133111eb);
  return word ^ (word >> 31);
}

uint64_t family_seed(uint64_t seed, int64_t index) {
  return mix(mix(seed + UINT64_C(0x9e3779b97f4a7c15)) + (uint64_t)index);
}

int64_t processors(void) {
  long count = sysconf(_SC_NPROCESSORS_ONLN);
  return count > 0 ? count : 1;
}

typedef struct {
  int64_t total, next, finished;
  int progress;
  const char *things;
  void (*point)(void *context, int64_t index);
  void *context;
  pthread_mutex_t lock;
} work;

/* A thread. Under the lock the count on the terminal never steps back. */
static void *work_on(void *argument) {
  work *job = argument;
  pthread_mutex_lock(&job->lock);
  while (job->next < job->total) {
    int64_t index = job->next++;
    pthread_mutex_unlock(&job->lock);
    job->point(job->context, index);
    pthread_mutex_lock(&job->lock);
    job->finished++;
    if (job->progress) fprintf(stderr, "\r%" PRId64 " of %" PRId64 " %s", job->finished, job->total, job->things);
  }
  pthread_mutex_unlock(&job->lock);
  return NULL;
}

void for_each_point(int64_t total, int64_t threads, const char *things, void (*point)(void *context, int64_t index),
                    void *context) {
  work job = {.total = total, .progress = isatty(STDERR_FILENO), .things = things, .point = point,
              .context = context, .lock = PTHREAD_MUTEX_INITIALIZER};
  pthread_t *thread = malloc((size_t)threads * sizeof *thread);
  if (!thread) fail("no memory for %" PRId64 " threads", threads);
  int64_t started = 0;
  while (started < threads - 1 && !pthread_create(&thread[started], NULL, work_on, &job)) started++;
  work_on(&job);
  for (int64_t i = 0; i < started; i++) pthread_join(thread[i], NULL);
  if (job.progress) fprintf(stderr, "\r\033[K");
  free(thread);
}
