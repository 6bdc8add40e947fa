// The shop's things as rows of the four records, in the columns of schemas/*.yml.
#pragma once

#include <string_view>
#include <vector>

#include "generate/bots.h"
#include "generate/dirt.h"
#include "generate/order.h"
#include "generate/row_writer.h"
#include "generate/visit.h"

namespace souk::generate {

std::vector<Column> UserColumns();
std::vector<Column> ProductColumns(const std::string& currency);
// `dirty` = with the words and missing values that dirt needs.
std::vector<Column> TransactionColumns(const std::string& currency, bool dirty = false);
std::vector<Column> ClickColumns(bool dirty = false);

// An id as text: a letter and the number counted from 1, at least `width` digits.
struct IdText {
  IdText(char letter, uint64_t number, int width);
  operator std::string_view() const { return {text, size}; }

  char text[24];
  size_t size;
};
inline IdText UserId(uint32_t user) { return {'U', user + uint64_t{1}, 7}; }
inline IdText ProductId(uint32_t product) { return {'P', product + uint64_t{1}, 6}; }
inline IdText OrderId(uint64_t number) { return {'O', number + 1, 9}; }
inline IdText TransactionId(uint64_t number) { return {'T', number + 1, 9}; }

// One version of a customer's record. `spend` = what a customer of mean activity spends per day, in cents, as
// the source claims it.
void WriteUser(RowWriter& out, const OrderMaker& shop, uint32_t user, const UserHistory& history, int version,
               double spend);
// Version `number` of a product, with so many pieces in stock.
void WriteProduct(RowWriter& out, const OrderMaker& shop, uint32_t product, uint32_t number, int64_t stock);
// When the product came into the catalogue, before the history.
Micros CreatedAt(const OrderMaker& shop, uint32_t product);
// What is in stock of a product beyond what is sold until the next delivery, when version `number` begins.
int64_t SpareStock(uint64_t seed, const Catalog& catalog, uint32_t product, uint32_t number);
// What is wrong with a row.
struct RowForm {
  TimeForm time = TimeForm::kUtc;
  uint8_t method_word = kNone;  // of kMethodWords, in place of the payment method
  bool no_time = false;
  bool missing = false;  // the other required fields: prices of a line, type of an event
  uint64_t damage = 0;   // see RowWriter::EndDamagedRow; 0 = none
};

// `number` = of the line in the whole shop.
void WriteTransaction(RowWriter& out, const Order& order, const OrderLine& line, uint64_t number,
                      const RowForm& form = {});

struct Click {
  const Session& session;
  const Event& event;
  Micros time;
  uint64_t number;  // makes the id
};
void WriteClick(RowWriter& out, const OrderMaker& shop, const Slice& slice, const Click& click,
                const RowForm& form = {});

}  // namespace souk::generate
