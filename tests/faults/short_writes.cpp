// Preloaded into bin/ingest: every write to a file ends half-way, as it may on a nearly full disk or after a signal,
// and says so at the end.
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>

namespace {

std::atomic<unsigned long> short_ones{0};

struct witness {
  ~witness() { std::fprintf(stderr, "short writes: %lu\n", short_ones.load()); }
} at_the_end;

bool is_private_file(int fd) {
  struct stat s {};
  return fd != STDERR_FILENO && ::fstat(fd, &s) == 0 && S_ISREG(s.st_mode);
}

}  // namespace

extern "C" ssize_t write(int fd, const void* data, size_t size) {
  if (size > 1 && is_private_file(fd)) {
    ++short_ones;
    size /= 2;
  }
  return ::syscall(SYS_write, fd, data, size);
}
