// Actions of hooks that mount and unmount.
#include <linux/mount.h>
#include <linux/stat.h>

#include "control.h"
#include "jail.h"
#include "mount_attributes.h"
#include "mount_call.h"
#include "mount_points.h"

namespace jailer::steps {

namespace {

constexpr uint64_t kPropagation = MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE;
constexpr uint64_t kNoSymFollow = 0x100;
/** What a mount has, and not its file system: a bind takes it from its source, whatever is asked for. */
constexpr uint64_t kOfMount = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | MS_NODIRATIME |
                              MS_RELATIME | MS_STRICTATIME | kNoSymFollow;
constexpr uint64_t kDetach = 2;
/** Of ours: everything mounted below goes too. */
constexpr uint64_t kRecursive = 1 << 14;
constexpr size_t kPathMax = 4096;
/** Each pass takes at least one mount away. */
constexpr int kMostPasses = 1 << 17;

/** The kernel looks at none of these in a call that binds. */
int finish_bind(const Mount& mount) {
  const uint64_t set = mount.flags & kOfMount;
  if ((mount.flags & MS_BIND) == 0 || (mount.flags & MS_REMOUNT) != 0 || set == 0) return 0;
  const Depth depth = (mount.flags & MS_REC) != 0 ? Depth::tree : Depth::one;
  return change_mount(AT_FDCWD, mount.target, set, 0, depth);
}

/** Nor may a change of propagation be asked for in the same call as anything else. */
int finish_propagation(const Mount& mount) {
  const uint64_t kind = mount.flags & kPropagation;
  if (kind == 0) return 0;
  return sys::error_of(__NR_mount, nullptr, mount.target, nullptr, kind | (mount.flags & MS_REC), nullptr);
}

/** `mount:none none / private,rec` is about what is there; with a file system it is about a new mount. */
bool changes_propagation(const Mount& mount) {
  const uint64_t others = mount.flags & ~(kPropagation | MS_REC);
  return (mount.flags & kPropagation) != 0 && others == 0 && same(mount.fstype, "none");
}

int begin(const Mount& mount) {
  if (changes_propagation(mount)) return 0;
  const uint64_t flags = mount.flags & ~kPropagation;
  // `bind,remount,ro`: what is not named stays, since it may be locked. Nothing named: to be written to
  // again.
  if ((flags & MS_REMOUNT) != 0 && (flags & MS_BIND) != 0) {
    const uint64_t set = flags & kOfMount;
    return change_mount(AT_FDCWD, mount.target, set, set == 0 ? MS_RDONLY : 0, Depth::one);
  }
  return call_mount(mount, flags);
}

bool makes_one(const Mount& mount) {
  return (mount.flags & (MS_REMOUNT | MS_MOVE)) == 0 && !changes_propagation(mount);
}

bool exists(const char* path) { return sys::call(__NR_faccessat, AT_FDCWD, path, sys::kExists) == 0; }

const char* hint(const Mount& mount, int error) {
  if (error == ENOENT && !exists(mount.target)) return "the target is not there";
  if (error == ENOENT) return "the source is not there";
  if (error == ENODEV) return "this kernel does not know the file system";
  if (error == ENOTDIR) return "source and target must both be directories, or neither";
  if (error == ENOTBLK) return "the source is not a block device";
  if (error == EBUSY) return "it is mounted or in use already";
  if (error == EPERM) return "not allowed: not root in a mount namespace of its own, or a locked flag";
  const uint64_t needs_mount = MS_REMOUNT | MS_MOVE | kPropagation;
  if (error == EINVAL && (mount.flags & needs_mount) != 0) return "the target is not a mount point";
  if (error == EINVAL && (mount.flags & MS_BIND) == 0)
    return "the file system does not take these flags or data";
  return nullptr;
}

int explain(Jail& jail, const Mount& mount, int error) {
  const char* why = error ? hint(mount, error) : nullptr;
  if (why) jail.detail << why;
  return error;
}

void undo(const Mount& mount) { sys::call(__NR_umount2, mount.target, kDetach); }

/** Number of the mount that is seen at `path`; 0: it cannot be told. */
uint64_t mount_at(const char* path) {
  struct statx about = {};
  const int error = sys::error_of(__NR_statx, AT_FDCWD, path, AT_NO_AUTOMOUNT, STATX_MNT_ID, &about);
  return error == 0 && (about.stx_mask & STATX_MNT_ID) != 0 ? about.stx_mnt_id : 0;
}

/** Outside of a mount namespace of the jail's own the Emperor has to take it away at the end. */
void tell(const Jail& jail, const Mount& mount) {
  Text<64> message;
  message << "mounted " << uint64_t{jail.step} << ' ' << mount_at(mount.target);
  send(message);
}

int do_mount(Jail& jail, const Mount& mount, bool on_host) {
  if (const int error = begin(mount)) return explain(jail, mount, error);
  int error = finish_bind(mount);
  if (error == 0) error = finish_propagation(mount);
  if (error != 0 && makes_one(mount)) undo(mount);
  if (error == 0 && on_host && makes_one(mount)) tell(jail, mount);
  return explain(jail, mount, error);
}

struct Umount {
  uint64_t flags;
  bool progress;
  int error;
};

bool take_one(void* context, const char* path) {
  auto* umount = static_cast<Umount*>(context);
  const int error = sys::error_of(__NR_umount2, path, umount->flags);
  umount->progress = umount->progress || error == 0;
  if (error != 0) umount->error = error;
  return true;
}

int canonical(const char* path, char* name) {
  const sys::Fd here(sys::call(__NR_openat, AT_FDCWD, ".", O_PATH | O_CLOEXEC));
  if (here.error()) return here.error();
  if (const int error = sys::error_of(__NR_chdir, path)) return error;
  const int error = sys::error_of(__NR_getcwd, name, kPathMax);
  const int back = sys::error_of(__NR_fchdir, here.get());
  return error ? error : back;
}

/** Pass by pass, since only what has nothing mounted on it can go. The last pass takes nothing. */
int umount_tree(const char* path, uint64_t flags) {
  static char top[kPathMax];
  const int located = canonical(path, top);
  // On a file there is nothing below.
  if (located == ENOTDIR) return sys::error_of(__NR_umount2, path, flags);
  if (located) return located;
  bool any = false;
  for (int pass = 0; pass < kMostPasses; pass++) {
    Umount umount = {flags, false, 0};
    if (const int error = each_mount_point(top, take_one, &umount)) return error;
    any = any || umount.progress;
    if (!umount.progress) return umount.error == 0 && !any ? EINVAL : umount.error;
  }
  return ELOOP;
}

/** The mount `number` and no other, whatever somebody has put in place of a directory above it. EINVAL: it is
 * not at `path`. */
int umount_exactly(const char* path, uint64_t number, uint64_t flags) {
  const sys::Fd found(sys::call(__NR_openat, AT_FDCWD, path, O_PATH | O_CLOEXEC));
  if (found.error() == ENOENT || found.error() == ENOTDIR || found.error() == ELOOP) return EINVAL;
  if (found.error()) return found.error();
  Text<40> name;
  name << "/proc/self/fd/" << found.get();
  // Of the root of that mount: in a directory of it umount(2) says EINVAL.
  return mount_at(name.text()) == number ? sys::error_of(__NR_umount2, name.text(), flags) : EINVAL;
}

struct Sought {
  uint64_t number;
  uint64_t flags;
  int error;
};

bool take_sought(void* context, const char* path) {
  auto* sought = static_cast<Sought*>(context);
  if (mount_at(path) != sought->number) return true;
  sought->error = umount_exactly(path, sought->number, sought->flags);
  return false;
}

/** Where it was mounted, or where it has been moved to since. */
int umount_number(const char* path, uint64_t number, uint64_t flags) {
  const int error = umount_exactly(path, number, flags);
  if (error != EINVAL) return error;
  Sought sought = {number, flags, EINVAL};
  const int unread = each_mount_point("/", take_sought, &sought);
  return unread ? unread : sought.error;
}

}  // namespace

int hook_mount(Jail& jail, Arguments arguments) {
  Mount mount = {};
  mount.source = arguments.next();
  mount.target = arguments.next();
  mount.fstype = arguments.next();
  const char* number = arguments.next();
  mount.data = arguments.next();
  if (!read_number(number, UINT32_MAX, mount.flags)) return refuse(jail, number);
  return do_mount(jail, mount, same(arguments.next(), "on-host"));
}

int hook_umount(Jail& jail, Arguments arguments) {
  const char* target = arguments.next();
  const char* number = arguments.next();
  uint64_t flags = 0;
  if (!read_number(number, UINT32_MAX, flags)) return refuse(jail, number);
  const uint64_t for_kernel = flags & ~kRecursive;
  uint64_t mount_number = 0;
  const char* meant = arguments.next();
  if (*meant != 0 && !read_number(meant, INT64_MAX, mount_number)) return refuse(jail, meant);
  if (mount_number != 0) return umount_number(target, mount_number, for_kernel);
  // To detach is to take the whole tree away (umount(2)).
  const bool slowly = (flags & kRecursive) != 0 && (flags & kDetach) == 0;
  const int error =
      slowly ? umount_tree(target, for_kernel) : sys::error_of(__NR_umount2, target, for_kernel);
  if (error == EINVAL) jail.detail << "it is not a mount point, or locked together with others";
  if (error == EBUSY) jail.detail << "it is in use, or something is mounted below: see rec and detach";
  if (error == EPERM) jail.detail << "not root of this mount namespace";
  return error;
}

}  // namespace jailer::steps
