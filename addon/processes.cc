// Calls on processes: see processes.h.
#include "processes.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <memory>
#include <optional>
#include <string_view>

#include "unique_fd.h"

namespace tsjail {

namespace {

/** More than that wait for the next call. */
constexpr int kMostReaped = 4096;

/** Reads a number and moves `text` behind it; 0 when there is none. */
pid_t take_pid(std::string_view& text) {
  pid_t pid = 0;
  const size_t blanks = text.find_first_not_of(' ');
  text.remove_prefix(blanks == text.npos ? text.size() : blanks);
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), pid);
  text.remove_prefix(static_cast<size_t>(parsed.ptr - text.data()));
  return pid;
}

UniqueFd open_file(const std::string& path) { return UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC)); }

/** From its beginning, as it is now. Nothing: it cannot be read. */
std::optional<std::string> text_of(int fd) {
  std::string text;
  for (;;) {
    char part[4096];
    const ssize_t size = ::pread(fd, part, sizeof part, static_cast<off_t>(text.size()));
    if (size < 0) return std::nullopt;
    if (size == 0) return text;
    text.append(part, static_cast<size_t>(size));
  }
}

/** Entries of a directory of /proc that are numbers. */
Result<std::vector<pid_t>> numbers_in(const char* path) {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir(path), ::closedir);
  if (!directory) return failed("opendir", path);
  std::vector<pid_t> numbers;
  while (const dirent* entry = ::readdir(directory.get())) {
    std::string_view name = entry->d_name;
    if (const pid_t number = take_pid(name); number > 0 && name.empty()) numbers.push_back(number);
  }
  return numbers;
}

/** The second field behind the name, which may hold blanks and brackets itself (proc_pid_stat(5)). 0: gone.
 */
pid_t parent_of(pid_t pid) {
  const auto text = text_of(open_file("/proc/" + std::to_string(pid) + "/stat").get());
  if (!text) return 0;
  std::string_view rest = *text;
  const size_t name_end = rest.rfind(')');
  if (name_end == rest.npos || name_end + 3 >= rest.size()) return 0;
  rest.remove_prefix(name_end + 3);
  return take_pid(rest);
}

/** For kernels without CONFIG_PROC_CHILDREN. */
Result<std::vector<pid_t>> children_by_scan() {
  auto all = numbers_in("/proc");
  if (!all) return all;
  std::erase_if(*all, [](pid_t pid) { return parent_of(pid) != ::getpid(); });
  return all;
}

/** Open for good: children are reaped also when there is no descriptor left. */
int children_list() {
  static int list = -1;
  if (list < 0) list = open_file("/proc/self/task/" + std::to_string(::getpid()) + "/children").release();
  return list;
}

/** Every child of the first thread, dead ones included. Orphans are handed to it, while a child of a
 * launcher's is listed before clone(2) has told its number to anybody: it would be taken for an orphan. */
Result<std::vector<pid_t>> children() {
  const auto text = text_of(children_list());
  if (!text) return children_by_scan();
  std::vector<pid_t> found;
  std::string_view rest = *text;
  while (const pid_t pid = take_pid(rest)) found.push_back(pid);
  return found;
}

bool reap(pid_t pid) {
  siginfo_t info = {};
  return ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG) == 0 && info.si_pid == pid;
}

/** The dead child that the kernel would give next, left where it is; 0: none. */
pid_t next_dead() {
  siginfo_t info = {};
  return ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 ? info.si_pid : 0;
}

}  // namespace

Status send_signal(int pidfd, int signal) {
  return check(::syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0), "pidfd_send_signal");
}

Status raise_hard_limit(pid_t pid, int resource, uint64_t hard) {
  const auto which = static_cast<__rlimit_resource>(resource);
  rlimit limit = {};
  if (::prlimit(pid, which, nullptr, &limit) < 0) return failed("prlimit");
  if (limit.rlim_max >= hard) return Done{};
  limit.rlim_max = hard;
  return check(::prlimit(pid, which, &limit, nullptr), "prlimit");
}

Status become_subreaper() {
  // While there is a descriptor for it.
  children_list();
  return check(::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "prctl");
}

Result<std::vector<pid_t>> reap_orphans(const IsKnown& is_known) {
  std::vector<pid_t> reaped;
  pid_t dead = next_dead();
  for (int left = kMostReaped; left > 0 && dead > 0 && !is_known(dead); left--, dead = next_dead()) {
    if (reap(dead)) reaped.push_back(dead);
  }
  if (dead == 0) return reaped;
  // The kernel gives the same one again and again: behind a known one the others are to be found by name
  // only.
  auto all = children();
  if (!all) return all;
  for (const pid_t pid : *all) {
    if (!is_known(pid) && reap(pid)) reaped.push_back(pid);
  }
  return reaped;
}

Result<std::vector<pid_t>> list_orphans(const IsKnown& is_known) {
  auto all = children();
  if (!all) return all;
  std::erase_if(*all, is_known);
  return all;
}

}  // namespace tsjail
