// Lineage as OpenLineage writes it: spec/facets/ColumnLineageDatasetFacet.json of its version 1.2.0.
#include <nlohmann/json.hpp>

#include "warehouse/lineage.h"

namespace souk::warehouse {
namespace {

using Json = nlohmann::ordered_json;

const char* Subtype(Use use) {
  switch (use) {
    case Use::kIdentity: return "IDENTITY";
    case Use::kExpression: return "TRANSFORMATION";
    case Use::kAggregation: return "AGGREGATION";
    case Use::kRows: return "";
    case Use::kCondition: return "CONDITIONAL";
    case Use::kWindow: return "WINDOW";
    case Use::kFilter: return "FILTER";
    case Use::kJoin: return "JOIN";
    case Use::kGrouping: return "GROUP_BY";
    case Use::kOrder: return "SORT";
  }
  return "";
}

// Rows have no field there and are left out.
Json InputFields(const Inputs& inputs) {
  Json fields = Json::array();
  for (const auto& [column, uses] : inputs) {
    if (column.column == kRowsColumn) continue;
    Json transformations = Json::array();
    for (Use use : uses) {
      transformations.push_back({{"type", IsDirect(use) ? "DIRECT" : "INDIRECT"},
                                 {"subtype", Subtype(use)},
                                 {"description", ""},
                                 {"masking", false}});
    }
    fields.push_back({{"namespace", "souk"},
                      {"name", column.relation},
                      {"field", column.column},
                      {"transformations", transformations}});
  }
  return fields;
}

}  // namespace

std::string Lineage::OpenLineageFacet(const RelationLineage& relation) const {
  Json fields = Json::object();
  for (const ColumnLineage& column : relation.columns)
    fields[column.name] = {{"inputFields", InputFields(column.from)}};
  Json facet = {{"_producer", "urn:souk"},
                {"_schemaURL", "https://openlineage.io/spec/facets/1-2-0/ColumnLineageDatasetFacet.json"},
                {"fields", fields},
                {"dataset", InputFields(relation.rows)}};
  return facet.dump(2);
}

}  // namespace souk::warehouse
