// Unix sockets: see sockets.h.
#include "sockets.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <cstring>

#include "unix_address.h"

namespace tsjail {

namespace {

constexpr size_t kMostMessage = 4096;
/** Of messages without content, which are no end of file, and of errors that stand before messages. */
constexpr int kMostSkipped = 16;

constexpr size_t kCredentialsOnly = CMSG_SPACE(sizeof(ucred));

/** Without `room` for more than credentials the descriptors that somebody sends along are dropped by the
 * kernel.
 */
struct Incoming {
  size_t room = kCredentialsOnly;
  char bytes[kMostMessage];
  alignas(cmsghdr) char control[kCredentialsOnly + CMSG_SPACE(sizeof(int))];
  iovec part = {bytes, sizeof bytes};
  msghdr header = {};

  ssize_t take(int fd) {
    header = {};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control;
    header.msg_controllen = room;
    return ::recvmsg(fd, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  }

  template <typename T>
  std::optional<T> part_of(int type) {
    for (cmsghdr* each = CMSG_FIRSTHDR(&header); each; each = CMSG_NXTHDR(&header, each)) {
      if (each->cmsg_level != SOL_SOCKET || each->cmsg_type != type) continue;
      T value;
      std::memcpy(&value, CMSG_DATA(each), sizeof value);
      return value;
    }
    return std::nullopt;
  }

  std::optional<pid_t> sender() {
    const std::optional<ucred> credentials = part_of<ucred>(SCM_CREDENTIALS);
    return credentials ? std::optional(credentials->pid) : std::nullopt;
  }

  UniqueFd descriptor() { return UniqueFd(part_of<int>(SCM_RIGHTS).value_or(-1)); }
};

Result<std::optional<Message>> next(int fd, Incoming& incoming) {
  for (int left = kMostSkipped; left > 0; left--) {
    const ssize_t size = incoming.take(fd);
    if (size < 0 && errno == EAGAIN) return std::optional<Message>();
    // The other side closed without having read all of ours; what it sent before comes next (unix(7)).
    if (size < 0 && errno == ECONNRESET) continue;
    if (size < 0) return failed("recvmsg");
    const std::optional<pid_t> sender = incoming.sender();
    if (size == 0 && sender) {
      incoming.descriptor();
      continue;
    }
    return std::optional(Message{std::string(incoming.bytes, static_cast<size_t>(size)), sender.value_or(0)});
  }
  return std::optional<Message>();
}

}  // namespace

Result<FdPair> control_pair() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) return failed("socketpair");
  return FdPair(ends[0], ends[1]);
}

Result<FdPair> stream_pair() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) return failed("socketpair");
  FdPair pair(ends[0], ends[1]);
  if (::fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0) return failed("fcntl");
  return pair;
}

Status tell_senders(int fd) {
  const int on = 1;
  if (::setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) < 0)
    return failed("setsockopt", "SO_PASSCRED");
  return Done{};
}

Result<std::optional<Message>> receive(int fd) {
  Incoming incoming;
  return next(fd, incoming);
}

Result<std::optional<TrustedMessage>> receive_trusted(int fd) {
  Incoming incoming;
  // For one: with room for the padding too there would be room for a second.
  incoming.room = kCredentialsOnly + CMSG_LEN(sizeof(int));
  auto message = next(fd, incoming);
  if (!message) return message.error();
  if (!*message) return std::optional<TrustedMessage>();
  return std::optional(TrustedMessage{std::move(**message), incoming.descriptor()});
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
  auto address = unix_address(path, "connect");
  if (!address) return address.error();
  const UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return failed("socket");
  if (::sendto(socket.get(), data.data(), data.size(), MSG_NOSIGNAL, address->generic(), address->size) < 0) {
    return failed("sendto", std::move(path));
  }
  return Done{};
}

namespace {

Result<UniqueFd> connected(std::string path, int type) {
  auto address = unix_address(path, "connect");
  if (!address) return address.error();
  UniqueFd socket(::socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return failed("socket");
  if (::connect(socket.get(), address->generic(), address->size) < 0)
    return failed("connect", std::move(path));
  return socket;
}

}  // namespace

Result<UniqueFd> connect_unix(std::string path) { return connected(std::move(path), SOCK_STREAM); }

Result<UniqueFd> connect_datagram(std::string path) { return connected(std::move(path), SOCK_DGRAM); }

}  // namespace tsjail
