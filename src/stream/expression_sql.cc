// A condition as SQL, so that the rows behind a figure can be asked for.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "stream/expression.h"

namespace souk::stream {
namespace {

std::string Quoted(std::string_view text) {
  std::string out = "'";
  for (char c : text) out += c == '\'' ? "''" : std::string(1, c);
  return out + "'";
}

// 1250 of scale 2: 12.50
std::string Decimal(int64_t value, int scale) {
  std::string digits = fmt::format("{:0{}d}", value < 0 ? -value : value, scale + 1);
  if (scale > 0) digits.insert(digits.size() - static_cast<size_t>(scale), ".");
  return (value < 0 ? "-" : "") + digits;
}

std::string LiteralSql(const LiveField& field, int64_t literal, const Symbols& symbols) {
  switch (field.type) {
    case record::FieldType::kText: return Quoted(symbols.Text(literal));
    case record::FieldType::kBool: return literal == 0 ? "false" : "true";
    case record::FieldType::kTimestamp:
      return fmt::format("CAST($now AS TIMESTAMPTZ) + to_microseconds({})", literal);
    case record::FieldType::kInt:
    case record::FieldType::kDecimal: break;
  }
  return Decimal(literal, field.scale);
}

}  // namespace

std::string Expression::Sql(const FieldUse& use, const Symbols& symbols) const {
  return NodeSql(root_, use, symbols);
}

// A comparison with a missing value is false, and so is known to NOT.
std::string Expression::NodeSql(uint32_t index, const FieldUse& use, const Symbols& symbols) const {
  const Node& node = nodes_[index];
  auto of = [&](uint32_t child) { return NodeSql(child, use, symbols); };
  switch (node.op) {
    case Op::kTrue: return "true";
    case Op::kAnd: return fmt::format("({} AND {})", of(node.left), of(node.right));
    case Op::kOr: return fmt::format("({} OR {})", of(node.left), of(node.right));
    case Op::kNot: return fmt::format("(NOT {})", of(node.left));
    default: break;
  }
  const LiveField& field = FieldsOf(use.subject())[use.fields()[node.left]];
  std::string column = '"' + field.name + '"';
  if (node.op == Op::kIsNull) return fmt::format("({} IS NULL)", column);
  if (node.op == Op::kIs) return fmt::format("coalesce({}, false)", column);
  if (node.op == Op::kIn) {
    std::vector<std::string> among;
    for (int64_t literal : node.among) among.push_back(LiteralSql(field, literal, symbols));
    return fmt::format("coalesce({} IN ({}), false)", column, fmt::join(among, ", "));
  }
  const char* sign = node.op == Op::kEqual ? "=" : node.op == Op::kLess ? "<" : "<=";
  return fmt::format("coalesce({} {} {}, false)", column, sign, LiteralSql(field, node.literal, symbols));
}

}  // namespace souk::stream
