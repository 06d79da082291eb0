// The order of a spawn: see order.h.
#include "order.h"

#include <charconv>

namespace tsjail {

namespace {

constexpr uint64_t kMostJoins = 256;

class Words {
 public:
  explicit Words(std::string_view rest) : rest_(rest) {}

  bool next(std::string_view& word) {
    const size_t end = rest_.find('\0');
    if (end == std::string_view::npos) return false;
    word = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
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

  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

}  // namespace

bool read_order(std::string_view text, Order& order) {
  Words words(text);
  uint64_t hand_over_kill = 0;
  uint64_t spare_network = 0;
  uint64_t joins = 0;
  if (!words.next(order.flags) || !words.next(order.cgroup) || !words.next(hand_over_kill) ||
      !words.next(spare_network) || !words.next(order.name) || !words.next(order.output_uid) ||
      !words.next(order.output_gid) || !words.next(joins) || joins > kMostJoins) {
    return false;
  }
  order.hand_over_kill = hand_over_kill != 0;
  order.spare_network = spare_network != 0;
  order.joins.resize(joins);
  for (std::string& join : order.joins)
    if (!words.next(join)) return false;
  order.plan.assign(words.rest().begin(), words.rest().end());
  return true;
}

}  // namespace tsjail
