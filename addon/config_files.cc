// Many configs in one go: see config_files.h.
#include "config_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <cerrno>

#include "fds.h"
#include "unique_fd.h"

namespace tsjail {

namespace {

/** As src/monitors/read-config.ts has it. */
constexpr uint64_t kLargest = 1024 * 1024;
constexpr size_t kStats = 8;
constexpr size_t kLook = 2 + 2 * kStats;
constexpr size_t kCopy = 4 + 2 * kStats;

int64_t nanoseconds(const statx_timestamp& time) {
  return time.tv_sec * int64_t{1'000'000'000} + time.tv_nsec;
}

void note(const struct statx& stats, int64_t* numbers) {
  const int64_t noted[kStats] = {
      stats.stx_mode,
      stats.stx_uid,
      stats.stx_gid,
      static_cast<int64_t>(makedev(stats.stx_dev_major, stats.stx_dev_minor)),
      static_cast<int64_t>(stats.stx_ino),
      static_cast<int64_t>(stats.stx_size),
      nanoseconds(stats.stx_mtime),
      nanoseconds(stats.stx_ctime),
  };
  std::copy(noted, noted + kStats, numbers);
}

/** statx(2): what <sys/stat.h> has besides came with glibc 2.33. 0, or an errno. */
int facts_of(int at, const char* path, int flags, struct statx& stats) {
  return ::statx(at, path, flags, STATX_BASIC_STATS, &stats) < 0 ? errno : 0;
}

int facts_of(int file, struct statx& stats) { return facts_of(file, "", AT_EMPTY_PATH, stats); }

/** No path has a NUL: what has one names nothing. */
bool is_path(const std::string& path) { return path.find('\0') == std::string::npos; }

void look_at_one(const std::string& path, int64_t* numbers) {
  int64_t& failed = numbers[0];
  int64_t& target_failed = numbers[1];
  struct statx stats = {};
  failed = is_path(path) ? facts_of(AT_FDCWD, path.c_str(), AT_SYMLINK_NOFOLLOW, stats) : ENOENT;
  if (failed != 0) return;
  note(stats, numbers + 2);
  if (S_ISLNK(stats.stx_mode)) target_failed = facts_of(AT_FDCWD, path.c_str(), 0, stats);
  note(stats, numbers + 2 + kStats);
}

UniqueFd open_config(const std::string& path, bool nofollow) {
  const int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (nofollow ? O_NOFOLLOW : 0);
  for (;;) {
    UniqueFd file(::open(path.c_str(), flags));
    if (file || errno != EINTR) return file;
  }
}

/** Asks for one byte more than there should be, to see growth: a file that gives less than that has ended
 * (read(2)). */
int append(int file, size_t size, std::string& bytes) {
  const size_t begin = bytes.size();
  bytes.resize(begin + size + 1);
  size_t length = 0;
  int failed = 0;
  while (length <= size) {
    const ssize_t part = ::read(file, bytes.data() + begin + length, size + 1 - length);
    if (part < 0 && errno == EINTR) continue;
    if (part < 0) failed = errno;
    if (part <= 0) break;
    length += static_cast<size_t>(part);
    if (length == size) break;
  }
  bytes.resize(begin + length);
  return failed;
}

int copy(int file, std::string& bytes, int64_t* numbers) {
  struct statx stats = {};
  if (const int failed = facts_of(file, stats)) return failed;
  note(stats, numbers + 4);
  if (!S_ISREG(stats.stx_mode) || stats.stx_size > kLargest) return 0;
  Result<Lease> lease = probe_lease(file);
  const Lease probed = lease ? *lease : Lease::unsupported;
  numbers[2] = static_cast<int64_t>(probed);
  if (probed == Lease::busy || stats.stx_size == 0) return 0;
  const size_t begin = bytes.size();
  if (const int failed = append(file, static_cast<size_t>(stats.stx_size), bytes)) return failed;
  numbers[3] = static_cast<int64_t>(bytes.size() - begin);
  if (const int failed = facts_of(file, stats)) return failed;
  note(stats, numbers + 4 + kStats);
  return 0;
}

void read_one(const std::string& path, bool nofollow, std::string& bytes, int64_t* numbers) {
  const UniqueFd file = is_path(path) ? open_config(path, nofollow) : UniqueFd();
  if (!file) {
    numbers[0] = is_path(path) ? errno : ENOENT;
    return;
  }
  const size_t begin = bytes.size();
  numbers[1] = copy(file.get(), bytes, numbers);
  if (numbers[1] != 0) {
    numbers[3] = 0;
    bytes.resize(begin);
  }
}

}  // namespace

std::vector<int64_t> look_at(const std::vector<std::string>& paths) {
  std::vector<int64_t> numbers(paths.size() * kLook);
  for (size_t i = 0; i < paths.size(); i++) look_at_one(paths[i], numbers.data() + i * kLook);
  return numbers;
}

ConfigCopies read_configs(const std::vector<std::string>& paths, bool nofollow) {
  ConfigCopies copies = {std::vector<int64_t>(paths.size() * kCopy), {}};
  for (size_t i = 0; i < paths.size(); i++)
    read_one(paths[i], nofollow, copies.bytes, copies.facts.data() + i * kCopy);
  return copies;
}

}  // namespace tsjail
