#include "base/progress.h"

namespace souk {
namespace {

class Silent : public Progress {
 public:
  void Stage(std::string_view, uint64_t, std::string_view) override {}
  void Advance(uint64_t) override {}
  void Line(std::string_view) override {}
  bool Cancelled() const override { return false; }
};

}  // namespace

Progress& SilentProgress() {
  static Silent silent;
  return silent;
}

}  // namespace souk
