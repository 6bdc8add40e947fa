#include "lake/parquet/hybrid.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace souk::lake {
namespace {

uint64_t ReadVarint(const std::string& in, size_t& at) {
  uint64_t value = 0;
  for (int shift = 0;; shift += 7) {
    auto byte = static_cast<uint8_t>(in.at(at++));
    value |= uint64_t{byte & 127u} << shift;
    if (byte < 128) return value;
  }
}

uint32_t ReadBits(const std::string& in, size_t bit, int width) {
  uint32_t value = 0;
  for (int i = 0; i < width; ++i) {
    size_t place = bit + static_cast<size_t>(i);
    value |= static_cast<uint32_t>(in.at(place / 8) >> place % 8 & 1) << i;
  }
  return value;
}

// A reader of its own, straight from the format's description; `runs` counts those that are not bit-packed.
std::vector<uint32_t> Read(const std::string& in, size_t count, int width, size_t* runs = nullptr) {
  std::vector<uint32_t> values;
  size_t at = 0;
  while (values.size() < count) {
    uint64_t header = ReadVarint(in, at);
    size_t size = header >> 1;
    if ((header & 1) == 0) {
      size_t bytes = (static_cast<size_t>(width) + 7) / 8;
      values.insert(values.end(), size, ReadBits(in.substr(at, bytes), 0, static_cast<int>(bytes) * 8));
      at += bytes;
      if (runs != nullptr) ++*runs;
    } else {
      for (size_t i = 0; i < size * 8; ++i) {
        values.push_back(ReadBits(in, at * 8 + i * static_cast<size_t>(width), width));
      }
      at += size * static_cast<size_t>(width);
    }
  }
  EXPECT_EQ(at, in.size());
  values.resize(count);  // the last group may be filled up
  return values;
}

TEST(Hybrid, FormatsOwnExample) {
  // The numbers 0 to 7 with three bits: 10001000 11000110 11111010.
  std::string out;
  AppendPacked(out, std::vector<uint8_t>{0, 1, 2, 3, 4, 5, 6, 7}, 3);
  EXPECT_EQ(out, "\x03\x88\xC6\xFA");
}

TEST(Hybrid, LongRunsAreRuns) {
  std::string out;
  AppendHybrid(out, std::vector<uint8_t>(1000, 1), 1);
  EXPECT_EQ(out, "\xD0\x0F\x01");
}

TEST(Hybrid, EveryLengthOfRunAtEveryPlace) {
  for (size_t before = 0; before < 20; ++before) {
    for (size_t run = 0; run < 40; ++run) {
      std::vector<uint32_t> values;
      for (size_t i = 0; i < before; ++i) values.push_back(i % 2 == 0 ? 5 : 3);
      values.insert(values.end(), run, 7);
      values.push_back(2);
      std::string out;
      AppendHybrid(out, values, 3);
      EXPECT_EQ(Read(out, values.size(), 3), values) << before << " before a run of " << run;
    }
  }
}

TEST(Hybrid, RandomValuesOfEveryWidth) {
  std::mt19937 random(7);
  for (int width = 1; width <= 32; ++width) {
    std::vector<uint32_t> values;
    while (values.size() < 3000) {
      auto value = static_cast<uint32_t>(random() & ((uint64_t{1} << width) - 1));
      values.insert(values.end(), random() % 4 == 0 ? random() % 30 : 1, value);
    }
    std::string out;
    size_t runs = 0;
    AppendHybrid(out, values, width);
    EXPECT_EQ(Read(out, values.size(), width, &runs), values) << width;
    EXPECT_GT(runs, 10u) << width;
  }
}

TEST(Hybrid, Nothing) {
  std::string out;
  AppendHybrid(out, std::vector<uint32_t>{}, 4);
  EXPECT_EQ(out, "");
}

}  // namespace
}  // namespace souk::lake
