#include <CLI/CLI.hpp>
#include <algorithm>

#include "app/verb.h"
#include "ingest/removal.h"

namespace souk::app {
namespace {

constexpr size_t kIdLength = 8;  // of a fingerprint, as in quarantine

class RawVerb : public Verb {
 public:
  void AddOptions(CLI::App& app) override {
    AddFormat(app);
    app.require_subcommand(1);
    app.fallthrough();
    auto* list = app.add_subcommand("ls", "the files that count, the latest first");
    list->add_option("--as", record_, "only those of transactions, users, products or clickstream");
    remove_ = app.add_subcommand("rm", "take out what a file gave: its rows, and its records in quarantine");
    remove_->add_option("file", name_, "the path it was taken from, or its id as `souk raw ls` shows it")
        ->required();
    remove_->add_option("--as", record_, "where a file was taken as several kinds of record");
  }

  Status Run(VerbContext& context) override { return remove_->parsed() ? Remove(context) : List(context); }

 private:
  struct Listed {
    std::string record;
    lake::RawFile file;
  };

  Result<std::vector<Listed>> Files(lake::RawZone& raw) const {
    if (!record_.empty()) TRY_STATUS(record::FindSchema(record_).map([](auto) {}));
    std::vector<Listed> all;
    for (const record::Schema& schema : record::Schemas()) {
      if (!record_.empty() && schema.name != record_) continue;
      TRY(auto files, raw.Files(schema.name));
      for (lake::RawFile& file : files) all.push_back({schema.name, std::move(file)});
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const Listed& a, const Listed& b) { return a.file.added > b.file.added; });
    return all;
  }

  Status List(VerbContext& context) const {
    TRY(auto* raw, context.parts.Raw());
    TRY(auto all, Files(*raw));
    if (all.empty() && format_ == OutputFormat::kTable) {
      context.progress.Line("nothing was taken yet; souk ingest FILE takes files");
      return {};
    }
    ListBuilder list({{"id", "VARCHAR"},
                      {"record", "VARCHAR"},
                      {"rows", "BIGINT"},
                      {"bytes", "BIGINT"},
                      {"source", "VARCHAR"},
                      {"from_quarantine_of", "VARCHAR"},
                      {"added", "VARCHAR"}});
    for (const auto& [record, file] : all) {
      sql::Cell origin;
      if (!file.origin.empty()) origin = file.origin.substr(0, kIdLength);
      list.Row({file.fingerprint.substr(0, kIdLength), record, static_cast<int64_t>(file.rows),
                static_cast<int64_t>(file.bytes), file.source, origin, FormatUtc(file.added)});
    }
    PrintTable(context.progress, list.table(), format_);
    return {};
  }

  // A path is where the user stood; an id is no path.
  Status Remove(VerbContext& context) const {
    TRY(ingest::IngestTarget target, context.parts.IngestTarget());
    auto removed = ingest::RemoveFile(target, name_, record_);
    std::string path = PathOf(context, name_);
    if (!removed && removed.error().code == Code::kNotFound)
      removed = ingest::RemoveFile(target, path, record_);
    if (!removed) return tl::unexpected(removed.error());
    std::string line = fmt::format("removed {} of {} from {}", Counted(removed->rows, "record"),
                                   removed->record, removed->source);
    if (removed->files > 1) line += fmt::format(", {} files", removed->files);
    if (removed->quarantined > 0)
      line += fmt::format(", and {} in quarantine", GroupDigits(removed->quarantined));
    context.progress.Line(line);
    if (removed->rows > 0) context.progress.Line("the next build leaves them out");
    return {};
  }

  CLI::App* remove_ = nullptr;
  std::string name_, record_;
};

}  // namespace

std::unique_ptr<Verb> MakeRawVerb() { return std::make_unique<RawVerb>(); }

}  // namespace souk::app
