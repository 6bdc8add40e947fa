// Where the stream can be made to die (base/crash_point.h).
#pragma once

#include <string_view>

#include "base/crash_point.h"

namespace souk::stream {

// Every place, in the order of a commit: before and after everything that becomes durable by itself.
constexpr std::string_view kCrashPoints[] = {
    "batch_cut",          // the records are counted in memory, nothing of it is in the hot store
    "hot_written",        // the hot store's transaction has everything and is not committed
    "hot_committed",      // the commit stands, nobody was told of it
    "offsets_committed",  // the group's offsets are at the broker
    "hot_trimmed",        // old rows are removed in a transaction that is not committed
};

}  // namespace souk::stream
