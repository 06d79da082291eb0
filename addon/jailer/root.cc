// Steps that say where the jail's root is, and those that make it "/".
#include <linux/mount.h>
#include <linux/stat.h>

#include "jail.h"
#include "paths.h"
#include "root_locks.h"
#include "sources.h"
#include "targets.h"
#include "trees.h"

namespace jailer::steps {

namespace {

constexpr int kDetach = 2;  // MNT_DETACH

/** A directory by a path of the administrator's, in the root as it is now. */
long open_directory(Jail& jail, const char* path) {
  long fd = open_source(path);
  if (fd >= 0 && !is_directory(static_cast<int>(fd))) {
    sys::call(__NR_close, fd);
    fd = -ENOTDIR;
  }
  if (fd == -ENOENT) jail.detail << path << " is not there";
  if (fd == -ENOTDIR) jail.detail << path << " is no directory";
  if (fd == -EACCES)
    jail.detail << path << ": root of the user namespace may not pass a directory above it: see their modes";
  return fd;
}

void be_root(Jail& jail, long fd) {
  if (jail.root.fd >= 0) sys::call(__NR_close, jail.root.fd);
  jail.root.fd = static_cast<int>(fd);
}

bool is_mount_point(int fd) {
  struct statx about = {};
  if (sys::call(__NR_statx, fd, "", AT_EMPTY_PATH, STATX_TYPE, &about) < 0) return true;
  return (about.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) == 0 ||
         (about.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

int go_to_root(Jail& jail) {
  close_early();
  close_locks(jail);
  return sys::error_of(__NR_chdir, "/");
}

int explain_pivot(Jail& jail, const char* root, const char* old, int error) {
  const sys::Fd put_old(open_inside(jail.root.fd, old));
  if (put_old.error() == ENOENT)
    jail.detail << "the directory for the old root, " << root << '/' << old << ", is not there";
  else if (!put_old.error() && !is_directory(put_old.get()))
    jail.detail << root << '/' << old << " is no directory";
  else if (!is_mount_point(jail.root.fd))
    jail.detail << root << " is not a mount point: bind it onto itself in a hook, or use `namespace`";
  else if (error == EBUSY)
    jail.detail << root << " is the root already";
  else if (error == EINVAL)
    jail.detail << "the present root is no mount that can be moved, or " << old << " leads out of " << root;
  return error;
}

}  // namespace

int root_at(Jail& jail, Arguments arguments) {
  const char* path = arguments.next();
  const long fd = open_directory(jail, path);
  if (fd < 0) return static_cast<int>(-fd);
  be_root(jail, fd);
  jail.root.hosts = same(path, "/");
  return 0;
}

int open_early(Jail&, Arguments paths) {
  jailer::open_early(paths);
  return 0;
}

int hold_place(Jail&, Arguments arguments) {
  jailer::hold_place(arguments.next());
  return 0;
}

int hold_tree(Jail& jail, Arguments arguments) {
  const char* path = arguments.next();
  const char* number = arguments.next();
  uint64_t flags = 0;
  if (!read_number(number, UINT32_MAX, flags)) return refuse(jail, number);
  // What cannot be had is told by the step that puts it in.
  jailer::hold_tree(path, (flags & MS_REC) != 0);
  return 0;
}

int root_bind(Jail& jail, Arguments arguments) {
  if (const int error = own_mounts(jail)) return error;
  const char* path = arguments.next();
  const sys::Fd directory(open_directory(jail, path));
  if (directory.error()) return directory.error();
  long tree = clone_tree(directory.get(), "", false);
  // What is mounted below it is locked to it in a user namespace, and can only come along.
  if (tree == -EINVAL) tree = clone_tree(directory.get(), "", true);
  if (tree < 0) return static_cast<int>(-tree);
  be_root(jail, tree);
  return attach(jail.root.fd, directory.get());
}

int switch_root(Jail& jail, Arguments) {
  const sys::Fd old(sys::call(__NR_openat, AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (old.error()) return old.error();
  if (const int error = sys::error_of(__NR_fchdir, jail.root.fd)) return error;
  // Stacks the old root upon the new one: no directory for it is needed (pivot_root(2)).
  if (const int error = sys::error_of(__NR_pivot_root, ".", ".")) {
    if (error == EINVAL) jail.detail << "the present root is no mount that can be moved (an initramfs?)";
    return error;
  }
  if (const int error = sys::error_of(__NR_fchdir, old.get())) return error;
  if (const int error = sys::error_of(__NR_umount2, ".", kDetach)) {
    jail.detail << "detaching the old root";
    return error;
  }
  return go_to_root(jail);
}

int pivot_root(Jail& jail, Arguments arguments) {
  if (const int error = own_mounts(jail)) return error;
  const char* root = arguments.next();
  const char* old = arguments.next();
  jail.root.old = static_cast<int>(sys::call(__NR_openat, AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (jail.root.old < 0) return -jail.root.old;
  if (const int error = sys::error_of(__NR_fchdir, jail.root.fd)) return error;
  const int error = sys::error_of(__NR_pivot_root, ".", old);
  return error ? explain_pivot(jail, root, old, error) : go_to_root(jail);
}

int chroot(Jail& jail, Arguments) {
  if (const int error = sys::error_of(__NR_fchdir, jail.root.fd)) return error;
  if (const int error = sys::error_of(__NR_chroot, ".")) return error;
  return go_to_root(jail);
}

int detach_old_root(Jail& jail, Arguments arguments) {
  const char* where = arguments.next();
  if (jail.root.old < 0) return EINVAL;
  const int old = jail.root.old;
  jail.root.old = -1;
  const sys::Fd closed(old);
  // By descriptor: whoever can write to the new root may have put a link where it was.
  if (const int error = sys::error_of(__NR_fchdir, old)) return error;
  const int error = sys::error_of(__NR_umount2, ".", kDetach);
  if (const int lost = go_to_root(jail)) return lost;
  // A hook has done it.
  if (error == EINVAL) return 0;
  if (error) return error;
  Text<512> line;
  line << "tsjail: the old root was still mounted on " << where
       << " and is detached now (`keep-old-root` leaves it there)\n";
  sys::call(__NR_write, 2, line.text(), line.size());
  return 0;
}

}  // namespace jailer::steps
