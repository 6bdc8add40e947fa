#include "generate/hidden_truth.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "generate/rows.h"
#include "generate/text_format.h"

namespace souk::generate {
namespace {

constexpr uint32_t kVersionSamples = 5;
constexpr uint32_t kTasteSamples = 100;

std::string TimeText(Micros time) {
  char text[32];
  return std::string(text, PutTime(text, time));
}

std::string MoneyText(int64_t cents) {
  char text[32];
  return std::string(text, PutMoney(text, cents));
}

std::string FactorsText(const Factors& factors) { return fmt::format("[{}]", fmt::join(factors, ",")); }

// Evenly spread numbers; from each the next ones are looked at for one with changes.
template <typename HasChanges>
std::vector<uint32_t> Spread(uint32_t count, uint32_t wanted, const HasChanges& has_changes) {
  constexpr uint32_t kLook = 1000;
  std::vector<uint32_t> numbers;
  wanted = std::min(wanted, count);
  for (uint32_t i = 0; i < wanted; ++i) {
    auto first = static_cast<uint32_t>(uint64_t{i} * count / wanted);
    auto end = static_cast<uint32_t>((uint64_t{i} + 1) * count / wanted);
    end = std::min(end, first + kLook);
    uint32_t number = first;
    while (number < end && !has_changes(number)) ++number;
    numbers.push_back(number < end ? number : first);
  }
  return numbers;
}

std::string UserText(const Shop& shop, uint32_t user) {
  UserHistory history = shop.customers.HistoryOf(user);
  std::string versions;
  for (int i = 0; i < history.count; ++i) {
    const UserVersion& version = history.versions[i];
    Micros since = i == 0 ? history.since / 1000 * 1000 : shop.days[version.day].begin;
    versions += fmt::format(R"({}{{"valid_from":"{}","segment":"{}","city":"{}"}})", i == 0 ? "" : ",",
                            TimeText(since), kSegments[version.segment], Cities()[version.city].name);
  }
  return fmt::format(R"({{"user_id":"{}","versions":[{}]}})", std::string_view(UserId(user)), versions);
}

std::string ProductText(const Shop& shop, uint32_t product, const std::vector<int32_t>& stock) {
  std::string versions;
  uint32_t first = shop.assortment.first_version(product);
  uint32_t end = first + static_cast<uint32_t>(shop.assortment.VersionsOf(product).size());
  for (uint32_t number = first; number < end; ++number) {
    const ProductVersion& version = shop.assortment.version(number);
    Micros since = number == first ? CreatedAt(shop.orders, product) : shop.days[version.day].begin;
    versions +=
        fmt::format(R"({}{{"valid_from":"{}","price":"{}","cost":"{}","active":{},"stock_quantity":{}}})",
                    number == first ? "" : ",", TimeText(since), MoneyText(version.price),
                    MoneyText(version.cost), version.active, stock[number]);
  }
  return fmt::format(R"({{"product_id":"{}","versions":[{}]}})", std::string_view(ProductId(product)),
                     versions);
}

std::string TasteText(const Shop& shop, uint32_t user) {
  Traits who = shop.customers.TraitsOf(user);
  int64_t last = DaysFromDay(shop.days.front().date) + shop.customers.LastDayOf(user);
  return fmt::format(
      R"({{"user_id":"{}","favourite_category":"{}","second_category":"{}","factors":{},"activity":"{:.6f}",)"
      R"("hazard_per_year":"{:.6f}","last_day":"{}"}})",
      std::string_view(UserId(user)), Categories()[who.favourite].name, Categories()[who.second].name,
      FactorsText(who.taste), shop.customers.ActivityOf(user), shop.customers.HazardOf(user),
      FormatDay(DayFromDays(last)));
}

// `texts` as a JSON array, one per line.
std::string List(const std::vector<std::string>& texts) {
  return fmt::format("[{}{}]", texts.empty() ? "" : "\n", fmt::join(texts, ",\n"));
}

}  // namespace

void PutVersions(std::string& json, const Shop& shop, const std::vector<int32_t>& stock) {
  fmt::format_to(std::back_inserter(json), R"("versions":{{"users":{},"products":{}}},)",
                 shop.customers.count() + shop.user_changes.changes, shop.assortment.version_count());
  std::vector<std::string> users, products;
  for (uint32_t user : Spread(shop.customers.count(), kVersionSamples,
                              [&](uint32_t number) { return shop.customers.HistoryOf(number).count > 2; }))
    users.push_back(UserText(shop, user));
  for (uint32_t product : Spread(shop.catalog.size(), kVersionSamples, [&](uint32_t number) {
         return shop.assortment.VersionsOf(number).size() > 2;
       }))
    products.push_back(ProductText(shop, product, stock));
  fmt::format_to(std::back_inserter(json), "\n\"sample_users\":{},\n\"sample_products\":{}", List(users),
                 List(products));
}

void PutTastes(std::string& json, const Shop& shop) {
  auto any = [](uint32_t) { return true; };
  std::vector<std::string> users, products;
  for (uint32_t user : Spread(shop.customers.count(), kTasteSamples, any))
    users.push_back(TasteText(shop, user));
  for (uint32_t number : shop.ledger.TopProducts(kTasteSamples)) {
    products.push_back(fmt::format(R"({{"product_id":"{}","factors":{}}})",
                                   std::string_view(ProductId(number)),
                                   FactorsText(shop.catalog.at(number).factors)));
  }
  fmt::format_to(
      std::back_inserter(json),
      R"("tastes":{{"favourite_share":"{:.2f}","second_share":"{:.2f}","factors":{},"candidates":{},)"
      "\n\"users\":{},\n\"products\":{}}}",
      kFavouriteShare, kSecondShare, kFactors, kCandidates, List(users), List(products));
}

}  // namespace souk::generate
