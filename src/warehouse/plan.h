// What a build would do, and why: every model's signature (a hash of all that goes into it) against what is
// built.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "lake/raw_zone.h"
#include "warehouse/build_state.h"
#include "warehouse/graph.h"
#include "warehouse/warehouse.h"

namespace souk::warehouse {

// One record's part of the raw zone, as read at the begin of a build.
struct RawInput {
  std::string record;
  int64_t version = 0;
  std::vector<lake::RawFile> files;
  std::string signature;  // the same for the same files read the same way
};
// "raw_transactions" → …
using RawInputs = std::map<std::string, RawInput>;
Result<RawInputs> ReadRawInputs(const lake::RawZone& raw);

// Whether all files that counted at `version` of the record still do, read the same way. Then `files` becomes
// those that were added since.
Result<bool> KeepAddedFiles(const lake::RawZone& raw, const RawInput& input, int64_t version,
                            std::vector<lake::RawFile>& files);

struct PlannedModel {
  const Node* node = nullptr;
  std::string signature;
  std::map<std::string, std::string> inputs;  // relation → signature
  bool runs = false;
  std::string reason;
};

// In the order of the graph, which must outlive it. kInvalid: an unknown model in request.only, or one whose
// input is not up to date.
Result<std::vector<PlannedModel>> MakePlan(const Graph& graph, const lake::RawZone& raw,
                                           const RawInputs& inputs, const BuildState& state,
                                           const BuildRequest& request);

}  // namespace souk::warehouse
