// Steps that put mounts into the jail's root, before it becomes "/": sources are looked up in the old root,
// targets inside of the new one.
#include <linux/mount.h>

#include "jail.h"
#include "mount_attributes.h"
#include "targets.h"
#include "trees.h"

namespace jailer::steps {

namespace {

constexpr uint32_t kLayerMode = 0755;

int explain_source(Jail& jail, const char* source, int error) {
  jail.detail << source;
  if (error == ENOENT) jail.detail << " is not there";
  if (error == EACCES)
    jail.detail << ": root of the user namespace may not pass a directory above it: see their modes";
  if (error == EINVAL)
    jail.detail << ": what is mounted below it cannot be left out in a user namespace: use `bind`";
  return error;
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

int put_new(Jail& jail, const Mount& mount) {
  Text<512> why;
  const long opened = new_tree(mount.fstype, mount.fstype, mount.flags, mount.data, why);
  if (opened < 0) return explain_new(jail, mount.fstype, why, opened);
  const sys::Fd tree(opened);
  if (!same(mount.fstype, "proc")) note_own(tree.get());
  return put(jail, tree.get(), mount.target);
}

/** Upper and work directory of an overlay are relative to where we stand: a file system without a path has
 * them. */
int stand_on_layers(Jail& jail, const char* target) {
  Text<512> why;
  const long opened = new_tree("tmpfs", "tmpfs", MS_NODEV | MS_NOSUID, "mode=755", why);
  if (opened < 0) return explain_new(jail, "tmpfs", why, opened);
  const sys::Fd layers(opened);
  note_own(layers.get());
  // The kernel takes no layer that is mounted nowhere; the overlay itself will hide it there.
  if (const int error = put(jail, layers.get(), target)) return error;
  if (const int error = sys::error_of(__NR_mkdirat, layers.get(), "upper", kLayerMode)) return error;
  if (const int error = sys::error_of(__NR_mkdirat, layers.get(), "work", kLayerMode)) return error;
  return sys::error_of(__NR_fchdir, layers.get());
}

}  // namespace

int put_bind(Jail& jail, Arguments arguments) {
  const char* source = arguments.next();
  const char* target = arguments.next();
  const char* number = arguments.next();
  uint64_t flags = 0;
  if (!read_number(number, UINT32_MAX, flags)) return refuse(jail, number);
  const Depth depth = (flags & MS_REC) ? Depth::tree : Depth::one;
  const sys::Fd tree(clone_tree(AT_FDCWD, source, depth == Depth::tree));
  if (tree.error()) return explain_source(jail, source, tree.error());
  if (const int error = put(jail, tree.get(), target)) return error;
  flags &= ~uint64_t{MS_REC | MS_BIND};
  const int error = flags == 0 ? 0 : change_mount(tree.get(), "", flags, 0, depth);
  if (error) jail.detail << "flags of " << target;
  return error;
}

int put_mount(Jail& jail, Arguments arguments) {
  Mount mount = {};
  const int error = read_mount(jail, arguments, mount);
  return error ? error : put_new(jail, mount);
}

int put_mount_if_there(Jail& jail, Arguments arguments) {
  Mount mount = {};
  if (const int error = read_mount(jail, arguments, mount)) return error;
  const sys::Fd target(open_inside(jail.root.fd, mount.target));
  return target.error() || !is_directory(target.get()) ? 0 : put_new(jail, mount);
}

int put_overlay(Jail& jail, Arguments arguments) {
  const char* lower = arguments.next();
  const char* upper = arguments.next();
  const char* work = arguments.next();
  const char* target = arguments.next();
  const char* number = arguments.next();
  uint64_t flags = 0;
  if (!read_number(number, UINT32_MAX, flags)) return refuse(jail, number);
  Text<4096> data;
  data << "lowerdir=" << lower;
  if (*upper) {
    data << ",upperdir=" << upper << ",workdir=" << work;
  } else {
    data << ",upperdir=upper,workdir=work";
    if (const int error = stand_on_layers(jail, target)) return error;
  }
  if (data.full()) return ENAMETOOLONG;
  const int error = put_new(jail, {"overlay", target, flags, data.text()});
  const int lost = sys::error_of(__NR_chdir, "/");
  return error ? error : lost;
}

}  // namespace jailer::steps
