// What control groups of v2 use, counted for many of them in one go: by JavaScript, which would have to take
// the texts of five files of each apart, a thousand of them would cost the main loop 15 ms.
#pragma once

#include <string_view>
#include <vector>

namespace tsjail {

/** Of each of `groups`, paths separated by NUL: bytes of memory, µs of processor time, number of processes;
 * with what is below it. NaN: it cannot be told. */
std::vector<double> read_usage(std::string_view groups);

}  // namespace tsjail
