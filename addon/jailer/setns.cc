// What both sides of a setns socket need: see setns.h.
#include "setns.h"

#include <asm/socket.h>
#include <asm/statfs.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <linux/sched.h>

#include "sys.h"
#include "text.h"

namespace jailer {

namespace {

struct Kind {
  uint32_t flag;
  const char* name;
};

constexpr Kind kKinds[] = {
    {CLONE_NEWCGROUP, "cgroup"}, {CLONE_NEWIPC, "ipc"}, {CLONE_NEWUTS, "uts"}, {CLONE_NEWNET, "net"},
    {CLONE_NEWTIME, "time"},     {CLONE_NEWPID, "pid"}, {CLONE_NEWNS, "mnt"},  {CLONE_NEWUSER, "user"},
};

struct Credentials {
  int32_t pid;
  uint32_t uid;
  uint32_t gid;
};

}  // namespace

int unix_address(const char* path, UnixAddress& address) {
  const size_t size = length(path);
  if (size >= sizeof address.path) return ENAMETOOLONG;
  address = {};
  address.family = sys::kAfUnix;
  for (size_t i = 0; i < size; i++) address.path[i] = path[i];
  return 0;
}

uint32_t namespace_kind(int fd) {
  // Other drivers may know the ioctl's number as something else.
  struct statfs system = {};
  if (sys::error_of(__NR_fstatfs, fd, &system) || system.f_type != NSFS_MAGIC) return 0;
  const long kind = sys::call(__NR_ioctl, fd, NS_GET_NSTYPE, 0);
  return kind < 0 ? 0 : static_cast<uint32_t>(kind);
}

const char* namespace_name(uint32_t kind) {
  for (const Kind& each : kKinds) {
    if (each.flag == kind) return each.name;
  }
  return "unknown";
}

int check_peer(int fd, int64_t other, uint32_t& uid) {
  Credentials peer = {};
  uint32_t size = sizeof peer;
  if (const int error = sys::error_of(__NR_getsockopt, fd, SOL_SOCKET, SO_PEERCRED, &peer, &size))
    return error;
  uid = peer.uid;
  const bool ours = uid == 0 || uid == static_cast<uint32_t>(sys::call(__NR_getuid));
  return ours || (other >= 0 && uid == static_cast<uint64_t>(other)) ? 0 : EACCES;
}

}  // namespace jailer
