#include "generate/rows.h"

#include <algorithm>
#include <cmath>

#include "generate/names.h"
#include "generate/text_format.h"

namespace souk::generate {
namespace {

constexpr ColumnKind kChoice = ColumnKind::kChoice, kInt = ColumnKind::kInt, kMoney = ColumnKind::kMoney,
                     kTime = ColumnKind::kTime, kBool = ColumnKind::kBool;
constexpr std::array<std::string_view, 3> kGenders = {"female", "male", "other"};

// A text that is put together in place.
class Line {
 public:
  Line& operator<<(std::string_view text) {
    end_ = PutText(end_, text);
    return *this;
  }
  Line& Padded(uint64_t value, int width) {
    end_ = PutPadded(end_, value, width);
    return *this;
  }
  Line& Uuid(uint64_t high, uint64_t low) {
    end_ = PutUuid(end_, high, low);
    return *this;
  }
  operator std::string_view() const { return {text_, static_cast<size_t>(end_ - text_)}; }

 private:
  char text_[RowWriter::kMaxText + 1];
  char* end_ = text_;
};

template <typename Texts>
Column Choices(std::string_view name, const Texts& texts, bool nullable = false) {
  return {.name = name, .kind = kChoice, .nullable = nullable, .choices = {texts.begin(), texts.end()}};
}

template <typename Things>
std::vector<std::string> NamesOf(const Things& things) {
  std::vector<std::string> names;
  for (const auto& thing : things) names.emplace_back(thing.name);
  return names;
}

std::vector<std::string> SubcategoryNames() {
  std::vector<std::string> names;
  for (const Category& category : Categories()) {
    for (const Subcategory& subcategory : category.subcategories) names.emplace_back(subcategory.name);
  }
  return names;
}

std::vector<std::string> BrandNames() {
  std::vector<std::string> names;
  for (const Category& category : Categories())
    names.insert(names.end(), category.brands.begin(), category.brands.end());
  return names;
}

std::vector<std::string> AgentTexts(bool bots) {
  std::vector<std::string> texts;
  for (const Agent& agent : Agents()) texts.emplace_back(agent.text);
  if (bots) texts.insert(texts.end(), kBotAgents.begin(), kBotAgents.end());
  return texts;
}

std::vector<std::string> MethodTexts(bool words) {
  std::vector<std::string> texts(kPaymentMethods.begin(), kPaymentMethods.end());
  for (const MethodWord& word : kMethodWords) {
    if (words) texts.emplace_back(word.text);
  }
  return texts;
}

void ChoiceOrNull(RowWriter& out, uint8_t index) { index == kNone ? out.Null() : out.Choice(index); }

Micros RandomMoment(Random& random, Micros from, Micros to) {
  return (from + static_cast<Micros>(random.Unit() * static_cast<double>(to - from))) / 1000 * 1000;
}

}  // namespace

IdText::IdText(char letter, uint64_t number, int width) {
  text[0] = letter;
  size = static_cast<size_t>(PutPadded(text + 1, number, width) - text);
}

std::vector<Column> UserColumns() {
  return {{.name = "user_id"},
          {.name = "name"},
          {.name = "email"},
          {.name = "phone", .nullable = true},
          Choices("gender", kGenders, true),
          {.name = "birth_year", .kind = kInt, .nullable = true},
          Choices("city", NamesOf(Cities())),
          Choices("country", NamesOf(Countries())),
          Choices("region", kRegionNames),
          Choices("segment", kSegments),
          {.name = "signup_at", .kind = kTime},
          Choices("acquisition_channel", kSources),
          {.name = "marketing_consent", .kind = kBool},
          {.name = "lifetime_value", .kind = kMoney, .precision = 14},
          {.name = "updated_at", .kind = kTime}};
}

void WriteUser(RowWriter& out, const OrderMaker& shop, uint32_t user, const UserHistory& history, int version,
               double spend) {
  const Customers& customers = shop.customers();
  const std::vector<CalendarDay>& days = shop.days();
  const UserVersion& now = history.versions[version];
  Micros since = version == 0 ? history.since / 1000 * 1000 : days[now.day].begin;
  Random random(Key(shop.seed(), Stream::kProfile, user));
  // Who moves keeps name and telephone number.
  const Country& country = Countries()[customers.TraitsOf(user).country];
  const NameSet& names = NameSets()[country.names];
  uint32_t gender = random.Chance(0.02) ? 2 : random.Chance(0.51) ? 0 : 1;
  bool female = gender == 2 ? random.Chance(0.5) : gender == 0;
  const Name& given = (female ? names.female : names.male)[random.Below(kGivenNames)];
  const Name& family = names.family[random.Below(kFamilyNames)];
  constexpr std::array<std::string_view, 3> mail_hosts = {"example.com", "example.org", "example.net"};

  out.Text(UserId(user));
  out.Text(Line() << given.text << " " << family.text);
  // The number keeps addresses apart.
  Line email;
  email << given.plain << "." << family.plain;
  out.Text(email.Padded(user + 1, 1) << "@" << mail_hosts[random.Below(3)]);
  random.Chance(0.12) ? out.Null()
                      : out.Text((Line() << country.dial << " 555 ").Padded(random.Below(10'000'000), 7));
  random.Chance(0.06) ? out.Null() : out.Choice(gender);
  double age = 18 + 26 * (random.Unit() + random.Unit()) + 12 * random.Unit() * random.Unit();
  int year = days.back().date.year;
  random.Chance(0.1) ? out.Null() : out.Int(year - static_cast<int>(age));
  out.Choice(now.city);
  out.Choice(Cities()[now.city].country);
  out.Choice(CountryOf(now.city).region);
  out.Choice(now.segment);
  Micros signed_up = customers.SignedUpAt(user) / 1000 * 1000;
  out.Time(signed_up);
  constexpr std::array<double, 5> until = {0.36, 0.52, 0.60, 0.76, 0.92};
  double x = random.Unit();
  out.Choice(static_cast<size_t>(std::upper_bound(until.begin(), until.end(), x) - until.begin()));
  out.Bool(random.Chance(0.62));
  double day = std::min<double>(version == 0 ? 0 : now.day, customers.LastDayOf(user));
  double customer_for =
      std::max(0.0, day - static_cast<double>(signed_up - days.front().begin) / kMicrosPerDay);
  out.Money(
      static_cast<int64_t>(spend * customer_for * customers.ActivityOf(user) * (0.6 + 0.8 * random.Unit())));
  out.Time(since);
  out.EndRow();
}

std::vector<Column> ProductColumns(const std::string& currency) {
  return {{.name = "product_id"},
          {.name = "sku"},
          {.name = "name"},
          Choices("brand", BrandNames()),
          Choices("category", NamesOf(Categories())),
          Choices("subcategory", SubcategoryNames()),
          {.name = "price", .kind = kMoney},
          {.name = "cost", .kind = kMoney},
          Choices("currency", std::array{currency}),
          {.name = "rating", .kind = kMoney, .nullable = true, .precision = 3},
          {.name = "rating_count", .kind = kInt},
          {.name = "stock_quantity", .kind = kInt},
          {.name = "warranty_months", .kind = kInt},
          {.name = "active", .kind = kBool},
          {.name = "created_at", .kind = kTime},
          {.name = "updated_at", .kind = kTime}};
}

namespace {

// The well-known ones have more ratings and more in stock.
double FameOf(const Product& product) { return 1 / std::sqrt(product.rank + 1.0); }

}  // namespace

Micros CreatedAt(const OrderMaker& shop, uint32_t product) {
  Random random(Key(shop.seed(), Stream::kProduct, product, 3));
  Micros begin = shop.days().front().begin;
  return RandomMoment(random, begin - 2 * 365 * kMicrosPerDay, begin);
}

int64_t SpareStock(uint64_t seed, const Catalog& catalog, uint32_t product, uint32_t number) {
  Random random(Key(seed, Stream::kAssortment, product, 1 + uint64_t{number}));
  if (random.Chance(0.04)) return 0;
  return static_cast<int64_t>(5 + 60 * random.Unit() + 300 * FameOf(catalog.at(product)) * random.Unit());
}

void WriteProduct(RowWriter& out, const OrderMaker& shop, uint32_t product, uint32_t number, int64_t stock) {
  const Catalog& catalog = shop.catalog();
  const Product& it = catalog.at(product);
  const ProductVersion& now = shop.assortment().version(number);
  Random random(Key(shop.seed(), Stream::kProduct, product, 2));
  size_t subcategory = size_t{it.category} * kSubcategories + it.subcategory;
  auto ratings = static_cast<int64_t>(900 * FameOf(it) * random.Unit());
  double rating = std::min(500.0, 330 + 85 * (random.Unit() + random.Unit()));
  Micros created = CreatedAt(shop, product);

  out.Text(ProductId(product));
  Line sku;
  sku << Categories()[it.category].slug.substr(0, 3) << "-";
  out.Text(sku.Padded(subcategory, 2) << "-" << std::string_view(ProductId(product)).substr(1));
  out.Text(catalog.NameOf(product));
  out.Choice(size_t{it.category} * kBrands + it.brand);
  out.Choice(it.category);
  out.Choice(subcategory);
  out.Money(now.price);
  out.Money(now.cost);
  out.Choice(0);
  ratings == 0 ? out.Null() : out.Money(static_cast<int64_t>(rating));
  out.Int(ratings);
  out.Int(stock);
  out.Int(Categories()[it.category].warranty_months);
  out.Bool(now.active);
  out.Time(created);
  out.Time(now.day == 0 ? created : shop.days()[now.day].begin);
  out.EndRow();
}

std::vector<Column> TransactionColumns(const std::string& currency, bool dirty) {
  return {{.name = "transaction_id"},
          {.name = "order_id"},
          {.name = "user_id", .nullable = true},
          {.name = "product_id"},
          {.name = "quantity", .kind = kInt},
          {.name = "unit_price", .kind = kMoney, .nullable = dirty, .scale = 4},
          {.name = "discount", .kind = kMoney},
          {.name = "tax", .kind = kMoney},
          {.name = "shipping", .kind = kMoney},
          {.name = "total_amount", .kind = kMoney, .nullable = dirty},
          Choices("currency", std::array{currency}),
          Choices("payment_method", MethodTexts(dirty)),
          Choices("card_number", kCards, true),
          Choices("payment_status", kPaymentStates),
          Choices("failure_reason", kFailureReasonNames, true),
          Choices("status", kOrderStates),
          Choices("city", NamesOf(Cities())),
          Choices("country", NamesOf(Countries())),
          Choices("region", kRegionNames),
          Choices("device_type", kDevices),
          Choices("traffic_source", kSources),
          {.name = "transaction_timestamp", .kind = kTime, .nullable = dirty},
          {.name = "updated_at", .kind = kTime}};
}

namespace {

void PutEventTime(RowWriter& out, const RowForm& form, Micros time) {
  if (form.no_time) {
    out.Null();
  } else if (form.time != TimeForm::kUtc) {
    out.TimeIn(form.time, time);
  } else {
    out.Time(time);
  }
}

void EndRow(RowWriter& out, const RowForm& form) {
  form.damage == 0 ? out.EndRow() : out.EndDamagedRow(form.damage);
}

}  // namespace

void WriteTransaction(RowWriter& out, const Order& order, const OrderLine& line, uint64_t number,
                      const RowForm& form) {
  out.Text(TransactionId(number));
  out.Text(OrderId(order.number));
  order.user == kGuest ? out.Null() : out.Text(UserId(order.user));
  out.Text(ProductId(line.product));
  out.Int(line.quantity);
  form.missing ? out.Null() : out.Money(line.unit_price);
  out.Money(line.discount);
  out.Money(line.tax);
  out.Money(line.shipping);
  form.missing ? out.Null() : out.Money(line.total);
  out.Choice(0);
  out.Choice(form.method_word == kNone ? order.payment_method : kPaymentMethods.size() + form.method_word);
  ChoiceOrNull(out, order.card);
  out.Choice(order.payment_status);
  order.payment_status == kFailed ? out.Choice(order.failure_reason) : out.Null();
  out.Choice(order.status);
  out.Choice(order.who.city);
  out.Choice(order.who.country);
  out.Choice(order.who.region);
  out.Choice(order.device);
  out.Choice(order.source);
  PutEventTime(out, form, order.time);
  out.Time(order.updated);
  EndRow(out, form);
}

std::vector<Column> ClickColumns(bool dirty) {
  return {{.name = "event_id"},
          {.name = "user_id", .nullable = true},
          {.name = "session_id"},
          {.name = "event_time", .kind = kTime, .nullable = dirty},
          Choices("event_type", kEventTypes, dirty),
          {.name = "page_url"},
          Choices("referrer", Referrers(), true),
          {.name = "product_id", .nullable = true},
          {.name = "order_id", .nullable = true},
          {.name = "quantity", .kind = kInt, .nullable = true},
          {.name = "price", .kind = kMoney, .nullable = true},
          Choices("search_query", SearchTerms(), true),
          {.name = "search_results", .kind = kInt, .nullable = true},
          Choices("device_type", kDevices),
          Choices("user_agent", AgentTexts(dirty)),
          {.name = "ip_address"},
          Choices("traffic_source", kSources),
          Choices("campaign", kCampaigns, true),
          Choices("city", NamesOf(Cities())),
          Choices("country", NamesOf(Countries()))};
}

namespace {

void AppendPage(Line& out, const Catalog& catalog, const Slice& slice, const Event& event) {
  out << "https://souk.example/";
  switch (event.page) {
    case kProductPage: {
      const Product& product = catalog.at(event.product);
      const Category& category = Categories()[product.category];
      out << category.slug << "/" << category.subcategories[product.subcategory].slug << "/"
          << ProductId(event.product);
      break;
    }
    case kSearchPage: {
      out << "search?q=";
      for (char c : SearchTerms()[event.term]) out << std::string_view(c == ' ' ? "+" : &c, 1);
      break;
    }
    case kCartPage: out << "cart"; break;
    case kDonePage: out << "checkout/done?order=" << OrderId(slice.first_order + event.order); break;
    default: break;
  }
}

// 100.64.0.0/10, the addresses that no machine of the open network has.
void AppendAddress(Line& out, uint32_t ip) {
  (out << "100.").Padded(64 + (ip >> 16 & 63), 1) << ".";
  out.Padded(ip >> 8 & 255, 1) << ".";
  out.Padded(ip & 255, 1);
}

}  // namespace

void WriteClick(RowWriter& out, const OrderMaker& shop, const Slice& slice, const Click& click,
                const RowForm& form) {
  const Event& event = click.event;
  const Session& session = click.session;
  uint64_t seed = shop.seed(), number = click.number;
  bool about_product = event.type != kExit && event.product != kNoProduct;
  bool sale = event.type == kAddToCart || event.type == kPurchase;
  Line page, address;
  AppendPage(page, shop.catalog(), slice, event);
  AppendAddress(address, session.ip);

  out.Text(Line().Uuid(Mix(Key(seed, Stream::kEvent) + number), Mix(Key(seed, Stream::kEvent, 1) + number)));
  session.user == kGuest ? out.Null() : out.Text(UserId(session.user));
  out.Text(Line().Uuid(session.key, Mix(session.key + kStep)));
  PutEventTime(out, form, click.time);
  form.missing ? out.Null() : out.Choice(event.type);
  out.Text(page);
  ChoiceOrNull(out, event.referrer);
  about_product ? out.Text(ProductId(event.product)) : out.Null();
  event.type == kPurchase ? out.Text(OrderId(slice.first_order + event.order)) : out.Null();
  sale ? out.Int(event.quantity) : out.Null();
  const Assortment& assortment = shop.assortment();
  about_product ? out.Money(assortment.version(assortment.VersionAt(event.product, slice.day)).price)
                : out.Null();
  event.type == kSearch ? out.Choice(event.term) : out.Null();
  event.type == kSearch ? out.Int(event.results) : out.Null();
  out.Choice(session.device);
  out.Choice(session.agent);
  out.Text(address);
  out.Choice(session.source);
  ChoiceOrNull(out, session.campaign);
  out.Choice(session.city);
  out.Choice(Cities()[session.city].country);
  EndRow(out, form);
}

}  // namespace souk::generate
