#include "record/record_rules.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "base/clock.h"
#include "record/values.h"

namespace souk::record {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Bytes of the blank that `text` begins with: those of Unicode's category Zs, which DuckDB's trim takes away;
// 0 = it begins with none.
size_t BlankAt(std::string_view text) {
  if (text.empty()) return 0;
  if (text[0] == ' ') return 1;
  if (text.starts_with("\xC2\xA0")) return 2;
  for (std::string_view blank : {"\xE1\x9A\x80", "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80"}) {
    if (text.starts_with(blank)) return 3;
  }
  bool general = text.size() >= 3 && text.starts_with("\xE2\x80") &&
                 static_cast<unsigned char>(text[2]) >= 0x80 &&
                 static_cast<unsigned char>(text[2]) <= 0x8A;  // U+2000 to U+200A
  return general ? 3 : 0;
}

size_t BlankBefore(std::string_view text) {
  for (size_t bytes = 1; bytes <= 3 && bytes <= text.size(); ++bytes) {
    if (BlankAt(text.substr(text.size() - bytes)) == bytes) return bytes;
  }
  return 0;
}

std::string_view TrimBlanks(std::string_view text) {
  while (size_t bytes = BlankAt(text)) text.remove_prefix(bytes);
  while (size_t bytes = BlankBefore(text)) text.remove_suffix(bytes);
  return text;
}

bool HasBlankEnds(std::string_view text) {
  return !text.empty() && (text.front() == ' ' || text.back() == ' ');
}

// Not a word for nothing.
std::string_view Present(std::string_view text) {
  if (text.empty()) return text;
  char first = text.front();
  if (first != 'N' && first != 'n' && first != '\\' && first != '#') return text;
  const auto& missing = MissingTexts();
  return std::find(missing.begin(), missing.end(), text) == missing.end() ? text : std::string_view();
}

// As DuckDB's lower() where it can make a difference: two letters beyond ASCII become ASCII ones.
std::string Lower(std::string_view text) {
  std::string lower;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (text.substr(i).starts_with("\xC4\xB0")) {  // İ
      lower += 'i';
      ++i;
    } else if (text.substr(i).starts_with("\xE2\x84\xAA")) {  // the Kelvin sign
      lower += 'k';
      i += 2;
    } else {
      lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    }
  }
  return lower;
}

TypedValue Number(int64_t number) { return {true, number, {}}; }
TypedValue Text(std::string_view text) { return {true, 0, text}; }

bool OneOf(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

constexpr Micros kPlausibleFrom = 631'152'000 * kMicrosPerSecond;     // 1990
constexpr Micros kPlausibleUntil = 4'102'444'800 * kMicrosPerSecond;  // 2100

bool Implausible(const TypedValue& time) {
  return time.present && (time.number < kPlausibleFrom || time.number >= kPlausibleUntil);
}

TypedValue DefaultOf(const Field& field, const std::string& currency) {
  if (field.default_value == "shop.currency") return Text(currency);
  TypedValue value = Text(field.default_value);
  bool truth = false;
  switch (field.type) {
    case FieldType::kText: return value;
    case FieldType::kBool: (void)ReadBool(field.default_value, truth); return Number(truth);
    case FieldType::kInt: (void)ReadInt(field.default_value, {}, value.number); break;
    case FieldType::kDecimal:
      (void)ReadDecimal(field.default_value, field.precision, field.scale, {}, value.number);
      break;
    case FieldType::kTimestamp: return {};
  }
  value.text = {};
  return value;
}

}  // namespace

std::string_view CleanText(std::string_view text) {
  return HasBlankEnds(text) ? TrimBlanks(text) : Present(text);
}

std::string_view CleanId(std::string_view text) {
  bool blank_ends = HasBlankEnds(text);
  size_t point = text.find('.');
  if (!blank_ends && point == std::string_view::npos) return Present(text);
  if (!blank_ends && text.find(".0") == std::string_view::npos) return Present(text);
  text = TrimBlanks(text);
  point = text.find('.');
  if (point == std::string_view::npos || point + 1 == text.size()) return text;
  std::string_view whole = text.substr(0, point), rest = text.substr(point + 1);
  std::string_view digits = whole.substr(whole.starts_with('-'));
  bool number = !digits.empty() && std::all_of(digits.begin(), digits.end(), IsDigit) &&
                std::all_of(rest.begin(), rest.end(), [](char c) { return c == '0'; });
  return number ? whole : text;
}

FieldWords::FieldWords(const Field& field) : exact_(field.accepted) {
  for (const std::string& word : field.accepted) folded_.emplace(Lower(word), word);
  for (const auto& [other, word] : field.synonyms) folded_.emplace(Lower(other), word);
}

std::string_view FieldWords::WordOf(std::string_view text) const {
  for (const std::string& word : exact_) {
    if (word == text) return word;
  }
  if (exact_.empty() || text.empty()) return text;
  auto known = folded_.find(Lower(text));
  return known == folded_.end() ? text : std::string_view(known->second);
}

bool IsRobot(std::string_view user_agent) {
  constexpr std::array<std::string_view, 19> kMarks = {"spider",
                                                       "crawl",
                                                       "slurp",
                                                       "curl/",
                                                       "wget/",
                                                       "python-",
                                                       "java/",
                                                       "okhttp",
                                                       "go-http",
                                                       "httpclient",
                                                       "libwww",
                                                       "scrapy",
                                                       "headless",
                                                       "phantomjs",
                                                       "puppeteer",
                                                       "lighthouse",
                                                       "pingdom",
                                                       "statuscake",
                                                       "facebookexternalhit"};
  std::string lower;
  for (char c : user_agent) lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  for (std::string_view mark : kMarks) {
    if (lower.find(mark) != std::string::npos) return true;
  }
  // "bot" at the end of a word, but not of "cubot", which is a telephone.
  auto in_word = [](char c) { return IsDigit(c) || (c >= 'a' && c <= 'z') || c == '_'; };
  for (size_t at = lower.find("bot"); at != std::string::npos; at = lower.find("bot", at + 1)) {
    bool ends = at + 3 == lower.size() || !in_word(lower[at + 3]);
    if (ends && (at == 0 || lower[at - 1] != 'u')) return true;
  }
  return false;
}

Int128 Rescaled(Int128 value, int from, int to) {
  for (; from < to; ++from) value *= 10;
  if (from == to) return value;
  Int128 divisor = 1;
  for (; from > to; --from) divisor *= 10;
  Int128 half = divisor / 2;
  return (value < 0 ? value - half : value + half) / divisor;
}

RecordRules::RecordRules(const Schema& schema, const std::string& currency)
    : schema_(schema), currency_(currency) {
  for (size_t f = 0; f < schema.fields.size(); ++f) {
    if (!schema.fields[f].default_value.empty())
      defaults_.push_back({f, DefaultOf(schema.fields[f], currency_)});
  }
  if (schema.name == "transactions") {
    kind_ = Kind::kTransactions;
    transaction_id_ = At("transaction_id"), order_id_ = At("order_id"), product_id_ = At("product_id");
    quantity_ = At("quantity"), unit_price_ = At("unit_price"), discount_ = At("discount");
    tax_ = At("tax"), shipping_ = At("shipping"), total_amount_ = At("total_amount");
    payment_method_ = At("payment_method"), payment_status_ = At("payment_status"), status_ = At("status");
    time_ = At("transaction_timestamp"), updated_at_ = At("updated_at");
    substitutes_ = {{product_id_, At("product_name")}, {updated_at_, time_}};
  } else if (schema.name == "clickstream") {
    kind_ = Kind::kClickstream;
    time_ = At("event_time"), user_agent_ = At("user_agent");
    substitutes_ = {{At("session_id"), At("user_id")}, {At("session_id"), At("event_id")}};
  } else if (schema.name == "users") {
    substitutes_ = {{At("updated_at"), At("signup_at")}};
  } else if (schema.name == "products") {
    substitutes_ = {
        {At("product_id"), At("sku")}, {At("product_id"), At("name")}, {At("updated_at"), At("created_at")}};
  }
}

size_t RecordRules::At(std::string_view field) const {
  return static_cast<size_t>(schema_.Find(field) - schema_.fields.data());
}

void RecordRules::Fill(TypedRecord& record, const std::function<std::string()>& content, const Keep& keep) {
  rejection_ = exclusion_ = {};
  for (auto [to, from] : substitutes_) {
    if (!record.values[to].present) record.values[to] = record.values[from];
  }
  if (kind_ == Kind::kTransactions) FillTransaction(record, content, keep);
  if (kind_ == Kind::kClickstream) FillClick(record);
  for (const Default& preset : defaults_) {
    if (!record.values[preset.field].present) record.values[preset.field] = preset.value;
  }
}

void RecordRules::FillTransaction(TypedRecord& record, const std::function<std::string()>& content,
                                  const Keep& keep) {
  auto& values = record.values;
  TypedValue& id = values[transaction_id_];
  if (!id.present && values[order_id_].present) {
    id = Text(keep(std::string(values[order_id_].text) + "-" + content()));
  } else if (!values[order_id_].present) {
    values[order_id_] = id;
  }
  bool has_quantity = values[quantity_].present;
  rejection_ = RejectTransaction(record, has_quantity);
  bool back = has_quantity && values[quantity_].number < 0;
  if (!values[payment_status_].present) values[payment_status_] = Text(back ? "refunded" : "paid");
  if (!values[status_].present) values[status_] = Text(back ? "returned" : "completed");
  // Other than for the two above, an unknown word is taken.
  const Field& method = schema_.fields[payment_method_];
  TypedValue& paid_by = values[payment_method_];
  auto known = [&] { return std::find(method.accepted.begin(), method.accepted.end(), paid_by.text); };
  if (!paid_by.present || known() == method.accepted.end()) paid_by = Text("other");
  FillAmounts(record, has_quantity);
  exclusion_ = ExclusionOf(record);
}

// Scales: unit_price 4, the others 2.
void RecordRules::FillAmounts(TypedRecord& record, bool has_quantity) {
  auto& values = record.values;
  Int128 quantity = has_quantity ? values[quantity_].number : 1;
  Int128 extra =
      static_cast<Int128>(values[tax_].number) + values[shipping_].number - values[discount_].number;
  TypedValue& price = values[unit_price_];
  TypedValue& total = values[total_amount_];
  if (!rejection_.empty()) return;  // what OutOfRange lets pass fits
  if (!price.present) {
    Int128 twice = 2 * (total.number - extra) * 100, size = quantity < 0 ? -quantity : quantity;
    if (quantity < 0) twice = -twice;
    price = Number(static_cast<int64_t>((twice < 0 ? twice - size : twice + size) / (2 * size)));
  }
  if (!total.present) {
    total = Number(static_cast<int64_t>(Rescaled(quantity * price.number + extra * 100, 4, 2)));
  }
}

bool RecordRules::OutOfRange(const TypedRecord& record, bool has_quantity) const {
  const auto& values = record.values;
  auto size = [&](size_t field) { return std::abs(values[field].number); };  // 0 when there is none
  const TypedValue& price = values[unit_price_];
  const TypedValue& total = values[total_amount_];
  double quantity = has_quantity ? static_cast<double>(values[quantity_].number) : 1;
  double gross = quantity * (static_cast<double>(price.number) / 1e4);
  double extra =
      static_cast<double>(values[tax_].number + values[shipping_].number - values[discount_].number) / 100;
  if (price.present && std::abs(gross) >= 9e9) return true;
  if (size(unit_price_) >= 900'000'000'000) return true;  // 90 000 000 at scale 4
  if (size(discount_) >= 90'000'000'000 || size(tax_) >= 90'000'000'000 ||
      size(shipping_) >= 90'000'000'000) {
    return true;
  }
  if (price.present) return !total.present && std::abs(gross + extra) >= 9e9;
  return std::abs((static_cast<double>(total.number) / 100 - extra) / quantity) >= 8e7;
}

// In the order of stg_transactions.yml; the reasons that no line from here can have are left out.
std::string_view RecordRules::RejectTransaction(const TypedRecord& record, bool has_quantity) const {
  const auto& values = record.values;
  if (Implausible(values[time_]) || Implausible(values[updated_at_]))
    return "a time before 1990 or after 2099";
  if (!values[unit_price_].present && has_quantity && values[quantity_].number == 0) {
    return "quantity 0, so no unit price";
  }
  if (OutOfRange(record, has_quantity)) return "amount out of range";
  const TypedValue& status = values[status_];
  if (status.present && !OneOf(status.text, {"completed", "pending", "cancelled", "returned"})) {
    return "unknown status";
  }
  const TypedValue& paid = values[payment_status_];
  if (paid.present && !OneOf(paid.text, {"paid", "failed", "pending", "refunded"}))
    return "unknown payment status";
  return {};
}

std::string_view ExclusionOf(const TypedRecord& line) {
  struct Places {
    size_t order, product, price, quantity;
  };
  static const Places at = [] {
    const Schema& schema = **FindSchema("transactions");
    auto index = [&](std::string_view name) {
      return static_cast<size_t>(schema.Find(name) - schema.fields.data());
    };
    return Places{index("order_id"), index("product_id"), index("unit_price"), index("quantity")};
  }();
  std::string_view order = line.values[at.order].text;
  if (order.size() >= 2 && order[0] == 'A' && IsDigit(order[1]) && line.values[at.product].text == "B")
    return "bad_debt";
  const TypedValue& price = line.values[at.price];
  const TypedValue& quantity = line.values[at.quantity];
  if (quantity.present && quantity.number < 0 && price.present && price.number == 0)
    return "stock_correction";
  return price.present && price.number < 0 ? "invalid_amount" : "";
}

void RecordRules::FillClick(TypedRecord& record) {
  if (Implausible(record.values[time_])) {
    rejection_ = "a time before 1990 or after 2099";
  } else if (Robot(record.values[user_agent_].text)) {
    rejection_ = "a robot by its user agent";
  }
}

// A shop meets few user agents, and each of them often.
bool RecordRules::Robot(std::string_view user_agent) {
  constexpr size_t kMost = 10'000;
  if (user_agent.empty()) return false;
  std::string agent(user_agent);
  auto known = robots_.find(agent);
  if (known != robots_.end()) return known->second;
  if (robots_.size() >= kMost) robots_.clear();
  return robots_.emplace(std::move(agent), IsRobot(user_agent)).first->second;
}

}  // namespace souk::record
