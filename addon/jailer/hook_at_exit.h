// The channel between an init and the process that waits to do the hooks after the command's end.
#pragma once

#include <stdint.h>

namespace jailer {

struct Jail;

struct ExitChannel {
  /** -1: the plan has no such hooks. */
  int init = -1;
  int command = -1;
};

/** Before the fork of the command; 0 or errno. */
int open_exit_channel(Jail& jail, ExitChannel& channel);

/** How long those hooks may take in all, in milliseconds; before the plan is let go. */
uint64_t exit_patience(const Jail& jail);

/** For the init, when the command has ended: lets them be done. Ends early when the Emperor is gone. Who dies
 * meanwhile is reaped. */
void await_exit_hooks(int channel, int child_signals, uint64_t patience_ms);

}  // namespace jailer
