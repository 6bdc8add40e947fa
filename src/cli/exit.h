// The program's exit codes: the one place where an Error becomes one.
#pragma once

#include "base/result.h"

namespace souk::cli {

enum ExitCode {
  kExitOk = 0,
  kExitFailed = 1,       // the disk, the network or stored data failed
  kExitInvalid = 2,      // the command line or the input is wrong
  kExitNotFound = 3,     // what was named does not exist
  kExitUnavailable = 4,  // in use or not reachable; trying again may help
  kExitDenied = 5,       // not permitted
  kExitCancelled = 130,  // stopped, as by Ctrl-C
};

inline ExitCode ExitCodeOf(Code code) {
  switch (code) {
    case Code::kInvalid:
    case Code::kAlreadyExists:
    case Code::kUnsupported: return kExitInvalid;
    case Code::kNotFound: return kExitNotFound;
    case Code::kUnavailable:
    case Code::kTimeout: return kExitUnavailable;
    case Code::kDenied: return kExitDenied;
    case Code::kCancelled: return kExitCancelled;
    case Code::kCorrupt:
    case Code::kIo: return kExitFailed;
  }
  return kExitFailed;
}

}  // namespace souk::cli
