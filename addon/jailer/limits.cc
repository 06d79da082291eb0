// Steps about limits and priorities.
#include <linux/resource.h>

#include "jail.h"
#include "proc.h"

namespace jailer::steps {

namespace {

constexpr uint64_t kMostResource = 31;

/** One half of a limit; "-" leaves `value`. */
bool read_half(const char* word, uint64_t& value) {
  if (same(word, "-")) return true;
  if (same(word, "inf")) {
    value = RLIM64_INFINITY;
    return true;
  }
  return read_number(word, RLIM64_INFINITY, value);
}

/** The step is told with the name of the resource already. */
int explain_limit(Jail& jail, const rlimit64& was, const rlimit64& wanted, int error) {
  if (error == EINVAL) jail.detail << "not known to this kernel";
  if (error == EPERM && wanted.rlim_max > was.rlim_max) {
    jail.detail << "the hard limit is " << uint64_t{was.rlim_max} << ", and more needs CAP_SYS_RESOURCE";
  }
  if (error == EPERM && wanted.rlim_max <= was.rlim_max) jail.detail << "above what the system allows";
  return error;
}

}  // namespace

int rlimit(Jail& jail, Arguments arguments) {
  const char* words[3] = {arguments.next(), arguments.next(), arguments.next()};
  uint64_t resource = 0;
  if (!read_number(words[0], kMostResource, resource)) return refuse(jail, words[0]);
  rlimit64 was = {};
  if (const int error = sys::error_of(__NR_prlimit64, 0, resource, nullptr, &was)) {
    return explain_limit(jail, was, was, error);
  }
  uint64_t soft = was.rlim_cur, hard = was.rlim_max;
  if (!read_half(words[1], soft)) return refuse(jail, words[1]);
  if (!read_half(words[2], hard)) return refuse(jail, words[2]);
  const rlimit64 wanted = {soft < hard ? soft : hard, hard};
  const int error = sys::error_of(__NR_prlimit64, 0, resource, &wanted, nullptr);
  return error ? explain_limit(jail, was, wanted, error) : 0;
}

int nice(Jail& jail, Arguments arguments) {
  const char* word = arguments.next();
  int64_t value = 0;
  if (!read_signed(word, -20, 19, value)) return refuse(jail, word);
  const int error = sys::error_of(__NR_setpriority, PRIO_PROCESS, 0, value);
  if (error == EACCES) jail.detail << "a lower value needs CAP_SYS_NICE or RLIMIT_NICE";
  return error;
}

int oom_score_adj(Jail& jail, Arguments arguments) {
  const char* word = arguments.next();
  int64_t value = 0;
  if (!read_signed(word, -1000, 1000, value)) return refuse(jail, word);
  jail.detail << "/proc/self/oom_score_adj";
  const long mounted = open_proc();
  const sys::Fd proc(mounted == -ENOENT ? detached_proc() : mounted);
  if (proc.error()) return proc.error();
  const sys::Fd file(sys::call(__NR_openat, proc.get(), "self/oom_score_adj", O_WRONLY | O_CLOEXEC));
  if (file.error()) return file.error();
  const int error = sys::error_of(__NR_write, file.get(), word, length(word));
  if (error == EACCES) jail.detail << ": a lower value needs CAP_SYS_RESOURCE";
  if (error == 0) jail.detail.clear();
  return error;
}

int umask(Jail& jail, Arguments arguments) {
  const char* word = arguments.next();
  uint64_t mode = 0;
  if (!read_number(word, 0777, mode, 8)) return refuse(jail, word);
  return sys::error_of(__NR_umask, mode);
}

}  // namespace jailer::steps
