/*
 * Preloaded into a server: makes calls on files below one directory fail, log themselves or end the process.
 *
 * FAILING_DISK names the directory, FAILING_DISK_CONTROL a file of 12 little-endian 32-bit words that the
 * test writes and this reads at every call:
 *
 *   0 mode     0 nothing, 1 fail, 2 end the process with SIGKILL
 *   1 calls    which kinds of calls count, a bit each (see KINDS)
 *   2 error    errno of a failure
 *   3 skip     calls that count and still succeed, counted down
 *   4 burst    calls that fail after those, counted down; -1 for all
 *   5 chance   instead of skip and burst, when not 0: one in so many calls fails
 *   6 state    of the random numbers
 *   7 seen     calls that counted so far
 *   8 failed   calls that failed so far
 *   9 partial  when 1, a failing write first writes half of what it was given
 *
 * FAILING_DISK_LOG names a file that receives one line for each call that changes something.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { WRITE = 1, SYNC = 2, RENAME = 4, CREATE = 8, LINK = 16, UNLINK = 32, MKDIR = 64, READ = 128, TIMES = 256 };

enum { MODE, CALLS, ERROR, SKIP, BURST, CHANCE, STATE, SEEN, FAILED, PARTIAL, WORDS = 12 };

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static volatile int32_t *control;
static char directory[PATH_MAX];
static size_t directory_length;
static int log_file = -1;

__attribute__((constructor)) static void begin(void) {
  const char *root = getenv("FAILING_DISK");
  const char *path = getenv("FAILING_DISK_CONTROL");
  const char *log = getenv("FAILING_DISK_LOG");
  if (root == NULL || path == NULL || strlen(root) >= sizeof directory) return;
  strcpy(directory, root);
  directory_length = strlen(directory);
  int file = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0);
  if (file < 0) return;
  void *mapped = mmap(NULL, WORDS * sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (mapped != MAP_FAILED) control = mapped;
  if (log != NULL) log_file = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static int is_below(const char *path) {
  return path != NULL && strncmp(path, directory, directory_length) == 0 &&
         (path[directory_length] == '/' || path[directory_length] == 0);
}

/* Where an open file lies, if that is below the directory. */
static int place_of(int file, char *path) {
  char name[64];
  snprintf(name, sizeof name, "/proc/self/fd/%d", file);
  ssize_t length = readlink(name, path, PATH_MAX - 1);
  if (length <= 0) return 0;
  path[length] = 0;
  return is_below(path);
}

static void note(const char *what, const char *path, const char *other) {
  if (log_file < 0) return;
  char line[2 * PATH_MAX + 64];
  int length = snprintf(line, sizeof line, "%s\t%s\t%s\n", what, path, other == NULL ? "" : other);
  if (length > 0) syscall(SYS_write, log_file, line, (size_t)length);
}

/* Decides about one call; 1 when it is to fail, with errno set. */
static int fails(int kind) {
  if (control == NULL || control[MODE] == 0 || (control[CALLS] & kind) == 0) return 0;
  pthread_mutex_lock(&turn);
  int hit = 0;
  control[SEEN] += 1;
  if (control[CHANCE] > 0) {
    uint32_t state = (uint32_t)control[STATE] * 1664525u + 1013904223u;
    control[STATE] = (int32_t)state;
    hit = (state >> 8) % (uint32_t)control[CHANCE] == 0;
  } else if (control[SKIP] > 0) {
    control[SKIP] -= 1;
  } else if (control[BURST] != 0) {
    if (control[BURST] > 0) control[BURST] -= 1;
    hit = 1;
  }
  if (hit) control[FAILED] += 1;
  if (hit && control[MODE] == 2) kill(getpid(), SIGKILL);
  int error = control[ERROR];
  pthread_mutex_unlock(&turn);
  if (hit) errno = error;
  return hit;
}

#define NEXT(name) \
  static __typeof__(&name) next; \
  if (next == NULL) next = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

/* Tells quickly whether nobody wants to know of calls of a kind. */
static int is_idle(int kind) {
  return control == NULL || (log_file < 0 && (control[MODE] == 0 || (control[CALLS] & kind) == 0));
}

static int write_fails(int file) {
  char path[PATH_MAX];
  if (is_idle(WRITE) || !place_of(file, path)) return 0;
  note("write", path, NULL);
  return fails(WRITE);
}

static int is_partial(void) { return control[PARTIAL] == 1 && control[MODE] == 1; }

ssize_t write(int file, const void *bytes, size_t length) {
  NEXT(write);
  if (write_fails(file)) {
    int error = errno;
    if (is_partial() && length > 1) return next(file, bytes, length / 2);
    errno = error;
    return -1;
  }
  return next(file, bytes, length);
}

ssize_t writev(int file, const struct iovec *parts, int count) {
  NEXT(writev);
  if (write_fails(file)) {
    int error = errno;
    if (is_partial() && count > 1) return next(file, parts, count / 2);
    errno = error;
    return -1;
  }
  return next(file, parts, count);
}

ssize_t pwrite(int file, const void *bytes, size_t length, off_t at) {
  NEXT(pwrite);
  return write_fails(file) ? -1 : next(file, bytes, length, at);
}

ssize_t pwrite64(int file, const void *bytes, size_t length, off64_t at) {
  NEXT(pwrite64);
  return write_fails(file) ? -1 : next(file, bytes, length, at);
}

ssize_t pwritev(int file, const struct iovec *parts, int count, off_t at) {
  NEXT(pwritev);
  return write_fails(file) ? -1 : next(file, parts, count, at);
}

ssize_t pwritev64(int file, const struct iovec *parts, int count, off64_t at) {
  NEXT(pwritev64);
  return write_fails(file) ? -1 : next(file, parts, count, at);
}

static int read_fails(int file) {
  char path[PATH_MAX];
  if (is_idle(READ) || control[MODE] == 0 || !place_of(file, path)) return 0;
  return fails(READ);
}

ssize_t read(int file, void *bytes, size_t length) {
  NEXT(read);
  return read_fails(file) ? -1 : next(file, bytes, length);
}

ssize_t pread(int file, void *bytes, size_t length, off_t at) {
  NEXT(pread);
  return read_fails(file) ? -1 : next(file, bytes, length, at);
}

ssize_t pread64(int file, void *bytes, size_t length, off64_t at) {
  NEXT(pread64);
  return read_fails(file) ? -1 : next(file, bytes, length, at);
}

static int sync_fails(int file) {
  char path[PATH_MAX];
  if (is_idle(SYNC) || !place_of(file, path)) return 0;
  if (fails(SYNC)) return 1;
  note("sync", path, NULL);
  return 0;
}

int fsync(int file) {
  NEXT(fsync);
  return sync_fails(file) ? -1 : next(file);
}

int fdatasync(int file) {
  NEXT(fdatasync);
  return sync_fails(file) ? -1 : next(file);
}

int rename(const char *from, const char *to) {
  NEXT(rename);
  if (!is_below(to) && !is_below(from)) return next(from, to);
  if (fails(RENAME)) return -1;
  int result = next(from, to);
  if (result == 0) note("rename", from, to);
  return result;
}

int link(const char *from, const char *to) {
  NEXT(link);
  if (!is_below(to)) return next(from, to);
  if (fails(LINK)) return -1;
  int result = next(from, to);
  if (result == 0) note("link", from, to);
  return result;
}

int unlink(const char *path) {
  NEXT(unlink);
  if (!is_below(path)) return next(path);
  if (fails(UNLINK)) return -1;
  int result = next(path);
  if (result == 0) note("unlink", path, NULL);
  return result;
}

int mkdir(const char *path, mode_t mode) {
  NEXT(mkdir);
  if (!is_below(path)) return next(path, mode);
  if (fails(MKDIR)) return -1;
  int result = next(path, mode);
  if (result == 0) note("mkdir", path, NULL);
  return result;
}

int utimensat(int at, const char *path, const struct timespec times[2], int flags) {
  NEXT(utimensat);
  return is_below(path) && fails(TIMES) ? -1 : next(at, path, times, flags);
}

static int open_fails(const char *path, int flags) {
  if (control == NULL || !is_below(path)) return 0;
  if (flags & O_CREAT) {
    if (fails(CREATE)) return 1;
    note("create", path, NULL);
    return 0;
  }
  return fails(READ);
}

#define MODE_OF(flags, mode) \
  mode_t mode = 0; \
  if ((flags) & (O_CREAT | O_TMPFILE)) { \
    va_list rest; \
    va_start(rest, flags); \
    mode = va_arg(rest, mode_t); \
    va_end(rest); \
  }

int open(const char *path, int flags, ...) {
  NEXT(open);
  MODE_OF(flags, mode)
  return open_fails(path, flags) ? -1 : next(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
  NEXT(open64);
  MODE_OF(flags, mode)
  return open_fails(path, flags) ? -1 : next(path, flags, mode);
}

int openat(int at, const char *path, int flags, ...) {
  NEXT(openat);
  MODE_OF(flags, mode)
  return open_fails(path, flags) ? -1 : next(at, path, flags, mode);
}
