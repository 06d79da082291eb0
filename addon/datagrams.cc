// Datagrams with their senders: see datagrams.h.
#include "datagrams.h"

#include <sys/socket.h>
#include <sys/stat.h>

#include <cstring>

#include "unix_address.h"

namespace tsjail {

namespace {

/** The longest that uWSGI's Emperor takes. */
constexpr size_t kMostData = 4096;
constexpr mode_t kOwnerOnly = 0600;
/** Nobody: what a datagram without credentials counts as. */
constexpr uid_t kNobody = static_cast<uid_t>(-1);

std::optional<ucred> credentials_of(msghdr& header) {
  for (cmsghdr* each = CMSG_FIRSTHDR(&header); each; each = CMSG_NXTHDR(&header, each)) {
    if (each->cmsg_level != SOL_SOCKET || each->cmsg_type != SCM_CREDENTIALS) continue;
    ucred found;
    std::memcpy(&found, CMSG_DATA(each), sizeof found);
    return found;
  }
  return std::nullopt;
}

}  // namespace

Result<UniqueFd> bind_datagram(std::string path) {
  auto address = unix_address(path, "bind");
  if (!address) return address.error();
  UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return failed("socket");
  const int on = 1;
  // Before there is an address to send to: what came earlier would have no sender.
  if (::setsockopt(socket.get(), SOL_SOCKET, SO_PASSCRED, &on, sizeof on) < 0)
    return failed("setsockopt", "SO_PASSCRED");
  // bind(2) makes the file with the mode of the socket itself: no umask, which all threads share, need
  // change.
  if (::fchmod(socket.get(), kOwnerOnly) < 0) return failed("fchmod");
  if (::bind(socket.get(), address->generic(), address->size) < 0) return failed("bind", std::move(path));
  return socket;
}

Result<std::optional<Datagram>> receive_datagram(int fd) {
  char bytes[kMostData];
  // Without room for more than credentials the kernel drops the descriptors that somebody sends along.
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(ucred))];
  iovec part = {bytes, sizeof bytes};
  msghdr header = {};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = control;
  header.msg_controllen = sizeof control;
  const ssize_t size = ::recvmsg(fd, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (size < 0 && errno == EAGAIN) return std::optional<Datagram>();
  if (size < 0) return failed("recvmsg");
  const std::optional<ucred> sender = credentials_of(header);
  return std::optional(Datagram{std::string(bytes, static_cast<size_t>(size)),
                                (header.msg_flags & MSG_TRUNC) != 0, sender ? sender->pid : 0,
                                sender ? sender->uid : kNobody});
}

}  // namespace tsjail
