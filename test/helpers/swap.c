// swap A B…: exchanges A with each B in turn and back, until its standard input ends, with pauses of all lengths up to two
// milliseconds between. Says "ready" after the first round.
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  struct pollfd input = {0, POLLIN, 0};
  for (unsigned round = 0; poll(&input, 1, 0) == 0; round++) {
    const char* other = argv[2 + round % (unsigned)(argc - 2)];
    for (unsigned i = 0; i < 2; i++) {
      renameat2(AT_FDCWD, argv[1], AT_FDCWD, other, RENAME_EXCHANGE);
      usleep((round * 37 + i * 91) % 2000);
    }
    if (round == 0) {
      puts("ready");
      fflush(stdout);
    }
  }
  return 0;
}
