// Verbs that work on the data directory. Each runs as a job, with or without a running `souk up`, from its
// arguments alone; the command line and the page submit the same thing.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/output.h"
#include "app/parts.h"
#include "schedule/job_host.h"
#include "serve/feed.h"

namespace CLI {
class App;
}

namespace souk::app {

struct VerbContext {
  Parts& parts;
  const schedule::JobRequest& request;
  Progress& progress;
  schedule::JobHost* jobs = nullptr;
  serve::ChangeFeed* changes = nullptr;
};

// One run of a verb. AddOptions declares the arguments on a parser, which fills the object; then Run.
class Verb {
 public:
  virtual ~Verb() = default;
  virtual void AddOptions(CLI::App& app) = 0;
  virtual Status Run(VerbContext& context) = 0;
  // The parser lives as long as the verb, which asks it what was given.
  void Keep(std::shared_ptr<CLI::App> parser) { parser_ = std::move(parser); }

 protected:
  // Declares --format.
  void AddFormat(CLI::App& app);
  // The argument as an absolute path, seen from where the user stood.
  static std::string PathOf(const VerbContext& context, const std::string& argument);
  // "YYYY-MM-DD" of the option `name`; nothing when it is empty.
  static Result<std::optional<Day>> ParseDay(const std::string& text, std::string_view name);

  OutputFormat format_ = OutputFormat::kTable;

 private:
  std::string format_text_ = "table";
  std::shared_ptr<CLI::App> parser_;
};

struct VerbKind {
  std::string name;
  std::string summary;                                              // one line of `souk help`
  std::string lane;                                                 // as schedule::JobKind
  std::function<bool(const std::vector<std::string>&)> only_looks;  // as schedule::JobKind
  std::function<std::unique_ptr<Verb>()> make;
};

// All of them, in the order of `souk help`.
const std::vector<VerbKind>& Verbs();

// Parses `args` for that verb; kInvalid with the parser's message, or help text in `help` when it was asked
// for.
Status ParseVerb(const VerbKind& kind, Verb& verb, const std::vector<std::string>& args, std::string* help);

// The jobs a host offers: every verb. Parts and feed must outlive the host; `jobs` is filled in by the caller
// after the host exists.
std::vector<schedule::JobKind> JobKinds(Parts& parts, serve::ChangeFeed& changes, schedule::JobHost** jobs);

std::unique_ptr<Verb> MakeIngestVerb();
std::unique_ptr<Verb> MakeBuildVerb();
std::unique_ptr<Verb> MakeReportVerb();
std::unique_ptr<Verb> MakeSqlVerb();
std::unique_ptr<Verb> MakeQuarantineVerb();
std::unique_ptr<Verb> MakeRawVerb();
std::unique_ptr<Verb> MakeMappingVerb();
std::unique_ptr<Verb> MakeJobsVerb();

}  // namespace souk::app
