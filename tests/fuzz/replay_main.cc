// Replays stored inputs through a fuzz target where libFuzzer is not linked: FILE|DIRECTORY…
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>

#include "base/files.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

int main(int argc, char** argv) {
  size_t inputs = 0;
  for (int i = 1; i < argc; ++i) {
    auto files = souk::ListFiles(argv[i]);
    if (!files) {
      std::fprintf(stderr, "%s\n", files.error().message.c_str());
      return 1;
    }
    for (const std::string& file : *files) {
      auto content = souk::ReadFile(file);
      if (!content) {
        std::fprintf(stderr, "%s\n", content.error().message.c_str());
        return 1;
      }
      LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(content->data()), content->size());
      ++inputs;
    }
  }
  std::printf("%zu inputs replayed\n", inputs);
  if (inputs == 0) std::fprintf(stderr, "nothing to replay; name files or directories with inputs\n");
  return inputs == 0 ? 1 : 0;
}
