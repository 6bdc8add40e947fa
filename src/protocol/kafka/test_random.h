// Made-up values for tests of messages, the same ones for the same seed.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>

#include "protocol/kafka/wire.h"

namespace souk::protocol::kafka {

class TestRandom {
 public:
  explicit TestRandom(uint64_t seed) : engine_(seed) {}

  bool Rarely() { return engine_() % 5 == 0; }
  size_t Count() { return engine_() % 4; }

  template <typename T>
    requires std::is_integral_v<T>
  void Fill(T& value) {
    // Small numbers and large ones of both signs.
    uint64_t bits = engine_() >> (engine_() % 64);
    value = static_cast<T>(bits);
  }
  void Fill(bool& value) { value = engine_() % 2 == 1; }
  void Fill(double& value) { value = static_cast<double>(engine_()) / 3; }
  void Fill(std::string& value) { value = Text(); }
  void Fill(std::string_view& value) { value = Text(); }
  void Fill(Uuid& value) {
    for (uint8_t& byte : value.bytes) byte = static_cast<uint8_t>(engine_());
  }
  void Fill(Records& value) { value = Records::Of(Text()); }

 private:
  std::string_view Text() {
    static const std::string kText =
        "ecommerce-transactions \xe2\x82\xac\0 and 200 more bytes " + std::string(200, 'x');
    return std::string_view(kText).substr(0, engine_() % kText.size());
  }

  std::mt19937_64 engine_;
};

}  // namespace souk::protocol::kafka
