// Conditions of live figures, as models/live.yml writes them:
//
//   status in (completed, returned) and not (quantity < 0 or city is null)
//
// or, and, not, parentheses; = != < <= > >= with a word, 'text', number or true/false; in (…), not in (…);
// is null, is not null; a field of true/false by itself; a name of `filters`; for visits `ended_at >= now -
// 5m`. A comparison with a missing value is false, also under `not in` and `!=`.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "stream/fields.h"
#include "stream/symbols.h"

namespace souk::stream {

struct ExpressionContext {
  FieldUse* use = nullptr;
  Symbols* symbols = nullptr;
  const std::map<std::string, std::string>* filters = nullptr;  // by name
};

// Any thread may evaluate; the symbols of its literals belong to the table it was parsed with.
class Expression {
 public:
  // Always true.
  Expression();
  // kInvalid says what was expected where.
  static Result<Expression> Parse(std::string_view text, const ExpressionContext& context);

  // Whether both are written alike.
  bool operator==(const Expression&) const = default;

  // `values` by place in the FieldUse; `now` in microseconds.
  bool Holds(std::span<const int64_t> values, int64_t now = 0) const { return Eval(root_, values, now); }
  // The first moment after `now` at which a comparison with now may turn out otherwise; kNull = there is
  // none.
  int64_t NextTurn(std::span<const int64_t> values, int64_t now) const;
  // The same condition in DuckDB's SQL, over columns that have the fields' names; now is the parameter $now.
  std::string Sql(const FieldUse& use, const Symbols& symbols) const;

 private:
  friend class ExpressionParser;
  enum class Op : uint8_t { kTrue, kAnd, kOr, kNot, kIs, kIsNull, kEqual, kLess, kAtMost, kIn };
  struct Node {
    Op op = Op::kTrue;
    uint32_t left = 0, right = 0;  // nodes; kIs …: left = place of the field
    int64_t literal = 0;
    bool from_now = false;       // literal is a difference to now
    std::vector<int64_t> among;  // kIn
    bool operator==(const Node&) const = default;
  };
  bool Eval(uint32_t node, std::span<const int64_t> values, int64_t now) const;
  std::string NodeSql(uint32_t node, const FieldUse& use, const Symbols& symbols) const;

  std::vector<Node> nodes_;
  uint32_t root_ = 0;
};

}  // namespace souk::stream
