// Looking for ourselves in /proc: see proc.h.
#include "proc.h"

#include <asm/statfs.h>
#include <linux/magic.h>
#include <linux/mount.h>

#include "sys.h"
#include "text.h"

namespace jailer {

namespace {

/** linux/proc_fs.h: PROC_ROOT_INO. */
constexpr uint64_t kRootInode = 1;

/** ENOENT: it is not. */
int check_procfs_root(int fd) {
  struct statfs system = {};
  struct statx about = {};
  if (const int error = sys::error_of(__NR_fstatfs, fd, &system)) return error;
  if (system.f_type != PROC_SUPER_MAGIC) return ENOENT;
  if (const int error = sys::error_of(__NR_statx, fd, "", AT_EMPTY_PATH, STATX_INO, &about)) return error;
  return about.stx_ino == kRootInode ? 0 : ENOENT;
}

bool shows_us(int proc) {
  char number[16] = {};
  uint64_t pid = 0;
  const long size = sys::call(__NR_readlinkat, proc, "self", number, sizeof number - 1);
  return size > 0 && read_number(number, INT32_MAX, pid) && static_cast<long>(pid) == sys::call(__NR_getpid);
}

}  // namespace

long open_proc() {
  const long proc = sys::call(__NR_openat, AT_FDCWD, "/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
  const int error = proc < 0 ? 0 : check_procfs_root(static_cast<int>(proc));
  if (error == 0) return proc;
  sys::call(__NR_close, proc);
  return -error;
}

long own_proc() {
  const long proc = open_proc();
  if (proc < 0 || shows_us(static_cast<int>(proc))) return proc;
  sys::call(__NR_close, proc);
  return -ENOENT;
}

bool proc_shows_us() { return sys::Fd(own_proc()).error() == 0; }

long detached_proc() {
  const sys::Fd context(sys::call(__NR_fsopen, "proc", FSOPEN_CLOEXEC));
  if (context.error()) return -context.error();
  const int error = sys::error_of(__NR_fsconfig, context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0);
  if (error) return -error;
  return sys::call(__NR_fsmount, context.get(), FSMOUNT_CLOEXEC, 0);
}

}  // namespace jailer
