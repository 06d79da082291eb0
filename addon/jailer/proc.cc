// Looking for ourselves in /proc: see proc.h.
#include "proc.h"

#include <asm/statfs.h>
#include <linux/magic.h>
#include <linux/mount.h>

#include "sys.h"
#include "text.h"

namespace jailer {

bool proc_shows_us() {
  const sys::Fd proc(
      sys::call(__NR_openat, AT_FDCWD, "/proc", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (proc.error()) return false;
  // Where none is mounted the directory is the vassal's, and it would be he who says whom we kill.
  struct statfs system = {};
  if (sys::error_of(__NR_fstatfs, proc.get(), &system) || system.f_type != PROC_SUPER_MAGIC) return false;
  char number[16] = {};
  uint64_t pid = 0;
  const long size = sys::call(__NR_readlinkat, proc.get(), "self", number, sizeof number - 1);
  return size > 0 && read_number(number, INT32_MAX, pid) && static_cast<long>(pid) == sys::call(__NR_getpid);
}

long detached_proc() {
  const sys::Fd context(sys::call(__NR_fsopen, "proc", FSOPEN_CLOEXEC));
  if (context.error()) return -context.error();
  const int error = sys::error_of(__NR_fsconfig, context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0);
  if (error) return -error;
  return sys::call(__NR_fsmount, context.get(), FSMOUNT_CLOEXEC, 0);
}

}  // namespace jailer
