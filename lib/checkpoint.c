/* A header of 128 bytes and records of 128 bytes each, so that a record lies at a multiple of its size: what damages
 * one leaves the place of the others known, and none straddles a sector. Everything is little-endian, doubles as
 * their IEEE bits, so the bytes do not depend on the machine. */
#include "checkpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alloc.h"

enum {
  FORMAT_VERSION = 1,
  HEADER = 128, /* bytes; the offset of record 0 */
  RECORD = 128,
  /* within both */
  MAGIC = 8,
  CHECK_AT = 120,
  /* within the header */
  VERSION_AT = 8,
  SIZE_AT = 12,
  TEXT_AT = 16,
  HEADER_DAMAGE = 8, /* bytes of the header that may be wrong */
  /* within a record */
  KEY_AT = 8,
  REPLICATE_AT = KEY_AT + ICL__KEY_BYTES,
  ERRORS_AT = REPLICATE_AT + 8,
  CHUNK = 512 * RECORD /* bytes read at a time */
};

/* As PNG's: a byte above 127, line ends of both kinds and an end of file show what transfers as text have done. */
static const unsigned char header_magic[MAGIC] = {0x89, 'I', 'C', 'L', '\r', '\n', 0x1a, '\n'};
static const unsigned char record_magic[MAGIC] = {0x89, 'r', 'e', 'p', 'l', 'i', 'c', '\n'};
static const char header_text[] = "libicltheory: finished replicates of experiments\n";

/* CRC-64/XZ: reflected polynomial 0xC96C5795D7870F42, all ones before and after; four bits at a time. Detects every
 * burst of up to 64 bits, and anything else but for one case in 2^64. */
static uint64_t check_sum(const unsigned char *bytes, int64_t count) {
  static const uint64_t table[16] = {
    UINT64_C(0x0000000000000000), UINT64_C(0x7D9BA13851336649), UINT64_C(0xFB374270A266CC92),
    UINT64_C(0x86ACE348F355AADB), UINT64_C(0x64B62BCAEBC387A1), UINT64_C(0x192D8AF2BAF0E1E8),
    UINT64_C(0x9F8169BA49A54B33), UINT64_C(0xE21AC88218962D7A), UINT64_C(0xC96C5795D7870F42),
    UINT64_C(0xB4F7F6AD86B4690B), UINT64_C(0x325B15E575E1C3D0), UINT64_C(0x4FC0B4DD24D2A599),
    UINT64_C(0xADDA7C5F3C4488E3), UINT64_C(0xD041DD676D77EEAA), UINT64_C(0x56ED3E2F9E224471),
    UINT64_C(0x2B769F17CF112238)};
  uint64_t sum = UINT64_MAX;
  for (int64_t i = 0; i < count; i++) {
    sum ^= bytes[i];
    sum = (sum >> 4) ^ table[sum & 15];
    sum = (sum >> 4) ^ table[sum & 15];
  }
  return ~sum;
}

static void put(unsigned char *to, int width, uint64_t value) {
  for (int byte = 0; byte < width; byte++) to[byte] = (unsigned char)(value >> (8 * byte) & 0xff);
}

static uint64_t get(const unsigned char *from, int width) {
  uint64_t value = 0;
  for (int byte = 0; byte < width; byte++) value |= (uint64_t)from[byte] << (8 * byte);
  return value;
}

static void put_double(unsigned char *to, double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  put(to, 8, bits);
}

static double get_double(const unsigned char *from) {
  uint64_t bits = get(from, 8);
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

icl__checkpoint_key icl__checkpoint_key_of(const icl__checkpoint_inputs *inputs) {
  icl__checkpoint_key key;
  unsigned char *to = key.bytes;
  put(&to[0], 4, ICL__RESULTS_VERSION);
  put(&to[4], 4, (uint64_t)inputs->distribution);
  put(&to[8], 8, (uint64_t)inputs->d);
  put(&to[16], 8, (uint64_t)inputs->l);
  put(&to[24], 8, (uint64_t)inputs->k);
  put(&to[32], 8, (uint64_t)inputs->n);
  put_double(&to[40], inputs->rho);
  put_double(&to[48], inputs->lambda);
  put_double(&to[56], inputs->tolerance);
  put(&to[64], 8, (uint64_t)inputs->max_iterations);
  put(&to[72], 8, inputs->seed);
  return key;
}

static void make_header(unsigned char header[HEADER]) {
  memset(header, 0, HEADER);
  memcpy(header, header_magic, MAGIC);
  put(&header[VERSION_AT], 4, FORMAT_VERSION);
  put(&header[SIZE_AT], 4, RECORD);
  memcpy(&header[TEXT_AT], header_text, sizeof header_text);
  put(&header[CHECK_AT], 8, check_sum(header, CHECK_AT));
}

/* `what` could not be done, for the reason errno. C libraries of Linux keep the text of strerror for each thread. */
static icl_status system_failure(const icl__checkpoint *checkpoint, const char *what) {
  /* NOLINTNEXTLINE(concurrency-mt-unsafe) */
  return icl__fail(ICL_ERR_IO, "could not %s the checkpoint %.300s: %s", what, checkpoint->path, strerror(errno));
}

static icl_status read_at(const icl__checkpoint *checkpoint, int64_t offset, int64_t count, unsigned char *to) {
  while (count > 0) {
    ssize_t got = pread(checkpoint->file, to, (size_t)count, (off_t)offset);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_failure(checkpoint, "read");
    if (got == 0) {
      return icl__fail(ICL_ERR_IO, "the checkpoint %.300s became shorter while it was read", checkpoint->path);
    }
    to += got;
    offset += got;
    count -= got;
  }
  return ICL_OK;
}

/* Writes may be short: on a nearly full disk, or after a signal. */
static icl_status write_at(icl__checkpoint *checkpoint, int64_t offset, int64_t count, const unsigned char *from) {
  checkpoint->unsynced = 1;
  while (count > 0) {
    ssize_t put_bytes = pwrite(checkpoint->file, from, (size_t)count, (off_t)offset);
    if (put_bytes < 0 && errno == EINTR) continue;
    if (put_bytes == 0) errno = ENOSPC; /* never happens by itself */
    if (put_bytes <= 0) return system_failure(checkpoint, "write to");
    from += put_bytes;
    offset += put_bytes;
    count -= put_bytes;
  }
  return ICL_OK;
}

static icl_status make_permanent(icl__checkpoint *checkpoint) {
  int result;
  do result = fsync(checkpoint->file);
  while (result && errno == EINTR);
  checkpoint->unsynced = 0; /* also after a failure: what it lost, no second call brings back */
  clock_gettime(CLOCK_MONOTONIC, &checkpoint->synced);
  return result ? system_failure(checkpoint, "make permanent what was written to") : ICL_OK;
}

/* The name of a new file is in its directory, which is another file: that of the file itself, where the path is a link
 * to it. Some file systems refuse this and lose nothing. */
static void make_name_permanent(const char *path) {
  char name[PATH_MAX];
  if (!realpath(path, name)) return;
  strrchr(name, '/')[1] = '\0';
  int file = open(name, O_RDONLY | O_CLOEXEC | O_DIRECTORY);
  if (file < 0) return;
  (void)fsync(file);
  (void)close(file);
}

static icl_status not_a_checkpoint(const icl__checkpoint *checkpoint) {
  return icl__fail(ICL_ERR_IO, "%.300s is not a checkpoint of this library; it was left as it is", checkpoint->path);
}

/* The header is a constant, so a few wrong bytes do no harm; but those of another version are right in themselves. */
static icl_status check_header(const icl__checkpoint *checkpoint) {
  unsigned char expected[HEADER], found[HEADER];
  int wrong = 0;
  make_header(expected);
  ICL__TRY(read_at(checkpoint, 0, HEADER, found));
  for (int i = 0; i < HEADER; i++) wrong += found[i] != expected[i];
  if (!wrong) return ICL_OK;
  if (!memcmp(found, expected, MAGIC) && get(&found[CHECK_AT], 8) == check_sum(found, CHECK_AT)) {
    return icl__fail(ICL_ERR_IO, "the checkpoint %.300s has format version %" PRIu64 "; %d was expected",
                     checkpoint->path, get(&found[VERSION_AT], 4), FORMAT_VERSION);
  }
  return wrong <= HEADER_DAMAGE ? ICL_OK : not_a_checkpoint(checkpoint);
}

/* A file shorter than the header is a new one, or one whose first writer was killed. */
static icl_status begin_file(icl__checkpoint *checkpoint, int64_t size) {
  unsigned char header[HEADER], found[HEADER];
  make_header(header);
  ICL__TRY(read_at(checkpoint, 0, size, found));
  if (memcmp(found, header, (size_t)size) != 0) return not_a_checkpoint(checkpoint);
  ICL__TRY(write_at(checkpoint, 0, HEADER, header));
  ICL__TRY(make_permanent(checkpoint));
  make_name_permanent(checkpoint->path);
  return ICL_OK;
}

/* Children that the program has forked share this opening of the file, and with it the lock: only closing it would
 * leave both to them. */
static int unlock_and_close(const icl__checkpoint *checkpoint) {
  (void)flock(checkpoint->file, LOCK_UN);
  return close(checkpoint->file);
}

/* The lock belongs to this opening of the file: it also keeps out another computation of the same process, and the
 * system gives it back when the process ends, however it does. */
static icl_status lock(const icl__checkpoint *checkpoint) {
  int result;
  do result = flock(checkpoint->file, LOCK_EX | LOCK_NB);
  while (result && errno == EINTR);
  if (!result) return ICL_OK;
  if (errno == EWOULDBLOCK) {
    return icl__fail(ICL_ERR_IO, "the checkpoint %.300s is in use by another process or computation",
                     checkpoint->path);
  }
  return system_failure(checkpoint, "lock");
}

icl_status icl__checkpoint_open(const char *path, icl__checkpoint *out) {
  icl__checkpoint checkpoint = {.path = path};
  struct stat information;
  do { /* O_NONBLOCK: a pipe or device is refused, not waited for */
    checkpoint.file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0666);
  } while (checkpoint.file < 0 && errno == EINTR);
  if (checkpoint.file < 0) return system_failure(&checkpoint, "open");
  icl_status status = lock(&checkpoint);
  if (!status && fstat(checkpoint.file, &information)) status = system_failure(&checkpoint, "examine");
  if (!status && !S_ISREG(information.st_mode)) {
    status = icl__fail(ICL_ERR_IO, "the checkpoint %.300s is not a regular file", path);
  }
  if (!status) {
    int64_t size = (int64_t)information.st_size;
    status = size < HEADER ? begin_file(&checkpoint, size) : check_header(&checkpoint);
    /* Part of a record at the end was left by a kill or a full disk: the next one is written over it. */
    checkpoint.end = size < HEADER ? HEADER : HEADER + (size - HEADER) / RECORD * RECORD;
  }
  if (status) {
    (void)unlock_and_close(&checkpoint);
    return status;
  }
  clock_gettime(CLOCK_MONOTONIC, &checkpoint.synced);
  *out = checkpoint;
  return ICL_OK;
}

static int is_intact(const unsigned char *record) {
  return !memcmp(record, record_magic, MAGIC) && get(&record[CHECK_AT], 8) == check_sum(record, CHECK_AT);
}

/* Of two such numbers the gap is finite. */
static int is_error(double value) { return value >= 0.0 && value < INFINITY; }

icl_status icl__checkpoint_read(icl__checkpoint *checkpoint, icl__record_fn found, icl__go_on_fn go_on, void *context) {
  unsigned char *chunk;
  icl_status status = ICL_OK;
  ICL__TRY(icl__new(CHUNK, &chunk));
  for (int64_t offset = HEADER; !status && offset < checkpoint->end; offset += CHUNK) {
    int64_t left = checkpoint->end - offset, count = left < CHUNK ? left : CHUNK;
    status = read_at(checkpoint, offset, count, chunk);
    for (unsigned char *record = chunk; !status && record < &chunk[count]; record += RECORD) {
      icl__checkpoint_key key;
      double errors[2] = {get_double(&record[ERRORS_AT]), get_double(&record[ERRORS_AT + 8])};
      if (!is_intact(record) || !is_error(errors[0]) || !is_error(errors[1])) continue;
      memcpy(key.bytes, &record[KEY_AT], ICL__KEY_BYTES);
      found(context, &key, (int64_t)get(&record[REPLICATE_AT], 8), errors);
    }
    if (!status) status = go_on(context);
  }
  icl__free(chunk);
  return status;
}

/* A kill of the process loses nothing that was written. A loss of power may, so the disk is asked for it, but not for
 * every one of many short replicates. */
static int is_due(const icl__checkpoint *checkpoint) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec > checkpoint->synced.tv_sec + 1 ||
         (now.tv_sec == checkpoint->synced.tv_sec + 1 && now.tv_nsec >= checkpoint->synced.tv_nsec);
}

icl_status icl__checkpoint_append(icl__checkpoint *checkpoint, const icl__checkpoint_key *key, int64_t replicate,
                                  const double errors[2]) {
  unsigned char record[RECORD] = {0};
  memcpy(record, record_magic, MAGIC);
  memcpy(&record[KEY_AT], key->bytes, ICL__KEY_BYTES);
  put(&record[REPLICATE_AT], 8, (uint64_t)replicate);
  for (int which = 0; which < 2; which++) put_double(&record[ERRORS_AT + 8 * which], errors[which]);
  put(&record[CHECK_AT], 8, check_sum(record, CHECK_AT));
  ICL__TRY(write_at(checkpoint, checkpoint->end, RECORD, record));
  checkpoint->end += RECORD;
  return is_due(checkpoint) ? make_permanent(checkpoint) : ICL_OK;
}

icl_status icl__checkpoint_close(icl__checkpoint *checkpoint) {
  icl_status status = checkpoint->unsynced ? make_permanent(checkpoint) : ICL_OK;
  /* Network file systems may report a failed write only now. */
  if (unlock_and_close(checkpoint) && errno != EINTR && !status) status = system_failure(checkpoint, "close");
  return status;
}
