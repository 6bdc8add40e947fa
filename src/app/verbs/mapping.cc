#include <CLI/CLI.hpp>

#include "app/mapping_store.h"
#include "app/reading_flags.h"
#include "app/verb.h"

namespace souk::app {
namespace {

// One line of a mapping: what `show` prints, and the flag that says the same.
struct Entry {
  const char* key;
  const char* flag;
  std::string field, value;
};

std::vector<Entry> EntriesOf(const ingest::ReadingOptions& reading) {
  std::vector<Entry> entries;
  auto text = [&](const char* key, const char* flag, const std::string& value) {
    if (!value.empty()) entries.push_back({key, flag, "", value});
  };
  auto map = [&](const char* key, const char* flag, const std::map<std::string, std::string>& values) {
    for (const auto& [field, value] : values) entries.push_back({key, flag, field, value});
  };
  text("record", "--as", reading.record);
  map("map", "--map", reading.map);
  map("time_formats", "--time-format", reading.time_formats);
  map("decimal_separators", "--decimal-separator", reading.decimal_separators);
  text("time_zone", "--time-zone", reading.time_zone);
  text("delimiter", "--delimiter", reading.delimiter);
  text("encoding", "--encoding", reading.encoding);
  return entries;
}

// As a shell takes it.
std::string Quoted(const std::string& text) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-=./:,%+";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string::npos) return text;
  std::string quoted = "'";
  for (char c : text) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}

// All flags but --as.
std::string FlagsOf(const ingest::ReadingOptions& reading) {
  std::string flags;
  for (const Entry& entry : EntriesOf(reading)) {
    if (entry.key == std::string_view("record")) continue;
    std::string value = entry.field.empty() ? entry.value : entry.field + "=" + entry.value;
    flags += fmt::format("{}{} {}", flags.empty() ? "" : " ", entry.flag, Quoted(value));
  }
  return flags;
}

class MappingVerb : public Verb {
 public:
  void AddOptions(CLI::App& app) override {
    AddFormat(app);
    app.require_subcommand(1);
    app.fallthrough();
    app.add_subcommand("ls", "the mappings that souk ingest --save-mapping has kept");
    show_ = app.add_subcommand("show", "what one says");
    show_->add_option("name", name_, "as `souk mapping ls` shows it, or the path of a file")->required();
    delete_ = app.add_subcommand("delete", "forget one; what was taken with it stays");
    delete_->add_option("name", name_, "as `souk mapping ls` shows it")->required();
  }

  Status Run(VerbContext& context) override {
    MappingStore store(context.parts.directory().mappings());
    if (show_->parsed()) return Show(context, store);
    if (!delete_->parsed()) return List(context, store);
    TRY_STATUS(store.Delete(name_));
    context.progress.Line(fmt::format("deleted the mapping {}", name_));
    return {};
  }

 private:
  // A file that somebody broke is listed with what is wrong with it.
  Status List(VerbContext& context, const MappingStore& store) const {
    TRY(auto names, store.Names());
    if (names.empty() && format_ == OutputFormat::kTable) {
      context.progress.Line("no mapping is saved; souk ingest FILE … --save-mapping NAME saves one");
      return {};
    }
    ListBuilder list(
        {{"name", "VARCHAR"}, {"record", "VARCHAR"}, {"flags", "VARCHAR"}, {"problem", "VARCHAR"}});
    for (const std::string& name : names) {
      auto mapping = store.Load(name);
      sql::Cell record, flags, problem;
      if (!mapping) problem = mapping.error().message;
      if (mapping && !mapping->reading.record.empty()) record = mapping->reading.record;
      if (mapping) flags = FlagsOf(mapping->reading);
      list.Row({name, record, flags, problem});
    }
    PrintTable(context.progress, list.table(), format_);
    return {};
  }

  Status Show(VerbContext& context, const MappingStore& store) const {
    TRY(SavedMapping mapping, store.Load(MappingArgument(context, name_)));
    ListBuilder list({{"key", "VARCHAR"}, {"field", "VARCHAR"}, {"value", "VARCHAR"}});
    for (const Entry& entry : EntriesOf(mapping.reading)) {
      bool all = entry.field.empty() && entry.key == std::string_view("decimal_separators");
      sql::Cell field;
      if (!entry.field.empty() || all) field = all ? std::string("all") : entry.field;
      list.Row({std::string(entry.key), field, entry.value});
    }
    PrintTable(context.progress, list.table(), format_);
    if (format_ == OutputFormat::kTable) context.progress.Line(mapping.path);
    return {};
  }

  CLI::App* show_ = nullptr;
  CLI::App* delete_ = nullptr;
  std::string name_;
};

}  // namespace

std::unique_ptr<Verb> MakeMappingVerb() { return std::make_unique<MappingVerb>(); }

}  // namespace souk::app
