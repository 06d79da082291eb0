// open_tree(2), fsopen(2), fsmount(2), move_mount(2), all of Linux 5.2: see trees.h.
#include "trees.h"

#include <linux/mount.h>
#include <linux/stat.h>

#include "sys.h"

namespace jailer {

namespace {

constexpr int kRecursive = 0x8000;

uint32_t attributes(uint64_t flags) {
  // The same bits.
  static_assert(MS_RDONLY == MOUNT_ATTR_RDONLY && MS_NOSUID == MOUNT_ATTR_NOSUID &&
                MS_NODEV == MOUNT_ATTR_NODEV && MS_NOEXEC == MOUNT_ATTR_NOEXEC);
  return static_cast<uint32_t>(flags & (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC)) |
         (flags & MS_NOATIME ? MOUNT_ATTR_NOATIME : 0);
}

/** One message of the file system's own: `e tmpfs: Bad value for 'size'`. */
void read_log(int fd, Text<512>& why) {
  char line[256];
  const long size = sys::call(__NR_read, fd, line, sizeof line);
  for (long i = 2; i < size && line[i] != 0 && line[i] != '\n'; i++) why << line[i];
}

int set_string(int fd, const char* key, const char* value) {
  return sys::error_of(__NR_fsconfig, fd, FSCONFIG_SET_STRING, key, value, 0);
}

/** `name` or `name=value`, up to a comma. */
int set_option(int fd, const char* option) {
  Text<4096> text;
  text << option;
  const char* equals = find(text.text(), '=');
  if (equals == nullptr) return sys::error_of(__NR_fsconfig, fd, FSCONFIG_SET_FLAG, text.text(), nullptr, 0);
  Text<256> key;
  for (const char* at = text.text(); at < equals; at++) key << *at;
  return set_string(fd, key.text(), equals + 1);
}

int set_options(int fd, const char* data) {
  Text<4096> option;
  for (;;) {
    option.clear();
    for (; *data && *data != ','; data++) option << *data;
    if (option.full()) return ENAMETOOLONG;
    if (option.size() > 0) {
      if (const int error = set_option(fd, option.text())) return error;
    }
    if (*data == 0) return 0;
    data++;
  }
}

int create(int fd, const char* source, const char* data) {
  if (*source) {
    if (const int error = set_string(fd, "source", source)) return error;
  }
  if (const int error = set_options(fd, data)) return error;
  return sys::error_of(__NR_fsconfig, fd, FSCONFIG_CMD_CREATE, nullptr, nullptr, 0);
}

}  // namespace

long clone_tree(int directory, const char* path, bool recursive) {
  const int flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_NO_AUTOMOUNT | (*path ? 0 : AT_EMPTY_PATH) |
                    (recursive ? kRecursive : 0);
  return sys::call(__NR_open_tree, directory, path, flags);
}

long clone_own(int directory) {
  const long alone = clone_tree(directory, "", false);
  // In a user namespace what is mounted below is locked to it, and can only come along.
  return alone == -EINVAL ? clone_tree(directory, "", true) : alone;
}

long new_tree(const char* fstype, const char* source, uint64_t flags, const char* data, Text<512>& why) {
  const sys::Fd context(sys::call(__NR_fsopen, fstype, FSOPEN_CLOEXEC));
  if (context.error() == ENODEV) why << "this kernel does not know the file system";
  if (context.error()) return -context.error();
  if (const int error = create(context.get(), source, data)) {
    read_log(context.get(), why);
    return -error;
  }
  return sys::call(__NR_fsmount, context.get(), FSMOUNT_CLOEXEC, attributes(flags));
}

int attach(int tree, int target) {
  return sys::error_of(__NR_move_mount, tree, "", target, "",
                       MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}

bool is_directory(int fd) {
  struct statx about = {};
  if (sys::call(__NR_statx, fd, "", AT_EMPTY_PATH, STATX_TYPE, &about) == 0)
    return (about.stx_mode & S_IFMT) == S_IFDIR;
  // Filters that are older than the call refuse it. A directory that may not be passed is one all the same.
  const sys::Fd itself(sys::call(__NR_openat, fd, ".", O_PATH | O_CLOEXEC));
  return itself.error() == 0 || itself.error() == EACCES;
}

}  // namespace jailer
