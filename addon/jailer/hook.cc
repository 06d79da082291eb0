// Steps that begin and end the hooks of a phase, and actions that touch nothing but this process. See hook.h.
#include "hook.h"

#include <linux/poll.h>
#include <linux/prctl.h>
#include <linux/time.h>
#include <linux/time_types.h>

#include "control.h"
#include "end_of_jail.h"
#include "jail.h"
#include "janitor.h"

namespace jailer {

namespace {

constexpr int kTries = 10;

constexpr uint64_t kMsPerSecond = 1000;
constexpr uint64_t kNsPerMs = 1'000'000;
constexpr uint64_t kMostTimeout = UINT32_MAX;

/** As long as the name before `=` is. */
size_t name_length(const char* entry) {
  const char* sign = find(entry, '=');
  return sign ? static_cast<size_t>(sign - entry) : length(entry);
}

bool same_name(const char* left, const char* right) {
  const size_t size = name_length(left);
  if (size != name_length(right)) return false;
  for (size_t i = 0; i < size; i++) {
    if (left[i] != right[i]) return false;
  }
  return true;
}

}  // namespace

uint64_t now_ms() {
  __kernel_timespec now = {};
  // A moment that is not told would be the end of a wait, or none.
  for (int left = kTries; left > 0; left--)
    if (sys::call(__NR_clock_gettime, CLOCK_MONOTONIC, &now) == 0) break;
  return static_cast<uint64_t>(now.tv_sec) * kMsPerSecond + static_cast<uint64_t>(now.tv_nsec) / kNsPerMs;
}

Waited wait_until(const Jail& jail, int fd, short events, uint64_t deadline_ms) {
  const int guard = jail.hooks.guard < 0 ? kControlFd : jail.hooks.guard;
  for (int failures = 0;;) {
    const uint64_t now = now_ms();
    if (now >= deadline_ms) return Waited::late;
    const uint64_t left = deadline_ms - now;
    const __kernel_timespec time = {static_cast<long long>(left / kMsPerSecond),
                                    static_cast<long long>(left % kMsPerSecond * kNsPerMs)};
    // No events of the guard's: what is said on it may be for another process that shares it.
    pollfd fds[] = {{guard, 0, 0}, {jail.status_fd, 0, 0}, {fd, events, 0}};
    const long ready = sys::call(__NR_ppoll, fds, 3, &time, nullptr, 0);
    if (ready < 0 && ready != -EINTR && ++failures == kTries) return Waited::late;
    if (ready <= 0) continue;
    if (fds[0].revents != 0 || fds[1].revents != 0) return Waited::gone;
    return Waited::ready;
  }
}

void end_helpers_children(const Jail& jail) {
  if (jail.hooks.helper) end_descendants(-1);
}

void abandon(Jail& jail) {
  end_helpers_children(jail);
  take_back(jail);
  sys::exit(kSetUpFailed);
}

void report_failure(Jail& jail, int error) {
  Text<640> line;
  line << "tsjail: " << jail.hooks.phase << ": " << jail.detail.text();
  if (error != kTold) line << (jail.detail.size() > 0 ? ": errno " : "errno ") << error;
  line << '\n';
  sys::call(__NR_write, 2, line.text(), line.size());
  jail.detail.clear();
}

void put_variable(const char** list, uint32_t& count, const char* entry) {
  uint32_t place = 0;
  while (place < count && !same_name(list[place], entry)) place++;
  list[place] = entry;
  if (place == count) count++;
}

namespace steps {

int helper(Jail& jail, Arguments) {
  jail.hooks.helper = true;
  return sys::error_of(__NR_prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

int await_hooks(Jail& jail, Arguments arguments) {
  Text<128> question;
  question << "hooks " << arguments.next();
  // Sent by this very process: the kernel adds its pid.
  send(question);
  return await_release(jail, arguments);
}

int hook_phase(Jail& jail, Arguments arguments) {
  jail.hooks.phase = arguments.next();
  const char* timeout = arguments.next();
  if (!read_number(timeout, kMostTimeout, jail.hooks.timeout_ms)) return refuse(jail, timeout);
  return 0;
}

int hook_environment(Jail& jail, Arguments arguments) {
  jail.hooks.environment = arguments;
  return 0;
}

int hook_done(Jail& jail, Arguments) {
  end_helpers_children(jail);
  sys::exit(0);
}

int hook_putenv(Jail& jail, Arguments arguments) {
  Hooks& hooks = jail.hooks;
  if (hooks.put_count == kMostPut) {
    jail.detail << "more than " << uint64_t{kMostPut} << " variables";
    return E2BIG;
  }
  put_variable(hooks.put, hooks.put_count, arguments.next());
  return 0;
}

int hook_print(Jail&, Arguments arguments) {
  const char* text = arguments.next();
  const size_t size = length(text);
  size_t said = 0;
  while (said < size) {
    const long written = sys::call(__NR_write, 1, text + said, size - said);
    // Nobody reads: that is not this hook's affair.
    if (written <= 0 && written != -EINTR) return 0;
    if (written > 0) said += static_cast<size_t>(written);
  }
  sys::call(__NR_write, 1, "\n", 1);
  return 0;
}

int hook_exit(Jail& jail, Arguments arguments) {
  const char* word = arguments.next();
  uint64_t code = 0;
  if (!read_number(word, 255, code)) return refuse(jail, word);
  end_helpers_children(jail);
  take_back(jail);
  // Behind an init it is the init that tells how its command ended.
  const bool told_by_us = jail.status_fd < 0 && !jail.hooks.helper && !jail.hooks.lenient;
  if (told_by_us) {
    Text<64> message;
    message << "exited " << code << " - 0 0 0 0";
    send(message);
  }
  sys::exit(static_cast<int>(code));
}

}  // namespace steps

}  // namespace jailer
