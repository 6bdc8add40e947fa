#include "warehouse/query_reader.h"

#include <algorithm>

namespace souk::warehouse {
namespace {

// A recursive WITH query is read again until nothing new comes; each turn adds a use at least.
constexpr int kTurns = 50;

void Rename(const Json& aliases, QueryLineage& query) {
  for (size_t i = 0; i < aliases.size() && i < query.names.size(); ++i)
    query.names[i] = aliases[i].get<std::string>();
}

std::string NameOf(const Json& expression) {
  if (std::string alias = TextOf(expression, "alias"); !alias.empty()) return alias;
  const Json& names = MemberOf(expression, "column_names");
  return names.empty() ? "" : names.back().get<std::string>();
}

// The number in GROUP BY 1 or ORDER BY 1, from 0.
std::optional<size_t> Position(const Json& expression, size_t columns) {
  if (TextOf(expression, "class") != "CONSTANT") return std::nullopt;
  const Json& value = MemberOf(MemberOf(expression, "value"), "value");
  if (!value.is_number_integer()) return std::nullopt;
  auto number = value.get<int64_t>();
  if (number < 1 || number > static_cast<int64_t>(columns)) return std::nullopt;
  return static_cast<size_t>(number - 1);
}

FromEntry EntryOf(const Json& node, QueryLineage query) {
  FromEntry entry;
  entry.alias = Lower(TextOf(node, "alias"));
  Rename(MemberOf(node, "column_name_alias"), query);
  entry.columns = std::move(query);
  return entry;
}

}  // namespace

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return lower;
}

const Json& MemberOf(const Json& node, const char* name) {
  static const Json null;
  if (!node.is_object()) return null;
  auto found = node.find(name);
  return found == node.end() ? null : *found;
}

std::string TextOf(const Json& node, const char* name) {
  const Json& member = MemberOf(node, name);
  return member.is_string() ? member.get<std::string>() : "";
}

Use Composed(Use outer, Use inner) {
  if (!IsDirect(outer)) return outer;
  return IsDirect(inner) ? std::max(outer, inner) : inner;
}

void AddAs(Use use, const Inputs& inputs, Inputs& to) {
  for (const auto& [column, uses] : inputs) {
    for (Use inner : uses) to[column].insert(Composed(use, inner));
  }
}

void AddAll(const Inputs& inputs, Inputs& to) {
  for (const auto& [column, uses] : inputs) to[column].insert(uses.begin(), uses.end());
}

Result<QueryLineage> QueryReader::Query(const Json& node, const CommonTables& tables,
                                        const NameScope* outer) {
  CommonTables inner = tables;
  std::string type = TextOf(node, "type");
  // A MATERIALIZED query stands in the map of its child as well.
  if (type == "CTE_NODE") return Query(MemberOf(node, "child"), tables, outer);
  TRY_STATUS(ReadCommonTables(node, inner, outer));
  if (type == "SELECT_NODE") return Select(node, inner, outer);
  if (type == "SET_OPERATION_NODE") return SetOperation(node, inner, outer);
  if (type == "RECURSIVE_CTE_NODE") return Recursive(node, inner, outer);
  return Fail(Code::kUnsupported, "this form of query ({}) cannot be followed", Lower(type));
}

Status QueryReader::ReadCommonTables(const Json& node, CommonTables& tables, const NameScope* outer) {
  for (const Json& entry : MemberOf(MemberOf(node, "cte_map"), "map")) {
    const Json& value = MemberOf(entry, "value");
    TRY(QueryLineage query, Query(MemberOf(MemberOf(value, "query"), "node"), tables, outer));
    Rename(MemberOf(value, "aliases"), query);
    tables[Lower(TextOf(entry, "key"))] = std::make_shared<QueryLineage>(std::move(query));
  }
  return {};
}

Result<QueryLineage> QueryReader::Recursive(const Json& node, const CommonTables& tables,
                                            const NameScope* outer) {
  TRY(QueryLineage query, Query(MemberOf(node, "left"), tables, outer));
  Rename(MemberOf(node, "aliases"), query);
  for (int turn = 0; turn < kTurns; ++turn) {
    CommonTables inner = tables;
    inner[Lower(TextOf(node, "cte_name"))] = std::make_shared<QueryLineage>(query);
    TRY(QueryLineage next, Query(MemberOf(node, "right"), inner, outer));
    QueryLineage before = query;
    for (size_t i = 0; i < query.columns.size() && i < next.columns.size(); ++i)
      AddAll(next.columns[i], query.columns[i]);
    AddAll(next.rows, query.rows);
    if (before.columns == query.columns && before.rows == query.rows) break;
  }
  return query;
}

Result<QueryLineage> QueryReader::SetOperation(const Json& node, const CommonTables& tables,
                                               const NameScope* outer) {
  TRY(QueryLineage query, Query(MemberOf(node, "left"), tables, outer));
  TRY(QueryLineage right, Query(MemberOf(node, "right"), tables, outer));
  std::string type = TextOf(node, "setop_type");
  bool by_name = type == "UNION_BY_NAME";
  if (type == "UNION" || by_name) {
    for (size_t i = 0; i < right.columns.size(); ++i) {
      size_t at = i;
      if (by_name) {
        at = static_cast<size_t>(std::find(query.names.begin(), query.names.end(), right.names[i]) -
                                 query.names.begin());
      }
      if (at >= query.columns.size()) {
        query.names.push_back(right.names[i]);
        query.columns.emplace_back();
        at = query.columns.size() - 1;
      }
      AddAll(right.columns[i], query.columns[at]);
    }
  } else {
    for (const Inputs& column : right.columns) AddAs(Use::kFilter, column, query.rows);
  }
  AddAll(right.rows, query.rows);
  if (MemberOf(node, "setop_all") != true) {
    for (const Inputs& column : query.columns) AddAs(Use::kGrouping, column, query.rows);
  }
  NameScope scope;
  scope.outer = outer;
  scope.entries.push_back({"", query, {}, false, false, {}});
  TRY_STATUS(Modifiers(node, tables, scope, query));
  return query;
}

Status QueryReader::From(const Json& node, const CommonTables& tables, NameScope& scope) {
  std::string type = TextOf(node, "type");
  if (node.is_null() || type == "EMPTY") return {};
  if (type == "BASE_TABLE") return BaseTable(node, tables, scope);
  if (type == "JOIN") return Join(node, tables, scope);
  if (type == "TABLE_FUNCTION") return TableFunction(node, tables, scope);
  if (type == "EXPRESSION_LIST") return Values(node, tables, scope);
  if (type != "SUBQUERY")
    return Fail(Code::kUnsupported, "{} behind FROM cannot be followed", type.empty() ? "this" : type);
  // What stands left of it is in sight: it may be LATERAL.
  TRY(QueryLineage query, Query(MemberOf(MemberOf(node, "subquery"), "node"), tables, &scope));
  AddAll(query.rows, scope.rows);
  scope.entries.push_back(EntryOf(node, std::move(query)));
  return {};
}

Status QueryReader::BaseTable(const Json& node, const CommonTables& tables, NameScope& scope) {
  std::string name = TextOf(node, "table_name");
  QueryLineage query;
  auto common = tables.find(Lower(name));
  if (common != tables.end() && TextOf(node, "schema_name").empty()) {
    query = *common->second;
  } else {
    const std::vector<std::string>* columns = columns_of_(Lower(name));
    if (columns == nullptr) return Fail(Code::kInvalid, "there is no relation {}", name);
    query.names = *columns;
    for (const std::string& column : *columns)
      query.columns.push_back({{{Lower(name), column}, {Use::kIdentity}}});
    query.rows = {{{Lower(name), kRowsColumn}, {Use::kRows}}};
  }
  AddAll(query.rows, scope.rows);
  scope.entries.push_back(EntryOf(node, std::move(query)));
  if (scope.entries.back().alias.empty()) scope.entries.back().alias = Lower(name);
  return {};
}

Status QueryReader::Join(const Json& node, const CommonTables& tables, NameScope& scope) {
  size_t begin = scope.entries.size();
  TRY_STATUS(From(MemberOf(node, "left"), tables, scope));
  size_t middle = scope.entries.size();
  TRY_STATUS(From(MemberOf(node, "right"), tables, scope));
  std::set<std::string> merged;
  for (const Json& name : MemberOf(node, "using_columns")) merged.insert(Lower(name.get<std::string>()));
  if (TextOf(node, "ref_type") == "NATURAL") {
    std::set<std::string> left;
    for (size_t i = begin; i < middle; ++i) {
      for (const std::string& name : scope.entries[i].columns.names) left.insert(Lower(name));
    }
    for (size_t i = middle; i < scope.entries.size(); ++i) {
      for (const std::string& name : scope.entries[i].columns.names) {
        if (left.contains(Lower(name))) merged.insert(Lower(name));
      }
    }
  }
  std::string type = TextOf(node, "join_type");
  for (size_t i = begin; i < scope.entries.size(); ++i) {
    FromEntry& entry = scope.entries[i];
    for (size_t c = 0; c < entry.columns.names.size(); ++c) {
      if (merged.contains(Lower(entry.columns.names[c])))
        AddAs(Use::kJoin, entry.columns.columns[c], scope.rows);
    }
    if (i < middle) continue;
    entry.merged.insert(merged.begin(), merged.end());
    entry.hidden |= type == "SEMI" || type == "ANTI";
  }
  return EachExpression(MemberOf(node, "condition"), Use::kJoin, tables, scope, scope.rows);
}

// Its rows and columns are made from its arguments alone.
Status QueryReader::TableFunction(const Json& node, const CommonTables& tables, NameScope& scope) {
  const Json& function = MemberOf(node, "function");
  FromEntry entry = EntryOf(node, {});
  if (entry.alias.empty()) entry.alias = Lower(TextOf(function, "function_name"));
  entry.open = true;
  TRY_STATUS(
      EachExpression(MemberOf(function, "children"), Use::kExpression, tables, scope, entry.open_inputs));
  for (const Json& name : MemberOf(node, "column_name_alias")) {
    entry.columns.names.push_back(name.get<std::string>());
    entry.columns.columns.push_back(entry.open_inputs);
  }
  AddAs(Use::kFilter, entry.open_inputs, scope.rows);
  scope.entries.push_back(std::move(entry));
  return {};
}

Status QueryReader::Values(const Json& node, const CommonTables& tables, NameScope& scope) {
  QueryLineage query;
  for (const Json& row : MemberOf(node, "values")) {
    query.columns.resize(std::max(query.columns.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i)
      TRY_STATUS(Expression(row[i], Use::kIdentity, tables, scope, query.columns[i]));
  }
  for (size_t i = 0; i < query.columns.size(); ++i) query.names.push_back(fmt::format("col{}", i));
  Rename(MemberOf(node, "expected_names"), query);
  scope.entries.push_back(EntryOf(node, std::move(query)));
  return {};
}

Result<QueryLineage> QueryReader::Select(const Json& node, const CommonTables& tables,
                                         const NameScope* outer) {
  NameScope scope;
  scope.outer = outer;
  TRY_STATUS(From(MemberOf(node, "from_table"), tables, scope));
  QueryLineage query;
  TRY_STATUS(SelectList(node, tables, scope, query));
  query.rows = scope.rows;
  for (const char* filter : {"where_clause", "having", "qualify"})
    TRY_STATUS(EachExpression(MemberOf(node, filter), Use::kFilter, tables, scope, query.rows));
  TRY_STATUS(Grouping(node, tables, scope, query));
  TRY_STATUS(Modifiers(node, tables, scope, query));
  return query;
}

Status QueryReader::SelectList(const Json& node, const CommonTables& tables, NameScope& scope,
                               QueryLineage& query) {
  for (const Json& item : MemberOf(node, "select_list")) {
    if (TextOf(item, "class") == "STAR") {
      TRY_STATUS(Star(item, tables, scope, query));
      continue;
    }
    Inputs inputs;
    TRY_STATUS(Expression(item, Use::kIdentity, tables, scope, inputs));
    std::string name = NameOf(item);
    if (!name.empty()) scope.aliases.emplace(Lower(name), inputs);
    query.names.push_back(name);
    query.columns.push_back(std::move(inputs));
  }
  return {};
}

// * or t.*, with EXCLUDE and REPLACE.
Status QueryReader::Star(const Json& star, const CommonTables& tables, NameScope& scope,
                         QueryLineage& query) {
  bool renames = !MemberOf(star, "rename_list").empty();
  if (MemberOf(star, "columns") == true || renames || !MemberOf(star, "expr").is_null())
    return Fail(Code::kUnsupported, "COLUMNS(…), * RENAME and * LIKE cannot be followed");
  std::set<std::string> left_out;
  for (const Json& name : MemberOf(star, "exclude_list"))
    left_out.insert(Lower(name.is_string() ? name.get<std::string>() : TextOf(name, "column")));
  std::map<std::string, const Json*> replaced;
  for (const Json& entry : MemberOf(star, "replace_list"))
    replaced[Lower(TextOf(entry, "key"))] = &MemberOf(entry, "value");
  std::string relation = Lower(TextOf(star, "relation_name"));
  for (const FromEntry& entry : scope.entries) {
    if (relation.empty() ? entry.hidden : entry.alias != relation) continue;
    if (entry.open && entry.columns.names.empty())
      return Fail(Code::kUnsupported, "the columns of {}(…) are not known; name them: {}(…) t(a, b)",
                  entry.alias, entry.alias);
    for (size_t i = 0; i < entry.columns.names.size(); ++i) {
      std::string name = Lower(entry.columns.names[i]);
      if (left_out.contains(name) || (relation.empty() && entry.merged.contains(name))) continue;
      Inputs inputs = entry.columns.columns[i];
      if (auto other = replaced.find(name); other != replaced.end()) {
        inputs.clear();
        TRY_STATUS(Expression(*other->second, Use::kIdentity, tables, scope, inputs));
      }
      query.names.push_back(entry.columns.names[i]);
      query.columns.push_back(std::move(inputs));
    }
  }
  return {};
}

Status QueryReader::Grouping(const Json& node, const CommonTables& tables, const NameScope& scope,
                             QueryLineage& query) {
  for (const Json& group : MemberOf(node, "group_expressions")) {
    if (auto position = Position(group, query.columns.size())) {
      AddAs(Use::kGrouping, query.columns[*position], query.rows);
    } else {
      TRY_STATUS(Expression(group, Use::kGrouping, tables, scope, query.rows));
    }
  }
  if (TextOf(node, "aggregate_handling") != "FORCE_AGGREGATES") return {};
  const Json& items = MemberOf(node, "select_list");  // GROUP BY ALL
  for (const Json& item : items) {
    if (TextOf(item, "class") != "STAR" && !HasAggregate(item))
      TRY_STATUS(Expression(item, Use::kGrouping, tables, scope, query.rows));
  }
  return {};
}

// DISTINCT makes groups. An order decides something only where a limit cuts it.
Status QueryReader::Modifiers(const Json& node, const CommonTables& tables, const NameScope& scope,
                              QueryLineage& query) {
  const Json& modifiers = MemberOf(node, "modifiers");
  bool limited = std::any_of(modifiers.begin(), modifiers.end(), [](const Json& modifier) {
    return TextOf(modifier, "type").starts_with("LIMIT");
  });
  for (const Json& modifier : modifiers) {
    std::string type = TextOf(modifier, "type");
    if (type == "DISTINCT_MODIFIER") {
      const Json& targets = MemberOf(modifier, "distinct_on_targets");
      TRY_STATUS(EachExpression(targets, Use::kGrouping, tables, scope, query.rows));
      if (!targets.empty()) continue;
      for (const Inputs& column : query.columns) AddAs(Use::kGrouping, column, query.rows);
    } else if (type == "ORDER_MODIFIER" && limited) {
      for (const Json& order : MemberOf(modifier, "orders")) {
        const Json& expression = MemberOf(order, "expression");
        // ORDER BY, unlike the rest, looks among the names of the select list first.
        auto alias = scope.aliases.find(Lower(NameOf(expression)));
        bool plain = MemberOf(expression, "column_names").size() == 1;
        if (auto position = Position(expression, query.columns.size())) {
          AddAs(Use::kOrder, query.columns[*position], query.rows);
        } else if (plain && alias != scope.aliases.end()) {
          AddAs(Use::kOrder, alias->second, query.rows);
        } else {
          TRY_STATUS(Expression(expression, Use::kOrder, tables, scope, query.rows));
        }
      }
    } else if (type.starts_with("LIMIT")) {
      for (const char* part : {"limit", "offset"})
        TRY_STATUS(EachExpression(MemberOf(modifier, part), Use::kFilter, tables, scope, query.rows));
    }
  }
  return {};
}

}  // namespace souk::warehouse
