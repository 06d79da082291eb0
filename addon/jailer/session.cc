// Steps about sessions, the terminal, and waiting for the Emperor.
#include <asm/ioctls.h>
#include <linux/keyctl.h>

#include "control.h"
#include "jail.h"

namespace jailer::steps {

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

int await_release(Jail&, Arguments) {
  Text<64> message;
  for (;;) {
    const Heard heard = hear(message, true);
    // Nobody is left who could be told.
    if (heard == Heard::gone) sys::exit(kSetUpFailed);
    if (heard == Heard::message && same(message.text(), "release")) return 0;
  }
}

}  // namespace jailer::steps
