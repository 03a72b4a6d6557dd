/*
 * A machine with trouble, for one process and its children (LD_PRELOAD, Linux, glibc). Two files in the
 * folder of VANTHU_MACHINE say what is wrong; both are looked at again at every call, so that the trouble can
 * come and go while the process runs:
 *
 *   full   while it is there, nothing more can be written into ordinary files (ENOSPC)
 *   clock  how far the clock on the wall is off, in milliseconds; what measures durations stays right
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static const char *trouble(const char *name, char *path, size_t size) {
  const char *folder = getenv("VANTHU_MACHINE");
  if (folder == NULL) return NULL;
  snprintf(path, size, "%s/%s", folder, name);
  return path;
}

/* Pipes, sockets and terminals are not on the disk. */
static int refuses(int fd) {
  char path[4096];
  struct stat facts;
  int before = errno;
  int full = trouble("full", path, sizeof path) != NULL && access(path, F_OK) == 0 && fstat(fd, &facts) == 0 &&
             S_ISREG(facts.st_mode);
  errno = full ? ENOSPC : before;
  return full;
}

static long long offset_ms(void) {
  char path[4096];
  char text[32] = {0};
  int before = errno;
  if (trouble("clock", path, sizeof path) == NULL) return 0;
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file >= 0) {
    if (read(file, text, sizeof text - 1) < 0) text[0] = 0;
    close(file);
  }
  errno = before;
  return atoll(text);
}

/* What the C library itself would do. */
#define REAL(name)                    \
  static __typeof__(name) *real;      \
  if (real == NULL) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

ssize_t write(int fd, const void *bytes, size_t count) {
  REAL(write);
  return refuses(fd) ? -1 : real(fd, bytes, count);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) {
  REAL(pwrite);
  return refuses(fd) ? -1 : real(fd, bytes, count, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at) {
  REAL(pwrite64);
  return refuses(fd) ? -1 : real(fd, bytes, count, at);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  REAL(writev);
  return refuses(fd) ? -1 : real(fd, parts, count);
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at) {
  REAL(pwritev);
  return refuses(fd) ? -1 : real(fd, parts, count, at);
}

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t at) {
  REAL(pwritev64);
  return refuses(fd) ? -1 : real(fd, parts, count, at);
}

static int is_wall(clockid_t clock) { return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE; }

int clock_gettime(clockid_t clock, struct timespec *time) {
  int outcome = syscall(SYS_clock_gettime, clock, time);
  if (outcome == 0 && is_wall(clock)) {
    long long nanoseconds = time->tv_sec * 1000000000LL + time->tv_nsec + offset_ms() * 1000000LL;
    time->tv_sec = nanoseconds / 1000000000LL;
    time->tv_nsec = nanoseconds % 1000000000LL;
  }
  return outcome;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  struct timespec now;
  (void)zone;
  if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
  time->tv_sec = now.tv_sec;
  time->tv_usec = now.tv_nsec / 1000;
  return 0;
}
