// Sockets that listen: see listeners.h.
#include "listeners.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "unix_address.h"

namespace tsjail {

namespace {

constexpr mode_t kOwnerOnly = 0600;

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

Result<UniqueFd> listen_unix(std::string path, int backlog) {
  auto address = unix_address(path, "bind");
  if (!address) return address.error();
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return failed("socket");
  // bind(2) makes the file with the mode of the socket itself: no umask, which all threads share, need
  // change.
  if (::fchmod(socket.get(), kOwnerOnly) < 0) return failed("fchmod");
  if (::bind(socket.get(), address->generic(), address->size) < 0) return failed("bind", std::move(path));
  if (::listen(socket.get(), backlog) == 0) return socket;
  auto error = failed("listen", path);
  ::unlink(path.c_str());
  return error;
}

Status make_blocking(int fd) {
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0) return failed("fcntl");
  return check(::fcntl(fd, F_SETFL, flags & ~O_NONBLOCK), "fcntl");
}

}  // namespace tsjail
