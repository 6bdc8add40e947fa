#include "lake/parquet/text_values.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>

namespace souk::lake {
namespace {

std::vector<std::string> ReadPlain(const std::string& plain) {
  std::vector<std::string> texts;
  for (size_t at = 0; at < plain.size();) {
    uint32_t size = 0;
    std::memcpy(&size, plain.data() + at, sizeof size);
    texts.push_back(plain.substr(at + sizeof size, size));
    at += sizeof size + size;
  }
  return texts;
}

std::vector<std::string> ReadRows(const ParquetTexts& texts) {
  std::vector<std::string> kept = ReadPlain(texts.plain());
  if (!texts.has_dictionary()) return kept;
  std::vector<std::string> rows;
  for (uint32_t place : texts.places()) rows.push_back(kept.at(place));
  return rows;
}

ParquetTexts Filled(const std::vector<std::string>& rows) {
  ParquetTexts texts;
  for (const std::string& row : rows) texts.Append(row);
  texts.Settle();
  return texts;
}

TEST(ParquetTexts, RowsComeBackWhateverTheirNumberOfDistinctTexts) {
  std::mt19937_64 random(7);
  for (uint64_t distinct : {1, 2, 3, 100, 699, 700, 701, 5000, 1000000}) {
    for (size_t count : {0, 1, 2, 1000, 5000}) {
      std::vector<std::string> rows;
      for (size_t i = 0; i < count; ++i) {
        uint64_t number = random() % distinct;
        rows.push_back(std::string(number % 40, static_cast<char>(number)) + std::to_string(number));
      }
      EXPECT_EQ(ReadRows(Filled(rows)), rows) << distinct << " distinct, " << count << " rows";
    }
  }
}

TEST(ParquetTexts, DictionaryOnlyWhereItPays) {
  std::vector<std::string> few, many;
  for (int i = 0; i < 3000; ++i) {
    few.push_back("country " + std::to_string(i % 12));
    many.push_back("order " + std::to_string(i));
  }
  ParquetTexts texts = Filled(few);
  EXPECT_TRUE(texts.has_dictionary());
  EXPECT_EQ(texts.distinct(), 12u);
  EXPECT_FALSE(Filled(many).has_dictionary());
  // Each text once, but too few rows to have been given up before.
  EXPECT_FALSE(Filled({many.begin(), many.begin() + 100}).has_dictionary());
}

TEST(ParquetTexts, AHintSparesTheNextFileTheTry) {
  ParquetHint hint;
  ParquetTexts first(&hint);
  std::vector<std::string> rows;
  for (int i = 0; i < 3000; ++i) rows.push_back(std::to_string(i));
  for (const std::string& row : rows) first.Append(row);
  EXPECT_TRUE(hint.diverse);
  ParquetTexts next(&hint);
  EXPECT_FALSE(next.has_dictionary());
  for (const std::string& row : rows) next.Append(row);
  next.Settle();
  EXPECT_EQ(ReadRows(next), rows);
}

TEST(ParquetTexts, BoundsAreThoseOfTheBytes) {
  ParquetTexts texts = Filled({"b", "", "\xff", "a", "b"});
  ParquetTexts::Bounds bounds = texts.FindBounds();
  EXPECT_TRUE(bounds.any);
  EXPECT_EQ(bounds.least, "");
  EXPECT_EQ(bounds.most, "\xff");
  EXPECT_FALSE(Filled({}).FindBounds().any);
}

TEST(ParquetTexts, StartsAgainAfterClear) {
  std::vector<std::string> many;
  for (int i = 0; i < 2000; ++i) many.push_back(std::to_string(i));
  ParquetTexts texts = Filled(many);
  ASSERT_FALSE(texts.has_dictionary());
  texts.Clear();
  EXPECT_EQ(texts.bytes(), 0u);
  for (int i = 0; i < 100; ++i) texts.Append("same");
  texts.Settle();
  EXPECT_TRUE(texts.has_dictionary());
  EXPECT_EQ(ReadRows(texts), std::vector<std::string>(100, "same"));
}

}  // namespace
}  // namespace souk::lake
