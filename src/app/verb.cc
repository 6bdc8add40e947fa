#include "app/verb.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "base/files.h"

namespace souk::app {

void Verb::AddFormat(CLI::App& app) {
  app.add_option("--format", format_text_, "how lists are printed: table, csv or json")
      ->check(CLI::IsMember({"table", "csv", "json"}))
      ->each([this](const std::string& text) { format_ = *ParseOutputFormat(text); });
}

std::string Verb::PathOf(const VerbContext& context, const std::string& argument) {
  bool absolute = argument.starts_with('/');
  return AbsolutePath(absolute ? argument : context.request.directory + "/" + argument);
}

Result<std::optional<Day>> Verb::ParseDay(const std::string& text, std::string_view name) {
  if (text.empty()) return std::optional<Day>();
  auto day = souk::ParseDay(text);
  if (!day) return Wrap(day.error(), name);
  return std::optional<Day>(*day);
}

namespace {

using Args = std::vector<std::string>;

auto LooksWith(std::string flag) {
  return [flag = std::move(flag)](const Args& args) {
    return std::find(args.begin(), args.end(), flag) != args.end();
  };
}

bool AlwaysLooks(const Args&) { return true; }

}  // namespace

const std::vector<VerbKind>& Verbs() {
  static const std::vector<VerbKind> kVerbs = {
      {"ingest", "take files into the lake", "data", LooksWith("--dry-run"), MakeIngestVerb},
      {"build", "clean, load the warehouse, compute the marts", "data", LooksWith("--explain"),
       MakeBuildVerb},
      {"report", "a report's figures", "", AlwaysLooks, MakeReportVerb},
      {"sql", "a query over the warehouse", "", AlwaysLooks, MakeSqlVerb},
      {"quarantine", "records that could not be taken: ls, show, replay", "data",
       [](const Args& args) { return !LooksWith("replay")(args); }, MakeQuarantineVerb},
      {"raw", "files that were taken: ls, rm", "data",
       [](const Args& args) { return !LooksWith("rm")(args); }, MakeRawVerb},
      {"mapping", "saved mappings of columns: ls, show, delete", "data",
       [](const Args& args) { return !LooksWith("delete")(args); }, MakeMappingVerb},
      {"jobs", "what ran: ls, show, cancel", "", AlwaysLooks, MakeJobsVerb},
  };
  return kVerbs;
}

Status ParseVerb(const VerbKind& kind, Verb& verb, const std::vector<std::string>& args, std::string* help) {
  auto owned = std::make_shared<CLI::App>(kind.summary, "souk " + kind.name);
  verb.Keep(owned);
  CLI::App& parser = *owned;
  verb.AddOptions(parser);
  std::vector<std::string> reversed(args.rbegin(), args.rend());  // what CLI11 wants of a vector
  try {
    parser.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    if (help != nullptr) *help = parser.help();
  } catch (const CLI::CallForAllHelp&) {
    if (help != nullptr) *help = parser.help("", CLI::AppFormatMode::All);
  } catch (const CLI::ParseError& error) {
    return Fail(Code::kInvalid, "{}: {}; `souk {} --help` shows what it takes", kind.name, error.what(),
                kind.name);
  }
  return {};
}

std::vector<schedule::JobKind> JobKinds(Parts& parts, serve::ChangeFeed& changes, schedule::JobHost** jobs) {
  std::vector<schedule::JobKind> kinds;
  for (const VerbKind& kind : Verbs()) {
    auto body = [&kind, &parts, &changes, jobs](const schedule::JobRequest& request,
                                                Progress& progress) -> Status {
      auto verb = kind.make();
      TRY_STATUS(ParseVerb(kind, *verb, request.args, nullptr));
      VerbContext context{parts, request, progress, *jobs, &changes};
      return verb->Run(context);
    };
    kinds.push_back({kind.name, kind.lane, kind.only_looks, body});
  }
  return kinds;
}

}  // namespace souk::app
