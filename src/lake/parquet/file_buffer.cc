#include "lake/parquet/file_buffer.h"

#include <utility>

namespace souk::lake {
namespace {

constexpr size_t kRowGroupRows = 122'880;
constexpr size_t kRowGroupBytes = 64 << 20;
constexpr size_t kFileBytes = 128 << 20;

}  // namespace

ParquetFileBuffer::ParquetFileBuffer(const std::vector<ParquetColumn>& columns, ParquetCodec codec,
                                     std::vector<ParquetHint>& hints)
    : columns_(columns), file_(kParquetMagic) {
  buffers_.reserve(columns_.size());
  hints.resize(columns_.size());
  for (size_t i = 0; i < columns_.size(); ++i) buffers_.emplace_back(columns_[i], codec, hints[i]);
}

void ParquetFileBuffer::EndRows() {
  size_t bytes = 0;
  for (const ParquetColumnBuffer& buffer : buffers_) bytes += buffer.bytes();
  if (buffers_.front().rows() >= kRowGroupRows || bytes >= kRowGroupBytes) EndRowGroup();
}

uint64_t ParquetFileBuffer::rows() const { return ended_rows_ + buffers_.front().rows(); }

bool ParquetFileBuffer::full() const { return file_.size() >= kFileBytes; }

void ParquetFileBuffer::EndRowGroup() {
  ParquetRowGroup group;
  group.rows = static_cast<int64_t>(buffers_.front().rows());
  for (ParquetColumnBuffer& buffer : buffers_) {
    group.chunks.push_back(buffer.Flush(file_, static_cast<int64_t>(file_.size())));
  }
  ended_rows_ += static_cast<uint64_t>(group.rows);
  groups_.push_back(std::move(group));
}

std::string ParquetFileBuffer::Finish() {
  if (buffers_.front().rows() > 0) EndRowGroup();
  AppendFooter(file_, columns_, groups_);
  return std::move(file_);
}

}  // namespace souk::lake
