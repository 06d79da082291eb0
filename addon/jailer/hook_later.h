// The channel between an init and the process that waits to do hooks when something happens to the command. A
// word is one letter: the init says what happens, the other answers when its hooks are done.
#pragma once

#include <stdint.h>

namespace jailer {

struct Jail;

enum class Event : char { stop = 's', reload = 'r', lost = 'l', exit = 'x' };

struct HookChannel {
  /** -1: the plan has no such hooks. */
  int init = -1;
  int command = -1;
};

/** Before the fork of the command; 0 or errno. */
int open_hook_channel(Jail& jail, HookChannel& channel);

/** How long those hooks may take in all, in milliseconds; before the plan is let go. */
uint64_t hook_patience(const Jail& jail);

/** Tells the event; false: nobody is there. */
bool tell_event(int channel, Event event);

/** For the init, when the command has ended or the Emperor is gone: lets the last hooks be done. Who dies
 * meanwhile is reaped. `guarded`: ends early when the Emperor is gone. */
void await_last_hooks(int channel, int child_signals, uint64_t patience_ms, bool guarded);

}  // namespace jailer
