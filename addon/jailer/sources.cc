// Sources by path, now or early: see sources.h.
#include "sources.h"

#include "sys.h"
#include "text.h"

namespace jailer {

namespace {

constexpr uint32_t kMost = 1024;
constexpr int kAnchor = O_PATH | O_CLOEXEC;

struct Early {
  const char* path;
  int fd;
};

Early early[kMost];
uint32_t early_count = 0;

long open(const char* path) { return sys::call(__NR_openat, AT_FDCWD, path, kAnchor); }

}  // namespace

long open_source(const char* path) {
  const long fd = open(path);
  if (fd != -EACCES) return fd;
  for (uint32_t i = 0; i < early_count; i++) {
    if (same(early[i].path, path)) return sys::call(__NR_fcntl, early[i].fd, F_DUPFD_CLOEXEC, 0);
  }
  return fd;
}

void open_early(Arguments paths) {
  while (paths.left() > 0 && early_count < kMost) {
    const char* path = paths.next();
    const long fd = open(path);
    if (fd >= 0) early[early_count++] = {path, static_cast<int>(fd)};
  }
}

void close_early() {
  while (early_count > 0) sys::call(__NR_close, early[--early_count].fd);
}

}  // namespace jailer
