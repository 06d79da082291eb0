// Net namespaces, one at a time: see network_maker.h.
#include "network_maker.h"

#include <fcntl.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cstring>

#include "launcher_table.h"

namespace tsjail {

namespace {

/** The one that this thread is in. */
Result<UniqueFd> network_of(const UniqueFd& socket) {
  UniqueFd network(::ioctl(socket.get(), SIOCGSKNS));
  if (!network) return failed("ioctl", "SIOCGSKNS");
  if (Status settled = settle(network); !settled) return settled.error();
  return network;
}

Result<UniqueFd> open_socket() {
  // AF_UNIX is there even without IPv4.
  UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket) return failed("socket");
  return socket;
}

/** Not told: then it might be. */
bool is_same(const UniqueFd& one, const UniqueFd& other) {
  struct statx of_one = {}, of_other = {};
  if (::statx(one.get(), "", AT_EMPTY_PATH, STATX_INO, &of_one) < 0) return true;
  if (::statx(other.get(), "", AT_EMPTY_PATH, STATX_INO, &of_other) < 0) return true;
  return of_one.stx_ino == of_other.stx_ino;
}

Result<UniqueFd> own_network() {
  auto socket = open_socket();
  if (!socket) return socket.error();
  return network_of(*socket);
}

/** Of the namespace that this thread has just made for itself. */
Result<UniqueFd> finish_network() {
  auto socket = open_socket();
  if (!socket) return socket.error();
  ifreq request = {};
  ::strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  if (::ioctl(socket->get(), SIOCSIFFLAGS, &request) < 0) return failed("ioctl", "bringing lo up");
  return network_of(*socket);
}

}  // namespace

Result<UniqueFd> NetworkMaker::make() {
  if (!home_) {
    auto home = own_network();
    if (!home) return home;
    home_ = std::move(*home);
  }
  if (::unshare(CLONE_NEWNET) < 0) return failed("unshare");
  auto made = finish_network();
  if (::setns(home_.get(), CLONE_NEWNET) < 0) return failed("setns");
  if (made && is_same(*made, home_)) return SystemError{EPERM, "unshare", "no net namespace was made"};
  auto here = own_network();
  if (!here) return here;
  if (!is_same(*here, home_)) return SystemError{EPERM, "setns", "not back in the host's"};
  return made;
}

}  // namespace tsjail
