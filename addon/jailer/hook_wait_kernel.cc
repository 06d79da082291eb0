// Waiting for what the kernel has: network interfaces and mounts. It tells of both.
#include <linux/netlink.h>
#include <linux/poll.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <linux/stat.h>

#include "hook_wait.h"

namespace jailer {

namespace {

constexpr const char* kMountTable = "/proc/self/mountinfo";
constexpr int kNetlink = 16;  // AF_NETLINK
constexpr int kRaw = 3;       // SOCK_RAW
constexpr size_t kNameMax = 16;

struct Event {
  /** -1: nobody tells. */
  int fd;
  short events;
};

/** struct ifreq, as far as SIOCGIFINDEX looks at it. */
struct InterfaceRequest {
  char name[kNameMax] = {};
  char rest[24] = {};
};

int has_interface(const char* name) {
  InterfaceRequest request;
  for (size_t i = 0; name[i] && i + 1 < kNameMax; i++) request.name[i] = name[i];
  const sys::Fd socket(sys::call(__NR_socket, sys::kAfUnix, sys::kSockDatagram | sys::kSockCloexec, 0));
  return socket.error() ? socket.error() : sys::error_of(__NR_ioctl, socket.get(), SIOCGIFINDEX, &request);
}

int has_mount(const char* path) {
  struct statx found = {};
  if (const int error = sys::error_of(__NR_statx, AT_FDCWD, path, 0, STATX_TYPE, &found)) return error;
  return (found.stx_attributes & STATX_ATTR_MOUNT_ROOT) ? 0 : ENOENT;
}

/** `look` gives 0 once it is there. */
int wait_for(Jail& jail, int (*look)(const char*), const char* what, const Event& event) {
  const uint64_t deadline = now_ms() + jail.hooks.timeout_ms;
  while (look(what) != 0) {
    const uint64_t now = now_ms();
    if (now >= deadline) return is_late(jail, "it did not appear");
    const uint64_t glance = now + kGlanceMs < deadline ? now + kGlanceMs : deadline;
    if (wait_until(jail, event.fd, event.events, glance) == Waited::gone) abandon(jail);
    char told[4096];
    if (event.events == POLLIN) {
      while (sys::call(__NR_recvfrom, event.fd, told, sizeof told, sys::kMsgDontWait, nullptr, nullptr) > 0)
        continue;
    }
  }
  return 0;
}

}  // namespace

int wait_for_interface(Jail& jail, const char* name) {
  if (length(name) >= kNameMax) {
    jail.detail << "a name of an interface has at most 15 bytes";
    return ENAMETOOLONG;
  }
  const sys::Fd socket(sys::call(__NR_socket, kNetlink, kRaw | sys::kSockCloexec, NETLINK_ROUTE));
  sockaddr_nl links = {};
  links.nl_family = kNetlink;
  links.nl_groups = RTMGRP_LINK;
  const bool tells = !socket.error() && sys::error_of(__NR_bind, socket.get(), &links, sizeof links) == 0;
  return wait_for(jail, has_interface, name, {tells ? socket.get() : -1, tells ? short{POLLIN} : short{0}});
}

int wait_for_mount_point(Jail& jail, const char* path) {
  const sys::Fd table(sys::call(__NR_openat, AT_FDCWD, kMountTable, O_RDONLY | O_CLOEXEC));
  return wait_for(jail, has_mount, path, {table.error() ? -1 : table.get(), POLLPRI});
}

}  // namespace jailer
