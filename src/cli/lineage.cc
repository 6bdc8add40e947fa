#include "app/lineage_list.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/exit.h"
#include "cli/terminal.h"

namespace souk::cli {

int RunLineage(const CommandLine& line, const Settings& settings) {
  CLI::App parser("which columns a column is made from, and what is made from it", "souk lineage");
  parser.footer(
      "identity, expression and aggregation carry values. indirect: the column only decides, as a "
      "condition,\n"
      "in a window, filter, join, grouping or order; such steps are shown but not followed. TABLE.* stands\n"
      "for the rows of a table. Reports are named report.NAME. pii: personal data that goes along.");
  app::LineageQuestion question;
  std::string format = "table";
  bool upstream = false, downstream = false, direct = false;
  parser.add_option("subject", question.subject,
                    "TABLE or TABLE.COLUMN; all tables are listed when not given");
  parser.add_flag("--upstream", upstream, "only where it comes from");
  parser.add_flag("--downstream", downstream, "only what is made from it");
  parser.add_flag("--direct", direct, "only what carries values");
  parser.add_option("--depth", question.depth, "steps at most; as far as it goes when not given")
      ->check(CLI::Range(1, 1000));
  parser.add_option("--format", format, "table, csv or json; openlineage: a table's column lineage facet")
      ->check(CLI::IsMember({"table", "csv", "json", "openlineage"}));
  if (auto done = ParseArguments(parser, line, "lineage")) return *done;
  Terminal terminal(line.quiet);
  Status printed;
  if (format == "openlineage") {
    if (question.subject.empty())
      return PrintError({Code::kInvalid, "lineage: name a table: souk lineage TABLE --format openlineage"});
    printed = app::PrintOpenLineage(terminal, settings, question.subject);
  } else {
    if (upstream || downstream) {
      question.upstream = upstream;
      question.downstream = downstream;
    }
    question.indirect = !direct;
    printed = app::PrintLineage(terminal, settings, question, *app::ParseOutputFormat(format));
  }
  return printed ? kExitOk : PrintError(printed.error());
}

}  // namespace souk::cli
