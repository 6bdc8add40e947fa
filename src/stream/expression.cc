#include "stream/expression.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/options.h"
#include "record/values.h"

namespace souk::stream {
namespace {

struct Token {
  enum Kind { kEnd, kWord, kText, kNumber, kSign } kind = kEnd;
  std::string text;
  size_t at = 0;
};

bool IsWordCharacter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-' || c == '.';
}

Result<std::vector<Token>> Split(std::string_view text) {
  std::vector<Token> tokens;
  size_t at = 0;
  while (at < text.size()) {
    char c = text[at];
    size_t begin = at;
    if (c == ' ' || c == '\n' || c == '\t') {
      ++at;
      continue;
    }
    Token token;
    token.at = begin;
    if (c == '\'') {
      token.kind = Token::kText;
      for (++at; at < text.size() && !(text[at] == '\'' && (at + 1 == text.size() || text[at + 1] != '\''));
           ++at) {
        if (text[at] == '\'') ++at;
        token.text += text[at];
      }
      if (at == text.size())
        return Fail(Code::kInvalid, "a text that begins at character {} does not end", begin + 1);
      ++at;
    } else if (std::isdigit(static_cast<unsigned char>(c)) ||
               (c == '-' && at + 1 < text.size() && std::isdigit(static_cast<unsigned char>(text[at + 1])))) {
      token.kind = Token::kNumber;
      for (++at; at < text.size() && IsWordCharacter(text[at]); ++at) {
      }
      token.text = text.substr(begin, at - begin);
    } else if (std::isalpha(static_cast<unsigned char>(c)) || c == '_') {
      token.kind = Token::kWord;
      for (++at; at < text.size() && IsWordCharacter(text[at]); ++at) {
      }
      token.text = text.substr(begin, at - begin);
    } else {
      token.kind = Token::kSign;
      at += text.substr(at).starts_with("<=") || text.substr(at).starts_with(">=") ||
                    text.substr(at).starts_with("!=")
                ? 2
                : 1;
      token.text = text.substr(begin, at - begin);
    }
    tokens.push_back(std::move(token));
  }
  tokens.push_back({Token::kEnd, "", text.size()});
  return tokens;
}

constexpr int kDeepest = 64;

}  // namespace

class ExpressionParser {
 public:
  ExpressionParser(const ExpressionContext& context, Expression& expression)
      : context_(context), expression_(expression) {}

  Result<uint32_t> ParseAll(std::string_view text) {
    if (++depth_ > kDeepest) return Fail(Code::kInvalid, "conditions are nested more than {} deep", kDeepest);
    auto outer = std::move(tokens_);
    size_t outer_next = next_;
    TRY(tokens_, Split(text));
    next_ = 0;
    TRY(uint32_t root, ParseOr());
    if (Peek().kind != Token::kEnd) return Unexpected("and, or, or the end");
    tokens_ = std::move(outer);
    next_ = outer_next;
    --depth_;
    return root;
  }

 private:
  using Op = Expression::Op;
  using Node = Expression::Node;

  const Token& Peek() const { return tokens_[next_]; }
  bool Take(std::string_view text) {
    const Token& token = Peek();
    if ((token.kind != Token::kWord && token.kind != Token::kSign) || token.text != text) return false;
    ++next_;
    return true;
  }
  tl::unexpected<Error> Unexpected(std::string_view expected) const {
    const Token& token = Peek();
    return Fail(Code::kInvalid, "expected {} at character {}, found {}", expected, token.at + 1,
                token.kind == Token::kEnd ? "the end" : "'" + token.text + "'");
  }
  uint32_t Add(Node node) {
    expression_.nodes_.push_back(std::move(node));
    return static_cast<uint32_t>(expression_.nodes_.size() - 1);
  }
  uint32_t Not(uint32_t node) { return Add({Op::kNot, node, 0, 0, false, {}}); }

  Result<uint32_t> ParseOr() {
    TRY(uint32_t left, ParseAnd());
    while (Take("or")) {
      TRY(uint32_t right, ParseAnd());
      left = Add({Op::kOr, left, right, 0, false, {}});
    }
    return left;
  }
  Result<uint32_t> ParseAnd() {
    TRY(uint32_t left, ParseNot());
    while (Take("and")) {
      TRY(uint32_t right, ParseNot());
      left = Add({Op::kAnd, left, right, 0, false, {}});
    }
    return left;
  }
  Result<uint32_t> ParseNot() {
    if (++depth_ > kDeepest) return Fail(Code::kInvalid, "conditions are nested more than {} deep", kDeepest);
    uint32_t node = 0;
    if (Take("not")) {
      TRY(uint32_t inner, ParseNot());
      node = Not(inner);
    } else if (Take("(")) {
      TRY(node, ParseOr());
      if (!Take(")")) return Unexpected("')'");
    } else {
      TRY(node, ParseTest());
    }
    --depth_;
    return node;
  }

  // A filter's name, or a field and what it is compared with.
  Result<uint32_t> ParseTest() {
    if (Peek().kind != Token::kWord) return Unexpected("a field");
    std::string name = Peek().text;
    if (auto filter = context_.filters->find(name); filter != context_.filters->end()) {
      ++next_;
      return ParseAll(filter->second);
    }
    Subject subject = context_.use->subject();
    auto field = FindField(subject, name);
    if (!field)
      return Fail(Code::kInvalid, "'{}' is no field of {} and no filter", name, SubjectName(subject));
    ++next_;
    const LiveField& type = FieldsOf(subject)[*field];
    auto place = static_cast<uint32_t>(context_.use->Use(*field));
    if (Take("is")) {
      bool negated = Take("not");
      if (!Take("null")) return Unexpected("null");
      uint32_t node = Add({Op::kIsNull, place, 0, 0, false, {}});
      return negated ? Not(node) : node;
    }
    if (type.opaque) return Fail(Code::kInvalid, "{} can only be compared with null", type.name);
    if (Take("in")) return ParseIn(type, place, false);
    if (Take("not")) {
      if (!Take("in")) return Unexpected("in");
      return ParseIn(type, place, true);
    }
    for (const char* sign : {"=", "!=", "<=", ">=", "<", ">"}) {
      if (Take(sign)) return ParseComparison(type, place, sign);
    }
    if (type.type != record::FieldType::kBool) return Unexpected("a comparison");
    return Add({Op::kIs, place, 0, 0, false, {}});
  }

  Result<uint32_t> ParseIn(const LiveField& type, uint32_t place, bool negated) {
    if (!Take("(")) return Unexpected("'('");
    Node node{Op::kIn, place, 0, 0, false, {}};
    do {
      TRY(int64_t literal, ParseLiteral(type));
      node.among.push_back(literal);
    } while (Take(","));
    if (!Take(")")) return Unexpected("',' or ')'");
    uint32_t in = Add(std::move(node));
    return negated ? Present(place, Not(in)) : in;
  }

  Result<uint32_t> ParseComparison(const LiveField& type, uint32_t place, std::string_view sign) {
    bool ordered = sign != "=" && sign != "!=";
    if (ordered && (type.type == record::FieldType::kText || type.type == record::FieldType::kBool))
      return Fail(Code::kInvalid, "{} has no order to compare with {}", type.name, sign);
    bool from_now = false;
    int64_t literal = 0;
    if (type.type == record::FieldType::kTimestamp) {
      TRY(literal, ParseFromNow());
      from_now = true;
    } else {
      TRY(literal, ParseLiteral(type));
    }
    if (!ordered) {
      uint32_t equal = Add({Op::kEqual, place, 0, literal, from_now, {}});
      return sign == "=" ? equal : Present(place, Not(equal));
    }
    bool strict_less = sign == "<" || sign == ">=";
    uint32_t node = Add({strict_less ? Op::kLess : Op::kAtMost, place, 0, literal, from_now, {}});
    return sign.front() == '<' ? node : Present(place, Not(node));
  }

  // `node`, and the field has a value.
  uint32_t Present(uint32_t place, uint32_t node) {
    uint32_t present = Not(Add({Op::kIsNull, place, 0, 0, false, {}}));
    return Add({Op::kAnd, present, node, 0, false, {}});
  }

  // now, now - 5m
  Result<int64_t> ParseFromNow() {
    if (!Take("now")) return Unexpected("now, or now - 5m");
    if (!Take("-")) return 0;
    if (Peek().kind != Token::kNumber) return Unexpected("a duration like 5m");
    TRY(int64_t milliseconds, ParseDurationMs(Peek().text));
    ++next_;
    return -milliseconds * 1000;
  }

  Result<int64_t> ParseLiteral(const LiveField& type) {
    const Token& token = Peek();
    using record::FieldType;
    int64_t value = 0;
    switch (type.type) {
      case FieldType::kText:
        if (token.kind == Token::kEnd || token.kind == Token::kSign) return Unexpected("a word or 'text'");
        value = context_.symbols->Of(token.text);
        break;
      case FieldType::kInt:
      case FieldType::kDecimal:
        if (token.kind != Token::kNumber ||
            record::ReadDecimal(token.text, 18, type.scale, {}, value) != record::ValueFault::kNone)
          return Unexpected("a number");
        break;
      case FieldType::kBool:
        if (token.kind != Token::kWord || (token.text != "true" && token.text != "false"))
          return Unexpected("true or false");
        value = token.text == "true" ? 1 : 0;
        break;
      case FieldType::kTimestamp: return Unexpected("a comparison with now");
    }
    ++next_;
    return value;
  }

  const ExpressionContext& context_;
  Expression& expression_;
  std::vector<Token> tokens_;
  size_t next_ = 0;
  int depth_ = 0;
};

Expression::Expression() : nodes_(1) {}

Result<Expression> Expression::Parse(std::string_view text, const ExpressionContext& context) {
  Expression expression;
  auto root = ExpressionParser(context, expression).ParseAll(text);
  if (!root) return Fail(root.error().code, "in '{}': {}", text, root.error().message);
  expression.root_ = *root;
  return expression;
}

int64_t Expression::NextTurn(std::span<const int64_t> values, int64_t now) const {
  int64_t next = kNull;
  for (const Node& node : nodes_) {
    if (!node.from_now || values[node.left] == kNull) continue;
    int64_t equal = values[node.left] - node.literal;  // it turns here, or right after
    int64_t turn = equal > now ? equal : equal + 1;
    if (turn > now && (next == kNull || turn < next)) next = turn;
  }
  return next;
}

bool Expression::Eval(uint32_t index, std::span<const int64_t> values, int64_t now) const {
  const Node& node = nodes_[index];
  switch (node.op) {
    case Op::kTrue: return true;
    case Op::kAnd: return Eval(node.left, values, now) && Eval(node.right, values, now);
    case Op::kOr: return Eval(node.left, values, now) || Eval(node.right, values, now);
    case Op::kNot: return !Eval(node.left, values, now);
    default: break;
  }
  int64_t value = values[node.left];
  if (node.op == Op::kIsNull) return value == kNull;
  if (value == kNull) return false;
  int64_t literal = node.from_now ? now + node.literal : node.literal;
  switch (node.op) {
    case Op::kIs: return value != 0;
    case Op::kEqual: return value == literal;
    case Op::kLess: return value < literal;
    case Op::kAtMost: return value <= literal;
    default: return std::find(node.among.begin(), node.among.end(), value) != node.among.end();
  }
}

}  // namespace souk::stream
