// Probes by calls that change nothing: see kernel_probes.h. A call that is refused for what it was given is
// there.
#include "kernel_probes.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/inotify.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "kernel_features.h"
#include "unique_fd.h"

namespace tsjail {

namespace {

// The same number on every machine, and not in the headers of older ones.
constexpr long kOpenTree = 428;
constexpr long kMoveMount = 429;
constexpr long kFsopen = 430;
constexpr long kPidfdOpen = 434;
constexpr long kOpenat2 = 437;
constexpr long kPidfdGetfd = 438;
constexpr long kMountSetattr = 442;
constexpr long kLandlockCreateRuleset = 444;
constexpr unsigned kLandlockVersion = 1;
constexpr unsigned kActionAvailable = 2;
constexpr uint32_t kErrno = 0x50000;

int error_of(long result) { return result < 0 ? errno : 0; }

/** The call is there: what it said is about us or our arguments. */
int unless_missing(long result) { return result < 0 && errno == ENOSYS ? ENOSYS : 0; }

int error_of_fd(long result) {
  const int error = error_of(result);
  const UniqueFd fd(static_cast<int>(result));
  return error;
}

UniqueFd own_pidfd() { return UniqueFd(static_cast<int>(::syscall(kPidfdOpen, ::getpid(), 0))); }

int clone3() { return features().clone3 ? 0 : ENOSYS; }
int close_range() { return features().close_range ? 0 : ENOSYS; }
int pidfd_open() { return error_of_fd(::syscall(kPidfdOpen, ::getpid(), 0)); }

int pidfd_getfd() {
  const UniqueFd self = own_pidfd();
  return self ? error_of_fd(::syscall(kPidfdGetfd, self.get(), self.get(), 0)) : errno;
}

int openat2() {
  const uint64_t how[3] = {O_PATH | O_CLOEXEC, 0, 0};
  return error_of_fd(::syscall(kOpenat2, AT_FDCWD, "/", how, sizeof how));
}

int open_tree() { return error_of_fd(::syscall(kOpenTree, AT_FDCWD, "/", O_CLOEXEC)); }
int move_mount() { return unless_missing(::syscall(kMoveMount, -1, "", -1, "", 0)); }
int fsopen() { return unless_missing(::syscall(kFsopen, nullptr, 0)); }
int mount_setattr() { return unless_missing(::syscall(kMountSetattr, -1, "", 0, nullptr, 0)); }
int inotify() { return error_of_fd(::inotify_init1(IN_CLOEXEC)); }
int seccomp() { return error_of(::syscall(SYS_seccomp, kActionAvailable, 0, &kErrno)); }

struct Probe {
  const char* name;
  int (*error)();
};

constexpr Probe kProbes[] = {
    {"clone3", clone3},           {"close_range", close_range}, {"pidfd_open", pidfd_open},
    {"pidfd_getfd", pidfd_getfd}, {"openat2", openat2},         {"open_tree", open_tree},
    {"move_mount", move_mount},   {"fsopen", fsopen},           {"mount_setattr", mount_setattr},
    {"inotify_init1", inotify},   {"seccomp", seccomp},
};

Probed landlock() {
  const long version = ::syscall(kLandlockCreateRuleset, nullptr, 0, kLandlockVersion);
  return {"landlock", error_of(version), version < 0 ? 0 : static_cast<int>(version)};
}

}  // namespace

std::vector<Probed> probe_kernel() {
  std::vector<Probed> found;
  for (const auto& [name, error] : kProbes) found.push_back({name, error(), 0});
  found.push_back(landlock());
  return found;
}

}  // namespace tsjail
