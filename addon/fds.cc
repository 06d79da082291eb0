// Calls on descriptors: see fds.h.
#include "fds.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>

#include <atomic>

namespace tsjail {

namespace {

Result<int64_t> counted(ssize_t size, const char* syscall) {
  if (size >= 0) return int64_t{size};
  if (errno == EAGAIN) return kWouldBlock;
  return failed(syscall);
}

/** Somebody who opens the file for writing while we hold the lease has a SIGIO sent to us, which kills by
 * default. */
Status ignore_lease_breaks() {
  // The monitors ask by threads of their own.
  static std::atomic<bool> ignored = false;
  if (ignored) return Done{};
  struct sigaction action = {};
  if (::sigaction(SIGIO, nullptr, &action) < 0) return failed("sigaction");
  if (action.sa_handler == SIG_DFL) {
    action.sa_handler = SIG_IGN;
    if (::sigaction(SIGIO, &action, nullptr) < 0) return failed("sigaction");
  }
  ignored = true;
  return Done{};
}

}  // namespace

Result<FdPair> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) < 0) return failed("pipe2");
  return FdPair(ends[0], ends[1]);
}

Result<UniqueFd> duplicate(int fd) {
  UniqueFd other(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
  if (!other) return failed("fcntl");
  return other;
}

Status unblock(int fd) { return check(::fcntl(fd, F_SETFL, O_NONBLOCK), "fcntl"); }

Result<int64_t> read_some(int fd, std::span<uint8_t> buffer) {
  return counted(::read(fd, buffer.data(), buffer.size()), "read");
}

Result<int64_t> write_some(int fd, std::span<uint8_t> bytes) {
  return counted(::write(fd, bytes.data(), bytes.size()), "write");
}

Result<Lease> probe_lease(int fd) {
  if (Status ignored = ignore_lease_breaks(); !ignored) return ignored.error();
  if (::fcntl(fd, F_SETLEASE, F_RDLCK) == 0) {
    if (::fcntl(fd, F_SETLEASE, F_UNLCK) < 0) return failed("fcntl");
    return Lease::free;
  }
  if (errno == EAGAIN) return Lease::busy;
  // Not a regular file or no leases there; somebody else's file without CAP_LEASE; leases switched off.
  if (errno == EINVAL || errno == EACCES || errno == ENOLCK || errno == EOPNOTSUPP) return Lease::unsupported;
  return failed("fcntl");
}

Result<FdPair> open_terminal() {
  UniqueFd master(::open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK));
  if (!master) return failed("open", "/dev/ptmx");
  const int unlocked = 0;
  if (::ioctl(master.get(), TIOCSPTLCK, &unlocked) < 0) return failed("ioctl", "TIOCSPTLCK");
  // Not by its path, which may be another terminal's where /dev/pts is mounted anew.
  UniqueFd slave(::ioctl(master.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!slave) return failed("ioctl", "TIOCGPTPEER");
  return FdPair(std::move(master), std::move(slave));
}

Status resize_terminal(int fd, int columns, int rows) {
  winsize size = {};
  size.ws_col = static_cast<unsigned short>(columns);
  size.ws_row = static_cast<unsigned short>(rows);
  return check(::ioctl(fd, TIOCSWINSZ, &size), "ioctl");
}

Status pass_output(int fd) {
  termios settings = {};
  if (::tcgetattr(fd, &settings) < 0) return failed("tcgetattr");
  settings.c_oflag &= ~static_cast<tcflag_t>(OPOST);
  return check(::tcsetattr(fd, TCSANOW, &settings), "tcsetattr");
}

}  // namespace tsjail
