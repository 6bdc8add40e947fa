#include <algorithm>

#include "warehouse/query_reader.h"

namespace souk::warehouse {
namespace {

// A direct use that is no copy any more. What only decides stays what it is.
Use AtLeast(Use use, Use least) { return IsDirect(use) ? std::max(use, least) : use; }
// What an expression inside a direct use is when it only decides.
Use Deciding(Use use, Use how) { return IsDirect(use) ? how : use; }

const Inputs* FindIn(const FromEntry& entry, const std::string& name) {
  for (size_t i = 0; i < entry.columns.names.size(); ++i) {
    if (Lower(entry.columns.names[i]) == name) return &entry.columns.columns[i];
  }
  return entry.open ? &entry.open_inputs : nullptr;
}

// A name without relation: a column of FROM, a name of the select list, or something of the query around.
std::optional<Inputs> FindPlain(const NameScope* scope, const std::string& name) {
  for (; scope != nullptr; scope = scope->outer) {
    if (scope->parameters.contains(name)) return Inputs();
    for (bool open : {false, true}) {
      for (const FromEntry& entry : scope->entries) {
        if (entry.open != open || entry.merged.contains(name)) continue;
        if (const Inputs* found = FindIn(entry, name)) return *found;
      }
    }
    if (auto alias = scope->aliases.find(name); alias != scope->aliases.end()) return alias->second;
  }
  return std::nullopt;
}

std::optional<Inputs> FindQualified(const NameScope* scope, const std::string& relation,
                                    const std::string& name) {
  for (; scope != nullptr; scope = scope->outer) {
    for (const FromEntry& entry : scope->entries) {
      if (entry.alias != relation) continue;
      if (const Inputs* found = FindIn(entry, name)) return *found;
    }
  }
  return std::nullopt;
}

// The rows that a function without arguments counts.
Inputs RowsOnly(const NameScope& scope) {
  Inputs rows;
  for (const auto& [column, uses] : scope.rows) {
    if (uses.contains(Use::kRows)) rows[column] = {Use::kIdentity};
  }
  return rows;
}

}  // namespace

// column, relation.column, schema.relation.column, or any of them with fields of a struct behind it.
Status QueryReader::ColumnReference(const Json& node, Use use, const NameScope& scope, Inputs& to) const {
  std::vector<std::string> names;
  for (const Json& name : MemberOf(node, "column_names")) names.push_back(Lower(name.get<std::string>()));
  std::optional<Inputs> found;
  size_t taken = 0;
  for (size_t i = 1; i < names.size() && i <= 3 && !found; ++i) {
    found = FindQualified(&scope, names[i - 1], names[i]);
    taken = i + 1;
  }
  if (!found && !names.empty()) {
    found = FindPlain(&scope, names[0]);
    taken = 1;
  }
  if (found) {
    AddAs(taken < names.size() ? AtLeast(use, Use::kExpression) : use, *found, to);
    return {};
  }
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ".") + name;
  return Fail(Code::kInvalid, "there is no column {} where it is read", text);
}

Status QueryReader::EachExpression(const Json& node, Use use, const CommonTables& tables,
                                   const NameScope& scope, Inputs& to) {
  if (node.is_array()) {
    for (const Json& item : node) TRY_STATUS(EachExpression(item, use, tables, scope, to));
  } else if (node.is_object() && node.contains("class")) {
    return Expression(node, use, tables, scope, to);
  } else if (node.is_object()) {
    for (const auto& [name, item] : node.items()) TRY_STATUS(EachExpression(item, use, tables, scope, to));
  }
  return {};
}

Status QueryReader::Expression(const Json& node, Use use, const CommonTables& tables, const NameScope& scope,
                               Inputs& to) {
  std::string kind = TextOf(node, "class");
  if (kind == "CONSTANT" || kind == "PARAMETER" || kind == "LAMBDA_REF") return {};
  if (kind == "COLUMN_REF") return ColumnReference(node, use, scope, to);
  if (kind == "CASE") return Case(node, use, tables, scope, to);
  if (kind == "FUNCTION") return Function(node, use, tables, scope, to);
  if (kind == "WINDOW") return Window(node, use, tables, scope, to);
  if (kind == "SUBQUERY") return Subquery(node, use, tables, scope, to);
  if (kind == "LAMBDA") return Lambda(node, use, tables, scope, to);
  for (const char* known : {"CAST", "COLLATE", "OPERATOR", "COMPARISON", "CONJUNCTION", "BETWEEN"}) {
    if (kind != known) continue;
    for (const auto& [name, item] : node.items()) {
      TRY_STATUS(EachExpression(item, AtLeast(use, Use::kExpression), tables, scope, to));
    }
    return {};
  }
  return Fail(Code::kUnsupported, "this form of expression ({}) cannot be followed", Lower(kind));
}

Status QueryReader::Case(const Json& node, Use use, const CommonTables& tables, const NameScope& scope,
                         Inputs& to) {
  Use value = AtLeast(use, Use::kExpression);
  for (const Json& check : MemberOf(node, "case_checks")) {
    TRY_STATUS(Expression(MemberOf(check, "when_expr"), Deciding(use, Use::kCondition), tables, scope, to));
    TRY_STATUS(Expression(MemberOf(check, "then_expr"), value, tables, scope, to));
  }
  return EachExpression(MemberOf(node, "else_expr"), value, tables, scope, to);
}

Status QueryReader::Function(const Json& node, Use use, const CommonTables& tables, const NameScope& scope,
                             Inputs& to) {
  bool aggregate = aggregates_.contains(Lower(TextOf(node, "function_name")));
  Use value = AtLeast(use, aggregate ? Use::kAggregation : Use::kExpression);
  const Json& arguments = MemberOf(node, "children");
  if (aggregate && arguments.empty()) AddAs(value, RowsOnly(scope), to);
  TRY_STATUS(EachExpression(arguments, value, tables, scope, to));
  TRY_STATUS(EachExpression(MemberOf(node, "filter"), Deciding(use, Use::kCondition), tables, scope, to));
  return EachExpression(MemberOf(node, "order_bys"), Deciding(use, Use::kOrder), tables, scope, to);
}

Status QueryReader::Window(const Json& node, Use use, const CommonTables& tables, const NameScope& scope,
                           Inputs& to) {
  bool aggregate = TextOf(node, "type") == "WINDOW_AGGREGATE";
  Use value = AtLeast(use, aggregate ? Use::kAggregation : Use::kExpression);
  const Json& arguments = MemberOf(node, "children");
  if (arguments.empty()) AddAs(value, RowsOnly(scope), to);
  TRY_STATUS(EachExpression(arguments, value, tables, scope, to));
  for (const char* deciding : {"partitions", "orders", "arg_orders", "start_expr", "end_expr", "offset_expr"})
    TRY_STATUS(EachExpression(MemberOf(node, deciding), Deciding(use, Use::kWindow), tables, scope, to));
  TRY_STATUS(
      EachExpression(MemberOf(node, "filter_expr"), Deciding(use, Use::kCondition), tables, scope, to));
  return EachExpression(MemberOf(node, "default_expr"), value, tables, scope, to);
}

// (SELECT …) is a value of its column; EXISTS and IN say something of its rows.
Status QueryReader::Subquery(const Json& node, Use use, const CommonTables& tables, const NameScope& scope,
                             Inputs& to) {
  TRY(QueryLineage query, Query(MemberOf(MemberOf(node, "subquery"), "node"), tables, &scope));
  Use value = AtLeast(use, Use::kExpression);
  bool exists = TextOf(node, "subquery_type").ends_with("EXISTS");
  bool scalar = TextOf(node, "subquery_type") == "SCALAR";
  if (!exists) {
    for (const Inputs& column : query.columns) AddAs(scalar ? use : value, column, to);
  }
  AddAs(Deciding(use, Use::kCondition), query.rows, to);
  return EachExpression(MemberOf(node, "child"), value, tables, scope, to);
}

Status QueryReader::Lambda(const Json& node, Use use, const CommonTables& tables, const NameScope& scope,
                           Inputs& to) {
  NameScope inner;
  inner.outer = &scope;
  inner.rows = scope.rows;
  auto name = [&](const Json& parameter) {
    for (const Json& text : MemberOf(parameter, "column_names"))
      inner.parameters.insert(Lower(text.get<std::string>()));
  };
  const Json& left = MemberOf(node, "lhs");
  name(left);
  for (const Json& parameter : MemberOf(left, "children")) name(parameter);
  return EachExpression(MemberOf(node, "expr"), AtLeast(use, Use::kExpression), tables, inner, to);
}

// Of this query itself: an aggregate inside a subquery is that one's.
bool QueryReader::HasAggregate(const Json& node) const {
  if (node.is_object()) {
    std::string kind = TextOf(node, "class");
    if (kind == "SUBQUERY" || kind == "WINDOW") return false;
    if (kind == "FUNCTION" && aggregates_.contains(Lower(TextOf(node, "function_name")))) return true;
  }
  return node.is_structured() &&
         std::any_of(node.begin(), node.end(), [&](const Json& item) { return HasAggregate(item); });
}

}  // namespace souk::warehouse
