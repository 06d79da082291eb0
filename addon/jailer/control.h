// The control socket to the Emperor: one datagram is one message.
#pragma once

#include "sys.h"
#include "text.h"

namespace jailer {

inline constexpr int kControlFd = 3;
inline constexpr size_t kMessageSize = 640;
/** What the Emperor says when it has done its part. */
inline constexpr const char* kRelease = "release";
using MessageText = Text<kMessageSize>;

/** Sends it; when the Emperor is gone there is nobody to tell. */
void send(const char* bytes, size_t size);
/** From now on this process has it at `above` or higher: another descriptor is to lie where it was. 0 or
 * errno. */
int move_control(int above);
template <size_t N>
void send(const Text<N>& message) {
  send(message.text(), message.size());
}

enum class Heard : uint8_t { message, nothing, gone };

/** Takes one message. `wait`: until there is one. */
Heard hear(Text<64>& message, bool wait);

}  // namespace jailer
