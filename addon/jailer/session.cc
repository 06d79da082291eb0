// Steps about sessions, the terminal, and waiting for the Emperor.
#include <asm/ioctls.h>
#include <linux/keyctl.h>

#include "control.h"
#include "jail.h"

namespace jailer::steps {

namespace {

/** After `init` it is the init that hears the Emperor. */
int await_from_init(int fd) {
  char word = 0;
  long size;
  do size = sys::call(__NR_read, fd, &word, 1);
  while (size == -EINTR);
  if (size <= 0) sys::exit(kSetUpFailed);
  return 0;
}

}  // namespace

int session(Jail& jail, Arguments) {
  const int error = sys::error_of(__NR_setsid);
  if (error) jail.detail << "this process leads a process group already";
  if (error) return error;
  // To possess a keyring is all it takes to read what is in it, whatever the uid: the daemon's may hold
  // secrets.
  const int keyring = sys::error_of(__NR_keyctl, KEYCTL_JOIN_SESSION_KEYRING, nullptr);
  // No keyrings in this kernel or behind this filter; an ordinary user's daemon is out of them, whose own
  // keys are its vassals' by their uid anyway.
  if (keyring == 0 || keyring == ENOSYS || keyring == EPERM || keyring == EDQUOT) return 0;
  jail.detail << "a keyring of its own";
  return keyring;
}

int terminal(Jail& jail, Arguments) {
  // EPERM: the init gave us a session of our own already.
  const int own = sys::error_of(__NR_setsid);
  if (own != 0 && own != EPERM) return own;
  const int error = sys::error_of(__NR_ioctl, 0, TIOCSCTTY, 0);
  if (error == ENOTTY) jail.detail << "descriptor 0 is not a terminal";
  if (error == EPERM) jail.detail << "descriptor 0 is the terminal of another session";
  return error;
}

int await_release(Jail& jail, Arguments) {
  if (jail.status_fd >= 0) return await_from_init(jail.status_fd);
  Text<64> message;
  for (;;) {
    const Heard heard = hear(message, true);
    // Nobody is left who could be told.
    if (heard == Heard::gone) sys::exit(kSetUpFailed);
    if (heard == Heard::message && same(message.text(), kRelease)) return 0;
  }
}

int await_maps(Jail& jail, Arguments arguments) {
  // The Emperor is told by the kernel who asks.
  send("maps", 4);
  return await_release(jail, arguments);
}

}  // namespace jailer::steps
