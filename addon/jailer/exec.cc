// The last step: the command, found by the PATH of its own environment, and why it could not be run.
#include "control.h"
#include "found.h"
#include "janitor.h"

namespace jailer::steps {

namespace {

constexpr const char* kDefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
using Path = Text<4096>;

struct Command {
  const char** argv;
  const char** envp;

  const char* name() const { return argv[0]; }
  const char* path() const {
    for (const char** entry = envp; *entry; entry++) {
      if (starts_with(*entry, "PATH=")) return *entry + 5;
    }
    return kDefaultPath;
  }
};

const char* with_pid(Text<32>& text, const char* name) {
  text.clear();
  text << name << static_cast<uint64_t>(sys::call(__NR_getpid));
  return text.text();
}

/** Whom descriptors (sd_listen_fds(3)) and a watchdog (sd_watchdog_enabled(3)) are for, and where that one is
 * heard: nobody knows before. */
const char* own_in(const Jail& jail, const char* word) {
  static Text<32> listens;
  static Text<32> beats;
  static Text<96> notifies;
  if (same(word, "LISTEN_PID=self")) return with_pid(listens, "LISTEN_PID=");
  if (same(word, "WATCHDOG_PID=self")) return with_pid(beats, "WATCHDOG_PID=");
  if (!same(word, "NOTIFY_SOCKET=self")) return word;
  notifies.clear();
  notifies << "NOTIFY_SOCKET=" << jail.notify.name();
  return notifies.text();
}

/** What the plan says, but for what the user's entry in the jail says better, and what a hook's putenv said
 * later. */
void read_environment(const Jail& jail, Arguments words, const char** list) {
  const Found* found = jail.found;
  uint32_t count = 0;
  while (words.left() > 0) {
    const char* word = own_in(jail, words.next());
    if (found == nullptr || !replaces(*found, word)) list[count++] = word;
  }
  for (size_t i = 0; found != nullptr && i < found->variable_count; i++)
    list[count++] = found->variables[i].text();
  for (uint32_t i = 0; i < jail.hooks.put_count; i++) put_variable(list, count, jail.hooks.put[i]);
  list[count] = nullptr;
}

/** ARGV and ENV as execve(2) wants them: both lists in one block, each ended by null. */
int read_command(Jail& jail, Arguments arguments, Command& command) {
  const char* word = arguments.next();
  uint64_t argc = 0;
  if (!read_number(word, arguments.left(), argc) || argc == 0) return refuse(jail, word);
  const size_t most = arguments.left() + kMostVariables + jail.hooks.put_count + 2;
  auto** list = static_cast<const char**>(sys::scratch(most * sizeof(char*)));
  if (list == nullptr) return ENOMEM;
  command = {list, list + argc + 1};
  for (; argc > 0; argc--) *list++ = arguments.next();
  *list++ = nullptr;
  read_environment(jail, arguments, list);
  return 0;
}

/** `fd`, at `above` or higher. */
int move_up(int& fd, int above) {
  const long moved = sys::call(__NR_fcntl, fd, F_DUPFD_CLOEXEC, above);
  if (moved < 0) return static_cast<int>(-moved);
  fd = static_cast<int>(moved);
  return 0;
}

/** All that is still needed moves above the targets, then each goes to its place. */
int place_passed(Jail& jail) {
  const Passed& passed = jail.passed;
  int above = 0;
  for (uint32_t i = 0; i < passed.count; i++)
    if (passed.targets[i] >= above) above = passed.targets[i] + 1;
  int moved[Passed::kMost];
  for (uint32_t i = 0; i < passed.count; i++) {
    moved[i] = passed.first + static_cast<int>(i);
    if (const int error = move_up(moved[i], above)) return error;
  }
  if (jail.status_fd >= 0 && jail.status_fd < above) {
    if (const int error = move_up(jail.status_fd, above)) return error;
  }
  if (const int error = above > kControlFd ? move_control(above) : 0) return error;
  for (uint32_t i = 0; i < passed.count; i++) {
    if (const int error = sys::error_of(__NR_dup3, moved[i], passed.targets[i], 0)) return error;
  }
  return 0;
}

int execute(const Command& command, const char* path) {
  return sys::error_of(__NR_execve, path, command.argv, command.envp);
}

bool exists(const char* path) { return sys::call(__NR_faccessat, AT_FDCWD, path, sys::kExists) == 0; }

/** The next directory of `rest` with the name behind it; false at the end. An empty one means the working
 * directory. */
bool next_candidate(const char*& rest, const char* name, Path& path) {
  if (rest == nullptr) return false;
  path.clear();
  const char* end = find(rest, ':');
  for (; *rest && rest != end; rest++) path << *rest;
  if (path.size() > 0) path << '/';
  path << name;
  rest = end ? end + 1 : nullptr;
  return true;
}

/** Errors that mean "look further", as execvp(3) has it. */
bool look_further(int error) {
  return error == ENOENT || error == ENOTDIR || error == EACCES || error == ESTALE || error == ENODEV ||
         error == ETIMEDOUT;
}

int search(const Command& command, Path& path) {
  bool denied = false;
  for (const char* rest = command.path(); next_candidate(rest, command.name(), path);) {
    if (path.full()) continue;
    const int error = execute(command, path.text());
    if (!look_further(error)) return error;
    denied = denied || error == EACCES;
  }
  return denied ? EACCES : ENOENT;
}

/** The first candidate that is there at all, which is the one that the administrator meant. */
bool find_meant(const Command& command, Path& path) {
  for (const char* rest = command.path(); next_candidate(rest, command.name(), path);) {
    if (!path.full() && exists(path.text())) return true;
  }
  return false;
}

/** The interpreter of the `#!` line at the beginning of `head`; empty when there is none. */
void read_interpreter(const char* head, Text<256>& interpreter) {
  if (head[0] != '#' || head[1] != '!') return;
  head += 2;
  while (*head == ' ' || *head == '\t') head++;
  while (*head && *head != ' ' && *head != '\t' && *head != '\n') interpreter << *head++;
}

void explain_file(Jail& jail, const char* path, int error) {
  const sys::Fd file(sys::call(__NR_openat, AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  char head[257] = {};
  Text<256> interpreter;
  if (!file.error()) sys::call(__NR_read, file.get(), head, sizeof head - 1);
  read_interpreter(head, interpreter);
  if (interpreter.size() > 0) {
    const bool returned = interpreter.text()[interpreter.size() - 1] == '\r';
    jail.detail << "script " << path << " wants the interpreter ";
    jail.detail << interpreter.text()
                << (error == ENOENT ? ", which is not there" : ", which may not be executed");
    if (returned) jail.detail << " (its first line ends in a carriage return)";
  } else if (error == ENOENT) {
    jail.detail << path << " is there, but not the loader that it names";
  } else {
    jail.detail << path
                << " may not be executed: see its mode, those of the directories above, and noexec mounts";
  }
}

bool is_directory(const char* path) {
  const sys::Fd directory(sys::call(__NR_openat, AT_FDCWD, path, O_PATH | O_DIRECTORY | O_CLOEXEC));
  return directory.error() == 0;
}

/** What `error` of execve(2) is about when the file itself is not at fault. */
const char* hint_for(int error) {
  if (error == ENOEXEC) return " is neither a program for this machine nor a script with a #! line";
  if (error == E2BIG) return ": arguments and environment are too large";
  if (error == EAGAIN) return ": the user has as many processes as limit-nproc allows";
  if (error == ETXTBSY) return " is open for writing";
  return "";
}

int explain(Jail& jail, const char* path, int error) {
  const bool about_file = error == ENOENT || error == EACCES;
  if (about_file && is_directory(path)) {
    jail.detail << path << " is a directory";
  } else if (error == ENOENT && !exists(path)) {
    jail.detail << path << " is not there";
  } else if (about_file) {
    explain_file(jail, path, error);
  } else {
    jail.detail << path << hint_for(error);
  }
  return error;
}

/** Returns when none of the next `count` of `names` can be run; why matters to nobody. */
void try_others(Command command, Arguments& names, uint64_t count) {
  for (; count > 0; count--) {
    command.argv[0] = names.next();
    Path path;
    if (find(command.name(), '/'))
      execute(command, command.name());
    else
      search(command, path);
  }
}

/** The command's own program, or why it could not be run. */
int start_own(Jail& jail, const Command& command) {
  if (find(command.name(), '/')) return explain(jail, command.name(), execute(command, command.name()));
  Path path;
  const int error = command.name()[0] == 0 ? ENOENT : search(command, path);
  if (!look_further(error)) return explain(jail, path.text(), error);
  if (command.name()[0] != 0 && find_meant(command, path)) return explain(jail, path.text(), error);
  jail.detail << "'" << command.name() << "' is not in PATH";
  return error;
}

int start(Jail& jail, const Command& command) {
  const char* own = command.name();
  Arguments names = jail.others.names;
  try_others(command, names, jail.others.before);
  command.argv[0] = own;
  const int error = start_own(jail, command);
  try_others(command, names, names.left());
  return error;
}

}  // namespace

int exec(Jail& jail, Arguments arguments) {
  Command command = {};
  if (const int error = read_command(jail, arguments, command)) return error;
  if (!jail.fds_sealed) {
    if (const int error = close_fds(jail, Arguments())) return error;
  }
  if (const int error = keep_made(jail)) return error;
  // A command that is pid 1 would find it as a dead child that it knows nothing of.
  if (sys::call(__NR_getpid) == 1) dismiss_janitor(jail);
  // Sent by this very process: the kernel adds its pid, as the Emperor sees it.
  send("exec", 4);
  // Without it the init would not believe the exec.
  if (jail.status_fd >= 0) {
    if (const int error = sys::error_of(__NR_write, jail.status_fd, "x", 1)) return error;
  }
  if (const int error = jail.passed.count > 0 ? place_passed(jail) : 0) {
    jail.detail << "descriptors for the command";
    return error;
  }
  return start(jail, command);
}

}  // namespace jailer::steps
