// Looks at bytes: see text.h. The loops have no branch in them, so that the compiler makes vectors of them.
#include "text.h"

#include <algorithm>

namespace tsjail {

namespace {

using Bytes = std::span<const uint8_t>;

/** A sum in a byte: as many as it can count. */
constexpr size_t kMostInByte = 255;

uint8_t newlines_in(Bytes few) {
  uint8_t count = 0;
  for (const uint8_t byte : few) count += byte == '\n';
  return count;
}

constexpr bool is_within(uint8_t byte, uint8_t first, uint8_t last) {
  return static_cast<uint8_t>(byte - first) <= last - first;
}

/** C0 and DEL. */
bool has_control(Bytes bytes) {
  uint8_t found = 0;
  for (const uint8_t byte : bytes) found |= ((byte < ' ') & (byte != '\t') & (byte != '\n')) | (byte == 0x7f);
  return found != 0;
}

bool is_ascii(Bytes bytes) {
  uint8_t all = 0;
  for (const uint8_t byte : bytes) all |= byte;
  return all < 0x80;
}

/** U+0080 to U+009F: C2 80 to C2 9F. */
bool has_c1(Bytes bytes) {
  uint8_t found = 0;
  for (size_t i = 1; i < bytes.size(); i++) found |= (bytes[i - 1] == 0xc2) & is_within(bytes[i], 0x80, 0x9f);
  return found != 0;
}

/** U+2028 to U+202E and U+2066 to U+2069: E2 80 A8 to E2 80 AE, E2 81 A6 to E2 81 A9. */
bool has_layout(Bytes bytes) {
  uint8_t found = 0;
  for (size_t i = 2; i < bytes.size(); i++) {
    const bool line_or_override = (bytes[i - 1] == 0x80) & is_within(bytes[i], 0xa8, 0xae);
    const bool isolate = (bytes[i - 1] == 0x81) & is_within(bytes[i], 0xa6, 0xa9);
    found |= (bytes[i - 2] == 0xe2) & (line_or_override | isolate);
  }
  return found != 0;
}

}  // namespace

Result<uint32_t> count_newlines(std::span<uint8_t> bytes) {
  uint32_t count = 0;
  for (size_t at = 0; at < bytes.size(); at += kMostInByte)
    count += newlines_in(bytes.subspan(at, std::min(kMostInByte, bytes.size() - at)));
  return count;
}

Result<bool> is_plain(std::span<uint8_t> bytes) {
  if (has_control(bytes)) return false;
  return is_ascii(bytes) || !(has_c1(bytes) || has_layout(bytes));
}

}  // namespace tsjail
