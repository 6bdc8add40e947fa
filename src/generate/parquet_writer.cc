#include "generate/parquet_writer.h"

#include <cstring>
#include <utility>

#include "generate/output_file.h"
#include "lake/parquet/distinct.h"
#include "lake/parquet/hybrid.h"
#include "lake/parquet/metadata.h"

namespace souk::generate {
namespace {

void PutLittle(std::string& out, uint32_t value) {
  char bytes[4];
  std::memcpy(bytes, &value, 4);
  out.append(bytes, 4);
}

lake::ParquetType TypeOf(ColumnKind kind) {
  switch (kind) {
    case ColumnKind::kText:
    case ColumnKind::kChoice: return lake::ParquetType::kText;
    case ColumnKind::kBool: return lake::ParquetType::kBool;
    case ColumnKind::kMoney: return lake::ParquetType::kDecimal;
    case ColumnKind::kTime: return lake::ParquetType::kMoment;
    default: return lake::ParquetType::kInt64;
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

ColumnBuffer MakeBuffer(Column column) {
  ColumnBuffer buffer;
  for (const std::string& choice : column.choices) {
    PutLittle(buffer.dictionary, static_cast<uint32_t>(choice.size()));
    buffer.dictionary += choice;
  }
  buffer.index_bits = lake::WidthOfPlaces(column.choices.size());
  for (int scale = 2; scale < column.scale; ++scale) buffer.money_factor *= 10;
  buffer.column = std::move(column);
  return buffer;
}

class ParquetWriter : public RowWriter {
 public:
  explicit ParquetWriter(std::vector<Column> columns) {
    for (Column& column : columns) {
      columns_.push_back(
          {std::string(column.name), TypeOf(column.kind), column.nullable, column.precision, column.scale});
      buffers_.push_back(MakeBuffer(std::move(column)));
    }
  }

  void Begin(const std::string& path) override {
    file_.Open(path);
    file_.Write(lake::kParquetMagic);
    groups_.clear();
    rows_ = 0;
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
    lake::AppendFooter(footer, columns_, groups_);
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

  std::vector<lake::ParquetColumn> columns_;
  std::vector<ColumnBuffer> buffers_;
  size_t next_ = 0;
  int64_t rows_ = 0;  // of the row group that is being filled
  std::vector<lake::ParquetRowGroup> groups_;
  std::string levels_, packed_, header_;
  OutputFile file_;
};

void ParquetWriter::EndRowGroup() {
  lake::ParquetRowGroup group;
  group.rows = rows_;
  for (ColumnBuffer& buffer : buffers_) {
    auto begin = static_cast<int64_t>(file_.size());
    lake::ParquetChunk chunk;
    if (buffer.column.kind == ColumnKind::kChoice) {
      chunk.dictionary_offset = begin;
      WriteDictionary(buffer);
    }
    chunk.data_offset = static_cast<int64_t>(file_.size());
    WriteData(buffer);
    chunk.stored_bytes = chunk.plain_bytes = static_cast<int64_t>(file_.size()) - begin;
    group.chunks.push_back(std::move(chunk));
    buffer.plain.clear();
    buffer.indexes.clear();
    buffer.present.clear();
  }
  groups_.push_back(std::move(group));
  rows_ = 0;
}

void ParquetWriter::WriteDictionary(const ColumnBuffer& buffer) {
  header_.clear();
  size_t size = buffer.dictionary.size();
  lake::AppendDictionaryPageHeader(header_, {size, size}, buffer.column.choices.size());
  file_.Write(header_);
  file_.Write(buffer.dictionary);
}

void ParquetWriter::WriteData(const ColumnBuffer& buffer) {
  levels_.clear();
  packed_.clear();
  if (buffer.column.nullable) {
    lake::AppendPacked(packed_, buffer.present, 1);
    PutLittle(levels_, static_cast<uint32_t>(packed_.size()));
    levels_ += packed_;
    packed_.clear();
  }
  bool choice = buffer.column.kind == ColumnKind::kChoice;
  if (choice) {
    packed_.push_back(static_cast<char>(buffer.index_bits));
    lake::AppendPacked(packed_, buffer.indexes, buffer.index_bits);
  } else if (buffer.column.kind == ColumnKind::kBool) {
    packed_.resize((buffer.indexes.size() + 7) / 8);
    for (size_t i = 0; i < buffer.indexes.size(); ++i)
      packed_[i / 8] |= static_cast<char>(buffer.indexes[i] << i % 8);
  }
  std::string_view values = choice || buffer.column.kind == ColumnKind::kBool ? packed_ : buffer.plain;
  size_t size = levels_.size() + values.size();
  header_.clear();
  lake::AppendDataPageHeader(header_, {size, size}, static_cast<size_t>(rows_),
                             choice ? lake::ParquetEncoding::kDictionary : lake::ParquetEncoding::kPlain);
  file_.Write(header_);
  file_.Write(levels_);
  file_.Write(values);
}

}  // namespace

std::unique_ptr<RowWriter> MakeParquetWriter(std::vector<Column> columns) {
  return std::make_unique<ParquetWriter>(std::move(columns));
}

}  // namespace souk::generate
