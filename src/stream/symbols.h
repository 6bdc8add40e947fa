// Texts as small numbers, so that filters and windows compare numbers.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>

#include "base/text_hash.h"

namespace souk::stream {

// The number of each text.
class SymbolNumbers {
 public:
  // Null when the text is not there.
  const int64_t* Find(std::string_view text) const {
    auto found = numbers_.find(text);
    return found == numbers_.end() ? nullptr : &found->second;
  }
  // `text` must stay.
  void Add(std::string_view text, int64_t number) { numbers_.emplace(text, number); }

 private:
  struct TextHash {
    using is_avalanching = void;
    size_t operator()(std::string_view text) const { return TextHashOf(text); }
  };
  boost::unordered_flat_map<std::string_view, int64_t, TextHash> numbers_;
};

// Numbers are given in order of first use, from 0, and stay for the life of the table. Any thread.
class Symbols {
 public:
  int64_t Of(std::string_view text) {
    std::lock_guard lock(mutex_);
    if (const int64_t* known = numbers_.Find(text)) return *known;
    texts_.emplace_back(text);
    int64_t number = static_cast<int64_t>(texts_.size()) - 1;
    numbers_.Add(texts_.back(), number);
    return number;
  }
  // Lives as long as the table.
  const std::string& Text(int64_t symbol) const {
    std::lock_guard lock(mutex_);
    return texts_[static_cast<size_t>(symbol)];
  }

 private:
  mutable std::mutex mutex_;
  std::deque<std::string> texts_;  // never moved
  SymbolNumbers numbers_;
};

// Asks a table only once for each text. Not thread-safe.
class KnownSymbols {
 public:
  explicit KnownSymbols(Symbols& symbols) : symbols_(symbols) {}

  int64_t Of(std::string_view text) {
    if (const int64_t* known = numbers_.Find(text)) return *known;
    int64_t number = symbols_.Of(text);
    numbers_.Add(symbols_.Text(number), number);
    return number;
  }

 private:
  Symbols& symbols_;
  SymbolNumbers numbers_;
};

}  // namespace souk::stream
