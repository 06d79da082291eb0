// The step that makes a minimal /dev: the devices that every program expects, terminals and shared memory of
// its own.
#include <linux/mount.h>
#include <linux/sched.h>
#include <linux/stat.h>

#include "jail.h"
#include "paths.h"
#include "targets.h"
#include "trees.h"

namespace jailer::steps {

namespace {

struct Node {
  const char* name;
  uint32_t minor;
  uint32_t major;
};

constexpr Node kNodes[] = {
    {"null", 3, 1}, {"zero", 5, 1}, {"full", 7, 1}, {"random", 8, 1}, {"urandom", 9, 1}, {"tty", 0, 5},
};

struct Link {
  const char* name;
  const char* leads_to;
};

constexpr Link kLinks[] = {
    {"fd", "/proc/self/fd"},       {"stdin", "/proc/self/fd/0"}, {"stdout", "/proc/self/fd/1"},
    {"stderr", "/proc/self/fd/2"}, {"ptmx", "pts/ptmx"},
};

constexpr uint32_t kNodeMode = 0666;
constexpr uint32_t kDirectoryMode = 0755;
constexpr uint64_t kFlags = MS_NOSUID | MS_NOEXEC;

/** Two directories: the one that is made, and that of the host, for where nodes may not be made (negative:
 * the errno for which it is not to be had). Its path may lead to the new one by now. */
struct Places {
  int made;
  int host;
};

int bind_node(const Places& dev, const Node& node) {
  if (dev.host < 0) return -dev.host;
  const sys::Fd file(
      sys::call(__NR_openat, dev.made, node.name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, kNodeMode));
  if (file.error()) return file.error();
  const sys::Fd tree(clone_tree(dev.host, node.name, false));
  return tree.error() ? tree.error() : attach(tree.get(), file.get());
}

/** EPERM: a user namespace, a missing CAP_MKNOD, or a device filter of the daemon's own cgroup. */
int make_node(const Places& dev, const Node& node) {
  const uint32_t number = node.major << 8 | node.minor;
  const int error = sys::error_of(__NR_mknodat, dev.made, node.name, S_IFCHR | kNodeMode, number);
  return error == EPERM ? bind_node(dev, node) : error;
}

int mount_below(Jail& jail, int dev, const char* name, const char* fstype, uint64_t flags, const char* data) {
  jail.detail << name;
  const int made = sys::error_of(__NR_mkdirat, dev, name, kDirectoryMode);
  if (made) return made;
  const sys::Fd target(sys::call(__NR_openat, dev, name, O_PATH | O_CLOEXEC));
  if (target.error()) return target.error();
  Text<512> why;
  const sys::Fd tree(new_tree(fstype, fstype, flags, data, why));
  if (tree.error()) return tree.error();
  note_own(tree.get());
  const int error = attach(tree.get(), target.get());
  if (error == 0) jail.detail.clear();
  return error;
}

int mount_terminals(Jail& jail, int dev) {
  // Group 5 is tty on every distribution (devpts(5)); a user namespace need not have it.
  const int error =
      mount_below(jail, dev, "pts", "devpts", kFlags, "newinstance,ptmxmode=0666,mode=620,gid=5");
  if (error != EINVAL) return error;
  jail.detail.clear();
  sys::call(__NR_unlinkat, dev, "pts", AT_REMOVEDIR);
  return mount_below(jail, dev, "pts", "devpts", kFlags, "newinstance,ptmxmode=0666,mode=620");
}

/** Of the slaves of pseudo terminals, a minor number for each (Documentation/admin-guide/devices.txt). */
constexpr uint32_t kFirstSlave = 136;
constexpr uint32_t kLastSlave = 143;

bool is_same_file(const struct statx& one, const struct statx& other) {
  return one.stx_ino == other.stx_ino && one.stx_dev_major == other.stx_dev_major &&
         one.stx_dev_minor == other.stx_dev_minor;
}

/** The command's own terminal is of the host's /dev/pts: it gets a name in here, or ttyname(3) finds none.
 * What is no such terminal, or lies elsewhere, stays without. */
int name_terminal(const Places& dev) {
  struct statx ours = {};
  struct statx found = {};
  if (dev.host < 0 || sys::error_of(__NR_statx, 0, "", AT_EMPTY_PATH, STATX_TYPE | STATX_INO, &ours))
    return 0;
  const uint32_t major = ours.stx_rdev_major;
  if ((ours.stx_mode & S_IFMT) != S_IFCHR || major < kFirstSlave || major > kLastSlave) return 0;
  Text<32> slave;
  slave << "pts/" << uint64_t{(major - kFirstSlave) * 256 + ours.stx_rdev_minor};
  const sys::Fd tree(clone_tree(dev.host, slave.text(), false));
  if (tree.error() || sys::error_of(__NR_statx, tree.get(), "", AT_EMPTY_PATH, STATX_INO, &found)) return 0;
  if (!is_same_file(ours, found)) return 0;
  const sys::Fd file(
      sys::call(__NR_openat, dev.made, "console", O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600));
  return file.error() ? file.error() : attach(tree.get(), file.get());
}

int fill(Jail& jail, const Places& places) {
  const int dev = places.made;
  for (const auto& node : kNodes) {
    if (const int error = make_node(places, node)) {
      jail.detail << node.name;
      return error;
    }
  }
  for (const auto& link : kLinks) {
    if (const int error = sys::error_of(__NR_symlinkat, link.leads_to, dev, link.name)) return error;
  }
  if (const int error = mount_terminals(jail, dev)) return error;
  if (const int error = name_terminal(places)) return error;
  return mount_below(jail, dev, "shm", "tmpfs", MS_NODEV | kFlags, "mode=1777");
}

}  // namespace

int put_dev(Jail& jail, Arguments arguments) {
  const char* target = arguments.next();
  const sys::Fd host(sys::call(__NR_openat, AT_FDCWD, "/dev", O_PATH | O_DIRECTORY | O_CLOEXEC, 0));
  Text<512> why;
  const sys::Fd tree(new_tree("tmpfs", "tmpfs", kFlags, "mode=755,size=64k,nr_inodes=1k", why));
  if (tree.error()) {
    jail.detail << why.text();
    return tree.error();
  }
  note_own(tree.get());
  if (const int error = put(jail, tree.get(), target)) return error;
  const long mask = sys::call(__NR_umask, 0);
  if (mask < 0) return static_cast<int>(-mask);
  const int error = fill(jail, {tree.get(), host.error() ? -host.error() : host.get()});
  sys::call(__NR_umask, mask);
  return error;
}

int put_dev_if_there(Jail& jail, Arguments arguments) {
  if (jail.joined & CLONE_NEWNS) return 0;
  Arguments ahead = arguments;
  const sys::Fd target(open_inside(jail.root.fd, ahead.next()));
  return target.error() || !is_directory(target.get()) ? 0 : put_dev(jail, arguments);
}

}  // namespace jailer::steps
