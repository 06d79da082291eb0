// What control groups use: see group_usage.h.
#include "group_usage.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <memory>
#include <optional>
#include <string>

#include "small_files.h"
#include "unique_fd.h"

namespace tsjail {

namespace {

constexpr double kUnknown = NAN;
/** Links to a directory that has none below it: its name, and its own `.`. Some file systems do not count. */
constexpr uint32_t kLinksOfLeaf = 2;

struct Usage {
  double memory = kUnknown;
  double cpu_usec = kUnknown;
  double pids = kUnknown;
};

/** Of one group, to JavaScript. */
using Numbers = std::array<double, 3>;

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};
using Directory = std::unique_ptr<DIR, CloseDirectory>;

/** The number at the beginning of `text`. */
std::optional<double> number_in(std::string_view text) {
  uint64_t number = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), number).ec != std::errc{}) return std::nullopt;
  return static_cast<double>(number);
}

/** Of the first line that begins with `name`, which ends in a space. */
std::optional<double> field(std::string_view text, std::string_view name) {
  while (!text.starts_with(name)) {
    const size_t end = text.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    text.remove_prefix(end + 1);
  }
  return number_in(text.substr(name.size()));
}

/** What fits into it is there by one call: the kernel shows such a file in one piece. */
class Short {
 public:
  /** Nothing when it cannot be read. */
  std::string_view read(int directory, const char* path) {
    const UniqueFd file(::openat(directory, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    const ssize_t size = file ? ::read(file.get(), text_, sizeof text_) : 0;
    return {text_, size > 0 ? static_cast<size_t>(size) : 0};
  }

 private:
  char text_[4096];
};

/** Shared pages count more than once. */
double resident(pid_t pid) {
  Short file;
  const std::string_view text = file.read(AT_FDCWD, ("/proc/" + std::to_string(pid) + "/statm").c_str());
  const size_t second = text.find(' ');
  if (second == std::string::npos) return 0;
  return number_in(text.substr(second + 1)).value_or(0) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

void add_members(std::string_view text, std::vector<pid_t>& pids) {
  while (const auto pid = number_in(text)) {
    pids.push_back(static_cast<pid_t>(*pid));
    const size_t end = text.find('\n');
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

void add_directories(const std::string& path, std::vector<std::string>& paths) {
  const Directory directory(::opendir(path.c_str()));
  if (!directory) return;
  while (const dirent* entry = ::readdir(directory.get())) {
    if (entry->d_type == DT_DIR && entry->d_name[0] != '.') paths.push_back(path + '/' + entry->d_name);
  }
}

/** Level by level, so that no more descriptors are open at once the deeper it is. */
void add_those_below(const std::string& group, std::vector<pid_t>& pids) {
  std::vector<std::string> paths;
  add_directories(group, paths);
  for (size_t at = 0; at < paths.size(); at++) {
    const std::string path = paths[at];
    add_members(read_file(AT_FDCWD, path + "/cgroup.procs"), pids);
    add_directories(path, paths);
  }
}

/** Nobody is below it, for certain. */
bool is_leaf(int group) {
  struct statx stat = {};
  return ::statx(group, "", AT_EMPTY_PATH, STATX_NLINK, &stat) == 0 && stat.stx_nlink == kLinksOfLeaf;
}

Usage usage_of(const std::string& path) {
  const UniqueFd group(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!group) return {};
  Usage usage;
  Short file;
  usage.cpu_usec = field(file.read(group.get(), "cpu.stat"), "usage_usec ").value_or(kUnknown);
  const auto bytes = number_in(file.read(group.get(), "memory.current"));
  std::vector<pid_t> pids;
  add_members(read_file(group.get(), "cgroup.procs"), pids);
  if (!is_leaf(group.get())) add_those_below(path, pids);
  usage.pids = static_cast<double>(pids.size());
  // Without a memory controller it is counted by the processes.
  usage.memory = bytes.value_or(0);
  for (size_t at = 0; !bytes && at < pids.size(); at++) usage.memory += resident(pids[at]);
  return usage;
}

Numbers usage_numbers(const std::string& path) {
  const Usage usage = usage_of(path);
  return {usage.memory, usage.cpu_usec, usage.pids};
}

Numbers end_group(const std::string& path) {
  Numbers numbers = {kUnknown, kUnknown, 0};
  Short file;
  numbers[0] = field(file.read(AT_FDCWD, (path + "/cpu.stat").c_str()), "usage_usec ").value_or(kUnknown);
  numbers[1] = field(file.read(AT_FDCWD, (path + "/memory.events").c_str()), "oom_kill ").value_or(kUnknown);
  if (::rmdir(path.c_str()) < 0) numbers[2] = errno;
  return numbers;
}

std::vector<double> of_each(std::string_view groups, Numbers (*numbers_of)(const std::string&)) {
  std::vector<double> all;
  for (;;) {
    const size_t end = groups.find('\0');
    const Numbers numbers = numbers_of(std::string(groups.substr(0, end)));
    all.insert(all.end(), numbers.begin(), numbers.end());
    if (end == std::string_view::npos) return all;
    groups.remove_prefix(end + 1);
  }
}

}  // namespace

std::vector<double> read_usage(std::string_view groups) { return of_each(groups, usage_numbers); }
std::vector<double> end_groups(std::string_view groups) { return of_each(groups, end_group); }

}  // namespace tsjail
