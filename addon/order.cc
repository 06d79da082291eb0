// The order of a spawn: see order.h.
#include "order.h"

#include <charconv>
#include <cstring>
#include <string_view>

namespace tsjail {

namespace {

constexpr uint64_t kMostJoins = 256;

class Words {
 public:
  explicit Words(std::span<const uint8_t> rest) : rest_(rest) {}

  bool next(std::string_view& word) {
    const void* end = rest_.empty() ? nullptr : std::memchr(rest_.data(), 0, rest_.size());
    if (end == nullptr) return false;
    const auto size = static_cast<size_t>(static_cast<const uint8_t*>(end) - rest_.data());
    word = {reinterpret_cast<const char*>(rest_.data()), size};
    rest_ = rest_.subspan(size + 1);
    return true;
  }

  bool next(std::string& text) {
    std::string_view word;
    if (!next(word)) return false;
    text = word;
    return true;
  }

  bool next(uint64_t& number) {
    std::string_view word;
    if (!next(word)) return false;
    const char* end = word.data() + word.size();
    const auto [stopped, error] = std::from_chars(word.data(), end, number);
    return error == std::errc() && stopped == end;
  }

  std::span<const uint8_t> rest() const { return rest_; }

 private:
  std::span<const uint8_t> rest_;
};

}  // namespace

bool read_order(std::span<const uint8_t> bytes, Order& order) {
  Words words(bytes);
  uint64_t hand_over_kill = 0;
  uint64_t joins = 0;
  if (!words.next(order.flags) || !words.next(order.cgroup) || !words.next(hand_over_kill) ||
      !words.next(order.name) || !words.next(order.output_uid) || !words.next(order.output_gid) ||
      !words.next(joins) || joins > kMostJoins) {
    return false;
  }
  order.hand_over_kill = hand_over_kill != 0;
  order.joins.resize(joins);
  for (std::string& join : order.joins)
    if (!words.next(join)) return false;
  order.plan.assign(words.rest().begin(), words.rest().end());
  return true;
}

}  // namespace tsjail
