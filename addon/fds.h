// Calls on descriptors: pipes, reading and writing without blocking, leases, terminals.
#pragma once

#include <cstdint>
#include <span>

#include "result.h"
#include "unique_fd.h"

namespace tsjail {

/** What read and write give where they would have to wait. */
inline constexpr int64_t kWouldBlock = -1;

/** [read end; write end]. */
Result<FdPair> make_pipe();
/** Another number for the same open description. */
Result<UniqueFd> duplicate(int fd);
/** O_NONBLOCK, for every descriptor of the same open description. */
Status unblock(int fd);
Result<int64_t> read_some(int fd, std::span<uint8_t> buffer);
Result<int64_t> write_some(int fd, std::span<uint8_t> bytes);

/** Who else has the file open for writing? */
enum class Lease { free, busy, unsupported };
Result<Lease> probe_lease(int fd);

/** A new pseudo terminal: [master: non-blocking; slave]. */
Result<FdPair> open_terminal();
Status resize_terminal(int fd, int columns, int rows);
/** What is written to the terminal is shown as it is. */
Status pass_output(int fd);

}  // namespace tsjail
