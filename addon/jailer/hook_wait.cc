// Actions of hooks that wait: for a file, a directory, anything at all, or somebody who listens.
#include "hook_wait.h"

#include <linux/inotify.h>
#include <linux/poll.h>
#include <linux/stat.h>

namespace jailer {

int is_late(Jail& jail, const char* what) {
  jail.detail << what << " within hook-timeout, " << jail.hooks.timeout_ms << " ms";
  return kTold;
}

namespace steps {

namespace {

constexpr size_t kPathMax = 4096;
/** Nobody tells when somebody listens on an address. */
constexpr uint64_t kPauseMs = 50;
constexpr uint32_t kChanges = IN_CREATE | IN_MOVED_TO | IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF;
constexpr size_t kAddressMax = 128;
// Of sys/socket.h.
constexpr int kStream = 1;
constexpr int kSocketLevel = 1;
constexpr int kSocketError = 4;
constexpr int kFamilyBytes = 2;

struct Wanted {
  const char* kind;
  const char* path;
};

/** What `fs` waits for is anything. */
bool fits(const char* kind, uint32_t mode) {
  if (same(kind, "file")) return (mode & S_IFMT) == S_IFREG;
  return same(kind, "fs") || (mode & S_IFMT) == S_IFDIR;
}

bool is_there(const Wanted& wanted) {
  struct statx found = {};
  const int error = sys::error_of(__NR_statx, AT_FDCWD, wanted.path, 0, STATX_TYPE, &found);
  return error == 0 && fits(wanted.kind, found.stx_mode);
}

/** The directory above what `path` says; false when there is none. */
bool go_up(char* path) {
  size_t size = length(path);
  while (size > 1 && path[size - 1] == '/') size--;
  while (size > 0 && path[size - 1] != '/') size--;
  if (size == 0) return false;
  path[size == 1 ? 1 : size - 1] = 0;
  return true;
}

/** inotify(7) tells nothing of mounts, of network file systems and of /proc. On the nearest directory that is
 * there: the next part of the path appears in it. */
void watch_nearest(int inotify, const char* wanted) {
  auto* path = static_cast<char*>(sys::scratch(kPathMax));
  const size_t size = length(wanted);
  if (size >= kPathMax) return;
  for (size_t i = 0; i <= size; i++) path[i] = wanted[i];
  for (size_t steps = 0; steps < kPathMax; steps++) {
    const char* directory = go_up(path) ? path : ".";
    if (sys::call(__NR_inotify_add_watch, inotify, directory, kChanges) >= 0) return;
    if (same(directory, ".") || same(directory, "/")) return;
  }
}

void drain(int inotify) {
  alignas(inotify_event) char events[4096];
  while (sys::call(__NR_read, inotify, events, sizeof events) > 0) continue;
}

int wait_for_path(Jail& jail, const Wanted& wanted) {
  const uint64_t deadline = now_ms() + jail.hooks.timeout_ms;
  const sys::Fd inotify(sys::call(__NR_inotify_init1, O_NONBLOCK | O_CLOEXEC));
  const int fd = inotify.error() ? -1 : inotify.get();
  while (!is_there(wanted)) {
    if (fd >= 0) watch_nearest(fd, wanted.path);
    // It may have come before the watch.
    if (is_there(wanted)) return 0;
    const uint64_t now = now_ms();
    if (now >= deadline) return is_late(jail, "it did not appear");
    const uint64_t glance = now + kGlanceMs < deadline ? now + kGlanceMs : deadline;
    if (wait_until(jail, fd, POLLIN, glance) == Waited::gone) abandon(jail);
    if (fd >= 0) drain(fd);
  }
  return 0;
}

struct Address {
  alignas(8) uint8_t bytes[kAddressMax];
  uint32_t size;
};

bool read_address(const char* digits, Address& address) {
  const size_t size = length(digits);
  if (size % 2 != 0 || size / 2 > kAddressMax || size / 2 <= kFamilyBytes) return false;
  address.size = static_cast<uint32_t>(size / 2);
  return read_bytes(digits, address.bytes, address.size);
}

int family_of(const Address& address) {
  uint16_t family = 0;
  auto* bytes = reinterpret_cast<uint8_t*>(&family);
  for (int i = 0; i < kFamilyBytes; i++) bytes[i] = address.bytes[i];
  return family;
}

/** Of a connect(2) under way. */
int result_of(Jail& jail, int socket, uint64_t deadline) {
  const Waited waited = wait_until(jail, socket, POLLOUT, deadline);
  if (waited == Waited::gone) abandon(jail);
  if (waited == Waited::late) return ETIMEDOUT;
  int error = 0;
  uint32_t size = sizeof error;
  const int asked = sys::error_of(__NR_getsockopt, socket, kSocketLevel, kSocketError, &error, &size);
  return asked ? asked : error;
}

/** A new socket each time: one whose connect(2) failed may not be used again. */
int try_to_connect(Jail& jail, const Address& address, uint64_t deadline) {
  const sys::Fd socket(
      sys::call(__NR_socket, family_of(address), kStream | sys::kSockCloexec | O_NONBLOCK, 0));
  if (socket.error()) return socket.error();
  const int error = sys::error_of(__NR_connect, socket.get(), address.bytes, address.size);
  return error == EINPROGRESS ? result_of(jail, socket.get(), deadline) : error;
}

/** A full queue, and a socket of another type, are somebody's who is there. */
bool listens(int error) { return error == 0 || error == EAGAIN || error == EPROTOTYPE; }

/** Not there yet; others are not a matter of time. */
bool may_come(int error) {
  return error == ENOENT || error == ECONNREFUSED || error == ETIMEDOUT || error == ENETUNREACH ||
         error == EHOSTUNREACH || error == ECONNRESET || error == EADDRNOTAVAIL || error == ENOTDIR;
}

int wait_for_socket(Jail& jail, const char* digits) {
  Address address{};
  if (!read_address(digits, address)) return refuse(jail, digits);
  const uint64_t deadline = now_ms() + jail.hooks.timeout_ms;
  for (;;) {
    const int error = try_to_connect(jail, address, deadline);
    if (listens(error)) return 0;
    if (!may_come(error)) return error;
    const uint64_t now = now_ms();
    if (now >= deadline) return is_late(jail, "nobody listened");
    const uint64_t pause = now + kPauseMs < deadline ? now + kPauseMs : deadline;
    if (wait_until(jail, -1, 0, pause) == Waited::gone) abandon(jail);
  }
}

}  // namespace

int hook_wait(Jail& jail, Arguments arguments) {
  const char* kind = arguments.next();
  const char* what = arguments.next();
  if (same(kind, "socket")) return wait_for_socket(jail, arguments.next());
  if (same(kind, "interface")) return wait_for_interface(jail, what);
  if (same(kind, "mountpoint")) return wait_for_mount_point(jail, what);
  if (!same(kind, "fs") && !same(kind, "file") && !same(kind, "dir")) return refuse(jail, kind);
  return wait_for_path(jail, {kind, what});
}

}  // namespace steps

}  // namespace jailer
