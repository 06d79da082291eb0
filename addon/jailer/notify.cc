// Hearing sd_notify(3): see notify.h. Everybody in the network namespace may write to an abstract socket, so
// each message is believed only for its sender, and neither many nor large ones are anybody's loss but the
// sender's.
#include "notify.h"

#include <asm/socket.h>

#include "control.h"
#include "hook.h"
#include "proc.h"
#include "setns.h"

namespace jailer {

namespace {

constexpr size_t kMostBytes = 4096;
/** Between two words to the Emperor: what comes meanwhile is told together. */
constexpr uint64_t kTellEveryMs = 100;
/** In a window so many are heard. It is short, so that somebody's flood does not hold up others for long. */
constexpr uint64_t kWindowMs = 100;
constexpr uint32_t kMostInWindow = 64;
/** The init has others to look after. */
constexpr int kAtOnce = 16;
/** The kernel keeps 10 for us, or what net.unix.max_dgram_qlen says. */
constexpr int kMostLast = 512;
constexpr uint64_t kMostExtensionUs = 1'000'000ULL * 86'400;
constexpr uint64_t kMostError = 4095;
constexpr int kMessageCut = 0x20;  // MSG_TRUNC

/** Room for the sender and no more: descriptors that come along are dropped by the kernel. */
struct Sender {
  size_t size;
  int level;
  int type;
  int pid;
  uint32_t uid;
  uint32_t gid;
  uint32_t padding;
};
static_assert(sizeof(Sender) == 32);
constexpr int kCredentials = 2;  // SCM_CREDENTIALS

struct Datagram {
  char bytes[kMostBytes + 1];
  long size;
  long pid;
};

/** False: there is nothing more. */
bool receive(int socket, Datagram& datagram) {
  Sender sender = {};
  Bytes part = {datagram.bytes, kMostBytes};
  MessageHeader header = {nullptr, 0, &part, 1, &sender, sizeof sender, 0};
  const int flags = sys::kMsgDontWait | kMsgCloexec;
  const long size = sys::call(__NR_recvmsg, socket, &header, flags);
  if (size == -EINTR) return receive(socket, datagram);
  if (size < 0) return false;
  const bool told = header.control_size >= sizeof sender - sizeof sender.padding &&
                    sender.level == SOL_SOCKET && sender.type == kCredentials;
  datagram.pid = told ? sender.pid : 0;
  datagram.size = (header.flags & kMessageCut) ? 0 : size;
  datagram.bytes[datagram.size] = 0;
  return true;
}

/** What stands behind `key`; null: that is not what `line` begins with. */
const char* value_of(const char* line, const char* key) {
  return starts_with(line, key) ? line + length(key) : nullptr;
}

/** PID_MAX_LIMIT (proc_sys_kernel(5)). */
constexpr long kMostPid = 1 << 22;

/** ppid of PID/stat in a procfs; the name before it may hold anything. 0: nobody is there. */
long parent_of(int proc, long pid) {
  Text<64> path;
  path << static_cast<uint64_t>(pid) << "/stat";
  const sys::Fd file(sys::call(__NR_openat, proc, path.text(), O_RDONLY | O_CLOEXEC));
  if (file.error()) return 0;
  char stat[512];
  const long size = sys::call(__NR_read, file.get(), stat, sizeof stat);
  long at = size - 1;
  while (at > 0 && stat[at] != ')') at--;
  // ") S 123 "
  long parent = 0;
  for (at += 4; at < size && stat[at] >= '0' && stat[at] <= '9'; at++) {
    parent = parent * 10 + (stat[at] - '0');
    // No kernel's: this may be a file of somebody else's making.
    if (parent > kMostPid) return 0;
  }
  return parent;
}

enum class Led : uint8_t { here, elsewhere, nowhere };

Led follow(int proc, long pid, long self) {
  constexpr int kDeepest = 128;
  for (int depth = 0; depth < kDeepest && pid > 1; depth++) {
    if (pid == self) return Led::here;
    pid = parent_of(proc, pid);
    if (pid == 0) return Led::nowhere;
  }
  return Led::elsewhere;
}

}  // namespace

bool Family::has(long pid) const {
  if (pid <= 1) return false;
  if (alone || pid == command) return true;
  const sys::Fd own(proc < 0 ? own_proc() : -EBADF);
  if (proc < 0 && own.error()) return false;
  const int there = proc < 0 ? own.get() : proc;
  const long self = sys::call(__NR_getpid);
  // One on the way may have ended just now, and its children are ours since.
  constexpr int kTries = 3;
  for (int left = kTries; left > 0; left--) {
    const Led led = follow(there, pid, self);
    if (led != Led::nowhere) return led == Led::here;
  }
  return false;
}

bool Notice::empty() const {
  return !ready && !beat && !trigger && !stopping && !reloading && !has_extension && !has_error &&
         !has_status;
}

void Notice::take(const char* line) {
  if (same(line, "READY=1")) {
    ready = true;
    reloading = false;
  }
  beat = beat || same(line, "WATCHDOG=1");
  trigger = trigger || same(line, "WATCHDOG=trigger");
  stopping = stopping || same(line, "STOPPING=1");
  reloading = reloading || same(line, "RELOADING=1");
  if (const char* value = value_of(line, "EXTEND_TIMEOUT_USEC="))
    has_extension = read_number(value, kMostExtensionUs, extension_us) || has_extension;
  if (const char* value = value_of(line, "ERRNO="))
    has_error = read_number(value, kMostError, error) || has_error;
  if (const char* value = value_of(line, "STATUS=")) {
    has_status = true;
    status.clear();
    status << value;
  }
}

int NotifyServer::open() {
  uint64_t random[2] = {};
  const long got = sys::call(__NR_getrandom, random, sizeof random, 0);
  if (got != sizeof random) return got < 0 ? static_cast<int>(-got) : EAGAIN;
  name_.clear();
  name_ << "@tsjail/" << random[0] << random[1];
  UnixAddress address = {sys::kAfUnix, {}};
  // An abstract name begins with a NUL and ends with its length (unix(7)).
  for (size_t i = 1; i < name_.size(); i++) address.path[i] = name_.text()[i];
  const long socket =
      sys::call(__NR_socket, sys::kAfUnix, sys::kSockDatagram | sys::kSockCloexec | kSockNonBlock, 0);
  if (socket < 0) return static_cast<int>(-socket);
  socket_ = static_cast<int>(socket);
  const int on = 1;
  if (const int error = sys::error_of(__NR_setsockopt, socket, SOL_SOCKET, SO_PASSCRED, &on, sizeof on))
    return error;
  return sys::error_of(__NR_bind, socket, &address, sizeof address.family + name_.size());
}

int NotifyServer::listening() const { return left_ > 0 || now_ms() >= window_end_ ? socket_ : -1; }

uint64_t NotifyServer::rest_ms() const {
  if (notice_.empty() && left_ > 0) return UINT64_MAX;
  const uint64_t now = now_ms();
  uint64_t until = notice_.empty() ? UINT64_MAX : tell_at_;
  if (left_ == 0 && window_end_ < until) until = window_end_;
  return until > now ? until - now : 0;
}

void NotifyServer::hear(const Family& family) {
  const uint64_t now = now_ms();
  if (now >= window_end_) {
    window_end_ = now + kWindowMs;
    left_ = kMostInWindow;
  }
  for (int most = kAtOnce; most > 0 && left_ > 0 && take_one(family); most--) left_--;
  tell(now);
}

void NotifyServer::hear_last(const Family& family) {
  if (socket_ < 0) return;
  for (int most = kMostLast; most > 0 && take_one(family); most--) continue;
  tell(UINT64_MAX);
}

bool NotifyServer::take_one(const Family& family) {
  Datagram datagram;
  if (!receive(socket_, datagram)) return false;
  // A NUL is in no message of sd_notify(3).
  if (length(datagram.bytes) != static_cast<size_t>(datagram.size) || !family.has(datagram.pid)) return true;
  char* line = datagram.bytes;
  for (char* at = line;; at++) {
    if (*at != '\n' && *at != 0) continue;
    const bool last = *at == 0;
    *at = 0;
    notice_.take(line);
    if (last) return true;
    line = at + 1;
  }
}

/** `notify FLAGS EXTENSION ERRNO [=STATUS]`, with `-` for what there is not. */
void NotifyServer::tell(uint64_t now) {
  if (notice_.empty() || now < tell_at_) return;
  MessageText message;
  message << "notify ";
  const size_t before = message.size();
  if (notice_.ready) message << 'r';
  if (notice_.beat) message << 'b';
  if (notice_.trigger) message << 't';
  if (notice_.stopping) message << 's';
  if (notice_.reloading) message << 'l';
  if (message.size() == before) message << '-';
  message << ' ';
  if (notice_.has_extension)
    message << notice_.extension_us << ' ';
  else
    message << "- ";
  if (notice_.has_error)
    message << notice_.error;
  else
    message << '-';
  if (notice_.has_status) message << " =" << notice_.status.text();
  tell_at_ = now == UINT64_MAX ? 0 : now + kTellEveryMs;
  // An Emperor that is behind is told later: nobody in the jail waits for him.
  const int flags = sys::kMsgNoSignal | sys::kMsgDontWait;
  const long sent = sys::call(__NR_sendto, kControlFd, message.text(), message.size(), flags, nullptr, 0);
  if (sent != -EAGAIN) notice_ = Notice{};
}

void NotifyServer::let_go() {
  if (socket_ >= 0) sys::call(__NR_close, socket_);
  socket_ = -1;
}

}  // namespace jailer
