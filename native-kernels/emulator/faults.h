// Turns a fault of a kernel into an error with a story. Faults of others go to whoever handled them before: the JVM uses
// them for its own purposes all the time.
#pragma once

namespace gabor {

// Called by each thread that runs blocks; installs the handler with the first call.
void catch_faults_on_this_thread();

}  // namespace gabor
