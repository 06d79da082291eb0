// The step with which a helper goes where a process of a jail is: its network and its root, so that addresses
// mean there what they mean to that process. By its directory in /proc, which leads nowhere once the process
// is gone.
#include <linux/sched.h>
#include <linux/stat.h>

#include "jail.h"

namespace jailer::steps {

namespace {

constexpr unsigned kWhich = STATX_INO | STATX_MNT_ID;

/** The same file on the same mount: where a kernel before 5.8 does not tell the mount, it is another one. */
bool is_ours(const char* own, int fd) {
  struct statx theirs = {};
  struct statx ours = {};
  if (sys::error_of(__NR_statx, fd, "", AT_EMPTY_PATH, kWhich, &theirs)) return false;
  if (sys::error_of(__NR_statx, AT_FDCWD, own, 0, kWhich, &ours)) return false;
  return (theirs.stx_mask & ours.stx_mask & kWhich) == kWhich && theirs.stx_ino == ours.stx_ino &&
         theirs.stx_mnt_id == ours.stx_mnt_id;
}

int join(Jail& jail, int fd, const char* own, uint32_t kind, const char* name) {
  if (is_ours(own, fd)) return 0;
  const int error = sys::error_of(__NR_setns, fd, kind);
  if (error) jail.detail << "joining its " << name << " namespace";
  return error;
}

/** Of the dead there is nothing in /proc, or half of it. */
int gone_or(int error) { return error == ENOENT ? ESRCH : error; }

}  // namespace

int enter_jail(Jail& jail, Arguments arguments) {
  Text<32> path;
  path << "/proc/" << arguments.next();
  const sys::Fd process(sys::call(__NR_openat, AT_FDCWD, path.text(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (process.error()) return gone_or(process.error());
  const sys::Fd root(sys::call(__NR_openat, process.get(), "root", O_PATH | O_DIRECTORY | O_CLOEXEC));
  const sys::Fd user(sys::call(__NR_openat, process.get(), "ns/user", O_RDONLY | O_CLOEXEC));
  const sys::Fd net(sys::call(__NR_openat, process.get(), "ns/net", O_RDONLY | O_CLOEXEC));
  if (root.error()) return gone_or(root.error());
  if (user.error() || net.error()) return gone_or(user.error() ? user.error() : net.error());
  // Who has no rights of his own gets them from the user namespace that he made for the jail.
  if (sys::call(__NR_geteuid) != 0) {
    if (const int error = join(jail, user.get(), "/proc/self/ns/user", CLONE_NEWUSER, "user")) return error;
  }
  if (const int error = join(jail, net.get(), "/proc/self/ns/net", CLONE_NEWNET, "net")) return error;
  if (is_ours("/", root.get())) return 0;
  if (const int error = sys::error_of(__NR_fchdir, root.get())) return error;
  return sys::error_of(__NR_chroot, ".");
}

}  // namespace jailer::steps
