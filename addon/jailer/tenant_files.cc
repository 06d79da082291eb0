// Steps of a helper that opens files for the Emperor with a tenant's rights: what a config names may be
// anybody's.
#include <linux/magic.h>
#include <linux/openat2.h>
#include <linux/stat.h>

#include "control.h"
#include "jail.h"
#include "rights.h"

namespace jailer::steps {

namespace {

/** As of the files that the Emperor reads itself. */
constexpr uint64_t kLargest = 1024 * 1024;
constexpr size_t kChunk = 8192;
constexpr uint64_t kLogMode = 0640;
constexpr uint64_t kMostKept = 1000;
/** linux/magic.h of old kernels lacks it. */
constexpr long kFuse = 0x65735546;

/** A magic link in /proc would lead to what this process has open. */
long open_plain(const char* path, uint64_t flags, uint64_t mode) {
  const open_how how = {flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, mode, RESOLVE_NO_MAGICLINKS};
  return sys::call(__NR_openat2, AT_FDCWD, path, &how, sizeof how);
}

int told(Jail& jail, const char* why) {
  jail.detail << why;
  return kTold;
}

int check_regular(Jail& jail, int fd, uint64_t largest) {
  struct statx about = {};
  if (const int error =
          sys::error_of(__NR_statx, fd, "", AT_EMPTY_PATH | AT_NO_AUTOMOUNT, STATX_BASIC_STATS, &about))
    return error;
  if ((about.stx_mask & STATX_TYPE) == 0 || (about.stx_mode & S_IFMT) != S_IFREG)
    return told(jail, "not a regular file");
  return about.stx_size > largest ? told(jail, "larger than 1 MiB") : 0;
}

/** Whose server is a process of the tenant's could hold up whoever writes to it. */
int check_served_by_kernel(Jail& jail, int fd) {
  long about[32] = {};
  if (const int error = sys::error_of(__NR_fstatfs, fd, about)) return error;
  return about[0] == kFuse ? told(jail, "on a FUSE file system, which could stop the daemon") : 0;
}

using Path = Text<4096 + 24>;

Path numbered(const char* path, uint64_t number) {
  Path name;
  name << path << '.' << number;
  return name;
}

int look_at(const char* path, struct statx& about) {
  return sys::error_of(__NR_statx, AT_FDCWD, path, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_BASIC_STATS,
                       &about);
}

int rename(const char* from, const char* to) {
  return sys::error_of(__NR_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

/** PATH.1 to PATH.2 and so on, as far as they follow one another: what is the last one then goes. */
int make_room(const char* path, uint64_t keep) {
  uint64_t present = 0;
  struct statx about = {};
  while (present < keep && look_at(numbered(path, present + 1).text(), about) == 0) present++;
  for (uint64_t number = present < keep ? present : keep - 1; number > 0; number--)
    if (const int error = rename(numbered(path, number).text(), numbered(path, number + 1).text()))
      return error;
  return 0;
}

int write_all(const char* bytes, long size) {
  while (size > 0) {
    const long written = sys::call(__NR_write, 1, bytes, size);
    if (written == -EINTR) continue;
    if (written < 0) return static_cast<int>(-written);
    bytes += written;
    size -= written;
  }
  return 0;
}

}  // namespace

int read_file(Jail& jail, Arguments arguments) {
  const sys::Fd file(open_plain(arguments.next(), O_RDONLY, 0));
  if (file.error()) return file.error();
  if (const int error = check_regular(jail, file.get(), kLargest)) return error;
  char bytes[kChunk];
  for (uint64_t total = 0; total <= kLargest;) {
    const long size = sys::call(__NR_read, file.get(), bytes, sizeof bytes);
    if (size == -EINTR) continue;
    if (size < 0) return static_cast<int>(-size);
    if (size == 0) return 0;
    total += static_cast<uint64_t>(size);
    if (const int error = write_all(bytes, size)) return error;
  }
  return told(jail, "larger than 1 MiB");
}

int open_log(Jail& jail, Arguments arguments) {
  const sys::Fd file(open_plain(arguments.next(), O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, kLogMode));
  if (file.error()) return file.error();
  if (const int error = check_regular(jail, file.get(), UINT64_MAX)) return error;
  if (const int error = check_served_by_kernel(jail, file.get())) return error;
  send_with(kControlFd, "log", 3, file.get());
  return 0;
}

int rotate_log(Jail& jail, Arguments arguments) {
  const char* path = arguments.next();
  const char* keep = arguments.next();
  const char* inode = arguments.next();
  uint64_t kept = 0;
  uint64_t meant = 0;
  if (!read_number(keep, kMostKept, kept)) return refuse(jail, keep);
  if (!read_number(inode, UINT64_MAX, meant)) return refuse(jail, inode);
  struct statx about = {};
  // Somebody else has moved it away: then it is that one's to keep.
  if (look_at(path, about) != 0 || about.stx_ino != meant) return 0;
  if (kept == 0) return sys::error_of(__NR_unlinkat, AT_FDCWD, path, 0);
  if (const int error = make_room(path, kept)) return error;
  if (const int error = rename(path, numbered(path, 1).text())) return error;
  const uint64_t mode = about.stx_mode & 0777U;
  const sys::Fd next(open_plain(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode));
  if (!next.error()) sys::call(__NR_fchmod, next.get(), mode);
  return 0;
}

}  // namespace jailer::steps
