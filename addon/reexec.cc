// execve(2) of ourselves: see reexec.h.
#include "reexec.h"

#include <fcntl.h>
#include <unistd.h>

namespace tsjail {

namespace {

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> list;
  for (std::string& word : words) list.push_back(word.data());
  list.push_back(nullptr);
  return list;
}

Status set_flags(const std::vector<int>& fds, int flags) {
  for (const int fd : fds) {
    if (::fcntl(fd, F_SETFD, flags) < 0) return failed("fcntl", "descriptor " + std::to_string(fd));
  }
  return Done{};
}

}  // namespace

Status replace_program(std::string path, std::vector<std::string> argv, std::vector<std::string> env,
                       std::vector<int> fds) {
  const std::vector<char*> words = pointers(argv);
  const std::vector<char*> variables = pointers(env);
  Status kept = set_flags(fds, 0);
  if (kept) {
    ::execve(path.c_str(), words.data(), variables.data());
    kept = failed("execve", std::move(path));
  }
  for (const int fd : fds) ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  return kept;
}

Status take_over(std::vector<int> fds) { return set_flags(fds, FD_CLOEXEC); }

}  // namespace tsjail
