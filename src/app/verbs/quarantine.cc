#include <CLI/CLI.hpp>
#include <algorithm>

#include "app/reading_flags.h"
#include "app/verb.h"
#include "ingest/file_ingest.h"

namespace souk::app {
namespace {

class QuarantineVerb : public Verb {
 public:
  void AddOptions(CLI::App& app) override {
    AddFormat(app);
    app.require_subcommand(1);
    app.fallthrough();
    list_ = app.add_subcommand(
        "ls", "files with records that could not be taken, and records that a rule keeps out");
    show_ = app.add_subcommand(
        "show", "the records of one file, or that one table's rules keep out, with the reason");
    show_->add_option("id", id_, "as `souk quarantine ls` shows it")->required();
    show_->add_option("--limit", limit_, "how many records at most");
    replay_ = app.add_subcommand("replay", "read the records again and take those that can be taken now");
    replay_->add_option("id", id_, "as `souk quarantine ls` shows it")->required();
    reading_.Add(*replay_, true);
    replay_->add_flag("--dry-run", options_.dry_run, "show how many could be taken, write nothing");
  }

  Status Run(VerbContext& context) override {
    TRY(auto* quarantine, context.parts.Quarantine());
    TRY(auto* warehouse, context.parts.Warehouse());
    TRY(rejects_, warehouse->Rejects());
    if (list_->parsed()) {
      auto state = warehouse->State();
      return List(context, *quarantine, state.built_at);
    }
    bool by_rule =
        std::any_of(rejects_.begin(), rejects_.end(), [&](const auto& r) { return r.model == id_; });
    if (show_->parsed()) return by_rule ? ShowRejected(context) : Show(context, *quarantine);
    if (by_rule) return JudgeAgain(context, *warehouse);
    return Replay(context);
  }

 private:
  Status List(VerbContext& context, const lake::Quarantine& quarantine, Micros built_at) const {
    TRY(auto files, quarantine.List());
    if (files.empty() && rejects_.empty() && format_ == OutputFormat::kTable) {
      context.progress.Line("nothing is in quarantine");
      return {};
    }
    ListBuilder list({{"id", "VARCHAR"},
                      {"record", "VARCHAR"},
                      {"records", "BIGINT"},
                      {"source", "VARCHAR"},
                      {"added", "VARCHAR"}});
    for (const auto& file : files) {
      list.Row(
          {file.id, file.record, static_cast<int64_t>(file.records), file.source, FormatUtc(file.added)});
    }
    for (const auto& reject : rejects_) {
      list.Row({reject.model, reject.model.substr(reject.model.find('_') + 1),
                static_cast<int64_t>(reject.rows), "rule: " + reject.reason, FormatUtc(built_at)});
    }
    PrintTable(context.progress, list.table(), format_);
    return {};
  }

  // Records that could be read, and that a rule of the staging model keeps out.
  Status ShowRejected(VerbContext& context) const {
    TRY(auto database, context.parts.WarehouseDatabase());
    TRY(auto connection, database->Connect());
    TRY(auto table,
        connection.Query(fmt::format("SELECT reject_reason AS reason, * EXCLUDE (reject_reason) FROM "
                                     "clean.{} ORDER BY ALL LIMIT {}",
                                     sql::QuoteName(id_ + "_rejected"), limit_)));
    PrintTable(context.progress, table, format_);
    const uint64_t all = KeptOut();
    if (format_ == OutputFormat::kTable && all > table.rows.size()) {
      context.progress.Line(
          fmt::format("{} of {} records; --limit shows more", table.rows.size(), GroupDigits(all)));
    }
    return {};
  }

  Status Show(VerbContext& context, const lake::Quarantine& quarantine) const {
    TRY(auto file, quarantine.Get(id_));
    TRY(auto records, quarantine.Records(id_, 0, limit_));
    bool topic = !file.topic.empty();
    std::vector<sql::Column> columns = {
        {"line", "BIGINT"}, {"reason", "VARCHAR"}, {"field", "VARCHAR"}, {"content", "VARCHAR"}};
    if (topic) columns[0] = {"place", "VARCHAR"};
    ListBuilder list(columns);
    for (const auto& record : records) {
      sql::Cell place = static_cast<int64_t>(record.line);
      if (topic) place = record.place;
      list.Row({place, record.reason, record.field, Content(record.content)});
    }
    PrintTable(context.progress, list.table(), format_);
    if (format_ == OutputFormat::kTable && file.records > records.size()) {
      context.progress.Line(
          fmt::format("{} of {} records; --limit shows more", records.size(), GroupDigits(file.records)));
    }
    return {};
  }

  // A table shows the beginning of a long record; CSV and JSON have it whole.
  std::string Content(const std::string& content) const {
    constexpr size_t kShown = 120;
    if (format_ != OutputFormat::kTable || content.size() <= kShown) return content;
    size_t end = kShown;
    while (end > 0 && (content[end] & 0xC0) == 0x80) --end;
    return content.substr(0, end) + "…";
  }

  Status Replay(VerbContext& context) {
    TRY_STATUS(reading_.Fill(context, "", options_));
    TRY(ingest::IngestTarget target, context.parts.IngestTarget());
    TRY(auto report, ingest::ReplayQuarantine(target, id_, options_, context.progress));
    context.progress.Line(fmt::format("{} {}, {} {} in quarantine", options_.dry_run ? "would take" : "took",
                                      Counted(report.rows, "record"), GroupDigits(report.quarantined),
                                      report.quarantined == 1 ? "stays" : "stay"));
    return {};
  }

  uint64_t KeptOut() const {
    uint64_t rows = 0;
    for (const auto& reject : rejects_) rows += reject.model == id_ ? reject.rows : 0;
    return rows;
  }

  // The table's rules look at every record again, then what depends on the table is brought up to date.
  Status JudgeAgain(VerbContext& context, warehouse::Warehouse& warehouse) {
    const uint64_t before = KeptOut();
    if (options_.dry_run) {
      context.progress.Line(fmt::format("would look again at {} that the rules of {} keep out",
                                        Counted(before, "record"), id_));
      return {};
    }
    warehouse::BuildRequest again;
    again.full = true;
    again.only = {id_};
    for (const auto& request : {again, warehouse::BuildRequest{}}) {
      TRY(auto report, warehouse.Build(request, context.progress));
      if (!report.failures.empty()) {
        return Fail(Code::kInvalid, "the data test {} on {} failed; the last good version is still served",
                    report.failures.front().test, report.failures.front().model);
      }
    }
    auto state = warehouse.State();
    context.changes->Publish(state);
    TRY(rejects_, warehouse.Rejects());
    const uint64_t after = KeptOut();
    context.progress.Line(fmt::format("took {}, {} {} kept out",
                                      Counted(before - std::min(before, after), "record"), GroupDigits(after),
                                      after == 1 ? "is still" : "are still"));
    return {};
  }

  CLI::App* list_ = nullptr;
  CLI::App* show_ = nullptr;
  CLI::App* replay_ = nullptr;
  std::vector<warehouse::Reject> rejects_;
  std::string id_;
  uint64_t limit_ = 50;
  ReadingFlags reading_;
  ingest::FileIngestOptions options_;
};

}  // namespace

std::unique_ptr<Verb> MakeQuarantineVerb() { return std::make_unique<QuarantineVerb>(); }

}  // namespace souk::app
