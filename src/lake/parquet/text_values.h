// The texts of one column of the row group that is being filled, in the form in which they will be written.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lake/parquet/hint.h"

namespace souk::lake {

// As long as it pays, each distinct text is kept once, with every row's place among them: most columns of a
// shop have few texts. From then on texts are kept one behind the other. Not thread-safe.
class ParquetTexts {
 public:
  // `hint` may be null; it must outlive this.
  explicit ParquetTexts(ParquetHint* hint = nullptr) : hint_(hint) { Clear(); }

  void Append(std::string_view text);
  // Gives up the dictionary if it would be larger than the plain texts. Called before the texts are written.
  void Settle();
  void Clear();

  size_t bytes() const { return plain_.size() + places_.size() * sizeof(uint32_t); }
  bool has_dictionary() const { return by_place_; }
  // With a dictionary its texts in the order in which they first occur, else those of all rows; each behind
  // its length (32 bits, little-endian), as Parquet's plain encoding has it.
  const std::string& plain() const { return plain_; }
  size_t distinct() const { return begins_.size(); }               // with a dictionary
  const std::vector<uint32_t>& places() const { return places_; }  // with a dictionary, by row
  // The least and the largest text; none if there are no texts.
  struct Bounds {
    std::string_view least, most;
    bool any = false;
  };
  Bounds FindBounds() const;

 private:
  struct Slot {
    uint32_t place = kFree;
    uint32_t hash = 0;
  };
  static constexpr uint32_t kFree = UINT32_MAX;

  std::string_view TextAt(size_t begin) const;
  uint32_t AddDistinct(std::string_view text);
  void AppendPlain(std::string_view text);
  void GrowSlots();
  void GiveUpDictionary();

  ParquetHint* hint_;
  bool by_place_ = true;
  std::string plain_;
  std::vector<size_t> begins_;  // where in plain_ each distinct text begins
  std::vector<uint32_t> places_;
  std::vector<Slot> slots_;  // open addressing; the number is a power of two
  size_t plain_bytes_ = 0;   // of all rows' texts in the plain encoding
};

}  // namespace souk::lake
