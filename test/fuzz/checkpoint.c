/* Any bytes as a checkpoint file. What an experiment makes of them follows from doc/checkpoints.md alone, which this
 * program reads by itself: either ICL_ERR_IO and the file as it was, or, for each replicate, the errors of the first
 * intact record with its key, else those of a run without a file, all to the bit; and then every replicate is on file.
 *
 * An input is one byte that chooses the experiment, and the file. */
#include <math.h>

#include "fuzz.h"

enum {
  BLOCK = 128, /* bytes of the header, and of a record */
  KEY_AT = 8, KEY_BYTES = 80, REPLICATE_AT = 88, ERRORS_AT = 96, SUM_AT = 120,
  HEADER_DAMAGE = 8,
  REPLICATES = 3, CONFIGURATIONS = 4,
  MOST = 64 * BLOCK /* bytes of a file */
};

typedef struct {
  double tau, alpha, kappa, rho, lambda;
  int32_t distribution;
  uint64_t seed;
  int64_t l, k, n; /* at d = 2 */
} configuration;

static const configuration configurations[CONFIGURATIONS] = {
  {1.5, 2.0, 1.5, 0.25, 0.125, ICL_TASKS_GAUSSIAN, 7, 4, 3, 6},
  {INFINITY, 1.0, 1.0, -0.0, 0.5, ICL_TASKS_SPHERE, UINT64_MAX, 2, 2, 0}, /* rho -0 is 0 */
  {2.0, 1e9, INFINITY, 0.5, 0.0, ICL_TASKS_GAUSSIAN, 0, 2000000000, 0, 8},
  {INFINITY, 3.0, INFINITY, 0.0, INFINITY, ICL_TASKS_GAUSSIAN, 1, 6, 0, 0}};

typedef struct {
  double icl[REPLICATES], gap[REPLICATES], idg[REPLICATES];
} answers;

/* ---- doc/checkpoints.md once more ---- */

static uint64_t number_at(const uint8_t *bytes, int width) {
  input from = {bytes, bytes + width};
  return take(&from, width);
}

static double double_at(const uint8_t *bytes) {
  input from = {bytes, bytes + 8};
  return take_double(&from);
}

static void put(uint8_t *to, int width, uint64_t value) {
  for (int i = 0; i < width; i++) to[i] = (uint8_t)(value >> (8 * i));
}

static void put_double(uint8_t *to, double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  put(to, 8, bits);
}

/* CRC-64/XZ, bit by bit. */
static uint64_t check_sum(const uint8_t *bytes) {
  uint64_t sum = UINT64_MAX;
  for (int i = 0; i < SUM_AT; i++) {
    sum ^= bytes[i];
    for (int bit = 0; bit < 8; bit++) sum = sum & 1 ? sum >> 1 ^ UINT64_C(0xC96C5795D7870F42) : sum >> 1;
  }
  return ~sum;
}

static void fix_sum(uint8_t *block) { put(&block[SUM_AT], 8, check_sum(block)); }

static void make_header(uint8_t *header) {
  memset(header, 0, BLOCK);
  memcpy(header, "\x89ICL\r\n\x1a\n", 8);
  put(&header[8], 4, 1);
  put(&header[12], 4, BLOCK);
  strcpy((char *)&header[16], "libicltheory: finished replicates of experiments\n");
  fix_sum(header);
}

static void make_record(const configuration *c, int64_t replicate, double icl, double idg, uint8_t *record) {
  memset(record, 0, BLOCK);
  memcpy(record, "\x89replic\n", 8);
  put(&record[8], 4, 1);
  put(&record[12], 4, (uint64_t)c->distribution);
  put(&record[16], 8, 2);
  put(&record[24], 8, (uint64_t)c->l);
  put(&record[32], 8, (uint64_t)c->k);
  put(&record[40], 8, (uint64_t)c->n);
  put_double(&record[48], c->rho == 0.0 ? 0.0 : c->rho);
  put_double(&record[56], c->lambda);
  put_double(&record[64], 1e-8);
  put(&record[72], 8, 1000);
  put(&record[80], 8, c->seed);
  put(&record[REPLICATE_AT], 8, (uint64_t)replicate);
  put_double(&record[ERRORS_AT], icl);
  put_double(&record[ERRORS_AT + 8], idg);
  fix_sum(record);
}

static int is_refused(const uint8_t *file, size_t size) {
  uint8_t header[BLOCK];
  int wrong = 0;
  make_header(header);
  if (size < BLOCK) return memcmp(file, header, size) != 0;
  for (int i = 0; i < BLOCK; i++) wrong += file[i] != header[i];
  int other_version = wrong && !memcmp(file, header, 8) && number_at(&file[SUM_AT], 8) == check_sum(file);
  return wrong > HEADER_DAMAGE || other_version;
}

/* The errors on file of each replicate take the place of the computed ones; the number of those found. */
static int take_records(const uint8_t *file, size_t size, const configuration *c, answers *out) {
  uint8_t like[BLOCK];
  int known[REPLICATES] = {0}, count = 0;
  make_record(c, 0, 0.0, 0.0, like);
  for (size_t at = BLOCK; at + BLOCK <= size; at += BLOCK) {
    const uint8_t *record = &file[at];
    double icl = double_at(&record[ERRORS_AT]), idg = double_at(&record[ERRORS_AT + 8]);
    uint64_t r = number_at(&record[REPLICATE_AT], 8);
    if (memcmp(record, like, KEY_AT + KEY_BYTES) || number_at(&record[SUM_AT], 8) != check_sum(record)) continue;
    int are_errors = icl >= 0.0 && icl < INFINITY && idg >= 0.0 && idg < INFINITY;
    if (!are_errors || r >= REPLICATES || known[r]++) continue;
    out->icl[r] = icl;
    out->idg[r] = idg;
    out->gap[r] = icl - idg;
    count++;
  }
  return count;
}

/* ---- the library ---- */

typedef struct {
  int64_t first, last;
} watch;

static int32_t watching(int64_t done, int64_t total, void *user) {
  watch *state = user;
  EXPECT(total == REPLICATES, "total %d", (int)total);
  if (state->first < 0) state->first = done;
  state->last = done;
  return 0;
}

static icl_status run(const configuration *c, const char *path, watch *state, answers *out) {
  icl_experiment *experiment;
  icl_run *watched;
  OK(icl_experiment_create(2, &experiment));
  OK(icl_experiment_set(experiment, ICL_TAU, c->tau));
  OK(icl_experiment_set(experiment, ICL_ALPHA, c->alpha));
  OK(icl_experiment_set(experiment, ICL_KAPPA, c->kappa));
  OK(icl_experiment_set(experiment, ICL_RHO, c->rho));
  OK(icl_experiment_set(experiment, ICL_LAMBDA, c->lambda));
  OK(icl_experiment_set_distribution(experiment, c->distribution));
  OK(icl_experiment_set_seed(experiment, c->seed));
  OK(icl_experiment_set_replicates(experiment, REPLICATES));
  OK(icl_experiment_set_checkpoint(experiment, path));
  OK(icl_run_create(&watched));
  OK(icl_run_set_progress(watched, watching, state));
  icl_status status = icl_experiment_run(experiment, watched);
  if (!status) {
    OK(icl_experiment_replicates(experiment, ICL_QUANTITY_ICL, out->icl));
    OK(icl_experiment_replicates(experiment, ICL_QUANTITY_IDG, out->idg));
    OK(icl_experiment_replicates(experiment, ICL_QUANTITY_GAP, out->gap));
  }
  icl_run_destroy(watched);
  icl_experiment_destroy(experiment);
  return status;
}

/* The run without a file, once for each configuration. */
static const answers *undisturbed(int index) {
  static answers known[CONFIGURATIONS];
  static int is_known[CONFIGURATIONS];
  watch state = {-1, -1};
  if (!is_known[index]) OK(run(&configurations[index], NULL, &state, &known[index]));
  is_known[index] = 1;
  return &known[index];
}

static void resumes(const configuration *c, int found, const answers *expected) {
  watch state = {-1, -1};
  answers got;
  icl_status status = run(c, memory_file_path(), &state, &got);
  EXPECT(!status, "%d, %s", status, icl_last_error_message());
  EXPECT(state.first == found && state.last == REPLICATES, "%d replicates on file, not %d", (int)state.first, found);
  EXPECT(same_bits(&got, expected, sizeof got / sizeof(double)), "other numbers");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static uint8_t after[MOST + (REPLICATES + 1) * BLOCK];
  if (size < 1 || size > MOST) return 0;
  int index = *data % CONFIGURATIONS;
  const configuration *c = &configurations[index];
  answers expected = *undisturbed(index), got;
  watch state = {-1, -1};
  const uint8_t *file = ++data;
  memory_file(file, --size);
  if (is_refused(file, size)) {
    icl_status status = run(c, memory_file_path(), &state, &got);
    EXPECT(status == ICL_ERR_IO && strstr(icl_last_error_message(), memory_file_path()), "%d", status);
    EXPECT(memory_file_read(after, sizeof after) == size && !memcmp(after, file, size), "a refused file was changed");
    return 0;
  }
  int found = take_records(file, size, c, &expected);
  resumes(c, found, &expected);
  size_t kept = size < BLOCK ? BLOCK : size / BLOCK * BLOCK, end = memory_file_read(after, sizeof after);
  EXPECT(end >= kept + (size_t)(REPLICATES - found) * BLOCK && (size < BLOCK || !memcmp(after, file, kept)), "lost");
  resumes(c, REPLICATES, &expected);
  EXPECT(memory_file_read(after, sizeof after) == end, "a complete file grew");
  return 0;
}

/* ---- past the check sums ---- */

static double random_error(uint64_t *state) {
  int special = random_below(state, 4) == 0;
  return special ? special_double(random_below(state, SPECIAL_DOUBLES)) : (double)random_below(state, 100);
}

static void random_record(const configuration *c, uint64_t *state, uint8_t *record) {
  int64_t replicate = random_below(state, REPLICATES + 1);
  double icl = random_error(state);
  make_record(c, replicate, icl, random_error(state), record);
}

/* One block, or a whole new one at its place, is made right again; or two change places. */
static size_t mend(uint8_t *data, size_t size, size_t most, uint64_t *state) {
  uint8_t other[BLOCK];
  const configuration *c = &configurations[*data % CONFIGURATIONS];
  size_t blocks = (size - 1) / BLOCK, index = blocks ? (size_t)random_below(state, (int)blocks) : 0;
  uint8_t *file = &data[1], *block = &file[index * BLOCK];
  switch (random_below(state, 5)) {
    case 0:
      if (size <= BLOCK) return size;
      make_header(file);
      return size;
    case 1:
      if (blocks) fix_sum(block);
      return size;
    case 2: /* a record of this experiment, behind the others */
      if (1 + (blocks + 1) * BLOCK > most || !blocks) return size;
      random_record(c, state, &file[blocks * BLOCK]);
      return 1 + (blocks + 1) * BLOCK;
    case 3:
      if (index) random_record(c, state, block);
      return size;
    default:
      if (index < 2) return size;
      memcpy(other, block, BLOCK);
      memcpy(block, block - BLOCK, BLOCK);
      memcpy(block - BLOCK, other, BLOCK);
      return size;
  }
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned int seed) {
  uint64_t state = seed;
  if (size && random_below(&state, 2)) return mend(data, size, most, &state);
  size = LLVMFuzzerMutate(data, size, most);
  size_t blocks = size ? (size - 1) / BLOCK : 0;
  /* Half of what was changed at random would else end at a check sum. */
  if (blocks && random_below(&state, 2)) fix_sum(&data[1 + (size_t)random_below(&state, (int)blocks) * BLOCK]);
  return size;
}
