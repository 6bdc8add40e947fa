#include "base/result.h"

namespace souk {

const char* CodeName(Code code) {
  switch (code) {
    case Code::kInvalid: return "invalid";
    case Code::kNotFound: return "not found";
    case Code::kAlreadyExists: return "already exists";
    case Code::kCorrupt: return "corrupt";
    case Code::kIo: return "i/o";
    case Code::kTimeout: return "timeout";
    case Code::kUnavailable: return "unavailable";
    case Code::kDenied: return "denied";
    case Code::kUnsupported: return "unsupported";
    case Code::kCancelled: return "cancelled";
  }
  return "unknown";
}

}  // namespace souk
