#include "sql/syntax_tree.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "sql/scan.h"

namespace souk::sql {
namespace {

using Json = nlohmann::json;

// Expressions carry a "class". Not here: DEFAULT and what only exists after binding.
constexpr std::array<std::string_view, 17> kExpressions = {
    "BETWEEN",    "CASE",        "CAST",      "COLLATE",  "COLUMN_REF",
    "COMPARISON", "CONJUNCTION", "CONSTANT",  "FUNCTION", "LAMBDA",
    "LAMBDA_REF", "OPERATOR",    "PARAMETER", "STAR",     "POSITIONAL_REFERENCE",
    "SUBQUERY",   "WINDOW"};

// Query nodes, table references, modifiers and orders carry a "type" without a class. Not here: SHOW_REF,
// COLUMN_DATA, DELIM_GET, BOUND_TABLE_REF and all that is made by DuckDB itself.
constexpr std::array<std::string_view, 18> kNodes = {"SELECT_NODE",
                                                     "SET_OPERATION_NODE",
                                                     "RECURSIVE_CTE_NODE",
                                                     "CTE_NODE",
                                                     "BASE_TABLE",
                                                     "SUBQUERY",
                                                     "JOIN",
                                                     "TABLE_FUNCTION",
                                                     "EXPRESSION_LIST",
                                                     "EMPTY",
                                                     "PIVOT",
                                                     "ORDER_MODIFIER",
                                                     "LIMIT_MODIFIER",
                                                     "LIMIT_PERCENT_MODIFIER",
                                                     "DISTINCT_MODIFIER",
                                                     "ORDER_DEFAULT",
                                                     "ASCENDING",
                                                     "DESCENDING"};

template <typename List>
bool Has(const List& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

// "" when the member is missing, null or no string.
std::string Text(const Json& node, const char* member) {
  auto found = node.find(member);
  return found != node.end() && found->is_string() ? found->get<std::string>() : "";
}

const Json& Member(const Json& node, const char* member) {
  static const Json null;
  auto found = node.find(member);
  return found == node.end() ? null : *found;
}

// Names of WITH queries that can be seen, in lower case.
using Scope = std::vector<std::string>;

class Walker {
 public:
  Status Walk(const Json& node, const Scope& scope) {
    if (node.is_array()) {
      for (const Json& child : node) TRY_STATUS(Walk(child, scope));
      return {};
    }
    return node.is_object() ? WalkObject(node, scope) : Status{};
  }
  References Take() { return std::move(references_); }

 private:
  Status WalkObject(const Json& node, const Scope& scope) {
    TRY_STATUS(CheckKind(node));
    std::string type = node.contains("class") ? "" : Text(node, "type");
    if (type == "BASE_TABLE") return BaseTable(node, scope);
    if (type == "TABLE_FUNCTION") return TableFunction(node, scope);
    if (node.contains("function_name")) TRY_STATUS(Function(node));
    if (!node.contains("cte_map")) return Children(node, scope, "");
    Scope inner = scope;
    TRY_STATUS(CommonTables(Member(node, "cte_map"), inner));
    if (type == "RECURSIVE_CTE_NODE") return WithName(node, "right", inner);
    // A MATERIALIZED query: its name is in the map too, but its own text must not see it.
    if (type == "CTE_NODE") return WithName(node, "child", scope);
    return Children(node, inner, "cte_map");
  }

  Status Children(const Json& node, const Scope& scope, std::string_view except) {
    for (const auto& [name, child] : node.items()) {
      if (name != except) TRY_STATUS(Walk(child, scope));
    }
    return {};
  }

  Status CheckKind(const Json& node) const {
    std::string kind = Text(node, "class");
    if (!kind.empty()) return Has(kExpressions, kind) ? Status{} : Unknown(kind);
    kind = Text(node, "type");
    if (kind.empty() || Has(kNodes, kind) || kind.ends_with("_TYPE_INFO")) return {};
    return Unknown(kind);
  }

  static tl::unexpected<Error> Unknown(const std::string& kind) {
    if (kind == "SHOW_REF") {
      return Fail(Code::kDenied,
                  "SHOW, DESCRIBE and SUMMARIZE cannot stand inside a query; use them as statements");
    }
    return Fail(Code::kDenied, "this form of query ({}) cannot be used here", LowerAscii(kind));
  }

  // A name of a WITH query that could be taken for a file, were it looked up in the wrong place.
  static Status CheckName(const std::string& name) {
    if (name.find_first_of("./\\:*?[]") == std::string::npos) return {};
    return Fail(Code::kDenied,
                "the name \"{}\" cannot be used for a WITH query here; use letters, digits and _", name);
  }

  // Each query sees those before it; a recursive one sees itself, which its own node tells.
  Status CommonTables(const Json& cte_map, Scope& scope) {
    for (const Json& entry : Member(cte_map, "map")) {
      std::string name = Text(entry, "key");
      TRY_STATUS(CheckName(name));
      TRY_STATUS(Walk(Member(entry, "value"), scope));
      scope.push_back(LowerAscii(name));
    }
    return {};
  }

  // A node whose cte_name is seen in its member `where` only.
  Status WithName(const Json& node, const char* where, const Scope& scope) {
    std::string name = Text(node, "cte_name");
    TRY_STATUS(CheckName(name));
    Scope inner = scope;
    inner.push_back(LowerAscii(name));
    TRY_STATUS(Walk(Member(node, where), inner));
    for (const auto& [member, child] : node.items()) {
      if (member != where && member != "cte_map") TRY_STATUS(Walk(child, scope));
    }
    return {};
  }

  Status BaseTable(const Json& node, const Scope& scope) {
    RelationName name{Text(node, "catalog_name"), Text(node, "schema_name"), Text(node, "table_name")};
    if (!Member(node, "at_clause").is_null()) {
      return Fail(Code::kDenied, "{}: older versions of a table (AT) cannot be read here", name.table);
    }
    bool unqualified = name.catalog.empty() && name.schema.empty();
    if (!unqualified || !Has(scope, LowerAscii(name.table))) references_.relations.push_back(std::move(name));
    return Walk(Member(node, "sample"), scope);
  }

  Status TableFunction(const Json& node, const Scope& scope) {
    const Json& function = Member(node, "function");
    if (Text(function, "class") != "FUNCTION") return Unknown("TABLE_FUNCTION");
    TRY_STATUS(CheckSchema(function));
    references_.table_functions.push_back(LowerAscii(Text(function, "function_name")));
    TRY_STATUS(Children(function, scope, ""));
    return Children(node, scope, "function");
  }

  Status Function(const Json& node) {
    TRY_STATUS(CheckSchema(node));
    references_.functions.push_back(LowerAscii(Text(node, "function_name")));
    return {};
  }

  // The parser itself writes main. before some functions.
  static Status CheckSchema(const Json& node) {
    std::string schema = LowerAscii(Text(node, "schema"));
    std::string catalog = LowerAscii(Text(node, "catalog"));
    if ((schema.empty() || schema == "main") && (catalog.empty() || catalog == "system")) return {};
    return Fail(Code::kDenied, "the function {}.{} cannot be used here; functions have no schema", schema,
                Text(node, "function_name"));
  }

  References references_;
};

// " (line 2)", from the parser's position in bytes.
std::string Line(const Json& tree, std::string_view sql) {
  std::string digits = Text(tree, "position");
  if (digits.empty() || digits.size() > 9 || digits.find_first_not_of("0123456789") != std::string::npos)
    return "";
  size_t position = std::min<size_t>(std::stoul(digits), sql.size());
  return fmt::format(" (line {})",
                     1 + std::count(sql.begin(), sql.begin() + static_cast<ptrdiff_t>(position), '\n'));
}

}  // namespace

Result<References> ReadReferences(std::string_view json, std::string_view sql) {
  Json tree = Json::parse(json, nullptr, false);
  if (!tree.is_object()) return Fail(Code::kUnsupported, "DuckDB gave no syntax tree for the statement");
  if (Member(tree, "error") == true) {
    std::string message = Text(tree, "error_message");
    if (Text(tree, "error_type") == "parser") return Fail(Code::kInvalid, "{}{}", message, Line(tree, sql));
    return Fail(Code::kUnsupported, "{}", message);
  }
  const Json& statements = Member(tree, "statements");
  if (!statements.is_array() || statements.size() != 1)
    return Fail(Code::kInvalid, "one statement at a time");
  Walker walker;
  TRY_STATUS(walker.Walk(statements, {}));
  return walker.Take();
}

}  // namespace souk::sql
