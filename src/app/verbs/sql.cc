#include <CLI/CLI.hpp>

#include "app/verb.h"
#include "base/files.h"

namespace souk::app {
namespace {

class SqlVerb : public Verb {
 public:
  void AddOptions(CLI::App& app) override {
    AddFormat(app);
    auto* text = app.add_option("query", query_, "one statement or several, separated by ';'");
    app.add_option("-f,--file", file_, "a file of statements")->excludes(text);
  }

  Status Run(VerbContext& context) override {
    if (query_.empty() && file_.empty()) {
      return Fail(Code::kInvalid, "there is no query; write souk sql \"SELECT …\" or souk sql -f FILE");
    }
    if (!file_.empty()) {
      TRY(query_, ReadFile(PathOf(context, file_)));
    }
    TRY(auto door, context.parts.Door());
    sql::QueryOptions limits;
    limits.progress = &context.progress;
    TRY(auto answers, door->RunScript(governance::LocalOwner(), query_, limits));
    for (size_t i = 0; i < answers.size(); ++i) {
      bool table = format_ == OutputFormat::kTable;
      if (i > 0 && table) context.progress.Line("");
      if (!answers[i].message.empty() && table) context.progress.Line(answers[i].message);
      if (answers[i].table.columns.empty()) continue;
      PrintTable(context.progress, answers[i].table, format_);
      if (table) {
        size_t rows = answers[i].table.rows.size();
        context.progress.Line(fmt::format("{} {}", GroupDigits(rows), rows == 1 ? "row" : "rows"));
      }
    }
    return {};
  }

 private:
  std::string query_, file_;
};

}  // namespace

std::unique_ptr<Verb> MakeSqlVerb() { return std::make_unique<SqlVerb>(); }

}  // namespace souk::app
