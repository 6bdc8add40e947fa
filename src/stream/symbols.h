// Texts as small numbers, so that filters and windows compare numbers.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "stream/id.h"

namespace souk::stream {

// Numbers are given in order of first use, from 0, and stay for the life of the table. Not thread-safe.
class Symbols {
 public:
  int64_t Of(std::string_view text) {
    auto found = numbers_.find(text);
    if (found != numbers_.end()) return found->second;
    texts_.emplace_back(text);  // a deque: the keys point into it
    int64_t number = static_cast<int64_t>(texts_.size()) - 1;
    numbers_.emplace(texts_.back(), number);
    return number;
  }
  const std::string& Text(int64_t symbol) const { return texts_[static_cast<size_t>(symbol)]; }
  size_t size() const { return texts_.size(); }

 private:
  struct TextHash {
    using is_avalanching = void;
    size_t operator()(std::string_view text) const { return IdOf(text).low; }
  };
  std::deque<std::string> texts_;
  boost::unordered_flat_map<std::string_view, int64_t, TextHash> numbers_;
};

}  // namespace souk::stream
