// Sockets that are bound for a vassal: see listeners.h.
#include "listeners.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cstring>

namespace tsjail {

namespace {

Status turn_on(int fd, int level, int option, const char* name) {
  const int on = 1;
  if (::setsockopt(fd, level, option, &on, sizeof on) < 0) return failed("setsockopt", name);
  return Done{};
}

Status prepare(int fd, const sockaddr_storage& address) {
  if (address.ss_family == AF_UNIX) {
    // The file gets these rights less the umask, which is every thread's (unix(7)): with none at all it
    // cannot be taken for anybody else's until it has been given those that are wanted.
    return check(::fchmod(fd, 0), "fchmod");
  }
  // Connections of the daemon before us linger in TIME_WAIT.
  if (Status reuse = turn_on(fd, SOL_SOCKET, SO_REUSEADDR, "SO_REUSEADDR"); !reuse) return reuse;
  // The same whatever net.ipv6.bindv6only says, and beside the same port of IPv4.
  if (address.ss_family == AF_INET6) return turn_on(fd, IPPROTO_IPV6, IPV6_V6ONLY, "IPV6_V6ONLY");
  return Done{};
}

}  // namespace

Result<UniqueFd> bind_address(std::span<const uint8_t> address) {
  sockaddr_storage name = {};
  if (address.size() < sizeof name.ss_family || address.size() > sizeof name)
    return SystemError{EINVAL, "bind", {}};
  std::memcpy(&name, address.data(), address.size());
  UniqueFd socket(::socket(name.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket) return failed("socket");
  if (Status prepared = prepare(socket.get(), name); !prepared) return prepared.error();
  const auto size = static_cast<socklen_t>(address.size());
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&name), size) < 0) return failed("bind");
  return socket;
}

Status listen_on(int fd, int backlog) { return check(::listen(fd, backlog), "listen"); }

Status make_blocking(int fd) {
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0) return failed("fcntl");
  return check(::fcntl(fd, F_SETFL, flags & ~O_NONBLOCK), "fcntl");
}

}  // namespace tsjail
