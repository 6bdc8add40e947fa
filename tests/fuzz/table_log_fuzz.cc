// Entries of table logs, as raw tables and Delta tables read them. Whatever is accepted must come back from
// the state that is saved of it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lake/delta_log.h"
#include "lake/raw_log.h"
#include "lake/table_log.h"

namespace souk::lake {
namespace {

std::string Joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line;
  return text;
}

template <typename Fold>
void DecodeTwice(std::string_view content, const LogShape& shape, const std::set<std::string>& present) {
  Fold fold;
  if (!DecodeLogEntry(content, "entry", shape, fold)) return;
  std::string state = Joined(fold.ToLines(present));
  Fold again;
  if (!DecodeLogEntry(state, "state", LogShape{"", false, 0}, again)) std::abort();
  if (Joined(again.ToLines(present)) != state) std::abort();
}

}  // namespace
}  // namespace souk::lake

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace souk::lake;
  std::string_view content(reinterpret_cast<const char*>(data), size);
  const std::set<std::string> present = {"a.csv", "year=2025/part-1.parquet"};
  DecodeTwice<RawFold>(content, RawLogShape(), present);
  DecodeTwice<DeltaFold>(content, DeltaLogShape(), present);
  return 0;
}
