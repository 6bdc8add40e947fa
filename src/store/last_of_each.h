// Of rows with equal keys the last. For the sources of this room only.
#pragma once

#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

namespace souk::store {

// In the order of the keys' first rows. `key_of` gives what can be hashed and compared.
template <typename Row, typename KeyOf>
std::vector<const Row*> LastOfEach(const std::vector<Row>& rows, KeyOf key_of) {
  using Key = std::invoke_result_t<KeyOf, const Row&>;
  std::vector<const Row*> last;
  std::unordered_map<Key, size_t> places;
  last.reserve(rows.size());
  places.reserve(rows.size());
  for (const Row& row : rows) {
    auto [place, is_new] = places.try_emplace(key_of(row), last.size());
    if (is_new)
      last.push_back(&row);
    else
      last[place->second] = &row;
  }
  return last;
}

}  // namespace souk::store
