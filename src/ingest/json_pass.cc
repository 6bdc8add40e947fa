#include <cstring>

#include "ingest/line_pass.h"
#include "record/json_lines.h"

namespace souk::ingest {
namespace {

std::vector<std::string> NamesOf(const std::vector<record::SourceColumn>& columns) {
  std::vector<std::string> names;
  for (const auto& column : columns) names.push_back(column.name);
  return names;
}

class JsonPass : public LinePass {
 public:
  JsonPass(const TextProfile& profile, record::RecordCheck check, uint64_t max_line_bytes)
      : LinePass(profile, std::move(check), max_line_bytes), json_(NamesOf(profile.columns)) {}

  Result<size_t> Consume(std::string_view data, bool last, LineSink& sink) override {
    LookAt(data);
    size_t at = 0;
    while (at < data.size()) {
      const void* found = std::memchr(data.data() + at, '\n', data.size() - at);
      if (!found && !last) break;
      size_t end =
          found ? static_cast<size_t>(static_cast<const char*>(found) - data.data()) + 1 : data.size();
      if (skipping_) {
        skipping_ = false;
        ++line_;
      } else {
        TRY_STATUS(TakeLine(data.substr(at, end - at), sink));
      }
      at = end;
    }
    if (skipping_) return data.size();
    return at;
  }

  Result<size_t> GiveUp(std::string_view data, LineSink& sink) override {
    TRY_STATUS(RejectLong(line_, data, sink));
    skipping_ = true;
    return data.size();
  }

  std::vector<record::SourceColumn> UnknownColumns() const override { return json_.Unknown(); }
  std::vector<std::string> UnmetColumns() const override { return json_.Unmet(); }

 private:
  Status TakeLine(std::string_view bytes, LineSink& sink) {
    uint64_t number = line_++;
    std::string_view line = bytes;
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) return {};
    if (bytes.size() > max_line_bytes_) return RejectLong(number, line, sink);
    record::Fault fault;
    bool translated = false;
    if (!IsText(line, fault) || !ToUtf8(line, translated_, fault, translated))
      return sink.Reject(number, fault, line);
    if (translated) {
      size_t size = translated_.size();
      translated_.resize(size + record::kJsonPadding);
      bool good = json_.Check({translated_.data(), size}, check_, fault);
      translated_.resize(size);
      translated_ += '\n';
      if (!good) return sink.Reject(number, fault, line);
      ++rows_;
      return sink.Mend(translated_);
    }
    if (!json_.Check(line, check_, fault)) return sink.Reject(number, fault, line);
    ++rows_;
    return sink.Keep(bytes);
  }

  record::JsonLines json_;
  uint64_t line_ = 1;
  bool skipping_ = false;
  std::string translated_;
};

}  // namespace

std::unique_ptr<LinePass> MakeJsonPass(const TextProfile& profile, record::RecordCheck check,
                                       uint64_t max_line_bytes) {
  return std::make_unique<JsonPass>(profile, std::move(check), max_line_bytes);
}

}  // namespace souk::ingest
