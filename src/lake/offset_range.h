// Where records stand in a partition of a topic.
#pragma once

#include <cstdint>

namespace souk::lake {

// [from, next)
struct OffsetRange {
  int64_t from = 0;
  int64_t next = 0;
};

}  // namespace souk::lake
