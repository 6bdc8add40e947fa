#include <CLI/CLI.hpp>

#include "app/verb.h"
#include "ingest/file_ingest.h"

namespace souk::app {
namespace {

// Columns named as their fields need no line each.
void PrintMapping(Progress& out, const record::Mapping& mapping) {
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
  if (!mapping.unmapped.empty()) {
    std::string names;
    for (const std::string& name : mapping.unmapped) names += (names.empty() ? "" : ", ") + name;
    out.Line("    not used: " + names);
  }
  for (const std::string& warning : mapping.warnings) out.Line("    note: " + warning);
}

class IngestVerb : public Verb {
 public:
  void AddOptions(CLI::App& app) override {
    AddFormat(app);
    app.add_option("files", files_, "files or folders; of a folder every file below it")->required();
    app.add_option("--as", options_.record,
                   "transactions, users, products or clickstream; guessed when not given");
    app.add_option("--map", maps_, "target=column: which column a field comes from; target= leaves it out");
    app.add_option("--time-zone", time_zone_, "of times without an offset; the shop's when not given");
    app.add_option("--time-format", time_formats_,
                   "field=format: how its times are written, e.g. %d/%m/%Y; found out when not given");
    app.add_option("--delimiter", options_.delimiter, "of CSV; found out when not given");
    app.add_option("--encoding", options_.encoding,
                   "utf-8, utf-16 or windows-1252; found out when not given");
    app.add_flag("--dry-run", options_.dry_run, "show what would be taken, write nothing");
  }

  Status Run(VerbContext& context) override {
    TRY(options_.map, ParseMaps(maps_));
    TRY(options_.time_formats, ParseMaps(time_formats_));
    options_.time_zone = time_zone_.empty() ? context.parts.settings().Text("shop.time_zone") : time_zone_;
    std::vector<std::string> paths;
    for (const std::string& file : files_) paths.push_back(PathOf(context, file));
    TRY(ingest::IngestTarget target, context.parts.IngestTarget());
    TRY(auto report, ingest::IngestFiles(target, paths, options_, context.progress));
    Print(context.progress, report);
    return {};
  }

 private:
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
        PrintMapping(out, file.mapping);
      }
    }
    std::string line = fmt::format("{} {} of {}", options_.dry_run ? "would take" : "took",
                                   Counted(report.rows, "record"), Counted(report.files.size(), "file"));
    if (report.skipped_files > 0)
      line += fmt::format(", {} already there", GroupDigits(report.skipped_files));
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
    if (file.quarantined == 0) return line;
    line += fmt::format(", {} in quarantine", GroupDigits(file.quarantined));
    return file.quarantine_id.empty() ? line
                                      : line + fmt::format(" (souk quarantine show {})", file.quarantine_id);
  }

  void PrintList(Progress& out, const ingest::IngestReport& report) const {
    ListBuilder list({{"file", "VARCHAR"},
                      {"record", "VARCHAR"},
                      {"format", "VARCHAR"},
                      {"rows", "BIGINT"},
                      {"quarantined", "BIGINT"},
                      {"quarantine_id", "VARCHAR"},
                      {"skipped", "BOOLEAN"},
                      {"bytes", "BIGINT"}});
    for (const auto& file : report.files) {
      list.Row({file.path, file.record, file.format, static_cast<int64_t>(file.rows),
                static_cast<int64_t>(file.quarantined), file.quarantine_id, file.skipped,
                static_cast<int64_t>(file.bytes)});
    }
    PrintTable(out, list.table(), format_);
  }

  std::vector<std::string> files_, maps_, time_formats_;
  std::string time_zone_;
  ingest::FileIngestOptions options_;
};

}  // namespace

std::unique_ptr<Verb> MakeIngestVerb() { return std::make_unique<IngestVerb>(); }

}  // namespace souk::app
