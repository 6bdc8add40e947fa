#include <CLI/CLI.hpp>
#include <set>

#include "app/mapping_store.h"
#include "app/reading_flags.h"
#include "app/verb.h"
#include "ingest/file_ingest.h"

namespace souk::app {
namespace {

std::string Joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

// Columns named as their fields need no line each.
void PrintMapping(Progress& out, const ingest::IngestedFile& file) {
  const record::Mapping& mapping = file.mapping;
  size_t same = 0;
  for (const auto& field : mapping.fields) {
    if (field.field == field.column) {
      ++same;
    } else {
      out.Line(fmt::format("    {:<22} ← {:<22} {}", field.field, field.column, field.reason));
    }
  }
  if (same > 0)
    out.Line(fmt::format("    {} {} named as the field", same, same == 1 ? "column is" : "columns are"));
  if (!mapping.unmapped.empty()) out.Line("    not used: " + Joined(mapping.unmapped));
  if (!file.nested.empty()) out.Line("    not taken, as they hold lists or objects: " + Joined(file.nested));
  for (const std::string& warning : mapping.warnings) out.Line("    note: " + warning);
}

class IngestVerb : public Verb {
 public:
  void AddOptions(CLI::App& app) override {
    AddFormat(app);
    app.add_option("files", files_, "files or folders; of a folder every file below it")->required();
    app.add_option("--as", record_, "transactions, users, products or clickstream; guessed when not given");
    reading_.Add(app);
    app.add_option("--save-mapping", save_mapping_,
                   "keep what these flags say under a name, or in a file ending in .yml, for --mapping");
    app.add_flag("--replace", options_.replace,
                 "take files again that were taken, in place of what they gave then");
    app.add_flag("--dry-run", options_.dry_run, "show what would be taken, write nothing");
  }

  Status Run(VerbContext& context) override {
    TRY_STATUS(reading_.Fill(context, record_, options_));
    if (!save_mapping_.empty())
      TRY_STATUS(MappingStore::CheckSavable(MappingArgument(context, save_mapping_)));
    std::vector<std::string> paths;
    for (const std::string& file : files_) paths.push_back(PathOf(context, file));
    TRY(ingest::IngestTarget target, context.parts.IngestTarget());
    TRY(auto report, ingest::IngestFiles(target, paths, options_, context.progress));
    Print(context.progress, report);
    return save_mapping_.empty() || options_.dry_run ? Status() : Save(context, report);
  }

 private:
  // Files of one record make the mapping one for that record.
  Status Save(VerbContext& context, const ingest::IngestReport& report) const {
    ingest::ReadingOptions reading = options_;
    std::set<std::string> records;
    for (const auto& file : report.files) records.insert(file.record);
    if (reading.record.empty() && records.size() == 1) reading.record = *records.begin();
    MappingStore store(context.parts.directory().mappings());
    TRY(std::string path, store.Save(MappingArgument(context, save_mapping_), reading));
    if (format_ == OutputFormat::kTable)
      context.progress.Line(fmt::format("saved the mapping {} ({})", save_mapping_, path));
    return {};
  }

  void Print(Progress& out, const ingest::IngestReport& report) const {
    if (format_ != OutputFormat::kTable) return PrintList(out, report);
    // Many files of one kind share a mapping: it is shown once for each kind.
    std::map<std::string, size_t> shown;
    for (const auto& file : report.files) {
      bool first = shown[file.record]++ == 0;
      if (report.files.size() <= 5 || file.quarantined > 0) out.Line(FileLine(file));
      if (first && !file.skipped) {
        if (report.files.size() > 5 && file.quarantined == 0)
          out.Line(fmt::format("{}: {}", file.record, file.format));
        PrintMapping(out, file);
      }
    }
    std::string line = fmt::format("{} {} of {}", options_.dry_run ? "would take" : "took",
                                   Counted(report.rows, "record"), Counted(report.files.size(), "file"));
    if (report.replaced_files > 0) {
      line += report.files.size() == 1 ? ", in place of what it gave before"
                                       : fmt::format(", {} of them in place of what they gave before",
                                                     GroupDigits(report.replaced_files));
    }
    if (report.skipped_files > 0) {
      line += fmt::format(", {} already there (--replace takes {} again)", GroupDigits(report.skipped_files),
                          report.skipped_files == 1 ? "it" : "them");
    }
    if (report.quarantined > 0)
      line += fmt::format(", {} in quarantine{}", GroupDigits(report.quarantined),
                          options_.dry_run ? "" : " (souk quarantine ls)");
    if (!report.left_out.empty())
      line += fmt::format(", {} left out as no data", Counted(report.left_out.size(), "file"));
    out.Line(line);
  }

  static std::string FileLine(const ingest::IngestedFile& file) {
    if (file.skipped) return fmt::format("{}: already in the lake, nothing added", file.path);
    std::string line =
        fmt::format("{}: {}, {} of {}", file.path, file.format, Counted(file.rows, "record"), file.record);
    if (!file.note.empty()) line += " (" + file.note + ")";
    if (file.quarantined > 0) line += fmt::format(", {} in quarantine", GroupDigits(file.quarantined));
    if (!file.quarantine_id.empty()) line += fmt::format(" (souk quarantine show {})", file.quarantine_id);
    if (file.replaced.added == 0) return line;
    line += fmt::format("; in place of {} taken {}", Counted(file.replaced.rows, "record"),
                        FormatUtc(file.replaced.added));
    if (file.replaced.quarantined > 0)
      line += fmt::format(" and {} in quarantine", GroupDigits(file.replaced.quarantined));
    return line;
  }

  void PrintList(Progress& out, const ingest::IngestReport& report) const {
    ListBuilder list({{"file", "VARCHAR"},
                      {"record", "VARCHAR"},
                      {"format", "VARCHAR"},
                      {"rows", "BIGINT"},
                      {"quarantined", "BIGINT"},
                      {"quarantine_id", "VARCHAR"},
                      {"skipped", "BOOLEAN"},
                      {"replaced_rows", "BIGINT"},
                      {"bytes", "BIGINT"}});
    for (const auto& file : report.files) {
      list.Row({file.path, file.record, file.format, static_cast<int64_t>(file.rows),
                static_cast<int64_t>(file.quarantined), file.quarantine_id, file.skipped,
                file.replaced.added == 0 ? sql::Cell() : sql::Cell(static_cast<int64_t>(file.replaced.rows)),
                static_cast<int64_t>(file.bytes)});
    }
    PrintTable(out, list.table(), format_);
  }

  std::vector<std::string> files_;
  std::string record_, save_mapping_;
  ReadingFlags reading_;
  ingest::FileIngestOptions options_;
};

}  // namespace

std::unique_ptr<Verb> MakeIngestVerb() { return std::make_unique<IngestVerb>(); }

}  // namespace souk::app
