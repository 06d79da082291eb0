// The init's part in serving: see setns_server.h.
#include "setns_server.h"

#include <asm/socket.h>
#include <linux/stat.h>

#include "sys.h"

namespace jailer {

namespace {

// S_IFSOCK, which glibc's <fcntl.h> leaves to <sys/stat.h>.
constexpr unsigned kSocket = 0140000;

/** The init has others to look after. */
constexpr int kAtOnce = 16;

void hand_out(const SetnsServer& server, int client) {
  char bytes[kSetnsSize];
  __builtin_memcpy(bytes, kSetnsCode, kSetnsCodeSize);
  __builtin_memcpy(bytes + kSetnsCodeSize, &server.count, sizeof server.count);
  Descriptors given = {kDescriptorsHead + server.count * sizeof(int), SOL_SOCKET, kScmRights, {}};
  for (uint32_t i = 0; i < server.count; i++) given.fds[i] = server.fds[i];
  Bytes part = {bytes, sizeof bytes};
  const MessageHeader header = {nullptr, 0, &part, 1, &given, given.size, 0};
  // Who is gone, or left so many answers unread that the kernel takes no more (ETOOMANYREFS), gets none.
  sys::call(__NR_sendmsg, client, &header, sys::kMsgDontWait | sys::kMsgNoSignal);
}

}  // namespace

void SetnsServer::answer() {
  weary = false;
  for (int left = kAtOnce; left > 0; left--) {
    const sys::Fd client(
        sys::call(__NR_accept4, listener, nullptr, nullptr, sys::kSockCloexec | kSockNonBlock));
    if (client.error() == ECONNABORTED || client.error() == EINTR) continue;
    weary = client.error() != 0 && client.error() != EAGAIN;
    if (client.error()) return;
    uint32_t uid = 0;
    if (check_peer(client.get(), other, uid) == 0) hand_out(*this, client.get());
  }
}

void SetnsServer::let_go() {
  if (listener >= 0) sys::call(__NR_close, listener);
  if (directory >= 0) sys::call(__NR_close, directory);
  for (uint32_t i = 0; i < count; i++) sys::call(__NR_close, fds[i]);
  listener = directory = -1;
  count = 0;
}

void SetnsServer::remove() const {
  if (listener < 0 || directory < 0) return;
  struct statx found = {};
  const int error =
      sys::error_of(__NR_statx, directory, name, AT_SYMLINK_NOFOLLOW, STATX_TYPE | STATX_INO, &found);
  if (error == 0 && (found.stx_mode & S_IFMT) == kSocket && found.stx_ino == inode)
    sys::call(__NR_unlinkat, directory, name, 0);
}

}  // namespace jailer
