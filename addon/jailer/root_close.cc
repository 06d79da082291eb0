// Steps that take from the jail's root what the command shall not have: writing to it, and the sight of parts
// of it. They come after the last hook; what they need of the old root is taken before.
#include <linux/mount.h>
#include <linux/stat.h>

#include "jail.h"
#include "mount_attributes.h"
#include "mount_table.h"
#include "paths.h"
#include "targets.h"
#include "trees.h"

namespace jailer::steps {

namespace {

constexpr uint32_t kMostMounts = 4096;

int noted[kMostMounts];
uint32_t noted_count = 0;

int note(void*, int fd) {
  if (noted_count == kMostMounts) return E2BIG;
  const long copy = sys::call(__NR_fcntl, fd, F_DUPFD_CLOEXEC, kPlanFd + 1);
  if (copy < 0) return static_cast<int>(-copy);
  noted[noted_count++] = static_cast<int>(copy);
  return 0;
}

/** The first one is attached, every other one is a clone of it: one that is mounted nowhere has no clones
 * before Linux 6.15, and the old root that it came from is gone. */
int mask_file(Jail& jail, int target) {
  if (jail.root.null_tree < 0) return EINVAL;
  if (!jail.root.null_used) {
    const int error = attach(jail.root.null_tree, target);
    jail.root.null_used = error == 0;
    return error;
  }
  const sys::Fd tree(clone_tree(jail.root.null_tree, "", false));
  return tree.error() ? tree.error() : attach(tree.get(), target);
}

/** As above: a file system of its own for each would cost most of what masks do. */
int mask_directory(Jail& jail, int target) {
  if (jail.root.empty_tree >= 0) {
    const sys::Fd again(clone_tree(jail.root.empty_tree, "", false));
    return again.error() ? again.error() : attach(again.get(), target);
  }
  Text<512> why;
  const uint64_t flags = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC;
  const long tree = new_tree("tmpfs", "tmpfs", flags, "size=4k,nr_inodes=2,mode=555", why);
  if (tree < 0) jail.detail << why.text();
  if (tree < 0) return static_cast<int>(-tree);
  jail.root.empty_tree = static_cast<int>(tree);
  return attach(jail.root.empty_tree, target);
}

int mask_one(Jail& jail, int target) {
  return is_directory(target) ? mask_directory(jail, target) : mask_file(jail, target);
}

int seal_one(Jail&, int target) {
  const sys::Fd tree(clone_tree(target, "", true));
  if (tree.error()) return tree.error();
  if (const int error = attach(tree.get(), target)) return error;
  return change_mount(tree.get(), "", MS_RDONLY, 0, Depth::tree);
}

bool is_same_place(int one, int other) {
  struct statx first = {};
  struct statx second = {};
  constexpr unsigned kWhich = STATX_INO | STATX_MNT_ID;
  return sys::error_of(__NR_statx, one, "", AT_EMPTY_PATH, kWhich, &first) == 0 &&
         sys::error_of(__NR_statx, other, "", AT_EMPTY_PATH, kWhich, &second) == 0 &&
         first.stx_ino == second.stx_ino && first.stx_mnt_id == second.stx_mnt_id;
}

int unless_absent(int error) { return error == ENOENT || error == ENOTDIR ? 0 : error; }

/** Below a directory that root of the user namespace may not pass: most likely no more may the command. Good
 * enough for what nobody asked for by name. */
int unless_out_of_reach(int error) { return error == EACCES ? 0 : unless_absent(error); }

/** What `path` leads to; and of the procfs that was put there what had that name, if that is another place by
 * now: who may write to the root can have changed a link in between. */
int close_off(Jail& jail, const char* path, int (*close)(Jail&, int), int (*excused)(int)) {
  const sys::Fd target(open_inside(jail.root.fd, path));
  const bool is_of_proc = jail.root.proc >= 0 && starts_with(path, "/proc/");
  const sys::Fd meant(is_of_proc ? open_inside(jail.root.proc, path + 6) : -ENOENT);
  const bool differs = !meant.error() && (target.error() || !is_same_place(target.get(), meant.get()));
  const int error = target.error() ? excused(target.error()) : close(jail, target.get());
  return error == 0 && differs ? close(jail, meant.get()) : error;
}

}  // namespace

int note_mounts(Jail& jail, Arguments) {
  if (const int error = own_mounts(jail)) return error;
  const int error = each_mount_below(jail.root.fd, note, nullptr);
  // A root that is no mount cannot be made read-only without what is around it.
  if (error == E2BIG) jail.detail << "more than " << uint64_t{kMostMounts} << " mounts";
  return error;
}

int note_null(Jail& jail, Arguments) {
  if (const int error = own_mounts(jail)) return error;
  const long tree = clone_tree(AT_FDCWD, "/dev/null", false);
  if (tree < 0) {
    jail.detail << "/dev/null";
    return static_cast<int>(-tree);
  }
  jail.root.null_tree = static_cast<int>(tree);
  return 0;
}

int mask(Jail& jail, Arguments arguments) {
  return close_off(jail, arguments.next(), mask_one, unless_absent);
}

int hide(Jail& jail, Arguments arguments) {
  return close_off(jail, arguments.next(), mask_one, unless_out_of_reach);
}

int seal(Jail& jail, Arguments arguments) {
  return close_off(jail, arguments.next(), seal_one, unless_out_of_reach);
}

int read_only(Jail& jail, Arguments) {
  if (const int error = own_mounts(jail)) return error;
  if (noted_count == 0) return change_mount(jail.root.fd, "", MS_RDONLY, 0, Depth::tree);
  for (uint32_t i = 0; i < noted_count; i++) {
    const int error = change_mount(noted[i], "", MS_RDONLY, 0, Depth::one);
    sys::call(__NR_close, noted[i]);
    // EINVAL: a hook has unmounted it.
    if (error == 0 || error == EINVAL) continue;
    jail.detail << "mount " << uint64_t{i + 1} << " of " << uint64_t{noted_count};
    return error;
  }
  noted_count = 0;
  return 0;
}

}  // namespace jailer::steps
