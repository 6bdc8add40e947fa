// What the hot store has to hold after a list of records: computed plainly in SQL over all of them at once,
// with nothing of the stream processor.
#pragma once

#include <cstdint>
#include <string>

#include "app/selftest/sent_records.h"

namespace souk::app {

struct FiguresChecked {
  uint64_t windows = 0, lines = 0, events = 0;  // that were compared
};

// Compares with the hot store's file, which no other program may have open. kCorrupt names what differs: the
// number of differences, and the first of them.
Result<FiguresChecked> CheckHotStore(SentRecords& sent, const std::string& path);

}  // namespace souk::app
