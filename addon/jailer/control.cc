// The control socket to the Emperor: see control.h.
#include "control.h"

namespace jailer {

namespace {

constexpr int kTries = 10;

/** Elsewhere only in the process that is about to be the command. */
int control_fd = kControlFd;

}  // namespace

int move_control(int above) {
  const long moved = sys::call(__NR_fcntl, control_fd, F_DUPFD_CLOEXEC, above);
  if (moved < 0) return static_cast<int>(-moved);
  control_fd = static_cast<int>(moved);
  return 0;
}

void send(const char* bytes, size_t size) {
  // What passes (ENOMEM) must not cost a word that somebody waits for.
  long sent = -EINTR;
  for (int left = kTries; sent < 0 && sent != -EPIPE && left > 0;) {
    sent = sys::call(__NR_sendto, control_fd, bytes, size, sys::kMsgNoSignal, nullptr, 0);
    if (sent != -EINTR) left--;
  }
}

Heard hear(Text<64>& message, bool wait) {
  char bytes[64];
  long size;
  int left = kTries;
  do
    size = sys::call(__NR_recvfrom, kControlFd, bytes, sizeof bytes, wait ? 0 : sys::kMsgDontWait, nullptr,
                     nullptr);
  while (size == -EINTR || (size < 0 && size != -EAGAIN && left-- > 0));
  if (size == -EAGAIN) return Heard::nothing;
  if (size <= 0) return Heard::gone;
  message.clear();
  // A NUL ends it: what follows can be no word of ours.
  for (long i = 0; i < size && bytes[i] != 0; i++) message << bytes[i];
  return Heard::message;
}

}  // namespace jailer
