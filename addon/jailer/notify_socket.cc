// The step that binds the socket on which the command may tell of itself: its init reads it.
#include "jail.h"

namespace jailer::steps {

int notify_socket(Jail& jail, Arguments) { return jail.notify.open(); }

}  // namespace jailer::steps
