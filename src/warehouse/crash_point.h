// Named places at which a build can be made to die, for the tests of what a kill leaves behind.
// SOUK_CRASH_AT=name ends the process there as `kill -9` would; SOUK_CRASH_AT=name:3 at the third time it
// comes by.
#pragma once

#include <string_view>

namespace souk::warehouse {

// Every place, in the order of a build: one between every two things that become durable by themselves.
constexpr std::string_view kCrashPoints[] = {
    "lake_written",         // a lake model's files are written, its Delta commit is not
    "lake_committed",       // a lake model's Delta commit stands, the warehouse does not know
    "marts_built",          // all tables are built in the open transaction
    "warehouse_committed",  // the transaction stands, the copies in the lake are behind
    "export_written",       // a copy's files are written, its Delta commit is not
    "export_committed",     // a copy stands, others are behind
};

void CrashPoint(std::string_view name);

}  // namespace souk::warehouse
