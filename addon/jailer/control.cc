// The control socket to the Emperor: see control.h.
#include "control.h"

namespace jailer {

void send(const char* bytes, size_t size) {
  while (sys::call(__NR_sendto, kControlFd, bytes, size, sys::kMsgNoSignal, nullptr, 0) == -EINTR) continue;
}

Heard hear(Text<64>& message, bool wait) {
  char bytes[64];
  long size;
  do
    size = sys::call(__NR_recvfrom, kControlFd, bytes, sizeof bytes, wait ? 0 : sys::kMsgDontWait, nullptr,
                     nullptr);
  while (size == -EINTR);
  if (size == -EAGAIN) return Heard::nothing;
  if (size <= 0) return Heard::gone;
  message.clear();
  // A NUL ends it: what follows can be no word of ours.
  for (long i = 0; i < size && bytes[i] != 0; i++) message << bytes[i];
  return Heard::message;
}

}  // namespace jailer
