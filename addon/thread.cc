// Threads that nobody waits for: see thread.h.
#include "thread.h"

#include <pthread.h>
#include <signal.h>

#include <memory>

namespace tsjail {

namespace {

void* run(void* handed) {
  const std::unique_ptr<std::function<void()>> body(static_cast<std::function<void()>*>(handed));
  (*body)();
  return nullptr;
}

}  // namespace

Status start_detached(size_t stack, std::function<void()> body) {
  sigset_t all, before;
  ::sigfillset(&all);
  pthread_attr_t attributes;
  pthread_t thread;
  if (const int error = ::pthread_attr_init(&attributes)) return SystemError{error, "pthread_attr_init", {}};
  ::pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  ::pthread_attr_setstacksize(&attributes, stack);
  auto handed = std::make_unique<std::function<void()>>(std::move(body));
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const int error = ::pthread_create(&thread, &attributes, run, handed.get());
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ::pthread_attr_destroy(&attributes);
  if (error) return SystemError{error, "pthread_create", {}};
  static_cast<void>(handed.release());
  return Done{};
}

}  // namespace tsjail
