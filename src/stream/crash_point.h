// Where the stream can be made to die (base/crash_point.h).
#pragma once

#include <string_view>

#include "base/crash_point.h"

namespace souk::stream {

// Places of the stream, in the order of a commit: before and after everything that becomes durable by itself.
constexpr std::string_view kCrashPoints[] = {
    "batch_cut",          // the records are counted in memory, nothing of it is in the hot store
    "hot_written",        // the hot store's transaction has everything and is not committed
    "hot_committed",      // the commit stands, nobody was told of it
    "offsets_committed",  // the group's offsets are at the broker
    "hot_trimmed",        // old rows are removed in a transaction that is not committed
};

// Places of the lake's writer, in the same way.
constexpr std::string_view kLakeCrashPoints[] = {
    "lake_cleaned",          // a start has tidied quarantine, not yet the files that no commit names
    "lake_cut",              // the records are in scratch files and in memory
    "lake_refused_kept",     // refused records are in quarantine, not yet in their topic
    "lake_refused_sent",     // … and in their topic, ahead of the commit
    "lake_file_placed",      // a file is in its hour's folder, others may be missing; nothing counts
    "lake_committed",        // the commit stands, with the offsets, nobody was told of it
    "lake_merge_placed",     // files of an hour are one more file, which does not count
    "lake_merge_committed",  // it counts in place of the others
};

}  // namespace souk::stream
