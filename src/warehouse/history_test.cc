// Whatever happens to the input, and however a build dies, what is built piece by piece is what a build of
// everything gives. Random histories; SOUK_HISTORIES=N for more than the few of every run.
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "warehouse/crash_point.h"
#include "warehouse/test_shop.h"

namespace souk::warehouse {
namespace {

// A shop to which things happen, all drawn from one seed. Few ids and few days, so that versions, copies and
// late records of the same things are frequent.
class History {
 public:
  explicit History(uint64_t seed) : random_(seed) {}

  TestShop& shop() { return shop_; }
  const std::string& log() const { return log_; }

  void Step() {
    int happenings = Draw(1, 3);
    for (int i = 0; i < happenings; ++i) Happen();
    Build();
  }

  // The same files, built from nothing.
  void CompareWithFull() {
    shop_.CheckCopies();
    EXPECT_TRUE(shop_.Runs().empty());
    std::string piecewise = shop_.Everything();
    BuildRequest request;
    request.full = true;
    shop_.MustBuild(request);
    EXPECT_EQ(piecewise, shop_.Everything()) << log_;
    shop_.CheckCopies();
  }

 private:
  int Draw(int from, int to) { return std::uniform_int_distribution<int>(from, to)(random_); }
  bool OneIn(int n) { return Draw(1, n) == 1; }
  std::string Time() {
    // The hours around midnight in the shop's zone come as often as all others.
    int hour = OneIn(2) ? Draw(21, 23) : Draw(0, 23);
    return fmt::format("2025-03-{:02}T{:02}:{:02}:00", Draw(25, 31), hour, Draw(0, 3) * 17);
  }
  std::string MaybeTime() { return OneIn(4) ? "" : Time(); }
  std::string Pick(const std::vector<std::string>& from) {
    return from[size_t(Draw(0, int(from.size()) - 1))];
  }
  void Say(const std::string& what) { log_ += what + "\n"; }

  void Add(const std::string& record, const std::string& csv) {
    Say(record + ":\n" + csv);
    shop_.Add(record, csv);
  }

  void Happen() {
    int what = Draw(0, 99);
    if (what < 40)
      AddSales();
    else if (what < 60)
      AddVisits();
    else if (what < 75)
      AddUsers();
    else if (what < 87)
      AddProducts();
    else if (what < 97)
      RemoveFile();
    else
      ChangeZone();
  }

  void AddUsers() {
    std::string csv = "user_id,name,segment,country,deleted,updated_at\n";
    for (int rows = Draw(1, 3); rows > 0; --rows) {
      csv += fmt::format("{},{},{},{},{},{}\n", OneIn(20) ? "" : fmt::format("U{}", Draw(1, 4)),
                         Pick({"Ada", "Bob"}), Pick({"New", "Loyal", "VIP"}), Pick({"France", "Japan"}),
                         OneIn(5) ? "true" : "false", MaybeTime());
    }
    Add("users", csv);
  }

  void AddProducts() {
    std::string csv = "product_id,name,category,price,cost,stock_quantity,deleted,updated_at\n";
    for (int rows = Draw(1, 3); rows > 0; --rows) {
      csv += fmt::format("P{},{},{},{}.50,{}.25,{},{},{}\n", Draw(1, 4), Pick({"Lamp", "Book"}),
                         Pick({"Home", "Books"}), Draw(1, 3), Draw(0, 1), Draw(0, 9),
                         OneIn(6) ? "true" : "false", MaybeTime());
    }
    Add("products", csv);
  }

  void AddSales() {
    std::string csv =
        "transaction_id,order_id,user_id,product_id,product_category,quantity,unit_price,status,"
        "transaction_timestamp,updated_at\n";
    for (int rows = Draw(1, 6); rows > 0; --rows) {
      int line = Draw(1, 25);
      csv += fmt::format("T{},O{},{},P{},{},{},{}.10,{},{},{}\n", line, line / 3,
                         OneIn(4) ? "" : fmt::format("U{}", Draw(1, 5)), Draw(1, 5), OneIn(3) ? "Other" : "",
                         Draw(-1, 3), Draw(1, 20), OneIn(9) ? "lost" : Pick({"", "completed", "cancelled"}),
                         OneIn(15) ? "" : Time(), OneIn(2) ? "" : Time());
    }
    Add("transactions", csv);
  }

  void AddVisits() {
    std::string csv = "event_id,user_id,session_id,event_time,event_type,product_id,device_type\n";
    for (int rows = Draw(1, 8); rows > 0; --rows) {
      csv += fmt::format("E{},{},S{},{},{},P{},{}\n", Draw(1, 40),
                         OneIn(2) ? "" : fmt::format("U{}", Draw(1, 5)), Draw(1, 5), Time(),
                         Pick({"view", "add_to_cart", "purchase", "view"}), Draw(1, 5),
                         Pick({"mobile", "desktop"}));
    }
    Add("clickstream", csv);
  }

  void RemoveFile() {
    std::string record = Pick({"users", "products", "transactions", "clickstream"});
    lake::RawZone raw(shop_.store());
    auto files = raw.Files(record);
    if (files->empty()) return;
    std::string path = (*files)[size_t(Draw(0, int(files->size()) - 1))].path;
    Say("remove " + path);
    ASSERT_TRUE(raw.Commit(record, "remove", {}, {path}, shop_.clock.Now()).has_value());
  }

  void ChangeZone() {
    shop_.options.shop.time_zone = Pick({"UTC", "Europe/Berlin", "Asia/Tokyo"});
    Say("zone " + shop_.options.shop.time_zone);
    shop_.Close();
  }

  void Build() {
    // An hour: files that left are gone from the lake now and then.
    shop_.clock.Advance(Micros{3'600'000'000} * Draw(0, 2));
    if (OneIn(4)) {
      std::string where =
          fmt::format("{}:{}", Pick({std::begin(kCrashPoints), std::end(kCrashPoints)}), Draw(1, 4));
      Say("die at " + where);
      shop_.BuildAndDie(where);
      if (OneIn(2)) Happen();
    }
    BuildRequest request;
    int how = Draw(0, 9);
    if (how == 0) request.from = request.to = Day{2025, 3, Draw(25, 31)};
    if (how == 1) request.only = {"stg_transactions", "stg_users"};
    if (how == 2)
      request.only = {"stg_products", "stg_clickstream", "stg_transactions", "products_without_record",
                      "dim_products"};
    Say(fmt::format("build, way {}", how));
    shop_.MustBuild(request);
    if (!request.only.empty()) shop_.MustBuild();
  }

  TestShop shop_;
  std::mt19937_64 random_;
  std::string log_;
};

TEST(Histories, PiecewiseIsWhole) {
  const char* asked = std::getenv("SOUK_HISTORIES");
  const char* first = std::getenv("SOUK_HISTORY_SEED");
  uint64_t seed = first == nullptr ? 1 : std::stoull(first);
  for (int left = asked == nullptr ? 2 : std::atoi(asked); left > 0 && !testing::Test::HasFailure();
       --left, ++seed) {
    SCOPED_TRACE(fmt::format("SOUK_HISTORY_SEED={}", seed));
    History history(seed);
    for (int round = 0; round < (asked == nullptr ? 1 : 3) && !testing::Test::HasFailure(); ++round) {
      for (int step = 0; step < 4; ++step) history.Step();
      history.CompareWithFull();
    }
  }
}

}  // namespace
}  // namespace souk::warehouse
