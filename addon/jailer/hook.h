// What the steps of hooks share: the phase they belong to, and waiting that ends when nobody wants it any
// more.
#pragma once

#include "plan.h"
#include "text.h"

namespace jailer {

struct Jail;

inline constexpr uint32_t kMostPut = 64;

struct Hooks {
  const char* phase = "";
  uint64_t timeout_ms = 0;
  /** NAME=VALUE for the programs of hooks. */
  Arguments environment;
  /** What `putenv` set: for them and for the command. */
  const char* put[kMostPut] = {};
  uint32_t put_count = 0;
  /** Steps to pass by: they are another process's. */
  uint64_t skipped = 0;
  /** Its hang-up means that nobody waits for us any more; -1: the control socket. */
  int guard = -1;
  /** A failure is a line in the output, and no more. */
  bool lenient = false;
  /** This process is no jail: it only carries hooks out, and ends whoever they leave behind. */
  bool helper = false;
  /** The command's end of the channel on which the init tells what happens; or -1. */
  int channel = -1;
  /** What has happened: the steps of other events are passed by. 0: nothing of the kind is awaited. */
  char event = 0;
  bool other_event = false;
};

/** Instead of an errno: the detail says it all. */
inline constexpr int kTold = 4095;

enum class Waited : uint8_t { ready, late, gone };

uint64_t now_ms();
/** Until `fd` has one of `events`; -1: until it is late. */
Waited wait_until(const Jail& jail, int fd, short events, uint64_t deadline_ms);

/** Whoever wanted this is gone: so are we, what the hooks left, and what was made. */
[[noreturn]] void abandon(Jail& jail);

/** Writes the failure of the current step to standard error. */
void report_failure(Jail& jail, int error);

/** Appends `entry` (NAME=VALUE) to the list, or puts it in the place of one of the same name. */
void put_variable(const char** list, uint32_t& count, const char* entry);

/** Before the end of a helper. */
void end_helpers_children(const Jail& jail);

/** Runs a shell line and waits for its end: 0, an errno, or kTold. */
int run_shell(Jail& jail, const char* line);

}  // namespace jailer
