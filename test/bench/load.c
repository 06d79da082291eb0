// A load of HTTP requests: `load PORT RATE` asks 127.0.0.1:PORT for `/`, RATE times a second until stdin
// ends, over a new connection each time, at moments that are fixed beforehand: who is slow is not asked less
// often for it, and what he kept waiting counts (wrk asks when it has been answered, and hides that). A line
// for each request: the µs from when it was due to the end of its answer, or a word for what went wrong
// instead.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 64, MOST_BYTES = 1024, PATIENCE_S = 5, MOST_S = 60 };

static const char REQUEST[] = "GET / HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n";
static const char FIRST[] = "HTTP/1.1 200 ", LAST[] = "served\n";

struct call {
  uint64_t due, took;
  const char* failure;
  int fd, asked, done;
  size_t size;
  char bytes[MOST_BYTES];
};

static void fail(const char* what) {
  perror(what);
  exit(1);
}

static uint64_t now(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return (uint64_t)at.tv_sec * 1000000000 + (uint64_t)at.tv_nsec;
}

static void end(struct call* call, const char* failure) {
  call->took = now() - call->due;
  call->failure = failure;
  call->done = 1;
  if (call->fd >= 0) close(call->fd);
}

static void begin(struct call* call, int epoll, uint16_t port) {
  struct sockaddr_in to = {
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  struct epoll_event want = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = call};
  call->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (call->fd < 0) return end(call, strerrorname_np(errno));
  if (connect(call->fd, (struct sockaddr*)&to, sizeof to) != 0 && errno != EINPROGRESS)
    return end(call, strerrorname_np(errno));
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, call->fd, &want) != 0) fail("epoll_ctl");
}

static int is_whole(const struct call* call) {
  size_t first = sizeof FIRST - 1, last = sizeof LAST - 1;
  return call->size >= first + last && memcmp(call->bytes, FIRST, first) == 0 &&
         memcmp(call->bytes + call->size - last, LAST, last) == 0;
}

static void hear(struct call* call) {
  for (;;) {
    ssize_t size = read(call->fd, call->bytes + call->size, MOST_BYTES - call->size);
    if (size > 0) {
      call->size += (size_t)size;
      continue;
    }
    if (size < 0 && errno == EAGAIN) return;
    if (size < 0) return end(call, strerrorname_np(errno));
    return end(call, is_whole(call) ? NULL : "cut");
  }
}

static void go_on(struct call* call, uint32_t events) {
  if (call->done) return;
  int error = 0;
  socklen_t size = sizeof error;
  if (!call->asked && events & (EPOLLERR | EPOLLHUP) &&
      getsockopt(call->fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error != 0)
    return end(call, strerrorname_np(error));
  if (!call->asked && events & EPOLLOUT) {
    if (send(call->fd, REQUEST, sizeof REQUEST - 1, MSG_NOSIGNAL) != sizeof REQUEST - 1)
      return end(call, strerrorname_np(errno));
    call->asked = 1;
  }
  if (call->asked) hear(call);
}

static int ticker(uint64_t every) {
  struct itimerspec times = {{(time_t)(every / 1000000000), (long)(every % 1000000000)}, {0, 1}};
  int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  if (fd < 0 || timerfd_settime(fd, 0, &times, NULL) != 0) fail("timerfd");
  return fd;
}

static void tell(const struct call* calls, size_t count) {
  for (size_t n = 0; n < count; n++) {
    if (!calls[n].done || calls[n].failure != NULL)
      printf("%s\n", calls[n].done ? calls[n].failure : "no answer");
    else
      printf("%.1f\n", (double)calls[n].took / 1000);
  }
}

// Nothing new is begun when stdin has ended; the first one is always.
static void ask(struct call* calls, size_t most, uint64_t rate, uint16_t port) {
  uint64_t every = 1000000000 / rate, ticks;
  struct epoll_event events[EVENTS], tick = {.events = EPOLLIN, .data.ptr = NULL};
  int epoll = epoll_create1(EPOLL_CLOEXEC), timer = ticker(every);
  if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, timer, &tick) != 0) fail("epoll");
  struct pollfd told = {.fd = STDIN_FILENO, .events = POLLIN};
  uint64_t start = now(), ended = 0;
  size_t begun = 0, done = 0;
  while (ended == 0 || (done < begun && now() < ended + PATIENCE_S * 1000000000ull)) {
    int ready = epoll_wait(epoll, events, EVENTS, 100);
    if (ready < 0 && errno != EINTR) fail("epoll_wait");
    for (int n = 0; n < ready; n++) {
      if (events[n].data.ptr != NULL)
        go_on(events[n].data.ptr, events[n].events);
      else if (read(timer, &ticks, sizeof ticks) < 0 && errno != EAGAIN)
        fail("timerfd");
    }
    for (; ended == 0 && begun < most && start + begun * every <= now(); begun++) {
      calls[begun].due = start + begun * every;
      begin(&calls[begun], epoll, port);
    }
    if (ended == 0 && (begun == most || poll(&told, 1, 0) != 0)) ended = now();
    while (done < begun && calls[done].done) done++;
  }
  tell(calls, begun);
}

int main(int argc, char** argv) {
  uint64_t rate = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
  if (rate == 0) {
    fprintf(stderr, "load PORT RATE\n");
    return 2;
  }
  size_t most = rate * MOST_S;
  struct call* calls = calloc(most, sizeof *calls);
  if (calls == NULL) fail("calloc");
  ask(calls, most, rate, (uint16_t)strtoul(argv[1], NULL, 10));
  return 0;
}
