// Named places at which the program can be made to die, for the tests of what a kill leaves behind.
// SOUK_CRASH_AT=name ends the process there as `kill -9` would; SOUK_CRASH_AT=name:3 at the third time it
// comes by. Rooms list their places in a crash_point.h of their own.
#pragma once

#include <string_view>

namespace souk {

// Any thread.
void CrashPoint(std::string_view name);

}  // namespace souk
