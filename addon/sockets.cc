// Unix sockets: see sockets.h.
#include "sockets.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstddef>
#include <cstring>

namespace tsjail {

namespace {

constexpr size_t kMostMessage = 4096;
/** Of messages without content, which are no end of file, and of errors that stand before messages. */
constexpr int kMostSkipped = 16;

struct Address {
  sockaddr_un name = {};
  socklen_t size = 0;
};

Result<Address> address_of(const std::string& path) {
  Address address;
  if (path.empty() || path.size() >= sizeof address.name.sun_path) {
    return SystemError{path.empty() ? ENOENT : ENAMETOOLONG, "connect", path};
  }
  address.name.sun_family = AF_UNIX;
  std::memcpy(address.name.sun_path, path.data(), path.size());
  const bool abstract = path.front() == '@';
  if (abstract) address.name.sun_path[0] = 0;
  // An abstract name has no end but its length.
  address.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size() + (abstract ? 0 : 1));
  return address;
}

const sockaddr* generic(const Address& address) { return reinterpret_cast<const sockaddr*>(&address.name); }

/** The buffer has room for credentials only: descriptors that somebody sends along are dropped by the kernel.
 */
struct Incoming {
  char bytes[kMostMessage];
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(ucred))];
  iovec part = {bytes, sizeof bytes};
  msghdr header = {};

  ssize_t take(int fd) {
    header = {};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control;
    header.msg_controllen = sizeof control;
    return ::recvmsg(fd, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  }

  std::optional<pid_t> sender() const {
    const cmsghdr* first = CMSG_FIRSTHDR(&header);
    if (!first || first->cmsg_level != SOL_SOCKET || first->cmsg_type != SCM_CREDENTIALS) return std::nullopt;
    ucred credentials;
    std::memcpy(&credentials, CMSG_DATA(first), sizeof credentials);
    return credentials.pid;
  }
};

}  // namespace

Result<FdPair> control_pair() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) return failed("socketpair");
  return FdPair(ends[0], ends[1]);
}

Status tell_senders(int fd) {
  const int on = 1;
  if (::setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) < 0)
    return failed("setsockopt", "SO_PASSCRED");
  return Done{};
}

Result<std::optional<Message>> receive(int fd) {
  Incoming incoming;
  for (int left = kMostSkipped; left > 0; left--) {
    const ssize_t size = incoming.take(fd);
    if (size < 0 && errno == EAGAIN) return std::optional<Message>();
    // The other side closed without having read all of ours; what it sent before comes next (unix(7)).
    if (size < 0 && errno == ECONNRESET) continue;
    if (size < 0) return failed("recvmsg");
    const std::optional<pid_t> sender = incoming.sender();
    if (size == 0 && sender) continue;
    return std::optional(Message{std::string(incoming.bytes, static_cast<size_t>(size)), sender.value_or(0)});
  }
  return std::optional<Message>();
}

Result<bool> send_message(int fd, std::string data) {
  if (::send(fd, data.data(), data.size(), MSG_NOSIGNAL | MSG_DONTWAIT) >= 0) return true;
  if (errno == EAGAIN) return false;
  return failed("send");
}

Result<Peer> peer_credentials(int fd) {
  ucred credentials = {};
  socklen_t size = sizeof credentials;
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) < 0)
    return failed("getsockopt", "SO_PEERCRED");
  return Peer{credentials.pid, credentials.uid, credentials.gid};
}

Status send_datagram(std::string path, std::string data) {
  auto address = address_of(path);
  if (!address) return address.error();
  const UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return failed("socket");
  if (::sendto(socket.get(), data.data(), data.size(), MSG_NOSIGNAL, generic(*address), address->size) < 0) {
    return failed("sendto", std::move(path));
  }
  return Done{};
}

Result<UniqueFd> connect_unix(std::string path) {
  auto address = address_of(path);
  if (!address) return address.error();
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return failed("socket");
  if (::connect(socket.get(), generic(*address), address->size) < 0)
    return failed("connect", std::move(path));
  return socket;
}

}  // namespace tsjail
