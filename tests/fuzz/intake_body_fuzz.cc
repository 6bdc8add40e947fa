// The body of a request to the intake. What a JSON reader takes for an array is split as it splits it, and a
// record that is taken is a JSON object on one line, whatever was added to it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>

#include "ingest/intake/body.h"
#include "ingest/intake/json_split.h"
#include "ingest/intake/record_reader.h"

namespace souk::ingest {
namespace {

using nlohmann::json;

constexpr size_t kMostBytes = 100'000;
constexpr size_t kMostRecords = 1000;

void Require(bool holds) {
  if (!holds) std::abort();
}

void CheckSplit(const std::string& body, const std::vector<std::string_view>& records) {
  for (std::string_view record : records) {
    Require(record.data() >= body.data() && record.data() + record.size() <= body.data() + body.size());
  }
  if (body.find_first_not_of(" \t\r\n") != body.find('[')) return;
  json whole = json::parse(body, nullptr, false);
  if (!whole.is_array()) return;
  Require(whole.size() == records.size());
  for (size_t i = 0; i < records.size(); ++i) Require(json::parse(records[i], nullptr, false) == whole[i]);
}

void CheckRecord(RecordReader& reader, std::string_view record) {
  Sender page{"page", "https://shop.example", true, "203.0.113.7", "a \"browser\"\\"};
  kafka::Message message;
  record::Fault fault;
  bool taken = reader.Read(record, page, AddressDetail::kMasked, 1'740'823'200'000'000, message, fault);
  Require(taken == fault.reason.empty());
  if (!taken) return;
  Require(message.value->find('\n') == std::string::npos);
  Require(json::parse(*message.value, nullptr, false).is_object());
}

}  // namespace
}  // namespace souk::ingest

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace souk::ingest;
  static auto clicks = *RecordReader::Make(**souk::record::FindSchema("clickstream"), {});
  static auto orders = *RecordReader::Make(**souk::record::FindSchema("transactions"), {});
  if (size == 0) return 0;
  bool packed = (data[0] & 1) != 0;
  BodyForm form = (data[0] & 2) != 0 ? BodyForm::kLines : BodyForm::kDetect;
  std::string sent(reinterpret_cast<const char*>(data + 1), size - 1);
  auto body = DecodeBody(sent, packed ? "gzip" : "", kMostBytes);
  if (!body) return 0;
  Require(body->size() <= kMostBytes);
  auto records = SplitBody(*body, form, kMostRecords);
  if (!records) return 0;
  if (form == BodyForm::kDetect) CheckSplit(*body, *records);
  for (std::string_view record : *records) CheckRecord((data[0] & 4) != 0 ? *orders : *clicks, record);
  return 0;
}
