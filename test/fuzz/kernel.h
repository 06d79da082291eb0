// A kernel of our own for the fuzzers: each system call of the code under test takes its answer from a tape
// of bytes, so that the fuzzer chooses what is read, which calls fail and with what, and nothing of it
// reaches the machine.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace fuzz {

/** What the calls take their answers from; at its end every call succeeds and says what a plain start would
 * hear. */
struct Tape {
  const uint8_t* at = nullptr;
  const uint8_t* end = nullptr;

  size_t left() const { return static_cast<size_t>(end - at); }
  uint8_t byte() { return at < end ? *at++ : 0; }
  size_t take(void* to, size_t most);
};

struct World {
  Tape tape;
  /** What descriptor 4 holds. */
  const uint8_t* plan = nullptr;
  size_t plan_size = 0;
  /** Of clone(2) in which this process is the parent. */
  bool stays_parent = false;
  /** read(2) gives the tape itself, piece by piece, and no call fails. */
  bool one_file = false;
};

using Body = void (*)(void* context);

/** Runs it until it returns, exits, or has made more calls than any plan needs. */
void run(const World& world, Body body, void* context);

/** Ends the program with a report: something that must hold does not. */
[[noreturn]] void broken(const char* what);

/** Static variables of the code under test are what they were at first. */
void reset_statics();

}  // namespace fuzz
