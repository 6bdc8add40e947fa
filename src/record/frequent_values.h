// The most frequent texts of a stream in bounded memory.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace souk::record {

// Exact while there are at most kBound different texts; above that the rare ones are forgotten (Misra and
// Gries 1982) and a count may be too low by slack(). Not thread-safe.
class FrequentValues {
 public:
  FrequentValues();

  // True when the text was known already.
  bool Add(uint64_t hash, std::string_view text);
  // The first `most`, most frequent first, equal ones by text; texts of more than kTextBytes are cut.
  std::vector<std::pair<std::string, uint64_t>> Top(size_t most) const;
  uint64_t slack() const { return slack_; }
  // So much was forgotten that no text can be told to be more frequent than the others.
  bool lost() const { return lost_; }

  static constexpr size_t kBound = 8192;
  static constexpr size_t kTextBytes = 80;

 private:
  struct Entry {
    uint64_t hash = 0;
    uint64_t count = 0;
    std::string text;
  };
  size_t Find(uint64_t hash) const;
  void Forget();

  std::vector<Entry> entries_;
  std::vector<uint16_t> places_;  // of hashes: 1 + the entry, 0 = free
  uint64_t slack_ = 0;
  size_t forgotten_ = 0;  // how often texts were
  bool lost_ = false;
};

}  // namespace souk::record
