// What the lake has to hold after a list of records, read from its files as any other program would: JSON
// lines and the log that says which of them count, with nothing of the lake's writer.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/selftest/sent_records.h"

namespace souk::app {

// A record of the topic of refused records.
struct RefusedMessage {
  std::string place;  // of the refused one: "orders-0@17"
  std::string value;
};

struct LakeChecked {
  uint64_t records = 0, files = 0, refused = 0;  // that were compared
};

// Every record that can be read is in a file of its hour (UTC) once, all others are in quarantine once and in
// the topic of refused records once (`told`), and nothing else is there. `lake`: its directory, which no
// program writes into. kCorrupt names what differs.
Result<LakeChecked> CheckLake(SentRecords& sent, const std::string& lake,
                              const std::vector<RefusedMessage>& told);

}  // namespace souk::app
