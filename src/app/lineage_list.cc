#include "app/lineage_list.h"

#include <fmt/ranges.h>

#include "app/parts.h"
#include "warehouse/lineage.h"

namespace souk::app {
namespace {

using warehouse::Lineage;
using warehouse::LineageEdge;

void PrintRelations(Progress& out, const Lineage& lineage, OutputFormat format) {
  ListBuilder list({{"table", "VARCHAR"}, {"kind", "VARCHAR"}, {"columns", "BIGINT"}, {"reads", "VARCHAR"}});
  for (const auto& relation : lineage.relations()) {
    std::set<std::string> reads;
    for (const auto& [column, uses] : relation.rows) {
      if (uses.contains(warehouse::Use::kRows)) reads.insert(column.relation);
    }
    list.Row({relation.name, relation.kind, static_cast<int64_t>(relation.columns.size()),
              fmt::format("{}", fmt::join(reads, ", "))});
  }
  PrintTable(out, list.table(), format);
}

void AddRows(ListBuilder& list, const std::vector<LineageEdge>& edges) {
  for (const LineageEdge& edge : edges) {
    std::string pii = fmt::format("{}", fmt::join(edge.pii, ", "));
    list.Row({edge.from.relation.empty() ? sql::Cell() : sql::Cell(edge.from.Text()), edge.to.Text(),
              warehouse::KindOf(edge.uses), pii.empty() ? sql::Cell() : sql::Cell(pii)});
  }
}

}  // namespace

Status PrintLineage(Progress& out, const Settings& settings, const LineageQuestion& question,
                    OutputFormat format) {
  TRY(Lineage lineage, Lineage::Load(WarehouseOptionsOf(settings)));
  if (question.subject.empty()) {
    PrintRelations(out, lineage, format);
    return {};
  }
  TRY(auto request, lineage.Resolve(question.subject));
  request.depth = question.depth;
  request.indirect = question.indirect;
  ListBuilder list({{"from", "VARCHAR"}, {"to", "VARCHAR"}, {"kind", "VARCHAR"}, {"pii", "VARCHAR"}});
  if (question.upstream) AddRows(list, lineage.Upstream(request));
  if (question.downstream) AddRows(list, lineage.Downstream(request));
  PrintTable(out, list.table(), format);
  return {};
}

Status PrintOpenLineage(Progress& out, const Settings& settings, const std::string& subject) {
  TRY(Lineage lineage, Lineage::Load(WarehouseOptionsOf(settings)));
  TRY(auto request, lineage.Resolve(subject));
  if (!request.column.empty())
    return Fail(Code::kInvalid, "the form of OpenLineage is of a whole table: souk lineage {}",
                request.relation);
  out.Line(lineage.OpenLineageFacet(*lineage.Find(request.relation)));
  return {};
}

}  // namespace souk::app
