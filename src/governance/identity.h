// Who causes a query or a job. Until policies exist everybody on this machine is the local owner.
#pragma once

#include <string>

namespace souk::governance {

struct Identity {
  std::string user;
  bool owner = false;  // sees and does everything
};

// The person who runs the program on this machine.
inline Identity LocalOwner() { return Identity{"owner", true}; }

}  // namespace souk::governance
