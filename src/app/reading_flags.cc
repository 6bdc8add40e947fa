#include "app/reading_flags.h"

#include <CLI/CLI.hpp>

#include "app/mapping_store.h"
#include "base/files.h"

namespace souk::app {
namespace {

// "target=value" texts. With `alone`, a text without '=' is a value for all targets, under "".
Result<std::map<std::string, std::string>> ParsePairs(const std::vector<std::string>& texts, const char* flag,
                                                      const char* form, bool alone = false) {
  std::map<std::string, std::string> pairs;
  for (const std::string& text : texts) {
    size_t equals = text.find('=');
    if (equals == std::string::npos && !alone)
      return Fail(Code::kInvalid, "{} {}: not of the form {}", flag, text, form);
    std::string target = equals == std::string::npos ? "" : text.substr(0, equals);
    std::string value = equals == std::string::npos ? text : text.substr(equals + 1);
    if (!pairs.emplace(target, value).second)
      return Fail(Code::kInvalid, "{} {}: '{}' is given twice", flag, text, target);
  }
  return pairs;
}

}  // namespace

std::string MappingArgument(const VerbContext& context, const std::string& argument) {
  if (!MappingStore::IsPath(argument) || argument.starts_with('/')) return argument;
  return AbsolutePath(context.request.directory + "/" + argument);
}

void ReadingFlags::Add(CLI::App& app, bool again) {
  std::string found = again ? "as the first time when not given" : "found out when not given";
  app.add_option("--mapping", mapping_, "a saved mapping by name, or its file; the other flags win over it");
  app.add_option("--map", maps_, "target=column: which column a field comes from; target= leaves it out")
      ->allow_extra_args(false);
  app.add_option("--time-zone", time_zone_,
                 "of times without an offset; " + (again ? found : "the shop's when not given"));
  app.add_option("--time-format", time_formats_,
                 "field=format: how its times are written, e.g. %d/%m/%Y; " + found)
      ->allow_extra_args(false);
  app.add_option("--decimal-separator", decimal_separators_,
                 "field=, or field=. (without a field: of all numbers); " + found)
      ->allow_extra_args(false);
  app.add_option("--delimiter", delimiter_, "of CSV; " + found);
  app.add_option("--encoding", encoding_, "utf-8, utf-16 or windows-1252; " + found);
}

Status ReadingFlags::Fill(VerbContext& context, const std::string& record,
                          ingest::FileIngestOptions& options) const {
  ingest::ReadingOptions own;
  own.record = record;
  TRY(own.map, ParsePairs(maps_, "--map", "target=column"));
  TRY(own.time_formats, ParsePairs(time_formats_, "--time-format", "field=format"));
  TRY(own.decimal_separators, ParsePairs(decimal_separators_, "--decimal-separator", "field=,", true));
  own.time_zone = time_zone_;
  own.delimiter = delimiter_;
  own.encoding = encoding_;
  options.default_time_zone = context.parts.settings().Text("shop.time_zone");
  if (!mapping_.empty()) {
    TRY(SavedMapping saved,
        MappingStore(context.parts.directory().mappings()).Load(MappingArgument(context, mapping_)));
    auto both = ingest::Combined(saved.reading, own);
    if (!both) return Wrap(both.error(), "--mapping " + mapping_);
    own = *std::move(both);
    options.mapping_name = mapping_;
  }
  static_cast<ingest::ReadingOptions&>(options) = std::move(own);
  return CheckReading(options);
}

}  // namespace souk::app
