#include "sql/command.h"

#include <array>
#include <optional>

#include "sql/scan.h"

namespace souk::sql {
namespace {

struct Token {
  Piece piece;
  std::string_view text;
  size_t begin;
};

std::vector<Token> Tokens(std::string_view sql) {
  std::vector<Token> tokens;
  for (size_t at = 0; at < sql.size();) {
    Span span = NextSpan(sql, at);
    if (span.piece != Piece::kBlank && span.piece != Piece::kComment) {
      tokens.push_back({span.piece, sql.substr(at, span.end - at), at});
    }
    at = span.end;
  }
  return tokens;
}

std::string Unquote(std::string_view text) {
  char quote = text.front();
  std::string plain;
  for (size_t i = 1; i + 1 < text.size(); ++i) {
    plain += text[i];
    if (text[i] == quote) ++i;
  }
  return plain;
}

class Reader {
 public:
  explicit Reader(std::string_view sql) : sql_(sql), tokens_(Tokens(sql)) {}

  bool AtEnd() const { return next_ == tokens_.size(); }
  // Takes the next token when it is this keyword (lower case).
  bool Take(std::string_view keyword) {
    if (Word() != keyword) return false;
    ++next_;
    return true;
  }
  template <size_t N>
  bool TakeAny(const std::array<std::string_view, N>& keywords) {
    for (std::string_view keyword : keywords) {
      if (Take(keyword)) return true;
    }
    return false;
  }
  std::string Word() const {
    bool word = !AtEnd() && tokens_[next_].piece == Piece::kWord;
    return word ? LowerAscii(tokens_[next_].text) : "";
  }
  std::optional<std::string> TakeName() {
    if (AtEnd()) return std::nullopt;
    const Token& token = tokens_[next_];
    if (token.piece != Piece::kWord && token.piece != Piece::kQuotedName) return std::nullopt;
    ++next_;
    return token.piece == Piece::kWord ? std::string(token.text) : Unquote(token.text);
  }
  std::optional<std::string> TakeString() {
    if (AtEnd() || tokens_[next_].text.front() != '\'') return std::nullopt;
    return Unquote(tokens_[next_++].text);
  }
  // name, schema.name or catalog.schema.name
  std::optional<RelationName> TakeRelation() {
    std::vector<std::string> parts;
    do {
      auto part = TakeName();
      if (!part || parts.size() == 3) return std::nullopt;
      parts.push_back(*part);
    } while (TakeDot());
    RelationName relation;
    relation.table = parts.back();
    if (parts.size() > 1) relation.schema = parts[parts.size() - 2];
    if (parts.size() > 2) relation.catalog = parts[0];
    return relation;
  }
  // (a, b = f(1, 2)) at its commas: "a", "b = f(1, 2)". Nothing when no closed parenthesis begins here.
  std::optional<std::vector<std::string>> TakeGroup() {
    if (AtEnd() || tokens_[next_].text != "(") return std::nullopt;
    std::vector<std::string> items;
    int depth = 0;
    size_t begin = next_ + 1;
    for (size_t i = next_; i < tokens_.size(); ++i) {
      std::string_view text = tokens_[i].text;
      if (text == "(" || text == "[" || text == "{") ++depth;
      if (text == ")" || text == "]" || text == "}") --depth;
      if (depth > 0 && !(depth == 1 && text == ",")) continue;
      if (i == begin) return std::nullopt;
      size_t end = tokens_[i - 1].begin + tokens_[i - 1].text.size();
      items.emplace_back(sql_.substr(tokens_[begin].begin, end - tokens_[begin].begin));
      begin = i + 1;
      next_ = begin;
      if (depth == 0) return items;
    }
    return std::nullopt;
  }
  // Does a query begin here?
  bool AtQuery() const {
    if (AtEnd()) return false;
    std::string word = Word();
    return word == "select" || word == "with" || word == "values" || word == "from" || word == "table" ||
           tokens_[next_].text == "(";
  }
  std::string Rest() const { return AtEnd() ? "" : std::string(sql_.substr(tokens_[next_].begin)); }

 private:
  bool TakeDot() {
    if (AtEnd() || tokens_[next_].text != ".") return false;
    ++next_;
    return true;
  }

  std::string_view sql_;
  std::vector<Token> tokens_;
  size_t next_ = 0;
};

std::string UpperAscii(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return upper;
}

constexpr std::array<std::string_view, 2> kIn = {"in", "from"};

Result<Command> Use(Reader& reader) {
  reader.TakeAny(std::array<std::string_view, 2>{"schema", "database"});
  auto name = reader.TakeName();
  if (!name || !reader.AtEnd())
    return Fail(Code::kInvalid, "USE wants the name of a schema: USE ecommerce_dwh");
  Command command{.verb = Verb::kUse};
  command.schema = *name;
  return command;
}

// [LIKE] 'pattern' to the end.
Status TakePattern(Reader& reader, Command& command) {
  bool like = reader.Take("like");
  if (auto pattern = reader.TakeString()) command.pattern = *pattern;
  bool missing = like && command.pattern.empty();
  if (!missing && reader.AtEnd()) return {};
  return Fail(Code::kInvalid, "write SHOW TABLES [IN schema] [LIKE 'fact*'], or SHOW SCHEMAS [LIKE 'ecom*']");
}

Result<Command> Show(Reader& reader) {
  Command command;
  if (reader.Take("tables")) {
    command.verb = Verb::kShowTables;
    if (reader.TakeAny(kIn)) command.schema = reader.TakeName().value_or("");
    TRY_STATUS(TakePattern(reader, command));
    return command;
  }
  if (reader.TakeAny(std::array<std::string_view, 2>{"schemas", "databases"})) {
    command.verb = Verb::kShowSchemas;
    TRY_STATUS(TakePattern(reader, command));
    return command;
  }
  if (reader.Take("columns") && reader.TakeAny(kIn)) {
    command.verb = Verb::kShowColumns;
    auto relation = reader.TakeRelation();
    if (relation && reader.TakeAny(kIn)) relation->schema = reader.TakeName().value_or("");
    if (!relation || !reader.AtEnd()) return Fail(Code::kInvalid, "write SHOW COLUMNS IN table");
    command.relation = *relation;
    return command;
  }
  for (auto [word, verb] : {std::pair("table", Verb::kShowTableStats), {"column", Verb::kShowColumnStats}}) {
    if (!reader.Take(word) || !reader.Take("stats")) continue;
    command.verb = verb;
    auto relation = reader.TakeRelation();
    if (!relation || !reader.AtEnd())
      return Fail(Code::kInvalid, "write SHOW {} STATS table", UpperAscii(word));
    command.relation = *relation;
    return command;
  }
  return Fail(
      Code::kDenied,
      "of SHOW, these can be used here: SHOW TABLES [IN schema], SHOW SCHEMAS, SHOW COLUMNS IN table, "
      "SHOW TABLE STATS table, SHOW COLUMN STATS table");
}

// PARTITION (year = 2025, month = 11), several times if need be.
Status TakePartitions(Reader& reader, Command& command) {
  while (reader.Take("partition")) {
    auto items = reader.TakeGroup();
    if (!items) return Fail(Code::kInvalid, "write PARTITION (year = 2025, month = 11, day = 30)");
    std::string all;
    for (const std::string& item : *items) all += (all.empty() ? "(" : " AND (") + item + ")";
    command.partition += command.partition.empty() ? all : " OR " + all;
  }
  return {};
}

Result<Command> Refresh(Reader& reader) {
  Command command{.verb = Verb::kRefresh};
  if (reader.AtEnd()) return command;
  reader.Take("table");
  auto relation = reader.TakeRelation();
  if (relation) TRY_STATUS(TakePartitions(reader, command));
  if (!relation || !reader.AtEnd())
    return Fail(Code::kInvalid, "write REFRESH table, or REFRESH table PARTITION (year = 2025, month = 11)");
  command.relation = *relation;
  return command;
}

Result<Command> InvalidateMetadata(Reader& reader) {
  Command command{.verb = Verb::kInvalidateMetadata};
  bool metadata = reader.Take("metadata");
  if (metadata && reader.AtEnd()) return command;
  auto relation = metadata ? reader.TakeRelation() : std::nullopt;
  if (!relation || !reader.AtEnd())
    return Fail(Code::kInvalid, "write INVALIDATE METADATA, or INVALIDATE METADATA table");
  command.relation = *relation;
  return command;
}

Result<Command> ComputeStats(Reader& reader) {
  Command command{.verb = Verb::kComputeStats};
  command.incremental = reader.Take("incremental");
  auto relation = reader.Take("stats") ? reader.TakeRelation() : std::nullopt;
  if (relation) {
    if (auto columns = reader.TakeGroup()) command.columns = *columns;
    TRY_STATUS(TakePartitions(reader, command));
  }
  if (!relation || !reader.AtEnd()) {
    return Fail(
        Code::kInvalid,
        "write COMPUTE STATS table, COMPUTE STATS table (column, column), or COMPUTE INCREMENTAL STATS "
        "table PARTITION (year = 2025, month = 11)");
  }
  command.relation = *relation;
  return command;
}

Result<Command> DescribeOrSummarize(Reader& reader, Verb verb) {
  Command command{.verb = verb};
  if (reader.Word() != "table" && reader.AtQuery()) {
    command.query = reader.Rest();
    return command;
  }
  reader.TakeAny(std::array<std::string_view, 3>{"table", "extended", "formatted"});
  auto relation = reader.TakeRelation();
  if (!relation || !reader.AtEnd()) {
    return Fail(Code::kInvalid, "{} wants a table or a query: {} fact_transactions",
                verb == Verb::kDescribe ? "DESCRIBE" : "SUMMARIZE",
                verb == Verb::kDescribe ? "DESCRIBE" : "SUMMARIZE");
  }
  command.relation = *relation;
  return command;
}

Result<Command> Explain(Reader& reader) {
  Command command{.verb = Verb::kExplain};
  command.analyze = reader.Take("analyze");
  if (!reader.AtQuery())
    return Fail(Code::kDenied, "EXPLAIN can be used here before a query only: EXPLAIN SELECT …");
  command.query = reader.Rest();
  return command;
}

}  // namespace

std::string FirstWord(std::string_view statement) {
  std::string word = UpperAscii(Reader(statement).Word());
  return word.empty() ? "this statement" : word;
}

Result<Command> ReadCommand(std::string_view statement) {
  Reader reader(statement);
  if (reader.Take("use")) return Use(reader);
  if (reader.Take("show")) return Show(reader);
  if (reader.Take("describe") || reader.Take("desc")) return DescribeOrSummarize(reader, Verb::kDescribe);
  if (reader.Take("summarize")) return DescribeOrSummarize(reader, Verb::kSummarize);
  if (reader.Take("explain")) return Explain(reader);
  if (reader.Take("refresh")) return Refresh(reader);
  if (reader.Take("invalidate")) return InvalidateMetadata(reader);
  if (reader.Take("compute")) return ComputeStats(reader);
  Command command;
  command.query = std::string(statement);
  return command;
}

}  // namespace souk::sql
