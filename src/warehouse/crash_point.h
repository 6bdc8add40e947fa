// Where a build can be made to die (base/crash_point.h).
#pragma once

#include <string_view>

#include "base/crash_point.h"

namespace souk::warehouse {

// Every place, in the order of a build: one between every two things that become durable by themselves.
constexpr std::string_view kCrashPoints[] = {
    "table_made",           // a table is made that is not served yet
    "lake_written",         // a lake model's files are written, its Delta commit is not
    "lake_committed",       // a lake model's Delta commit stands, the warehouse does not know
    "marts_built",          // all tables are built in the open transaction
    "warehouse_committed",  // the transaction stands, the copies in the lake are behind
    "export_written",       // a copy's files are written, its Delta commit is not
    "export_committed",     // a copy stands, others are behind
};

}  // namespace souk::warehouse
