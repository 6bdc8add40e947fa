#include <CLI/CLI.hpp>
#include <cstdio>

#include "app/metric_list.h"
#include "app/output.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/exit.h"
#include "cli/terminal.h"

namespace souk::cli {
namespace {

const char* KindName(OptionKind kind) {
  switch (kind) {
    case OptionKind::kText: return "text";
    case OptionKind::kInt: return "number";
    case OptionKind::kBool: return "true/false";
    case OptionKind::kBytes: return "bytes";
    case OptionKind::kDuration: return "duration";
    case OptionKind::kList: return "list";
    case OptionKind::kChoice: return "choice";
  }
  return "";
}

std::string UnitOf(const OptionSpec& spec) {
  if (!spec.choices.empty()) return std::string(spec.choices);
  return std::string(spec.unit.empty() ? KindName(spec.kind) : spec.unit);
}

// A value as it is; files and references of secrets are never shown.
std::string Shown(const Settings& settings, const OptionSpec& spec) {
  if (spec.secret) return "(hidden)";
  switch (spec.kind) {
    case OptionKind::kBool: return settings.Bool(spec.key) ? "true" : "false";
    case OptionKind::kInt: return std::to_string(settings.Int(spec.key));
    case OptionKind::kBytes: return app::FormatBytes(settings.Bytes(spec.key));
    case OptionKind::kDuration: return std::to_string(settings.DurationMs(spec.key)) + " ms";
    case OptionKind::kList: {
      std::string text;
      for (const std::string& item : settings.List(spec.key)) text += (text.empty() ? "" : ", ") + item;
      return text;
    }
    case OptionKind::kText:
    case OptionKind::kChoice: return settings.Text(spec.key);
  }
  return {};
}

void Show(Terminal& out, const Settings& settings, app::OutputFormat format) {
  app::ListBuilder list({{"setting", "VARCHAR"}, {"value", "VARCHAR"}, {"from", "VARCHAR"}});
  for (const OptionSpec& spec : settings.specs()) {
    list.Row({std::string(spec.key), Shown(settings, spec), settings.Origin(spec.key)});
  }
  app::PrintTable(out, list.table(), format);
}

void Docs(Terminal& out, const Settings& settings, app::OutputFormat format) {
  app::ListBuilder list(
      {{"setting", "VARCHAR"}, {"default", "VARCHAR"}, {"unit", "VARCHAR"}, {"meaning", "VARCHAR"}});
  for (const OptionSpec& spec : settings.specs()) {
    list.Row({std::string(spec.key), std::string(spec.default_value), UnitOf(spec), std::string(spec.help)});
  }
  app::PrintTable(out, list.table(), format);
}

void ListMetrics(Terminal& out, app::OutputFormat format) {
  app::ListBuilder list(
      {{"metric", "VARCHAR"}, {"type", "VARCHAR"}, {"labels", "VARCHAR"}, {"meaning", "VARCHAR"}});
  for (const MetricSpec* spec : app::AllMetrics()) {
    list.Row({std::string(spec->name), std::string(MetricKindName(spec->kind)), std::string(spec->labels),
              std::string(spec->help)});
  }
  app::PrintTable(out, list.table(), format);
}

// As docs/settings.md has it.
void Markdown(Terminal& out, const Settings& settings) {
  out.Line(
      "# Settings\n\nEvery setting may stand in `souk.toml` under its section or be given as `--set "
      "section.key=value`. "
      "`souk config show`\nprints the values in force and where each comes from. This page is the output of "
      "`souk "
      "config docs --markdown`.\n");
  out.Line("| setting | default | unit | meaning |\n|---|---|---|---|");
  for (const OptionSpec& spec : settings.specs()) {
    std::string unit = UnitOf(spec);
    for (size_t at = 0; (at = unit.find('|', at)) != std::string::npos; at += 2) unit.insert(at, "\\");
    std::string value = spec.default_value.empty() ? "" : fmt::format("`{}`", spec.default_value);
    out.Line(fmt::format("| `{}` | {} | {} | {} |", spec.key, value, unit, spec.help));
  }
}

}  // namespace

int RunConfig(const CommandLine& line, const Settings& settings) {
  CLI::App parser("the settings: what they are and what they mean", "souk config");
  parser.require_subcommand(1);
  parser.fallthrough();
  std::string format = "table";
  bool markdown = false;
  parser.add_option("--format", format, "how lists are printed: table, csv or json")
      ->check(CLI::IsMember({"table", "csv", "json"}));
  auto* show = parser.add_subcommand("show", "every setting's value and where it comes from");
  parser.add_subcommand("docs", "every setting's default, unit and meaning")
      ->add_flag("--markdown", markdown, "as the page docs/settings.md");
  auto* metrics = parser.add_subcommand("metrics", "every metric of /metrics and its meaning");
  metrics->add_flag("--markdown", markdown, "as the page docs/guide/metrics.md");
  if (auto done = ParseArguments(parser, line, "config")) return *done;
  Terminal terminal(line.quiet);
  if (show->parsed()) {
    Show(terminal, settings, *app::ParseOutputFormat(format));
  } else if (metrics->parsed() && markdown) {
    std::fputs(app::MetricsPage().c_str(), stdout);
  } else if (metrics->parsed()) {
    ListMetrics(terminal, *app::ParseOutputFormat(format));
  } else if (markdown) {
    Markdown(terminal, settings);
  } else {
    Docs(terminal, settings, *app::ParseOutputFormat(format));
  }
  return kExitOk;
}

}  // namespace souk::cli
