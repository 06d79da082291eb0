// What control groups of v2 use, and have used when they go, counted for many of them in one go: by
// JavaScript, which would have to take the texts of five files of each apart, a thousand of them would cost
// the main loop 15 ms.
#pragma once

#include <string_view>
#include <vector>

namespace tsjail {

/** Of each of `groups`, paths separated by NUL: bytes of memory, µs of processor time, number of processes;
 * with what is below it. NaN: it cannot be told. */
std::vector<double> read_usage(std::string_view groups);

/** Removes each of `groups`; of each: µs of processor time and kills for want of memory that it had counted,
 * NaN where it cannot be told, and the errno of rmdir(2), 0 where it worked. */
std::vector<double> end_groups(std::string_view groups);

}  // namespace tsjail
