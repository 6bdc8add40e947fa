// Turns one column of DuckDB's data chunks into cells. For the sources of this room only.
#pragma once

#include <string>
#include <vector>

#include "sql/database.h"
#include "sql/handle.h"

namespace souk::sql {

class ColumnReader {
 public:
  explicit ColumnReader(TypeHandle type);
  ColumnReader(ColumnReader&&) = default;

  const std::string& type_name() const { return type_name_; }
  // Fills rows[0..count)[column]; every row must have that cell already. Strings of the chunk before are used
  // again.
  void Read(duckdb_vector vector, size_t count, std::vector<std::vector<Cell>>& rows, size_t column) const;

 private:
  struct Target;
  void ReadText(const Target& target) const;
  void ReadSlow(const Target& target) const;
  void ReadDecimal(const Target& target) const;
  void ReadEnum(const Target& target) const;
  bool ReadNumber(const Target& target) const;

  TypeHandle type_;
  duckdb_type id_;
  std::string type_name_;
  std::vector<std::string> enum_words_;
};

}  // namespace souk::sql
