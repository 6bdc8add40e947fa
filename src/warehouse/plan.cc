#include "warehouse/plan.h"

#include <algorithm>
#include <set>

#include "base/hash.h"
#include "base/options.h"
#include "record/schema.h"

namespace souk::warehouse {
namespace {

std::string ShortHash(const std::string& text) { return Sha256Hex(text).substr(0, 32); }

std::string Sign(const Node& node, const std::map<std::string, std::string>& inputs) {
  std::string text = node.definition;
  for (const auto& [name, value] : node.settings) text += fmt::format("\n{}={}", name, value);
  for (const auto& [name, signature] : inputs) text += fmt::format("\n{}:{}", name, signature);
  return ShortHash(text);
}

std::string Files(size_t count, std::string_view change, const std::string& record) {
  return fmt::format("{}: {} {} of {}", change, count, count == 1 ? "file" : "files", record);
}

// What happened to a record's files since the version the model was built from.
std::string RawReason(const lake::RawZone& raw, const RawInput& input, int64_t old_version) {
  std::set<std::string> before;
  if (auto old = raw.Files(input.record, old_version)) {
    for (const auto& file : *old) before.insert(file.path);
  }
  size_t fresh = 0;
  for (const auto& file : input.files) fresh += before.erase(file.path) == 0;
  if (fresh > 0) return Files(fresh, "new input", input.record);
  return Files(before.size(), "input removed", input.record);
}

std::string Reason(const PlannedModel& planned, const ModelState& built, const RawInputs& inputs,
                   const lake::RawZone& raw) {
  const Node& node = *planned.node;
  if (built.definition != node.definition) return "model changed";
  for (const auto& [name, value] : node.settings) {
    auto old = built.settings.find(name);
    if (old == built.settings.end() || old->second != value) {
      return fmt::format("{} changed from {} to {}", name,
                         old == built.settings.end() ? "nothing" : old->second, value);
    }
  }
  for (const auto& [name, signature] : planned.inputs) {
    auto old = built.inputs.find(name);
    if (old != built.inputs.end() && old->second == signature) continue;
    auto input = inputs.find(name);
    if (input == inputs.end()) return fmt::format("{} changes", name);
    auto version = built.built_from.find(name);
    return RawReason(raw, input->second, version == built.built_from.end() ? 0 : version->second);
  }
  return "not built the same way";
}

Status CheckOnly(const Graph& graph, const BuildRequest& request) {
  std::vector<std::string> names;
  for (const Node& node : graph.nodes) names.push_back(node.model.name);
  for (const std::string& name : request.only) {
    if (graph.Find(name) != nullptr) continue;
    std::string near = NearestWord(name, names);
    return Fail(Code::kInvalid, "there is no model {}{}", name,
                near.empty() ? "" : "; did you mean " + near + "?");
  }
  return {};
}

}  // namespace

Result<RawInputs> ReadRawInputs(const lake::RawZone& raw) {
  RawInputs inputs;
  for (const record::Schema& schema : record::Schemas()) {
    RawInput input;
    input.record = schema.name;
    TRY(input.version, raw.Version(schema.name));
    TRY(input.files, raw.Files(schema.name, input.version));
    std::string text;
    for (const auto& file : input.files) {
      text += fmt::format("{} {} {}\n", file.path, file.fingerprint, lake::RawFormatToJson(file.format));
    }
    input.signature = ShortHash(text);
    inputs["raw_" + schema.name] = std::move(input);
  }
  return inputs;
}

Result<bool> KeepAddedFiles(const lake::RawZone& raw, const RawInput& input, int64_t version,
                            std::vector<lake::RawFile>& files) {
  TRY(auto before, raw.Files(input.record, version));
  auto text = [](const lake::RawFile& file) {
    return fmt::format("{} {} {}", file.path, file.fingerprint, lake::RawFormatToJson(file.format));
  };
  std::set<std::string> known;
  for (const auto& file : before) known.insert(text(file));
  std::vector<lake::RawFile> added;
  std::set<std::string> merged;
  for (const auto& file : input.files) {
    if (known.erase(text(file)) > 0) continue;
    added.push_back(file);
    merged.insert(file.merged.begin(), file.merged.end());
  }
  // What went into a merged file is still there. Its rows come once more beside new ones, which changes
  // nothing.
  for (const auto& file : before) {
    if (merged.count(file.fingerprint) > 0) known.erase(text(file));
  }
  if (!known.empty()) return false;
  files = std::move(added);
  return true;
}

Result<std::vector<PlannedModel>> MakePlan(const Graph& graph, const lake::RawZone& raw,
                                           const RawInputs& inputs, const BuildState& state,
                                           const BuildRequest& request) {
  TRY_STATUS(CheckOnly(graph, request));
  std::vector<PlannedModel> plan;
  std::map<std::string, std::string> signatures;
  std::set<std::string> stale;  // differ from what is built, whether they run or not
  for (const Node& node : graph.nodes) {
    const std::string& name = node.model.name;
    PlannedModel planned;
    planned.node = &node;
    for (const std::string& input : node.inputs) {
      auto from_raw = inputs.find(input);
      planned.inputs[input] = from_raw != inputs.end() ? from_raw->second.signature : signatures.at(input);
    }
    planned.signature = signatures[name] = Sign(node, planned.inputs);
    auto built = state.models.find(name);
    bool current = built != state.models.end() && built->second.signature == planned.signature;
    bool asked = request.only.empty() ||
                 std::find(request.only.begin(), request.only.end(), name) != request.only.end();
    if (!current) stale.insert(name);
    bool days = (request.from || request.to) && !node.model.days.column.empty();
    planned.runs = asked && (request.full || days || !current);
    planned.reason = !asked                        ? (current ? "up to date" : "not asked for")
                     : request.full                ? "asked for in full"
                     : current && days             ? "days asked for"
                     : current                     ? "up to date"
                     : built == state.models.end() ? "not built yet"
                                                   : Reason(planned, built->second, inputs, raw);
    for (const std::string& input : node.inputs) {
      if (planned.runs && !request.only.empty() && stale.contains(input) &&
          std::find(request.only.begin(), request.only.end(), input) == request.only.end()) {
        return Fail(Code::kInvalid, "{} reads {}, which is not up to date; build both, or all models", name,
                    input);
      }
    }
    plan.push_back(std::move(planned));
  }
  return plan;
}

}  // namespace souk::warehouse
