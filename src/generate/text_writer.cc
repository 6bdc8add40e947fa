#include "generate/text_writer.h"

#include <fmt/core.h>

#include <array>
#include <cstring>
#include <utility>

#include "generate/output_file.h"
#include "generate/random.h"
#include "generate/text_format.h"

namespace souk::generate {
namespace {

std::string CsvQuoted(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == text.npos) return std::string(text);
  std::string quoted = "\"";
  for (char c : text) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + '"';
}

std::string JsonQuoted(std::string_view text) {
  std::string quoted = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

// What both have in common: a row is the columns' values, each after its own prefix. Values that are written
// often are quoted beforehand.
class TextWriter : public RowWriter {
 public:
  TextWriter(std::vector<Column> columns, std::string header, std::string row_end, bool json)
      : header_(std::move(header)), row_end_(std::move(row_end)), json_(json) {
    for (size_t i = 0; i < columns.size(); ++i) {
      Field field;
      if (json) field.SetPrefix(fmt::format("{}\"{}\":", i == 0 ? "{" : ",", columns[i].name));
      if (!json && i > 0) field.SetPrefix(",");
      for (const std::string& choice : columns[i].choices) {
        field.choices.push_back(json ? JsonQuoted(choice) : CsvQuoted(choice));
      }
      fields_.push_back(std::move(field));
    }
    row_room_ = row_end_.size() + fields_.size() * (kMaxPrefix + kMaxText + 2);
  }

  void Begin(const std::string& path) override {
    file_.Open(path);
    file_.Write(header_);
    BeginRow();
  }
  void Text(std::string_view text) override {
    Prefix();
    if (json_) *at_++ = '"';
    at_ = PutText(at_, text);
    if (json_) *at_++ = '"';
  }
  void Choice(size_t index) override {
    const Field& field = fields_[next_];
    Prefix();
    at_ = PutText(at_, field.choices[index]);
  }
  void Int(int64_t value) override {
    Prefix();
    at_ = PutInt(at_, value);
  }
  void Money(int64_t cents) override {
    Prefix();
    at_ = PutMoney(at_, cents);
  }
  void Time(Micros time) override {
    Prefix();
    if (json_) *at_++ = '"';
    at_ = PutTime(at_, time);
    if (json_) *at_++ = '"';
  }
  void TimeIn(TimeForm form, Micros time) override {
    if (form == TimeForm::kUnreadable) {
      Text("0000-00-00 00:00:00");
      return;
    }
    char text[40];
    constexpr Micros kTwoHours = 7200 * kMicrosPerSecond;
    char* end = PutTime(text, form == TimeForm::kOffset ? time + kTwoHours : time);
    if (form == TimeForm::kOffset) end = PutText(end - 1, "+02:00");
    if (form == TimeForm::kBlank) text[10] = ' ';
    Text({text, static_cast<size_t>(end - text)});
  }
  void Bool(bool value) override {
    Prefix();
    at_ = PutText(at_, value ? "true" : "false");
  }
  void Null() override {
    Prefix();
    if (json_) at_ = PutText(at_, "null");
  }
  void EndRow() override {
    file_.Advance(RowText().size());
    BeginRow();
  }
  void EndDamagedRow(uint64_t draw) override {
    auto size = static_cast<size_t>(at_ - row_);
    if (draw % 4 == 0) {
      // Bytes that are no text, but neither line ends nor quotes: the lines around it stay whole.
      size = 16 + draw / 4 % 48;
      for (size_t i = 0; i < size; ++i) row_[i] = static_cast<char>(0x80 | (Mix(draw + i * kStep) & 0x7F));
    } else {
      // Cut in its first third, so that most of the fields are gone.
      size = 1 + draw / 4 % (size / 3);
    }
    row_[size] = '\n';
    file_.Advance(size + 1);
    BeginRow();
  }
  Result<uint64_t> Finish() override { return file_.Close(); }

 protected:
  void BeginRow() {
    at_ = row_ = file_.Room(row_room_);
    next_ = 0;
  }
  // Ends the row; its text, which is gone with the next row.
  std::string_view RowText() {
    at_ = PutText(at_, row_end_);
    return {row_, static_cast<size_t>(at_ - row_)};
  }

 private:
  // Longer than what comes before any column's value, so that prefixes can be copied with a fixed length.
  static constexpr size_t kMaxPrefix = 32;

  struct Field {
    std::array<char, kMaxPrefix> prefix{};
    size_t prefix_size = 0;
    std::vector<std::string> choices;

    void SetPrefix(std::string_view text) { prefix_size = text.copy(prefix.data(), kMaxPrefix); }
  };

  void Prefix() {
    const Field& field = fields_[next_++];
    std::memcpy(at_, field.prefix.data(), kMaxPrefix);
    at_ += field.prefix_size;
  }

  std::vector<Field> fields_;
  std::string header_;
  std::string row_end_;
  bool json_;
  size_t row_room_ = 0;
  OutputFile file_;
  char* row_ = nullptr;
  char* at_ = nullptr;
  size_t next_ = 0;
};

class JsonRow : public TextWriter {
 public:
  JsonRow(std::vector<Column> columns, std::string& text)
      : TextWriter(std::move(columns), "", "}", true), text_(text) {
    BeginRow();
  }
  void EndRow() override {
    text_ = RowText();
    BeginRow();
  }

 private:
  std::string& text_;
};

}  // namespace

JsonText::JsonText(std::vector<Column> columns)
    : writer_(std::make_unique<JsonRow>(std::move(columns), text_)) {}
JsonText::~JsonText() = default;
std::string JsonText::Take() { return std::move(text_); }

std::unique_ptr<RowWriter> MakeCsvWriter(std::vector<Column> columns) {
  std::string header;
  for (const Column& column : columns) {
    if (!header.empty()) header += ',';
    header += column.name;
  }
  return std::make_unique<TextWriter>(std::move(columns), header + "\n", "\n", false);
}

std::unique_ptr<RowWriter> MakeJsonWriter(std::vector<Column> columns) {
  return std::make_unique<TextWriter>(std::move(columns), "", "}\n", true);
}

}  // namespace souk::generate
