#include "generate/parquet_writer.h"

#include <bit>
#include <cstring>
#include <utility>

#include "generate/output_file.h"
#include "generate/thrift_compact.h"

namespace souk::generate {
namespace {

// Numbers of the format (parquet.thrift).
enum PhysicalType : int32_t { kBoolean = 0, kInt64 = 2, kByteArray = 6 };
enum Repetition : int32_t { kRequired = 0, kOptional = 1 };
enum ConvertedType : int32_t { kUtf8 = 0, kDecimal = 5, kTimestampMicros = 10 };
enum Encoding : int32_t { kPlain = 0, kRle = 3, kRleDictionary = 8 };
enum PageType : int32_t { kDataPage = 0, kDictionaryPage = 2 };
constexpr int32_t kUncompressed = 0;
constexpr std::string_view kMagic = "PAR1";
constexpr std::string_view kCreatedBy = "souk";

static_assert(std::endian::native == std::endian::little, "values are stored as the machine has them");

void PutLittle(std::string& out, uint32_t value) {
  char bytes[4];
  std::memcpy(bytes, &value, 4);
  out.append(bytes, 4);
}

// Small numbers of `width` bits each, as one bit-packed run of the RLE/bit-packing hybrid.
void PackBits(std::string& out, const std::vector<uint8_t>& values, int width) {
  uint64_t groups = (values.size() + 7) / 8;
  uint64_t header = groups << 1 | 1;
  for (; header >= 128; header >>= 7) out.push_back(static_cast<char>(header | 128));
  out.push_back(static_cast<char>(header));
  size_t at = out.size();
  out.resize(at + groups * static_cast<size_t>(width));
  uint64_t bits = 0;
  int held = 0;
  for (uint8_t value : values) {
    bits |= uint64_t{value} << held;
    held += width;
    for (; held >= 8; held -= 8, bits >>= 8) out[at++] = static_cast<char>(bits);
  }
  if (held > 0) out[at] = static_cast<char>(bits);
}

PhysicalType TypeOf(ColumnKind kind) {
  switch (kind) {
    case ColumnKind::kText:
    case ColumnKind::kChoice: return kByteArray;
    case ColumnKind::kBool: return kBoolean;
    default: return kInt64;
  }
}

// One column of the row group that is being filled.
struct ColumnBuffer {
  Column column;
  std::string dictionary;  // page of a choice's values
  int index_bits = 0;
  int64_t money_factor = 1;
  std::string plain;             // values, plain
  std::vector<uint8_t> indexes;  // kChoice: into the dictionary; kBool: the values
  std::vector<uint8_t> present;  // nullable: 1 where there is a value
};

struct RowGroup {
  int64_t rows = 0;
  int64_t bytes = 0;
  struct Chunk {
    int64_t dictionary_offset, data_offset, bytes;
  };
  std::vector<Chunk> chunks;
};

ColumnBuffer MakeBuffer(Column column) {
  ColumnBuffer buffer;
  for (const std::string& choice : column.choices) {
    PutLittle(buffer.dictionary, static_cast<uint32_t>(choice.size()));
    buffer.dictionary += choice;
  }
  // A width of 0 is allowed for one value, and not understood by every reader.
  size_t last = column.choices.size() < 2 ? 1 : column.choices.size() - 1;
  buffer.index_bits = std::bit_width(last);
  for (int scale = 2; scale < column.scale; ++scale) buffer.money_factor *= 10;
  buffer.column = std::move(column);
  return buffer;
}

void WriteLogicalType(CompactWriter& out, const Column& column) {
  if (column.kind == ColumnKind::kInt || column.kind == ColumnKind::kBool) return;
  out.Begin(10);
  if (column.kind == ColumnKind::kMoney) {
    out.Begin(5);
    out.I32(1, column.scale);
    out.I32(2, column.precision);
    out.End();
  } else if (column.kind == ColumnKind::kTime) {
    out.Begin(8);
    out.Bool(1, true);  // adjusted to UTC
    out.Begin(2);
    out.Begin(2);  // microseconds
    out.End();
    out.End();
    out.End();
  } else {
    out.Begin(1);  // string
    out.End();
  }
  out.End();
}

void WriteSchemaElement(CompactWriter& out, const Column& column) {
  out.Begin();
  out.I32(1, TypeOf(column.kind));
  out.I32(3, column.nullable ? kOptional : kRequired);
  out.Text(4, column.name);
  if (column.kind == ColumnKind::kText || column.kind == ColumnKind::kChoice) out.I32(6, kUtf8);
  if (column.kind == ColumnKind::kTime) out.I32(6, kTimestampMicros);
  if (column.kind == ColumnKind::kMoney) {
    out.I32(6, kDecimal);
    out.I32(7, column.scale);
    out.I32(8, column.precision);
  }
  WriteLogicalType(out, column);
  out.End();
}

class ParquetWriter : public RowWriter {
 public:
  explicit ParquetWriter(std::vector<Column> columns) {
    for (Column& column : columns) buffers_.push_back(MakeBuffer(std::move(column)));
  }

  void Begin(const std::string& path) override {
    file_.Open(path);
    file_.Write(kMagic);
    groups_.clear();
    rows_ = all_rows_ = 0;
    next_ = 0;
  }

  void Text(std::string_view text) override {
    ColumnBuffer& buffer = Value();
    PutLittle(buffer.plain, static_cast<uint32_t>(text.size()));
    buffer.plain.append(text);
  }
  void Choice(size_t index) override { Value().indexes.push_back(static_cast<uint8_t>(index)); }
  void Int(int64_t value) override { Number(Value(), value); }
  void Money(int64_t cents) override {
    ColumnBuffer& buffer = Value();
    Number(buffer, cents * buffer.money_factor);
  }
  void Time(Micros time) override { Number(Value(), time); }
  void Bool(bool value) override { Value().indexes.push_back(value); }
  void Null() override { buffers_[next_++].present.push_back(0); }

  void EndDamagedRow(uint64_t) override { EndRow(); }
  void EndRow() override {
    next_ = 0;
    if (++rows_ == kRowGroupRows) EndRowGroup();
  }

  Result<uint64_t> Finish() override {
    if (rows_ > 0) EndRowGroup();
    std::string footer;
    WriteFooter(footer);
    PutLittle(footer, static_cast<uint32_t>(footer.size()));
    footer += kMagic;
    file_.Write(footer);
    return file_.Close();
  }

 private:
  ColumnBuffer& Value() {
    ColumnBuffer& buffer = buffers_[next_++];
    if (buffer.column.nullable) buffer.present.push_back(1);
    return buffer;
  }
  static void Number(ColumnBuffer& buffer, int64_t value) {
    buffer.plain.append(reinterpret_cast<const char*>(&value), 8);
  }

  void EndRowGroup();
  void WriteDictionary(const ColumnBuffer& buffer);
  void WriteData(const ColumnBuffer& buffer);
  void WriteFooter(std::string& footer) const;
  void WriteChunk(CompactWriter& out, const ColumnBuffer& buffer, const RowGroup::Chunk& chunk,
                  int64_t rows) const;

  std::vector<ColumnBuffer> buffers_;
  size_t next_ = 0;
  int64_t rows_ = 0;      // of the row group that is being filled
  int64_t all_rows_ = 0;  // of those before
  std::vector<RowGroup> groups_;
  std::string levels_, packed_, header_;
  OutputFile file_;
};

void ParquetWriter::EndRowGroup() {
  RowGroup group;
  group.rows = rows_;
  for (ColumnBuffer& buffer : buffers_) {
    auto begin = static_cast<int64_t>(file_.size());
    RowGroup::Chunk chunk{begin, begin, 0};
    if (buffer.column.kind == ColumnKind::kChoice) {
      WriteDictionary(buffer);
      chunk.data_offset = static_cast<int64_t>(file_.size());
    }
    WriteData(buffer);
    chunk.bytes = static_cast<int64_t>(file_.size()) - begin;
    group.bytes += chunk.bytes;
    group.chunks.push_back(chunk);
    buffer.plain.clear();
    buffer.indexes.clear();
    buffer.present.clear();
  }
  groups_.push_back(std::move(group));
  all_rows_ += rows_;
  rows_ = 0;
}

void ParquetWriter::WriteDictionary(const ColumnBuffer& buffer) {
  header_.clear();
  CompactWriter out(&header_);
  auto size = static_cast<int32_t>(buffer.dictionary.size());
  out.Begin();
  out.I32(1, kDictionaryPage);
  out.I32(2, size);
  out.I32(3, size);
  out.Begin(7);
  out.I32(1, static_cast<int32_t>(buffer.column.choices.size()));
  out.I32(2, kPlain);
  out.End();
  out.End();
  file_.Write(header_);
  file_.Write(buffer.dictionary);
}

void ParquetWriter::WriteData(const ColumnBuffer& buffer) {
  levels_.clear();
  packed_.clear();
  if (buffer.column.nullable) {
    PackBits(packed_, buffer.present, 1);
    PutLittle(levels_, static_cast<uint32_t>(packed_.size()));
    levels_ += packed_;
    packed_.clear();
  }
  bool choice = buffer.column.kind == ColumnKind::kChoice;
  if (choice) {
    packed_.push_back(static_cast<char>(buffer.index_bits));
    PackBits(packed_, buffer.indexes, buffer.index_bits);
  } else if (buffer.column.kind == ColumnKind::kBool) {
    packed_.resize((buffer.indexes.size() + 7) / 8);
    for (size_t i = 0; i < buffer.indexes.size(); ++i)
      packed_[i / 8] |= static_cast<char>(buffer.indexes[i] << i % 8);
  }
  std::string_view values = choice || buffer.column.kind == ColumnKind::kBool ? packed_ : buffer.plain;
  auto size = static_cast<int32_t>(levels_.size() + values.size());

  header_.clear();
  CompactWriter out(&header_);
  out.Begin();
  out.I32(1, kDataPage);
  out.I32(2, size);
  out.I32(3, size);
  out.Begin(5);
  out.I32(1, static_cast<int32_t>(rows_));
  out.I32(2, choice ? kRleDictionary : kPlain);
  out.I32(3, kRle);  // definition levels
  out.I32(4, kRle);  // repetition levels: there are none
  out.End();
  out.End();
  file_.Write(header_);
  file_.Write(levels_);
  file_.Write(values);
}

void ParquetWriter::WriteFooter(std::string& footer) const {
  CompactWriter out(&footer);
  out.Begin();
  out.I32(1, 2);
  out.List(2, CompactWriter::kStruct, buffers_.size() + 1);
  out.Begin();
  out.Text(4, "schema");
  out.I32(5, static_cast<int32_t>(buffers_.size()));
  out.End();
  for (const ColumnBuffer& buffer : buffers_) WriteSchemaElement(out, buffer.column);
  out.I64(3, all_rows_);
  out.List(4, CompactWriter::kStruct, groups_.size());
  for (const RowGroup& group : groups_) {
    out.Begin();
    out.List(1, CompactWriter::kStruct, buffers_.size());
    for (size_t i = 0; i < buffers_.size(); ++i) WriteChunk(out, buffers_[i], group.chunks[i], group.rows);
    out.I64(2, group.bytes);
    out.I64(3, group.rows);
    out.End();
  }
  out.Text(6, kCreatedBy);
  out.End();
}

void ParquetWriter::WriteChunk(CompactWriter& out, const ColumnBuffer& buffer, const RowGroup::Chunk& chunk,
                               int64_t rows) const {
  bool choice = buffer.column.kind == ColumnKind::kChoice;
  out.Begin();
  out.I64(2, chunk.dictionary_offset);
  out.Begin(3);
  out.I32(1, TypeOf(buffer.column.kind));
  out.List(2, CompactWriter::kI32, 2);
  out.Element(choice ? kRleDictionary : kPlain);
  out.Element(kRle);
  out.List(3, CompactWriter::kBinary, 1);
  out.Element(buffer.column.name);
  out.I32(4, kUncompressed);
  out.I64(5, rows);
  out.I64(6, chunk.bytes);
  out.I64(7, chunk.bytes);
  out.I64(9, chunk.data_offset);
  if (choice) out.I64(11, chunk.dictionary_offset);
  out.End();
  out.End();
}

}  // namespace

std::unique_ptr<RowWriter> MakeParquetWriter(std::vector<Column> columns) {
  return std::make_unique<ParquetWriter>(std::move(columns));
}

}  // namespace souk::generate
