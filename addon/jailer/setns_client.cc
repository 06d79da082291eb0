// The step that joins namespaces: those that a server hands out on a unix socket, or the one of a file such
// as /run/netns/NAME.
#include <asm/socket.h>
#include <linux/stat.h>

#include "fds.h"
#include "jail.h"
#include "patience.h"
#include "refork.h"
#include "setns.h"
#include "setns_join.h"

namespace jailer::steps {

namespace {

struct Source {
  Jail& jail;
  const char* path;
  int64_t other;
};

struct Received {
  int fds[kMostNamespaces];
  uint32_t count = 0;
};

/** Not an error yet: to be tried again. `missing`: nothing is at the path. */
enum class Outcome : uint8_t { done, later, missing, failed };

Outcome give_up(int& error, int number) {
  error = number;
  return Outcome::failed;
}

/** The descriptors of `header`'s control data. */
void take_descriptors(const MessageHeader& header, const Descriptors& came, Received& received) {
  received.count = 0;
  if (header.control_size < kDescriptorsHead || came.level != SOL_SOCKET || came.type != kScmRights) return;
  received.count = static_cast<uint32_t>((came.size - kDescriptorsHead) / sizeof(int));
  for (uint32_t i = 0; i < received.count; i++) received.fds[i] = came.fds[i];
}

/** What is wrong with the message; null: nothing. */
const char* fault_of(const char* bytes, long size, const MessageHeader& header, const Received& received) {
  if (size != static_cast<long>(kSetnsSize)) return "what it says is no list of namespaces";
  for (size_t i = 0; i < kSetnsCodeSize; i++) {
    if (bytes[i] != kSetnsCode[i]) return "what it says is no list of namespaces";
  }
  if (header.flags & kMsgControlCut) return "it gave more namespaces than the 64 that fit into a message";
  uint32_t announced = 0;
  __builtin_memcpy(&announced, bytes + kSetnsCodeSize, sizeof announced);
  if (announced != received.count) return "it gave another number of namespaces than it said";
  return received.count == 0 ? "it has no namespaces to give" : nullptr;
}

Outcome receive(const Source& from, int socket, Received& received, int& error) {
  char bytes[kSetnsSize + 1];
  Descriptors came = {};
  Bytes part = {bytes, sizeof bytes};
  MessageHeader header = {nullptr, 0, &part, 1, &came, sizeof came, 0};
  const long size = sys::call(__NR_recvmsg, socket, &header, kMsgCloexec | sys::kMsgDontWait);
  if (size == -EAGAIN || size == -EINTR || size == -ECONNRESET) return Outcome::later;
  if (size < 0) return give_up(error, static_cast<int>(-size));
  // It went away before it answered, or had nobody to spare: a server that starts anew will.
  if (size == 0) return Outcome::later;
  take_descriptors(header, came, received);
  const char* fault = fault_of(bytes, size, header, received);
  if (fault == nullptr) return Outcome::done;
  from.jail.detail << "the server on " << from.path << ": " << fault;
  return give_up(error, EPROTO);
}

Outcome from_server(const Source& from, Patience& patience, Received& received, int& error) {
  UnixAddress address;
  if ((error = unix_address(from.path, address)) != 0) return Outcome::failed;
  const sys::Fd socket(
      sys::call(__NR_socket, sys::kAfUnix, sys::kSockStream | sys::kSockCloexec | kSockNonBlock, 0));
  if (socket.error()) return give_up(error, socket.error());
  const int refused = sys::error_of(__NR_connect, socket.get(), &address, sizeof address);
  if (refused == ENOENT) return Outcome::missing;
  if (refused == ECONNREFUSED || refused == EAGAIN || refused == EINTR) return Outcome::later;
  if (refused == EPROTOTYPE) from.jail.detail << from.path << " is a socket of another type";
  if (refused) return give_up(error, refused);
  uint32_t uid = 0;
  if (const int distrust = check_peer(socket.get(), from.other, uid)) {
    from.jail.detail << "the server on " << from.path << " runs as uid " << uint64_t{uid}
                     << ", which is neither root nor our own";
    return give_up(error, distrust);
  }
  patience.until_readable(socket.get());
  return receive(from, socket.get(), received, error);
}

Outcome from_file(const Source& from, uint64_t size, Received& received, int& error) {
  const long fd = sys::call(__NR_openat, AT_FDCWD, from.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd == -ENOENT) return Outcome::missing;
  if (fd < 0) return give_up(error, static_cast<int>(-fd));
  if (namespace_kind(static_cast<int>(fd)) != 0) {
    received.fds[0] = static_cast<int>(fd);
    received.count = 1;
    return Outcome::done;
  }
  sys::call(__NR_close, fd);
  // ip-netns(8) makes an empty file and mounts the namespace on it.
  if (size == 0 && !starts_with(from.path, "/proc/")) return Outcome::later;
  from.jail.detail << from.path << " is neither a socket nor the file of a namespace";
  return give_up(error, EINVAL);
}

Outcome obtain(const Source& from, Patience& patience, Received& received, int& error) {
  struct statx found = {};
  error = sys::error_of(__NR_statx, AT_FDCWD, from.path, 0, STATX_TYPE | STATX_SIZE, &found);
  if (error == ENOENT && !starts_with(from.path, "/proc/")) return Outcome::missing;
  if (error == ENOENT) from.jail.detail << from.path << " is not there: the process is gone";
  if (error) return Outcome::failed;
  if (S_ISSOCK(found.stx_mode)) return from_server(from, patience, received, error);
  if (S_ISREG(found.stx_mode)) return from_file(from, found.stx_size, received, error);
  from.jail.detail << from.path << " is neither a socket nor the file of a namespace";
  return give_up(error, EINVAL);
}

int obtain_patiently(const Source& from, Received& received) {
  Patience patience(from.path);
  int error = 0;
  for (;;) {
    const Outcome outcome = obtain(from, patience, received, error);
    if (outcome == Outcome::done) return 0;
    if (outcome == Outcome::failed) return error;
    patience.pause(outcome == Outcome::missing);
  }
}

}  // namespace

int setns(Jail& jail, Arguments arguments) {
  Source from = {jail, arguments.next(), -1};
  const char* other = arguments.next();
  const char* kill = arguments.next();
  uint64_t kill_fd = 0;
  if (!read_signed(other, -1, UINT32_MAX, from.other)) return refuse(jail, other);
  if (!read_number(kill, INT32_MAX, kill_fd)) return refuse(jail, kill);
  Received received;
  if (const int error = obtain_patiently(from, received)) return error;
  bool reforks = false;
  if (const int error = join_namespaces(jail, from.path, received.fds, received.count, reforks)) return error;
  // Only children enter a pid namespace (setns(2)).
  return reforks ? refork(jail) : 0;
}

}  // namespace jailer::steps
