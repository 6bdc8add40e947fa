#include "broker/member_id.h"

#include <fmt/format.h>

#include <mutex>
#include <random>

namespace souk::broker {

std::string NewMemberId(const std::string& prefix) {
  static std::mutex mutex;
  static std::random_device random;
  std::lock_guard lock(mutex);
  auto word = [] { return random() & 0xffff; };
  return fmt::format("{}-{:04x}{:04x}-{:04x}-4{:03x}-{:04x}-{:04x}{:04x}{:04x}", prefix, word(), word(),
                     word(), word() & 0xfff, (word() & 0x3fff) | 0x8000, word(), word(), word());
}

}  // namespace souk::broker
