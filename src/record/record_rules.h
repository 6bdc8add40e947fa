// What the staging models (models/staging/*.sql) do with a line once its values are typed: what is missing is
// filled in, and some lines are kept out. The same rules here, for records that do not wait for a build.
// Inner part of json_decoder.h.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "record/typed_record.h"

namespace souk::record {

// Text as staging reads it; "" = none. Views into `text`.
std::string_view CleanText(std::string_view text);
std::string_view CleanId(std::string_view text);

// The words that a field may take, and others for them. Any thread.
class FieldWords {
 public:
  explicit FieldWords(const Field& field);
  // The word that `text` stands for; `text` itself when there is none. Views live as long as this does.
  std::string_view WordOf(std::string_view text) const;

 private:
  std::vector<std::string> exact_;
  std::unordered_map<std::string, std::string> folded_;  // by the lower-case form
};

// The macro is_robot of models/macro/robot.yml.
bool IsRobot(std::string_view user_agent);

__extension__ using Int128 = __int128;
// value × 10^-from as × 10^-to, rounded half away from zero.
Int128 Rescaled(Int128 value, int from, int to);

// Why a line of the schema transactions is in no figure although it is in its table: "bad_debt",
// "stock_correction", "invalid_amount"; "" = it is.
std::string_view ExclusionOf(const TypedRecord& line);

// Not thread-safe.
class RecordRules {
 public:
  RecordRules(const Schema& schema, const std::string& currency);

  // `content` gives the end of the id of an order's line that has none of its own; `keep` keeps a text as
  // long as the record's are.
  void Fill(TypedRecord& record, const std::function<std::string()>& content,
            const std::function<std::string_view(std::string)>& keep);
  // About the record that was filled in last, see json_decoder.h.
  std::string_view rejection() const { return rejection_; }
  std::string_view exclusion() const { return exclusion_; }

 private:
  using Keep = std::function<std::string_view(std::string)>;

  size_t At(std::string_view field) const;
  void FillTransaction(TypedRecord& record, const std::function<std::string()>& content, const Keep& keep);
  void FillClick(TypedRecord& record);
  void FillAmounts(TypedRecord& record, bool has_quantity);
  bool OutOfRange(const TypedRecord& record, bool has_quantity) const;
  std::string_view RejectTransaction(const TypedRecord& record, bool has_quantity) const;
  bool Robot(std::string_view user_agent);

  struct Default {
    size_t field = 0;
    TypedValue value;
  };
  enum class Kind { kTransactions, kClickstream, kOther };
  const Schema& schema_;
  Kind kind_ = Kind::kOther;
  std::string currency_;
  std::vector<Default> defaults_;
  // Pairs of places: the first takes the value of the second when it has none.
  std::vector<std::pair<size_t, size_t>> substitutes_;
  // Places of fields of transactions and clickstream.
  size_t transaction_id_ = 0, order_id_ = 0, product_id_ = 0, quantity_ = 0, unit_price_ = 0, discount_ = 0,
         tax_ = 0, shipping_ = 0, total_amount_ = 0, payment_method_ = 0, payment_status_ = 0, status_ = 0,
         time_ = 0, updated_at_ = 0, user_agent_ = 0;
  std::unordered_map<std::string, bool> robots_;  // user agents that were met
  std::string_view rejection_, exclusion_;
};

}  // namespace souk::record
