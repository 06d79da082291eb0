// Steps that put mounts into the jail's root, before it becomes "/": sources are looked up in the old root,
// targets inside of the new one.
#include <linux/mount.h>
#include <linux/sched.h>

#include "jail.h"
#include "mount_attributes.h"
#include "sources.h"
#include "targets.h"
#include "trees.h"

namespace jailer::steps {

namespace {

constexpr uint32_t kLayerMode = 0755;
constexpr int kDetach = 2;  // MNT_DETACH

int explain_source(Jail& jail, const char* source, int error) {
  jail.detail << source;
  if (error == ENOENT) jail.detail << " is not there";
  if (error == ENOTDIR) jail.detail << " is no directory";
  if (error == EACCES)
    jail.detail << ": root of the user namespace may not pass a directory above it: see their modes";
  if (error == EINVAL)
    jail.detail << ": what is mounted below it cannot be left out in a user namespace: use `bind`";
  return error;
}

long source_tree(const char* source, bool recursive) {
  const long held = take_held(source, recursive);
  if (held >= 0) return held;
  const sys::Fd place(open_source(source));
  return place.error() ? -place.error() : clone_tree(place.get(), "", recursive);
}

struct Mount {
  const char* fstype;
  const char* target;
  uint64_t flags;
  const char* data;
};

int read_mount(Jail& jail, Arguments arguments, Mount& mount) {
  mount.fstype = arguments.next();
  mount.target = arguments.next();
  const char* number = arguments.next();
  mount.data = arguments.next();
  return read_number(number, UINT32_MAX, mount.flags) ? 0 : refuse(jail, number);
}

int explain_new(Jail& jail, const char* fstype, const Text<512>& why, long error) {
  jail.detail << fstype;
  if (why.size() > 0) jail.detail << ": " << why.text();
  if (error == -EPERM && same(fstype, "proc"))
    jail.detail << ": a user namespace needs a /proc without mounts over it to begin with";
  return static_cast<int>(-error);
}

/** Masks are for it, also where somebody has changed a link on the way to it since. */
int hold_proc(Jail& jail, int tree) {
  const long held = sys::call(__NR_fcntl, tree, F_DUPFD_CLOEXEC, kPlanFd + 1);
  if (held < 0) return static_cast<int>(-held);
  if (jail.root.proc >= 0) sys::call(__NR_close, jail.root.proc);
  jail.root.proc = static_cast<int>(held);
  return 0;
}

int put_new(Jail& jail, const Mount& mount) {
  Text<512> why;
  const long opened = new_tree(mount.fstype, mount.fstype, mount.flags, mount.data, why);
  if (opened < 0) return explain_new(jail, mount.fstype, why, opened);
  const sys::Fd tree(opened);
  const bool is_proc = same(mount.fstype, "proc");
  if (!is_proc) note_own(tree.get());
  if (const int error = put(jail, tree.get(), mount.target)) return error;
  return is_proc ? hold_proc(jail, tree.get()) : 0;
}

/** The layers of an overlay that keeps its changes in memory: upper and work directory are relative to where
 * we stand, since a file system without a place of its own has no path. The kernel takes no layer that is
 * mounted nowhere; once there is an overlay it has its own hold on them. */
class Layers {
 public:
  int mount(Jail& jail, const char* target) {
    if (const int error = own_mounts(jail)) return error;
    Text<512> why;
    tree_ = new_tree("tmpfs", "tmpfs", MS_NODEV | MS_NOSUID, "mode=755", why);
    if (tree_ < 0) return explain_new(jail, "tmpfs", why, tree_);
    const sys::Fd place(open_target(jail, target, Kind::directory));
    if (place.error()) return place.error();
    if (const int error = attach(static_cast<int>(tree_), place.get())) return error;
    if (const int error = sys::error_of(__NR_mkdirat, tree_, "upper", kLayerMode)) return error;
    if (const int error = sys::error_of(__NR_mkdirat, tree_, "work", kLayerMode)) return error;
    return sys::error_of(__NR_fchdir, tree_);
  }

  int unmount() const { return sys::error_of(__NR_umount2, ".", kDetach); }

  ~Layers() {
    if (tree_ >= 0) sys::call(__NR_close, tree_);
  }

 private:
  long tree_ = -1;
};

int put_overlay_tree(Jail& jail, const char* target, uint64_t flags, const char* data, const Layers* layers) {
  Text<512> why;
  const sys::Fd tree(new_tree("overlay", "overlay", flags, data, why));
  if (tree.error()) return explain_new(jail, "overlay", why, -tree.error());
  if (layers) {
    if (const int error = layers->unmount()) return error;
    note_own(tree.get());
  }
  return put(jail, tree.get(), target);
}

long open_layer(const char* path) {
  return sys::call(__NR_openat, AT_FDCWD, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/** What parts options or layers, or escapes, in the data of an overlay. Before Linux 6.5 a comma cannot be
 * escaped at all. */
bool has_separator(const char* path) {
  for (; *path; path++) {
    if (*path == ',' || *path == ':' || *path == '\\') return true;
  }
  return false;
}

/** By its path, which mountinfo shows then, or else by descriptor. */
void add_layer(Text<4096>& data, const char* path, int fd) {
  if (has_separator(path))
    data << "/proc/self/fd/" << fd;
  else
    data << path;
}

struct Overlay {
  const char* lower;
  /** Empty: changes are in memory. */
  const char* upper;
  const char* work;
  const char* target;
  uint64_t flags;
};

int read_overlay(Jail& jail, Arguments arguments, Overlay& overlay) {
  overlay.lower = arguments.next();
  overlay.upper = arguments.next();
  overlay.work = arguments.next();
  overlay.target = arguments.next();
  const char* number = arguments.next();
  return read_number(number, UINT32_MAX, overlay.flags) ? 0 : refuse(jail, number);
}

int put_in_layer(Jail& jail, int lower, const Overlay& overlay) {
  const sys::Fd upper(open_layer(overlay.upper));
  if (upper.error()) return explain_source(jail, overlay.upper, upper.error());
  const sys::Fd work(open_layer(overlay.work));
  if (work.error()) return explain_source(jail, overlay.work, work.error());
  Text<4096> data;
  data << "lowerdir=";
  add_layer(data, overlay.lower, lower);
  data << ",upperdir=";
  add_layer(data, overlay.upper, upper.get());
  data << ",workdir=";
  add_layer(data, overlay.work, work.get());
  if (data.full()) return ENAMETOOLONG;
  return put_overlay_tree(jail, overlay.target, overlay.flags, data.text(), nullptr);
}

int put_in_memory(Jail& jail, int lower, const Overlay& overlay) {
  Layers layers;
  if (const int error = layers.mount(jail, overlay.target)) return error;
  Text<128> data;
  // By descriptor: it may be just there where the layers are mounted now.
  data << "lowerdir=/proc/self/fd/" << lower << ",upperdir=upper,workdir=work";
  const int error = put_overlay_tree(jail, overlay.target, overlay.flags, data.text(), &layers);
  const int lost = sys::error_of(__NR_chdir, "/");
  return error ? error : lost;
}

}  // namespace

int put_bind(Jail& jail, Arguments arguments) {
  const char* source = arguments.next();
  const char* target = arguments.next();
  const char* number = arguments.next();
  uint64_t flags = 0;
  if (!read_number(number, UINT32_MAX, flags)) return refuse(jail, number);
  const Depth depth = (flags & MS_REC) ? Depth::tree : Depth::one;
  const sys::Fd tree(source_tree(source, depth == Depth::tree));
  if (tree.error()) return explain_source(jail, source, tree.error());
  if (const int error = put(jail, tree.get(), target)) return error;
  flags &= ~uint64_t{MS_REC | MS_BIND};
  const int error = flags == 0 ? 0 : change_mount(tree.get(), "", flags, 0, depth);
  if (error) jail.detail << "flags of " << target;
  return error;
}

int put_bind_if_there(Jail& jail, Arguments arguments) {
  if (jail.joined & CLONE_NEWNS) return 0;
  const int error = put_bind(jail, arguments);
  if (error != ENOENT) return error;
  jail.detail.clear();
  return 0;
}

int put_mount(Jail& jail, Arguments arguments) {
  Mount mount = {};
  const int error = read_mount(jail, arguments, mount);
  return error ? error : put_new(jail, mount);
}

int put_mount_if_there(Jail& jail, Arguments arguments) {
  Mount mount = {};
  if (const int error = read_mount(jail, arguments, mount)) return error;
  // Of our own accord nothing is mounted where we are guests.
  if (jail.joined & CLONE_NEWNS) return 0;
  const sys::Fd target(open_inside(jail.root.fd, mount.target));
  return target.error() || !is_directory(target.get()) ? 0 : put_new(jail, mount);
}

int put_overlay(Jail& jail, Arguments arguments) {
  Overlay overlay = {};
  if (const int error = read_overlay(jail, arguments, overlay)) return error;
  const sys::Fd lower(open_source(overlay.lower));
  if (lower.error()) return explain_source(jail, overlay.lower, lower.error());
  return *overlay.upper == 0 ? put_in_memory(jail, lower.get(), overlay)
                             : put_in_layer(jail, lower.get(), overlay);
}

}  // namespace jailer::steps
