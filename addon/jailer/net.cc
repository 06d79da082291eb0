// The loopback of a new net namespace.
#include <linux/sched.h>
#include <linux/sockios.h>

#include "jail.h"

namespace jailer::steps {

namespace {

/** struct ifreq, as far as SIOCSIFFLAGS looks at it; linux/if.h wants a libc. */
struct InterfaceFlags {
  char name[16];
  short flags;
  char rest[22];
};
static_assert(sizeof(InterfaceFlags) == 40);

constexpr short kUpAndRunning = 0x1 | 0x40;

}  // namespace

int loopback_up(Jail& jail, Arguments) {
  if (jail.joined & CLONE_NEWNET) return 0;
  // A fresh socket: the control socket belongs to the Emperor's net namespace, and so would its loopback. The
  // kernel gives 127.0.0.1 and ::1 by itself. AF_UNIX is there even without IPv4.
  const sys::Fd socket(sys::call(__NR_socket, sys::kAfUnix, sys::kSockDatagram | sys::kSockCloexec, 0));
  jail.detail << "bringing lo up";
  if (socket.error()) return socket.error();
  InterfaceFlags request = {"lo", kUpAndRunning, {}};
  const int error = sys::error_of(__NR_ioctl, socket.get(), SIOCSIFFLAGS, &request);
  if (error == 0) jail.detail.clear();
  return error;
}

}  // namespace jailer::steps
