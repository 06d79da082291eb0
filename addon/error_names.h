// Names of errno values.
#pragma once

#include <string>

namespace tsjail {

/** Such as `EPERM`; `E` and the number for one that nobody named. */
std::string error_name(int number);

}  // namespace tsjail
