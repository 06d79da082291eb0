// print LINE BYTES REPORT [stay]: prints lines of LINE bytes as fast as it can, BYTES of them, writes into the file REPORT how
// many nanoseconds that took, and with a fourth word waits.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static char block[64 * 1024];

static long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

int main(int count, char **words) {
  if (count < 4) return 2;
  const size_t line = strtoul(words[1], NULL, 10);
  const long long wanted = strtoll(words[2], NULL, 10);
  if (line == 0 || line > sizeof block) return 2;
  memset(block, 'x', sizeof block);
  for (size_t at = line - 1; at < sizeof block; at += line) block[at] = '\n';
  const size_t size = sizeof block / line * line;
  const long long begun = now();
  for (long long left = wanted; left > 0;) {
    const ssize_t written = write(STDOUT_FILENO, block, size);
    if (written != (ssize_t)size) return 1;
    left -= written;
  }
  const long long took = now() - begun;
  const int report = open(words[3], O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (report < 0 || dprintf(report, "%lld\n", took) < 0) return 1;
  if (count > 4) pause();
}
