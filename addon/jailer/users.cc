// The readers of /etc/passwd and /etc/group: see users.h. Byte by byte: a line may be of any length.
#include "users.h"

#include <linux/stat.h>

#include "sys.h"

namespace jailer {

namespace {

/** O_NONBLOCK: a FIFO in place of the file must not hold us up. */
constexpr int kOpenFlags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
/** Far more than the largest site has; a file without end must not keep us busy. */
constexpr uint64_t kMostBytes = 64 << 20;
constexpr int kEnd = -1;

/** The file as bytes, and where in its line one is. */
class Lines {
 public:
  explicit Lines(const char* path) : file_(sys::call(__NR_openat, AT_FDCWD, path, kOpenFlags)) {
    error_ = file_.error();
    if (error_ == 0) error_ = check_kind();
  }

  int error() const { return error_; }

  /** The next byte of the field, or kEnd after its last one. */
  int letter() {
    if (!in_field_) return kEnd;
    const int got = byte();
    if (got == ':' || got == '\n' || got == kEnd) {
      last_ = got;
      in_field_ = false;
      return kEnd;
    }
    intact_ = intact_ && got != 0;
    return got;
  }

  /** To the next field of this line. A line that has no more gives an empty one. */
  void next_field() {
    while (letter() != kEnd) continue;
    in_field_ = last_ == ':';
  }

  /** To the next line; false at the end of the file, or when it cannot be read. */
  bool next_line() {
    while (last_ == ':') {
      next_field();
      while (letter() != kEnd) continue;
    }
    if (last_ == kEnd || error_ != 0) return false;
    last_ = ':';
    in_field_ = true;
    intact_ = true;
    return true;
  }

  /** The rest of the field; what does not fit spoils the line. */
  template <size_t N>
  void take(Text<N>& text) {
    text.clear();
    for (int got; (got = letter()) != kEnd;) {
      intact_ = intact_ && !text.full();
      text << static_cast<char>(got);
    }
  }

  /** The next field as an id; what is none spoils the line. */
  uint32_t take_id() {
    Text<24> digits;
    next_field();
    take(digits);
    uint64_t id = 0;
    intact_ = intact_ && read_number(digits.text(), kMostId, id);
    return static_cast<uint32_t>(id);
  }

  /** No NUL, nothing too long and no bad number so far. */
  bool intact() const { return intact_ && error_ == 0; }

 private:
  int check_kind() {
    struct statx facts = {};
    const int error = sys::error_of(__NR_statx, file_.get(), "", AT_EMPTY_PATH, STATX_TYPE, &facts);
    if (error) return error;
    return (facts.stx_mode & S_IFMT) == S_IFREG ? 0 : EINVAL;
  }

  int byte() {
    if (at_ == size_ && !refill()) return kEnd;
    return static_cast<unsigned char>(buffer_[at_++]);
  }

  bool refill() {
    if (error_ != 0) return false;
    long got = -EINTR;
    while (got == -EINTR) got = sys::call(__NR_read, file_.get(), buffer_, sizeof buffer_);
    if (got < 0) error_ = static_cast<int>(-got);
    if (got <= 0) return false;
    at_ = 0;
    size_ = static_cast<size_t>(got);
    total_ += size_;
    if (total_ > kMostBytes) error_ = EFBIG;
    return error_ == 0;
  }

  sys::Fd file_;
  int error_ = 0;
  /** What ended the last field; of the line before the first one. */
  int last_ = '\n';
  bool in_field_ = false;
  bool intact_ = true;
  size_t at_ = 0;
  size_t size_ = 0;
  uint64_t total_ = 0;
  char buffer_[2048];
};

/** Comments, and the lines of NIS, are nobody. */
bool is_name(const Text<256>& name) {
  const char first = name.text()[0];
  return first != 0 && first != '#' && first != '+' && first != '-';
}

/** NAME:PASSWORD:UID:GID:GECOS:HOME:SHELL (passwd(5)). False: no such line. */
bool take_user(Lines& lines, User& user) {
  lines.take(user.name);
  if (!lines.intact() || !is_name(user.name)) return false;
  lines.next_field();
  user.uid = lines.take_id();
  user.gid = lines.take_id();
  lines.next_field();
  lines.next_field();
  lines.take(user.home);
  if (user.home.size() == 0) user.home << '/';
  lines.next_field();
  lines.take(user.shell);
  if (user.shell.size() == 0) user.shell << "/bin/sh";
  return lines.intact();
}

/** Is one of the names of this field, which commas part, `name`? */
bool lists(Lines& lines, const char* name) {
  bool found = false;
  for (int got = ','; got != kEnd;) {
    const char* rest = name;
    bool differs = false;
    while ((got = lines.letter()) != ',' && got != kEnd) {
      differs = differs || *rest == 0 || *rest != static_cast<char>(got);
      if (!differs) rest++;
    }
    found = found || (!differs && rest != name && *rest == 0);
  }
  return found;
}

/** NAME:PASSWORD:GID:MEMBERS (group(5)). False: no such line. */
bool take_group(Lines& lines, Text<256>& name, uint32_t& gid) {
  lines.take(name);
  if (!lines.intact() || !is_name(name)) return false;
  lines.next_field();
  gid = lines.take_id();
  return lines.intact();
}

}  // namespace

int find_user(const char* wanted, User& user) {
  uint64_t number = 0;
  const bool by_number = read_number(wanted, kMostId, number);
  Lines lines(kPasswd);
  while (lines.next_line()) {
    if (!take_user(lines, user)) continue;
    if (by_number ? user.uid == number : same(user.name.text(), wanted)) return 0;
  }
  return lines.error() ? lines.error() : ESRCH;
}

int find_group(const char* name, uint32_t& gid) {
  Text<256> found;
  Lines lines(kGroup);
  while (lines.next_line()) {
    if (take_group(lines, found, gid) && same(found.text(), name)) return 0;
  }
  return lines.error() ? lines.error() : ESRCH;
}

int add_group(uint32_t gid, uint32_t* list, uint32_t most, uint32_t& count) {
  for (uint32_t i = 0; i < count; i++) {
    if (list[i] == gid) return 0;
  }
  if (count == most) return E2BIG;
  list[count++] = gid;
  return 0;
}

int add_groups_of(const char* name, uint32_t* list, uint32_t most, uint32_t& count) {
  Text<256> group;
  uint32_t gid = 0;
  Lines lines(kGroup);
  while (lines.next_line()) {
    if (!take_group(lines, group, gid)) continue;
    lines.next_field();
    if (!lists(lines, name) || !lines.intact()) continue;
    if (const int error = add_group(gid, list, most, count)) return error;
  }
  return lines.error();
}

}  // namespace jailer
