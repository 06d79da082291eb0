// The step that binds the socket on which the init will hand out the jail's namespaces, and opens those.
#include <linux/stat.h>

#include "jail.h"
#include "proc.h"
#include "setns.h"

namespace jailer::steps {

namespace {

constexpr int kBacklog = 1024;
/** Root's alone: 0600. */
constexpr int kMask = 0177;

long stream_socket() {
  return sys::call(__NR_socket, sys::kAfUnix, sys::kSockStream | sys::kSockCloexec | kSockNonBlock, 0);
}

/** A socket that nobody listens on goes; nothing else may be there. */
int make_room(Jail& jail, const UnixAddress& address) {
  struct statx found = {};
  const int error =
      sys::error_of(__NR_statx, AT_FDCWD, address.path, AT_SYMLINK_NOFOLLOW, STATX_TYPE, &found);
  if (error == ENOENT) return 0;
  if (error) return error;
  if (!S_ISSOCK(found.stx_mode)) {
    jail.detail << "something that is no socket is there already";
    return EEXIST;
  }
  const sys::Fd probe(stream_socket());
  if (probe.error()) return probe.error();
  if (sys::error_of(__NR_connect, probe.get(), &address, sizeof address) != ECONNREFUSED) {
    jail.detail << "somebody else serves there";
    return EADDRINUSE;
  }
  return sys::error_of(__NR_unlinkat, AT_FDCWD, address.path, 0);
}

/** The directory of `path`, and the name in it. */
long open_directory_of(const char* path, SetnsServer& server) {
  const char* last = path;
  for (const char* slash = find(path, '/'); slash; slash = find(slash + 1, '/')) last = slash + 1;
  Text<sizeof UnixAddress::path> directory;
  for (const char* at = path; at < last; at++) directory << *at;
  for (size_t i = 0; last[i]; i++) server.name[i] = last[i];
  const char* where = directory.size() > 0 ? directory.text() : ".";
  return sys::call(__NR_openat, AT_FDCWD, where, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/** What is of another kind there by now is not ours. */
void note_place(SetnsServer& server) {
  struct statx found = {};
  const int error = sys::error_of(__NR_statx, server.directory, server.name, AT_SYMLINK_NOFOLLOW,
                                  STATX_TYPE | STATX_INO, &found);
  if (error == 0 && S_ISSOCK(found.stx_mode)) server.inode = found.stx_ino;
}

int bind_socket(Jail& jail, const UnixAddress& address) {
  if (const int error = make_room(jail, address)) return error;
  const long socket = stream_socket();
  if (socket < 0) return static_cast<int>(-socket);
  const long mask = sys::call(__NR_umask, kMask);
  if (mask < 0) return static_cast<int>(-mask);
  int error = sys::error_of(__NR_bind, socket, &address, sizeof address);
  sys::call(__NR_umask, mask);
  if (error == ENOENT) jail.detail << "its directory is not there";
  if (error == EROFS) jail.detail << "its directory is read-only";
  if (error) return error;
  // From here on it is ours to remove.
  jail.setns.listener = static_cast<int>(socket);
  note_place(jail.setns);
  return sys::error_of(__NR_listen, socket, kBacklog);
}

/** The directory of our namespaces in the jail's /proc, where that has us. */
long mounted_directory() {
  const sys::Fd proc(open_proc());
  if (proc.error()) return -proc.error();
  return sys::call(__NR_openat, proc.get(), "self/ns", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/** The same of a /proc that is mounted nowhere. */
long detached_directory() {
  const sys::Fd proc(detached_proc());
  if (proc.error()) return -proc.error();
  return sys::call(__NR_openat, proc.get(), "self/ns", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

int open_namespaces(Jail& jail, Arguments names) {
  const long mounted = mounted_directory();
  const sys::Fd directory(mounted >= 0 ? mounted : detached_directory());
  if (directory.error()) jail.detail << "the jail has no /proc to take its namespaces from";
  if (directory.error()) return directory.error();
  while (names.left() > 0 && jail.setns.count < SetnsServer::kMost) {
    const char* name = names.next();
    const long fd = sys::call(__NR_openat, directory.get(), name, O_RDONLY | O_CLOEXEC);
    // This kernel has no such namespaces.
    if (fd == -ENOENT) continue;
    if (fd < 0) jail.detail << "opening /proc/self/ns/" << name;
    if (fd < 0) return static_cast<int>(-fd);
    jail.setns.fds[jail.setns.count++] = static_cast<int>(fd);
  }
  return 0;
}

}  // namespace

int setns_socket(Jail& jail, Arguments arguments) {
  UnixAddress address;
  const char* path = arguments.next();
  const char* other = arguments.next();
  if (!read_signed(other, -1, UINT32_MAX, jail.setns.other)) return refuse(jail, other);
  if (const int error = unix_address(path, address)) return error;
  if (const int error = open_namespaces(jail, arguments)) return error;
  jail.setns.directory = static_cast<int>(open_directory_of(address.path, jail.setns));
  return bind_socket(jail, address);
}

}  // namespace jailer::steps
