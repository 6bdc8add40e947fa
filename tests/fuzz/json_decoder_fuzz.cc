// The decoder of records beside the check of files: they take the same lines and say the same of the others.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "record/same_taking.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace souk::record;
  static SameTaking transactions(**FindSchema("transactions"));
  static SameTaking clicks(**FindSchema("clickstream"));
  std::string_view input(reinterpret_cast<const char*>(data), size);
  while (!input.empty()) {
    std::string_view line = input.substr(0, input.find('\n'));
    input.remove_prefix(std::min(input.size(), line.size() + 1));
    for (SameTaking* both : {&transactions, &clicks}) {
      Taking decoder = both->Decoder(line);
      Taking check = both->Check(line);
      if (decoder.taken != check.taken || decoder.fault.reason != check.fault.reason) std::abort();
      if (decoder.taken != decoder.fault.reason.empty()) std::abort();
    }
  }
  return 0;
}
