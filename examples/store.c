#include "store.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command_line.h"

/* A number of which a killed run has written the first digits only is not followed by this. */
#define END_OF_LINE " end\n"

struct store {
  FILE *file;
  char path[4096];
  char *line; /* the last one read */
  size_t capacity;
  pthread_mutex_t lock;
};

store *store_open(const char *prefix, const char *ending) {
  store *kept = calloc(1, sizeof *kept);
  if (!kept) fail("no memory for %s.%s", prefix, ending);
  if (snprintf(kept->path, sizeof kept->path, "%s.%s", prefix, ending) >= (int)sizeof kept->path) {
    fail("--output is too long");
  }
  kept->file = fopen(kept->path, "a+");
  if (!kept->file) fail("%s cannot be opened", kept->path);
  pthread_mutex_init(&kept->lock, NULL);
  return kept;
}

static int read_values(const char *text, int64_t count, double *values) {
  for (int64_t i = 0; i < count; i++) {
    char *end;
    values[i] = strtod(text, &end);
    if (end == text) return 0;
    text = end;
  }
  return strcmp(text, END_OF_LINE) == 0;
}

int store_find(store *kept, const char *key, int64_t count, double *values) {
  size_t length = strlen(key);
  int found = 0;
  double *read = malloc((size_t)count * sizeof *read);
  if (!read) fail("no memory for %s", kept->path);
  pthread_mutex_lock(&kept->lock);
  rewind(kept->file);
  while (!found && getline(&kept->line, &kept->capacity, kept->file) > 0) {
    if (strncmp(kept->line, key, length) != 0 || kept->line[length] != ':') continue;
    found = read_values(kept->line + length + 1, count, read);
  }
  pthread_mutex_unlock(&kept->lock);
  if (found) memcpy(values, read, (size_t)count * sizeof *values);
  free(read);
  return found;
}

/* The line begins on a new one, whatever a killed run has left before it. */
void store_add(store *kept, const char *key, int64_t count, const double *values) {
  pthread_mutex_lock(&kept->lock);
  fseek(kept->file, 0, SEEK_END);
  fprintf(kept->file, "\n%s:", key);
  for (int64_t i = 0; i < count; i++) fprintf(kept->file, " %.17g", values[i]);
  fputs(END_OF_LINE, kept->file);
  fflush(kept->file);
  pthread_mutex_unlock(&kept->lock);
}

void store_close(store *kept) {
  int failed = ferror(kept->file);
  if (fclose(kept->file) || failed) fail("%s could not be written to its end", kept->path);
  pthread_mutex_destroy(&kept->lock);
  free(kept->line);
  free(kept);
}
