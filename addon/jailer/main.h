// The interpreter of plans.
#pragma once

namespace jailer {

/** Exit code of a program that cannot run as it is. */
inline constexpr int kNoStart = 125;

/** Carries out the plan on descriptor 4. Ends in exec, in the init, or in a failure told on descriptor 3. */
[[noreturn]] void run();

}  // namespace jailer
