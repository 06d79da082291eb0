// Signals that wait for a new program: see held_signals.h.
//
// Node unblocks all signals as it starts and gives them their defaults, which is long before any JavaScript
// runs. So the addon is preloaded (LD_PRELOAD) into a program that is exec'd by a daemon, and its
// pthread_sigmask(3) stands before libc's: it leaves those signals blocked, in every thread, until
// release_signals().
#include "held_signals.h"

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

#include "unique_fd.h"

namespace tsjail {

namespace {

constexpr int kHeld[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGURG, SIGWINCH};
/** In /proc/PID/status (proc_pid_status(5)), followed by the mask in hexadecimal digits. */
constexpr char kBlocked[] = "\nSigBlk:";
constexpr int kPatience = 2000;
constexpr useconds_t kPauseUsec = 100;

/** Does our pthread_sigmask() keep them blocked? */
std::atomic<bool> keeps_blocked = std::getenv(kHandedOver) != nullptr;

sigset_t held_set() {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int signal : kHeld) ::sigaddset(&set, signal);
  return set;
}

/** Nobody else's: taken for a moment, to have a thread change its own mask. */
int errand() { return SIGRTMIN + 9; }

std::atomic<int> done_errands = 0;

/** The mask that the thread has when it is back from here. */
void block_in_thread(int, siginfo_t*, void* context) {
  for (const int signal : kHeld) ::sigaddset(&static_cast<ucontext_t*>(context)->uc_sigmask, signal);
  done_errands++;
}

/** Does the thread block all that we would have it block? Launchers do. */
bool blocks_already(const std::string& thread) {
  const UniqueFd file(::open(("/proc/self/task/" + thread + "/status").c_str(), O_RDONLY | O_CLOEXEC));
  char text[4096];
  const ssize_t size = file ? ::read(file.get(), text, sizeof text - 1) : -1;
  // It has ended.
  if (size <= 0) return true;
  text[size] = 0;
  const char* blocked = std::strstr(text, kBlocked);
  uint64_t wanted = 0;
  for (const int signal : kHeld) wanted |= uint64_t{1} << (signal - 1);
  return blocked != nullptr && (std::strtoull(blocked + sizeof kBlocked - 1, nullptr, 16) & wanted) == wanted;
}

/** How many were sent to do it. */
int send_others() {
  const std::unique_ptr<DIR, int (*)(DIR*)> threads(::opendir("/proc/self/task"), ::closedir);
  int sent = 0;
  while (const dirent* entry = threads ? ::readdir(threads.get()) : nullptr) {
    const std::string name = entry->d_name;
    const int thread = std::atoi(name.c_str());
    if (thread <= 0 || thread == ::getpid() || blocks_already(name)) continue;
    if (::syscall(SYS_tgkill, ::getpid(), thread, errand()) == 0) sent++;
  }
  return sent;
}

/** A signal for the process goes to any thread that does not block it, and is lost when that thread is ended
 * by the exec before its handler has run. New threads have the mask of the first one. */
Status block_in_others() {
  struct sigaction action = {};
  struct sigaction before = {};
  action.sa_sigaction = block_in_thread;
  action.sa_flags = SA_SIGINFO | SA_RESTART;
  if (::sigaction(errand(), &action, &before) < 0) return failed("sigaction");
  done_errands = 0;
  const int sent = send_others();
  for (int left = kPatience; left > 0 && done_errands < sent; left--) ::usleep(kPauseUsec);
  if (done_errands == sent) return check(::sigaction(errand(), &before, nullptr), "sigaction");
  // Its handler stays for who has not come to it yet: the default would kill us.
  return SystemError{ETIMEDOUT, "tgkill", "a thread does not answer"};
}

}  // namespace

Status hold_signals() {
  const sigset_t held = held_set();
  if (const int error = ::pthread_sigmask(SIG_BLOCK, &held, nullptr))
    return SystemError{error, "pthread_sigmask", {}};
  return block_in_others();
}

Status release_signals() {
  keeps_blocked = false;
  const sigset_t held = held_set();
  if (const int error = ::pthread_sigmask(SIG_UNBLOCK, &held, nullptr))
    return SystemError{error, "pthread_sigmask", {}};
  return Done{};
}

}  // namespace tsjail

/** Only a preloaded addon's stands before libc's. */
extern "C" __attribute__((visibility("default"))) int pthread_sigmask(int how, const sigset_t* set,
                                                                      sigset_t* old) noexcept {
  using Mask = int (*)(int, const sigset_t*, sigset_t*);
  // Not by a constructor: its guard would bring in the C++ library's way to give up.
  static std::atomic<Mask> found = nullptr;
  if (found.load() == nullptr) found = reinterpret_cast<Mask>(::dlsym(RTLD_NEXT, "pthread_sigmask"));
  const Mask next = found;
  if (next == nullptr) return ENOSYS;
  if (set == nullptr || how == SIG_BLOCK || !tsjail::keeps_blocked) return next(how, set, old);
  sigset_t kept = *set;
  for (const int signal : tsjail::kHeld) {
    if (how == SIG_SETMASK)
      ::sigaddset(&kept, signal);
    else
      ::sigdelset(&kept, signal);
  }
  return next(how, &kept, old);
}
