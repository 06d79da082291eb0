// mount_setattr(2) by MS_* flags, and remounts one by one where it is missing: see mount_attributes.h.
#include "mount_attributes.h"

#include <asm/statfs.h>
#include <linux/mount.h>

#include "mount_table.h"
#include "sys.h"
#include "text.h"
#include "trees.h"

namespace jailer {

namespace {

// Of sys/statvfs.h and linux/mount.h, where older headers lack them.
constexpr uint64_t kNoSymFollow = 0x100;
constexpr uint64_t kStatRelatime = 0x1000;
constexpr uint64_t kStatNoSymFollow = 0x2000;
constexpr uint64_t kAttrNoSymFollow = 0x0020'0000;
constexpr int kRecursive = 0x8000;
constexpr uint64_t kAtimes = MS_NOATIME | MS_RELATIME | MS_STRICTATIME;

struct Flag {
  uint64_t ms;
  uint64_t attribute;
  uint64_t statfs;
};

constexpr Flag kFlags[] = {
    {MS_RDONLY, MOUNT_ATTR_RDONLY, MS_RDONLY},
    {MS_NOSUID, MOUNT_ATTR_NOSUID, MS_NOSUID},
    {MS_NODEV, MOUNT_ATTR_NODEV, MS_NODEV},
    {MS_NOEXEC, MOUNT_ATTR_NOEXEC, MS_NOEXEC},
    {MS_NODIRATIME, MOUNT_ATTR_NODIRATIME, MS_NODIRATIME},
    {MS_NOATIME, MOUNT_ATTR_NOATIME, MS_NOATIME},
    {MS_RELATIME, MOUNT_ATTR_RELATIME, kStatRelatime},
    {MS_STRICTATIME, MOUNT_ATTR_STRICTATIME, 0},
    {kNoSymFollow, kAttrNoSymFollow, kStatNoSymFollow},
};

uint64_t attributes(uint64_t flags) {
  uint64_t found = 0;
  for (const auto& flag : kFlags) {
    if (flags & flag.ms) found |= flag.attribute;
  }
  return found;
}

/** The flags that a mount has, as statfs(2) shows them. */
int read_flags(int fd, uint64_t& flags) {
  struct statfs about = {};
  if (const int error = sys::error_of(__NR_fstatfs, fd, &about)) return error;
  flags = 0;
  for (const auto& flag : kFlags) {
    if (static_cast<uint64_t>(about.f_flags) & flag.statfs) flags |= flag.ms;
  }
  return 0;
}

int remount_by_number(int fd, uint64_t flags) {
  Text<40> path;
  path << "/proc/self/fd/" << fd;
  return sys::error_of(__NR_mount, nullptr, path.text(), nullptr, flags, nullptr);
}

/** mount(2) wants a path: a directory is "." to who stands in it; what one cannot stand in takes /proc. */
int remount(int fd, uint64_t flags) {
  flags |= MS_REMOUNT | MS_BIND;
  if (!is_directory(fd)) return remount_by_number(fd, flags);
  const sys::Fd here(sys::call(__NR_openat, AT_FDCWD, ".", O_PATH | O_CLOEXEC));
  if (here.error()) return here.error();
  const int refused = sys::error_of(__NR_fchdir, fd);
  // A directory of somebody who is nobody in the user namespace.
  if (refused == EACCES) return remount_by_number(fd, flags);
  if (refused) return refused;
  const int error = sys::error_of(__NR_mount, nullptr, ".", nullptr, flags, nullptr);
  const int back = sys::error_of(__NR_fchdir, here.get());
  return error ? error : back;
}

int change_one(int fd, uint64_t set, uint64_t clear) {
  uint64_t flags = 0;
  if (const int error = read_flags(fd, flags)) return error;
  if (set & kAtimes) flags &= ~kAtimes;
  // Without a word on atime a remount keeps it; MS_NODIRATIME alone would be such a word.
  if ((flags & MS_NODIRATIME) && ((flags | set) & kAtimes) == 0) flags |= MS_STRICTATIME;
  return remount(fd, (flags & ~clear) | set);
}

struct Change {
  uint64_t set;
  uint64_t clear;
};

int change_listed(void* context, int fd) {
  const auto* change = static_cast<const Change*>(context);
  return change_one(fd, change->set, change->clear);
}

int change_slowly(int directory, const char* path, uint64_t set, uint64_t clear, Depth depth) {
  const sys::Fd opened(*path == 0 ? -EBADF
                                  : sys::call(__NR_openat, directory, path, O_PATH | O_NOFOLLOW | O_CLOEXEC));
  if (*path != 0 && opened.error()) return opened.error();
  const int fd = *path == 0 ? directory : opened.get();
  if (depth == Depth::one) return change_one(fd, set, clear);
  Change change = {set, clear};
  return each_mount_below(fd, change_listed, &change);
}

}  // namespace

int change_mount(int directory, const char* path, uint64_t set, uint64_t clear, Depth depth) {
  mount_attr change = {};
  change.attr_set = attributes(set);
  change.attr_clr = attributes(clear);
  if (set & kAtimes) change.attr_clr |= MOUNT_ATTR__ATIME;
  const int how =
      AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | (depth == Depth::tree ? kRecursive : 0);
  const int error = sys::error_of(__NR_mount_setattr, directory, path, how, &change, sizeof change);
  // EPERM: also what a filter says that does not know the call. A flag that is locked stays refused.
  if (error != ENOSYS && error != EPERM) return error;
  return change_slowly(directory, path, set, clear, depth);
}

}  // namespace jailer
