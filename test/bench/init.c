// The jailer of the raw C launcher, without a C library: `init COMMAND…` reads the plan (to pay for it), does
// the steps and stays as init.
#include <sys/mman.h>

#include "steps.h"

START_AT(run);

__attribute__((used)) void run(long* stack) {
  long argc = stack[0];
  char** argv = (char**)(stack + 1);
  char** env = argv + argc + 1;
  long size = SYS3(__NR_lseek, PLAN, 0, 2 /* SEEK_END */);
  must(size, 17);
  must(sys6(__NR_mmap, 0, size, PROT_READ, MAP_PRIVATE, PLAN, 0), 18);
  run_jail(argv + 1, env, 1);
}
