// Names of people, as usual where they live. None of them is anybody: they are put together by chance.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace souk::generate {

// `text` as people write it, `plain` in the letters of an e-mail address.
struct Name {
  std::string_view text;
  std::string_view plain;
};

constexpr int kGivenNames = 10;  // of each gender
constexpr int kFamilyNames = 16;

// The names of one part of the world; Country::names is the index into NameSets().
struct NameSet {
  std::array<Name, kGivenNames> female;
  std::array<Name, kGivenNames> male;
  std::array<Name, kFamilyNames> family;
};

constexpr int kNameSets = 10;
const std::array<NameSet, kNameSets>& NameSets();

}  // namespace souk::generate
