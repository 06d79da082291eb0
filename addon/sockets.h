// Unix sockets: the control socket of a jail, peers' credentials, sd_notify and journald.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "result.h"
#include "unique_fd.h"

namespace tsjail {

struct Message {
  /** Empty: the other side is gone. */
  std::string data;
  /** 0: none came. */
  pid_t pid = 0;
};

struct TrustedMessage {
  Message message;
  /** What came along; none: nothing. */
  UniqueFd fd;
};

struct Peer {
  pid_t pid;
  uid_t uid;
  gid_t gid;
};

/** SOCK_SEQPACKET: [ours; theirs]. Our side never waits in the calls below. */
Result<FdPair> control_pair();
/** From now on `fd` is told who sends (SO_PASSCRED, unix(7)). */
Status tell_senders(int fd);
/** Nothing: no message there. */
Result<std::optional<Message>> receive(int fd);
/** From somebody who may give us a descriptor: one whose file is a hostile server's could block us when it is
 * closed. */
Result<std::optional<TrustedMessage>> receive_trusted(int fd);
/** False: it would have to wait. */
Result<bool> send_message(int fd, std::string data);
Result<Peer> peer_credentials(int fd);
/** One datagram to a socket by its path; `@` at the beginning: in the abstract namespace. */
Status send_datagram(std::string path, std::string data);
/** SOCK_STREAM: [ours, non-blocking; theirs]. */
Result<FdPair> stream_pair();
/** A non-blocking stream to a socket by its path. */
Result<UniqueFd> connect_unix(std::string path);
/** The same for datagrams. */
Result<UniqueFd> connect_datagram(std::string path);

}  // namespace tsjail
