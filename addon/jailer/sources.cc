// Sources by path, now or early: see sources.h.
#include "sources.h"

#include "sys.h"
#include "text.h"
#include "trees.h"

namespace jailer {

namespace {

constexpr uint32_t kMost = 1024;
constexpr int kAnchor = O_PATH | O_CLOEXEC;

enum class How : uint8_t { place, held_place, held_tree, held_mount };

struct Early {
  const char* path;
  int fd;
  How how;
};

Early early[kMost];
uint32_t early_count = 0;

long open(const char* path) { return sys::call(__NR_openat, AT_FDCWD, path, kAnchor); }

Early* find_early(const char* path, How how) {
  for (uint32_t i = 0; i < early_count; i++) {
    if (early[i].how == how && early[i].fd >= 0 && same(early[i].path, path)) return &early[i];
  }
  return nullptr;
}

void add(const char* path, long fd, How how) {
  if (fd >= 0) early[early_count++] = {path, static_cast<int>(fd), how};
}

long copy(const Early& source) { return sys::call(__NR_fcntl, source.fd, F_DUPFD_CLOEXEC, 0); }

}  // namespace

long open_source(const char* path) {
  if (const Early* held = find_early(path, How::held_place)) return copy(*held);
  const long fd = open(path);
  if (fd != -EACCES) return fd;
  const Early* opened = find_early(path, How::place);
  return opened ? copy(*opened) : fd;
}

long take_held(const char* path, bool recursive) {
  Early* held = find_early(path, recursive ? How::held_tree : How::held_mount);
  if (held == nullptr) return -ENOENT;
  const int fd = held->fd;
  held->fd = -1;
  return fd;
}

void open_early(Arguments paths) {
  while (paths.left() > 0 && early_count < kMost) {
    const char* path = paths.next();
    add(path, open(path), How::place);
  }
}

void hold_place(const char* path) {
  if (early_count < kMost) add(path, open_source(path), How::held_place);
}

void hold_tree(const char* path, bool recursive) {
  if (early_count == kMost) return;
  const sys::Fd place(open_source(path));
  if (place.error()) return;
  add(path, clone_tree(place.get(), "", recursive), recursive ? How::held_tree : How::held_mount);
}

void close_early() {
  while (early_count > 0) {
    const int fd = early[--early_count].fd;
    if (fd >= 0) sys::call(__NR_close, fd);
  }
}

}  // namespace jailer
