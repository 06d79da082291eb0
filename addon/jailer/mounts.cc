// Steps that mount or unshare.
#include <linux/mount.h>
#include <linux/sched.h>

#include "jail.h"
#include "mount_call.h"

namespace jailer::steps {

namespace {

const char* mount_hint(int error, const char* fstype, uint64_t flags) {
  if (error == ENODEV) return "this kernel does not know the file system";
  if (error == ENOENT) return "there is no such source or target";
  if (error == ENOTDIR) return "source and target must both be directories, or neither";
  if (error == EINVAL && (flags & (MS_REMOUNT | MS_MOVE | MS_PRIVATE | MS_SLAVE | MS_SHARED))) {
    return "the target is not a mount point";
  }
  if (error == EPERM && same(fstype, "proc"))
    return "a user namespace needs a /proc without mounts over it to begin with";
  return nullptr;
}

int mount_on(Jail& jail, const Mount& wanted) {
  const int error = call_mount(wanted, wanted.flags);
  if (error == 0) return 0;
  const auto& [source, target, fstype, flags, data] = wanted;
  jail.detail << "mount " << (*source ? source : fstype) << " on " << target;
  if (const char* hint = mount_hint(error, fstype, flags)) jail.detail << ": " << hint;
  return error;
}

}  // namespace

int private_mounts(Jail& jail, Arguments) {
  if (jail.joined & CLONE_NEWNS) return 0;
  const int error = sys::error_of(__NR_mount, nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
  if (error) jail.detail << "making every mount private";
  if (error == EINVAL) jail.detail << ": / is not a mount point";
  return error;
}

int mount(Jail& jail, Arguments arguments) {
  const char* source = arguments.next();
  const char* target = arguments.next();
  const char* fstype = arguments.next();
  const char* number = arguments.next();
  const char* data = arguments.next();
  uint64_t flags = 0;
  if (!read_number(number, UINT32_MAX, flags)) return refuse(jail, number);
  return mount_on(jail, {source, target, fstype, flags, data});
}

int fresh_proc(Jail& jail, Arguments arguments) {
  const char* number = arguments.next();
  const char* data = arguments.next();
  uint64_t flags = 0;
  if (!read_number(number, UINT32_MAX, flags)) return refuse(jail, number);
  if (jail.joined & CLONE_NEWNS) return 0;
  return mount_on(jail, {"proc", "/proc", "proc", flags, data});
}

int unshare(Jail& jail, Arguments arguments) {
  const char* number = arguments.next();
  uint64_t flags = 0;
  if (!read_number(number, UINT32_MAX, flags)) return refuse(jail, number);
  const int error = sys::error_of(__NR_unshare, flags);
  if (error == 0) jail.joined &= ~static_cast<uint32_t>(flags);
  if (error == ENOSPC) jail.detail << "out of namespaces, see /proc/sys/user/max_*_namespaces";
  if (error == EINVAL) jail.detail << "this kernel does not know such a namespace";
  return error;
}

}  // namespace jailer::steps
