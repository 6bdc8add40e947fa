#include "warehouse/report.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "base/options.h"
#include "warehouse/report_file.h"

namespace souk::warehouse {
namespace {

using sql::Parameter;

constexpr int64_t kMostDays = 10'000;  // as many as sales_trend can number

struct Period {
  int64_t from = 0;
  int64_t to = 0;
};

Result<Period> PeriodOf(const ReportRequest& request, const ReportInfo& info, const WarehouseState& state) {
  Day last = state.last_day   ? *state.last_day
             : state.data_day ? *state.data_day
                              : DayFromDays(state.built_at / kMicrosPerDay);
  Day first = state.first_day.value_or(last);
  Period period;
  period.to = DaysFromDay(request.to.value_or(last));
  if (!request.to && request.from) period.to = std::max(period.to, DaysFromDay(*request.from));
  if (request.from) {
    period.from = DaysFromDay(*request.from);
  } else {
    // A shop younger than that has nothing to show before its first day.
    period.from = std::min(std::max(period.to - info.days + 1, DaysFromDay(first)), period.to);
  }
  if (period.from > period.to) {
    return Fail(Code::kInvalid, "the period begins on {} and ends before, on {}", FormatDay(*request.from),
                FormatDay(*request.to));
  }
  if (period.to - period.from >= kMostDays) {
    return Fail(Code::kInvalid, "a report takes {} days at most; ask for a shorter period", kMostDays);
  }
  return period;
}

std::vector<Parameter> ParametersOf(const ReportRequest& request, const ReportFile& report,
                                    const Period& period) {
  std::vector<Parameter> parameters = {{"from", FormatDay(DayFromDays(period.from))},
                                       {"to", FormatDay(DayFromDays(period.to))},
                                       {"limit", request.limit.value_or(report.limit)}};
  for (const auto& [filter, values] : request.filters) {
    for (size_t i = 0; i < values.size(); ++i)
      parameters.push_back({fmt::format("{}_{}", filter, i + 1), values[i]});
  }
  return parameters;
}

std::string ParameterText(const Parameter& parameter) {
  if (const auto* number = std::get_if<int64_t>(&parameter.value)) return std::to_string(*number);
  std::string text = sql::QuoteLiteral(std::get<std::string>(parameter.value));
  std::replace(text.begin(), text.end(), '\n', ' ');  // it stands in a comment of one line
  return text;
}

std::string WithValues(const std::string& sql, const std::vector<Parameter>& parameters) {
  std::string text;
  for (const Parameter& parameter : parameters) {
    size_t at = sql.find("$" + parameter.name);
    if (at != std::string::npos)
      text += fmt::format("-- ${} = {}\n", parameter.name, ParameterText(parameter));
  }
  return text + sql;
}

}  // namespace

const char* PeriodKindName(PeriodKind kind) {
  switch (kind) {
    case PeriodKind::kRange: return "range";
    case PeriodKind::kAsOf: return "as_of";
    case PeriodKind::kNone: return "none";
  }
  return "";
}

struct ReportBook::Impl {
  std::shared_ptr<sql::QueryDoor> door;
  const Warehouse* warehouse = nullptr;
  ReportFiles files;

  Result<const ReportFile*> Find(const std::string& name) const {
    std::vector<std::string> names;
    for (const ReportFile& report : files.reports()) {
      if (report.info.name == name) return &report;
      names.push_back(report.info.name);
    }
    std::string near = NearestWord(name, names);
    return Fail(Code::kNotFound, "there is no report {}{}", name,
                near.empty() ? "" : "; did you mean " + near + "?");
  }

  Status CheckRequest(const ReportFile& report, const ReportRequest& request) const {
    for (const auto& [filter, values] : request.filters) {
      const auto& known = report.info.filters;
      if (std::find(known.begin(), known.end(), filter) != known.end() && !values.empty()) continue;
      return Fail(Code::kInvalid, "{} has no filter {}; it has {}", report.info.name, filter,
                  fmt::join(known, ", "));
    }
    if (report.info.period == PeriodKind::kNone && (request.from || request.to || request.compare_previous)) {
      return Fail(Code::kInvalid,
                  "{} has no period: it is always as of the last day that has data; ask for it without days "
                  "and without a comparison",
                  report.info.name);
    }
    if (request.limit && *request.limit < 1)
      return Fail(Code::kInvalid, "limit {} is not a positive number", *request.limit);
    return {};
  }

  Result<sql::Table> Rows(const governance::Identity& identity, const ReportFile& report,
                          const std::string& sql, const std::vector<Parameter>& parameters,
                          const sql::QueryOptions& limits) const {
    auto answer = door->Run(identity, sql, parameters, limits);
    if (!answer) return Wrap(answer.error(), report.info.name);
    return std::move(answer->table);
  }
};

ReportBook::ReportBook(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ReportBook::~ReportBook() = default;

Result<std::unique_ptr<ReportBook>> ReportBook::Open(std::shared_ptr<sql::QueryDoor> door,
                                                     const Warehouse& warehouse,
                                                     const WarehouseOptions& options) {
  auto impl = std::make_unique<Impl>();
  impl->door = std::move(door);
  impl->warehouse = &warehouse;
  TRY(impl->files, ReportFiles::Load(options.models_directory, options.shop.currency));
  return std::unique_ptr<ReportBook>(new ReportBook(std::move(impl)));
}

std::vector<ReportInfo> ReportBook::List() const {
  std::vector<ReportInfo> list;
  for (const ReportFile& report : impl_->files.reports()) list.push_back(report.info);
  return list;
}

Result<std::vector<ReportColumn>> ReportBook::Columns(const std::string& report) const {
  TRY(const ReportFile* file, impl_->Find(report));
  return file->columns;
}

Result<Report> ReportBook::Run(const governance::Identity& identity, const ReportRequest& request,
                               const sql::QueryOptions& limits) {
  TRY(const ReportFile* file, impl_->Find(request.name));
  TRY_STATUS(impl_->CheckRequest(*file, request));
  WarehouseState state = impl_->warehouse->State();
  if (state.version == 0) return Fail(Code::kUnavailable, "nothing is built yet; run `souk build`");
  TRY(Period period, PeriodOf(request, file->info, state));
  FilterCounts counts;
  for (const auto& [filter, values] : request.filters) counts[filter] = values.size();
  TRY(std::string sql, impl_->files.Sql(*file, counts));
  auto parameters = ParametersOf(request, *file, period);

  Report report;
  report.info = file->info;
  report.columns = file->columns;
  report.from = DayFromDays(period.from);
  report.to = DayFromDays(period.to);
  report.partial = state.data_day && DaysFromDay(*state.data_day) == period.to && !state.data_day_over;
  report.state = state;
  report.sql = WithValues(sql, parameters);
  TRY(report.table, impl_->Rows(identity, *file, sql, parameters, limits));
  if (request.compare_previous) {
    int64_t days = period.to - period.from + 1;
    Period before{period.from - days, period.from - 1};
    report.previous_from = DayFromDays(before.from);
    report.previous_to = DayFromDays(before.to);
    TRY(report.previous, impl_->Rows(identity, *file, sql, ParametersOf(request, *file, before), limits));
  }
  return report;
}

Result<std::vector<std::string>> ReportBook::FilterValues(const governance::Identity& identity,
                                                          const std::string& filter,
                                                          const sql::QueryOptions& limits) {
  const Filter* found = impl_->files.FindFilter(filter);
  if (found == nullptr) return Fail(Code::kNotFound, "there is no filter {}", filter);
  if (found->values.empty())
    return Fail(Code::kInvalid, "the values of the filter {} are not listed", filter);
  TRY(auto answer, impl_->door->Run(identity, found->values, {}, limits));
  std::vector<std::string> values;
  for (const auto& row : answer.table.rows) values.push_back(sql::CellText(row[0]));
  return values;
}

}  // namespace souk::warehouse
