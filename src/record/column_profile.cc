#include "record/column_profile.h"

#include <algorithm>

#include "record/columns.h"
#include "record/distinct_count.h"
#include "record/frequent_values.h"
#include "record/histogram.h"
#include "record/number_text.h"
#include "record/value_hash.h"

namespace souk::record {
namespace {

// Behind so many values a column of which nine in ten differ has no frequent ones worth counting.
constexpr uint64_t kEnoughToTell = 50'000;

// "%d/%m/%Y" and "%m/%d/%Y"; nothing for formats that leave no doubt.
std::optional<TimeFormat> Swapped(const std::string& format) {
  size_t day = format.find("%d"), month = format.find("%m"), year = format.find("%Y");
  if (day == std::string::npos || month == std::string::npos || year < std::min(day, month)) return {};
  std::string other = format;
  std::swap(other[day + 1], other[month + 1]);
  auto parsed = TimeFormat::Parse(other);
  return parsed ? std::optional(*std::move(parsed)) : std::nullopt;
}

bool HasClock(const std::string& format) {
  return format.find("%H") != std::string::npos || format.find("%I") != std::string::npos ||
         format.starts_with("epoch");
}

// "007" and "0012", which a number would lose the zeros of.
bool HasLeadingZero(std::string_view text) {
  return text.size() > 1 && text[0] == '0' && static_cast<unsigned char>(text[1] - '0') < 10;
}

uint64_t Characters(std::string_view text) {
  return static_cast<uint64_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string TimeText(Micros time, bool clock, bool zoned) {
  if (!clock) return FormatUtc(time).substr(0, 10);
  std::string text = time % kMicrosPerSecond == 0 ? FormatUtc(time) : FormatUtcMicros(time);
  if (zoned) return text;
  text[10] = ' ';
  text.pop_back();  // no Z: nobody said that it is UTC
  return text;
}

}  // namespace

ColumnReading ReadingOf(const SourceColumn& sample, bool as_time) {
  ColumnReading reading;
  reading.mostly = sample.time && as_time ? FieldType::kTimestamp : sample.type;
  reading.number = {sample.decimal_separator, sample.grouped_numbers};
  if (sample.time) {
    if (auto format = TimeFormat::Parse(sample.time_format)) reading.time = *std::move(format);
    reading.swapped = Swapped(sample.time_format);
  }
  reading.type = sample.unfit == 0 ? reading.mostly : FieldType::kText;
  return reading;
}

struct ColumnProfiler::Impl {
  std::optional<ColumnReading> reading;
  DistinctCount distinct;
  FrequentValues frequent;
  Histogram histogram;
  ColumnProfile profile;
  bool counting = true;  // of frequent values
  bool text_seen = false;
  std::string least_text, most_text;
  bool number_seen = false;
  NumberText least, most;
  bool time_seen = false, zoned = false;
  Micros first = 0, last = 0;
  std::vector<uint64_t> hashes;
  std::vector<double> numbers;

  explicit Impl(size_t bound) : distinct(bound) {}

  void Decide(std::span<const std::string_view> values) {
    ColumnSampler sampler("");
    for (std::string_view value : values) sampler.Add(value);
    SourceColumn sample = sampler.Finish();
    if (sample.empty < sample.sampled) reading = ReadingOf(sample, false);
  }

  void Misfit(std::string_view value, uint64_t line) {
    if (profile.unfit++ > 0) return;
    profile.first_unfit = value.substr(0, ColumnProfile::kTextBytes);
    profile.first_unfit_line = line;
  }

  void Length(std::string_view value) {
    if (value.size() > profile.longest) profile.longest = std::max(profile.longest, Characters(value));
  }

  bool IsMostly(std::string_view value) const {
    NumberText number;
    TimeValue time;
    bool truth = false;
    switch (reading->mostly) {
      case FieldType::kText: return true;
      case FieldType::kInt: return ReadNumber(value, reading->number, number) && number.Whole();
      case FieldType::kDecimal: return ReadNumber(value, reading->number, number);
      case FieldType::kTimestamp: return reading->time.Read(value, time);
      case FieldType::kBool: return ReadBool(value, truth);
    }
    return true;
  }

  void Text(std::string_view value, uint64_t line) {
    Length(value);
    profile.leading_zeros += HasLeadingZero(value);
    if (reading->mostly != FieldType::kText && !IsMostly(value)) Misfit(value, line);
    if (!text_seen || value < least_text) least_text = value;
    if (!text_seen || value > most_text) most_text = value;
    text_seen = true;
    uint64_t hash = HashValue(value);
    if (!counting || !frequent.Add(hash, value)) hashes.push_back(hash);
  }

  void Bool(std::string_view value, uint64_t line) {
    bool truth = false;
    if (!ReadBool(value, truth)) return Misfit(value, line);
    Length(value);
    if (!frequent.Add(MixHash(truth, 3), truth ? "true" : "false")) hashes.push_back(MixHash(truth, 3));
  }

  void Number(std::string_view value, uint64_t line) {
    NumberText number;
    if (!ReadNumber(value, reading->number, number)) return Misfit(value, line);
    Length(value);
    if (!number.Whole()) reading->type = reading->mostly = FieldType::kDecimal;
    profile.whole_digits = std::max(profile.whole_digits, number.whole_digits);
    profile.scale = std::max(profile.scale, number.scale);
    profile.exponent |= number.exponent;
    profile.leading_zeros += number.leading_zero;
    profile.point_zeros += number.scale == 1 && value.back() == '0';
    if (!number_seen || number < least) least = number;
    if (!number_seen || most < number) most = number;
    number_seen = true;
    hashes.push_back(number.Hash());
    numbers.push_back(number.value);
  }

  void Time(std::string_view value, uint64_t line) {
    TimeValue time, other;
    if (reading->swapped) profile.swapped_unfit += !reading->swapped->Read(value, other);
    if (!reading->time.Read(value, time)) return Misfit(value, line);
    Length(value);
    zoned |= time.zoned;
    // A fraction or an hour that is there may be 0; then its text is longer than a date.
    if (reading->time.text().empty()) profile.has_clock |= Trim(value).size() > 10;
    first = time_seen ? std::min(first, time.micros) : time.micros;
    last = time_seen ? std::max(last, time.micros) : time.micros;
    time_seen = true;
    hashes.push_back(MixHash(static_cast<uint64_t>(time.micros), 4));
    numbers.push_back(static_cast<double>(time.micros));
  }

  void Take(std::string_view value, uint64_t line) {
    switch (reading->type) {
      case FieldType::kText: return Text(value, line);
      case FieldType::kBool: return Bool(value, line);
      case FieldType::kInt:
      case FieldType::kDecimal: return Number(value, line);
      case FieldType::kTimestamp: return Time(value, line);
    }
  }

  void EndBatch() {
    distinct.Add(hashes);
    histogram.Add(numbers);
    uint64_t values = profile.rows - profile.nulls;
    if (counting && values > kEnoughToTell && distinct.count() * 10 > values * 9) counting = false;
    if (frequent.lost()) counting = false;
  }
};

ColumnProfiler::ColumnProfiler(std::optional<ColumnReading> reading, size_t distinct_bound)
    : impl_(std::make_unique<Impl>(distinct_bound)) {
  impl_->reading = std::move(reading);
}
ColumnProfiler::~ColumnProfiler() = default;
ColumnProfiler::ColumnProfiler(ColumnProfiler&&) noexcept = default;
ColumnProfiler& ColumnProfiler::operator=(ColumnProfiler&&) noexcept = default;

void ColumnProfiler::Add(std::span<const std::string_view> values, std::span<const uint64_t> lines) {
  Impl& impl = *impl_;
  impl.profile.rows += values.size();
  if (!impl.reading) impl.Decide(values);
  if (!impl.reading) {
    impl.profile.nulls += values.size();
    return;
  }
  impl.hashes.clear();
  impl.numbers.clear();
  for (size_t i = 0; i < values.size(); ++i) {
    if (IsMissing(values[i])) {
      ++impl.profile.nulls;
    } else {
      impl.Take(values[i], lines[i]);
    }
  }
  impl.EndBatch();
}

void ColumnProfiler::AddMissing(uint64_t rows) {
  impl_->profile.rows += rows;
  impl_->profile.nulls += rows;
}

std::optional<ColumnReading> ColumnProfiler::Better() const {
  const Impl& impl = *impl_;
  if (!impl.reading || impl.reading->type == FieldType::kText) return {};
  const ColumnReading& now = *impl.reading;
  bool number = now.type == FieldType::kInt || now.type == FieldType::kDecimal;
  if (impl.profile.unfit == 0 && !(number && impl.profile.leading_zeros > 0)) return {};
  ColumnReading better = now;
  if (now.type == FieldType::kTimestamp && now.swapped && impl.profile.swapped_unfit == 0) {
    std::swap(better.time, *better.swapped);
  } else {
    better.type = FieldType::kText;
  }
  return better;
}

ColumnProfile ColumnProfiler::Finish() const {
  const Impl& impl = *impl_;
  ColumnProfile profile = impl.profile;
  profile.reading = impl.reading.value_or(ColumnReading());
  profile.distinct = impl.distinct.count();
  profile.distinct_exact = impl.distinct.exact();
  FieldType type = profile.reading.type;
  if (type == FieldType::kTimestamp) {
    if (!profile.reading.time.text().empty()) profile.has_clock = HasClock(profile.reading.time.text());
    if (impl.time_seen) {
      profile.min = TimeText(impl.first, profile.has_clock, impl.zoned);
      profile.max = TimeText(impl.last, profile.has_clock, impl.zoned);
      profile.histogram = impl.histogram.Buckets(ColumnProfile::kBuckets);
    }
  } else if (type == FieldType::kInt || type == FieldType::kDecimal) {
    if (impl.number_seen) {
      profile.min = impl.least.Text();
      profile.max = impl.most.Text();
      // A few whole numbers get a bucket each.
      double range = impl.most.value - impl.least.value + 1;
      bool few = type == FieldType::kInt && range < ColumnProfile::kBuckets;
      profile.histogram = impl.histogram.Buckets(few ? static_cast<size_t>(range) : ColumnProfile::kBuckets);
    }
  } else {
    if (impl.counting) profile.top = impl.frequent.Top(ColumnProfile::kTop);
    profile.top_slack = impl.frequent.slack();
    profile.top_exact = profile.top_slack == 0;
    profile.min = impl.least_text.substr(0, ColumnProfile::kTextBytes);
    profile.max = impl.most_text.substr(0, ColumnProfile::kTextBytes);
    if (type == FieldType::kBool && !profile.top.empty()) {
      auto [least, most] = std::minmax_element(profile.top.begin(), profile.top.end());
      profile.min = least->first;
      profile.max = most->first;
    }
  }
  return profile;
}

}  // namespace souk::record
