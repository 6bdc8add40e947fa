// Numbers, times and other single values. What is read as a whole number is the same decimal; a time is
// within the years that every reader knows; a guessed format reads what it was guessed from.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "record/columns.h"
#include "record/encoding.h"
#include "record/record_check.h"
#include "record/times.h"
#include "record/values.h"

namespace souk::record {
namespace {

void CheckNumbers(std::string_view text) {
  for (char decimal : {'.', ','}) {
    for (bool grouped : {false, true}) {
      NumberStyle style{decimal, grouped};
      int64_t whole = 0, decimal_value = 0;
      ValueFault whole_fault = ReadInt(text, style, whole);
      ValueFault decimal_fault = ReadDecimal(text, 18, 0, style, decimal_value);
      if ((whole_fault == ValueFault::kNotNumber) != (decimal_fault == ValueFault::kNotNumber)) std::abort();
      if (whole_fault == ValueFault::kNone && decimal_fault == ValueFault::kNone && whole != decimal_value)
        std::abort();
      ReadDecimal(text, 12, 2, style, decimal_value);
    }
  }
}

void CheckTime(std::string_view format, std::string_view text) {
  auto parsed = TimeFormat::Parse(format);
  TimeValue value;
  if (!parsed || !parsed->Read(text, value)) return;
  constexpr Micros kFirst = -62'135'596'800 * kMicrosPerSecond, kLast = 253'402'300'800 * kMicrosPerSecond;
  if (value.micros < kFirst - kMicrosPerDay || value.micros >= kLast + kMicrosPerDay) std::abort();
}

void CheckColumn(std::string_view input) {
  ColumnSampler sampler("column");
  std::vector<std::string_view> values;
  while (!input.empty()) {
    std::string_view line = input.substr(0, input.find('\n'));
    input.remove_prefix(std::min(input.size(), line.size() + 1));
    values.push_back(line);
    sampler.Add(line);
  }
  SourceColumn column = sampler.Finish();
  if (column.time && !TimeFormat::Parse(column.time_format)) std::abort();
  GuessTimeFormat(values);
}

}  // namespace
}  // namespace souk::record

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace souk::record;
  std::string_view input(reinterpret_cast<const char*>(data), size);
  CheckNumbers(input);
  bool truth = false;
  ReadBool(input, truth);
  ReadId(input);
  IsMissing(input);
  if (!IsUtf8(Excerpt(input))) std::abort();
  for (const char* format :
       {"", "%d/%m/%Y %H:%M", "%a, %d %b %Y %H:%M:%S %z", "%m/%d/%y %I:%M:%S.%f %p", "%Y%m%d", "epoch_ms"}) {
    CheckTime(format, input);
  }
  size_t cut = input.find('\n');
  if (cut != std::string_view::npos) CheckTime(input.substr(0, cut), input.substr(cut + 1));
  CheckColumn(input);
  return 0;
}
