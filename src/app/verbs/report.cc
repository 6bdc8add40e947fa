#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdlib>

#include "app/verb.h"

namespace souk::app {
namespace {

class ReportVerb : public Verb {
 public:
  void AddOptions(CLI::App& app) override {
    AddFormat(app);
    app.add_option("name", request_.name, "which report; all are listed when not given");
    app.add_option("--from", from_, "first shop day (YYYY-MM-DD)");
    app.add_option("--to", to_, "last shop day");
    AddFilter(app, "--category", "category");
    AddFilter(app, "--region", "region");
    AddFilter(app, "--payment-method", "payment_method");
    AddFilter(app, "--device", "device");
    AddFilter(app, "--source", "source");
    AddFilter(app, "--segment", "segment");
    AddFilter(app, "--product", "product", "only the product of this id");
    AddFilter(app, "--weekday", "weekday", "only this weekday, 1 = Monday to 7 = Sunday");
    AddFilter(app, "--hour", "hour", "only this hour of the shop's clock, 0 to 23");
    AddFilter(app, "--customer", "customer", "only New, Returning or Guest");
    AddFilter(app, "--line", "line",
              "only these lines: sale, sold, discounted, returned, failed or cancelled");
    AddFilter(app, "--rfm-segment", "rfm_segment", "only customers of this segment (Champions, Loyal, …)");
    app.add_option("--limit", limit_, "rows at most, of reports that rank")->check(CLI::PositiveNumber);
    app.add_flag("--compare", request_.compare_previous, "also the period of the same length before");
    app.add_flag("--sql", sql_, "show the SQL behind it");
  }

  Status Run(VerbContext& context) override {
    TRY(auto* reports, context.parts.Reports());
    if (request_.name.empty()) return List(context.progress, *reports);
    TRY(request_.from, ParseDay(from_, "--from"));
    TRY(request_.to, ParseDay(to_, "--to"));
    if (limit_ > 0) request_.limit = limit_;
    for (const auto& [name, values] : filters_) {
      if (!values.empty()) request_.filters[name] = values;
    }
    sql::QueryOptions limits;
    limits.progress = &context.progress;
    TRY(auto report, reports->Run(governance::LocalOwner(), request_, limits));
    Print(context.progress, report);
    return {};
  }

 private:
  void AddFilter(CLI::App& app, const std::string& flag, const std::string& name,
                 const std::string& what = "only this") {
    app.add_option(flag, filters_[name], what + "; several times: any of them")->allow_extra_args(false);
  }

  Status List(Progress& out, const warehouse::ReportBook& reports) const {
    ListBuilder list({{"report", "VARCHAR"}, {"title", "VARCHAR"}, {"description", "VARCHAR"}});
    for (const auto& info : reports.List()) {
      // A terminal shows what it is about; the rest of the description is for programs and the page.
      size_t end = format_ == OutputFormat::kTable ? info.description.find(". ") : std::string::npos;
      list.Row({info.name, info.title,
                end == std::string::npos ? info.description : info.description.substr(0, end + 1)});
    }
    PrintTable(out, list.table(), format_);
    return {};
  }

  void Print(Progress& out, const warehouse::Report& report) const {
    bool table = format_ == OutputFormat::kTable;
    if (table) {
      // What came over the stream since then is live, and here after the next build.
      std::string until =
          report.state.data_until == 0 ? "" : "; data until " + FormatUtc(report.state.data_until);
      out.Line(fmt::format("{}, {}{}{}", report.info.title, PeriodText(report, report.from, report.to),
                           report.partial ? " (the last day is not over)" : "", until));
      out.Line("");
    }
    if (sql_) {
      out.Line(report.sql);
      return;
    }
    // One row of many figures reads better downwards.
    bool one_row = report.table.rows.size() == 1;
    PrintTable(out,
               !table    ? report.table
               : one_row ? Downwards(report)
                         : Readable(report, report.table),
               format_);
    if (!report.previous || (table && one_row && report.previous->rows.size() == 1)) return;
    if (table)
      out.Line(fmt::format("\nbefore, {}\n", PeriodText(report, *report.previous_from, *report.previous_to)));
    PrintTable(out, table ? Readable(report, *report.previous) : *report.previous, format_);
  }

  static std::string PeriodText(const warehouse::Report& report, const Day& from, const Day& to) {
    if (report.info.period == warehouse::PeriodKind::kRange)
      return fmt::format("{} to {}", FormatDay(from), FormatDay(to));
    return "as of " + FormatDay(to);
  }

  // Shares as percentages, for people; CSV and JSON keep the fraction.
  static sql::Table Readable(const warehouse::Report& report, sql::Table table) {
    for (auto& row : table.rows) {
      for (size_t c = 0; c < row.size(); ++c) row[c] = Value(row[c], report.columns[c].type);
    }
    return table;
  }

  static sql::Table Downwards(const warehouse::Report& report) {
    bool compared = report.previous && report.previous->rows.size() == 1;
    std::vector<sql::Column> columns = {{"figure", "VARCHAR"}, {"value", "DECIMAL"}};
    if (compared) columns.insert(columns.end(), {{"before", "DECIMAL"}, {"change", "DECIMAL"}});
    columns.push_back({"definition", "VARCHAR"});
    ListBuilder list(columns);
    for (size_t c = 0; c < report.columns.size(); ++c) {
      const auto& column = report.columns[c];
      std::string label =
          column.unit.empty() ? column.label : fmt::format("{}, {}", column.label, column.unit);
      std::vector<sql::Cell> row = {label, Value(report.table.At(0, c), column.type)};
      if (compared) {
        const sql::Cell& before = report.previous->At(0, c);
        row.insert(row.end(),
                   {Value(before, column.type), Change(report.table.At(0, c), before, column.type)});
      }
      row.push_back(column.definition);
      list.Row(std::move(row));
    }
    return list.table();
  }

  // In percent of what was before; for shares in percentage points. Null where there is nothing to compare.
  static sql::Cell Change(const sql::Cell& now, const sql::Cell& before, const std::string& type) {
    auto number = [](const sql::Cell& cell) {
      std::string text = sql::CellText(cell);
      char* end = nullptr;
      double value = std::strtod(text.c_str(), &end);
      return !text.empty() && *end == '\0' ? std::optional<double>(value) : std::nullopt;
    };
    auto value = number(now), base = number(before);
    if (!value || !base || type == "text" || type == "date") return std::monostate();
    if (type == "percent") return fmt::format("{:+.2f} pt", (*value - *base) * 100);
    if (*base == 0) return std::monostate();
    return fmt::format("{:+.1f} %", (*value - *base) / std::fabs(*base) * 100);
  }

  static sql::Cell Value(const sql::Cell& cell, const std::string& type) {
    const double* share = std::get_if<double>(&cell);
    if (type == "percent" && share != nullptr) return fmt::format("{:.2f} %", *share * 100);
    return std::holds_alternative<std::monostate>(cell) ? cell : sql::Cell(sql::CellText(cell));
  }

  std::string from_, to_;
  int64_t limit_ = 0;
  bool sql_ = false;
  std::map<std::string, std::vector<std::string>> filters_;
  warehouse::ReportRequest request_;
};

}  // namespace

std::unique_ptr<Verb> MakeReportVerb() { return std::make_unique<ReportVerb>(); }

}  // namespace souk::app
