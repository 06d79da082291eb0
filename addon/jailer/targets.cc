// Targets in the jail's root: see targets.h.
#include "targets.h"

#include <linux/sched.h>
#include <linux/stat.h>

#include "control.h"
#include "janitor.h"
#include "root_locks.h"
#include "trees.h"

namespace jailer {

namespace {

constexpr uint32_t kMostOwn = 64;
/** The Emperor takes no longer message. */
constexpr size_t kMostPath = 4096;

struct Device {
  uint32_t major;
  uint32_t minor;
};

Device own[kMostOwn];
uint32_t own_count = 0;

bool device_of(int fd, Device& device) {
  struct statx about = {};
  if (sys::call(__NR_statx, fd, "", AT_EMPTY_PATH, STATX_TYPE, &about) < 0) return false;
  device = {about.stx_dev_major, about.stx_dev_minor};
  return true;
}

bool is_own(int fd) {
  Device device = {};
  if (!device_of(fd, device)) return false;
  for (uint32_t i = 0; i < own_count; i++) {
    if (own[i].major == device.major && own[i].minor == device.minor) return true;
  }
  return false;
}

/** Who takes it back when the start fails is told, and the Emperor, who removes it when the jail is over. */
int note(Jail& jail, const Making& making) {
  if (const int error = remember(jail, making.parent, making.name, making.kind)) return error;
  InodeIdentity identity;
  if (const int error = identify(making.parent, making.name, identity)) return error;
  Text<kMostPath> message;
  message << "made " << uint64_t{jail.step} << (making.kind == Kind::directory ? " directory " : " file ")
          << identity.text() << ' ' << making.path;
  // Too long for any message: it stays.
  if (!message.full()) send(message);
  return 0;
}

int made(void* context, const Making& making) {
  Jail& jail = *static_cast<Jail*>(context);
  if (is_own(making.parent)) return 0;
  if (making.name) return note(jail, making);
  if (!jail.root.hosts) return 0;
  jail.detail << "it is not there, and nothing is made on the host's own file system";
  return ENOENT;
}

const char* attach_hint(int error, int tree, int target) {
  if (is_directory(tree) != is_directory(target))
    return ": source and target must both be directories, or neither";
  return error == EINVAL ? ": it cannot be mounted there" : "";
}

}  // namespace

void note_own(int tree) {
  if (own_count < kMostOwn && device_of(tree, own[own_count])) own_count++;
}

int own_mounts(Jail& jail) {
  if ((jail.joined & CLONE_NEWNS) == 0) return 0;
  jail.detail
      << "the mount namespace was joined by setns, and is not ours to change: `unshare = fs` makes a copy";
  return EPERM;
}

long open_target(Jail& jail, const char* path, Kind kind) {
  Text<512> why;
  const long fd = open_or_make(jail.root.fd, path, kind, made, &jail, why);
  if (fd >= 0 || jail.detail.size() > 0) return fd;
  jail.detail << "target " << path;
  if (why.size() > 0)
    jail.detail << ": " << why.text();
  else if (fd == -ELOOP)
    jail.detail << ": a link of /proc, or links without end";
  else if (fd == -ENOTDIR)
    jail.detail << ": a part of it is no directory";
  return fd;
}

int put(Jail& jail, int tree, const char* path) {
  if (const int error = own_mounts(jail)) return error;
  const long opened = open_target(jail, path, is_directory(tree) ? Kind::directory : Kind::file);
  if (opened < 0) return static_cast<int>(-opened);
  const sys::Fd target(opened);
  if (const int error = attach(tree, target.get())) {
    jail.detail << "mounting on " << path << attach_hint(error, tree, target.get());
    return error;
  }
  if (!same(path, "/")) return 0;
  const long root = sys::call(__NR_fcntl, tree, F_DUPFD_CLOEXEC, kPlanFd + 1);
  if (root < 0) return static_cast<int>(-root);
  sys::call(__NR_close, jail.root.fd);
  jail.root.fd = static_cast<int>(root);
  return 0;
}

}  // namespace jailer
