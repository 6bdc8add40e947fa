// JSON lines against a record. A line that is taken is an object whose event time was read.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "record/json_lines.h"

namespace souk::record {
namespace {

// Columns and mapping of a line that has every kind of value.
std::vector<SourceColumn> SampleColumns() {
  size_t objects = 0;
  return SampleJsonLines(
      {R"({"event_time":"2025-11-20T18:01:12Z","event_type":"view","session_id":"s","price":1.5,"quantity":1})"},
      objects);
}

std::vector<std::string> Names(const std::vector<SourceColumn>& columns) {
  std::vector<std::string> names;
  for (const SourceColumn& column : columns) names.push_back(column.name);
  return names;
}

}  // namespace
}  // namespace souk::record

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace souk::record;
  static const std::vector<SourceColumn> columns = SampleColumns();
  static const Mapping mapping = *GuessMapping(**FindSchema("clickstream"), columns);
  JsonLines json(Names(columns));
  std::string_view input(reinterpret_cast<const char*>(data), size);
  std::vector<std::string_view> lines;
  while (!input.empty()) {
    std::string_view line = input.substr(0, input.find('\n'));
    input.remove_prefix(std::min(input.size(), line.size() + 1));
    lines.push_back(line);
    RecordCheck check = *RecordCheck::Make(mapping, columns);
    std::string padded(line);
    padded.resize(line.size() + kJsonPadding);
    Fault fault;
    bool taken = json.Check({padded.data(), line.size()}, check, fault);
    if (taken != check.span().any || taken != fault.reason.empty()) std::abort();
  }
  json.Unknown();
  size_t objects = 0;
  SampleJsonLines(lines, objects);
  return 0;
}
