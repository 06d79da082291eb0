// Names of errno values: libuv's, and those that clone, exec and the lease calls add. glibc's own table is in
// no glibc before 2.32, which is newer than our floor.
#include "error_names.h"

#include <uv.h>

#include <cerrno>

namespace tsjail {

std::string error_name(int number) {
  switch (number) {
    case ECHILD:
      return "ECHILD";
    case EDQUOT:
      return "EDQUOT";
    case EKEYREJECTED:
      return "EKEYREJECTED";
    case ELIBBAD:
      return "ELIBBAD";
    case ENOEXEC:
      return "ENOEXEC";
    case ENOLCK:
      return "ENOLCK";
    case ESTALE:
      return "ESTALE";
    case EUSERS:
      return "EUSERS";
    default:
      break;
  }
  char name[64];
  ::uv_err_name_r(-number, name, sizeof name);
  const std::string found = name;
  return found.find(' ') == found.npos ? found : std::string("E").append(std::to_string(number));
}

}  // namespace tsjail
