// The live figures, as models/live.yml declares them.
//
//   filters:  name: condition                     usable in conditions by name (expression.h)
//   windows:  name: tumbling 1m | sliding 30m every 5m
//   kpis:
//     - name: revenue
//       label: Total revenue                      what a person reads
//       of: transactions                          transactions | clickstream | visits
//       where: sale and quantity > 0              optional
//       value: sum(total_amount)                  count | [-]sum(field) | [-]sum(field * field) |
//       distinct(order_id) window: minute                            default: the first of `windows` at:
//       transaction_timestamp                 the time that chooses the window; default: the record's own
//       time,
//                                                 of a visit its beginning
//       by: [city, country]                       also by these; in all, always
//     - name: average_order_value
//       value: revenue / orders                   of two others of the same window; `by` is what both have
//   gauges:
//     - name: active_visitors
//       of: visits
//       where: ended_at >= now - 5m
//       value: distinct(visitor_id)               count | sum(field) | distinct(field), over visits that are
//       open
//
// Sums of decimals keep the field's scale (of a product: of both), as money × 10^scale.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "stream/expression.h"
#include "stream/fields.h"
#include "stream/symbols.h"

namespace souk::stream {

struct WindowSpec {
  std::string name;
  Micros size = 0, every = 0;  // equal: tumbling
  bool operator==(const WindowSpec&) const = default;
};

struct Measure {
  enum class Kind { kCount, kSum, kDistinct };
  std::string name, label;
  Kind kind = Kind::kCount;
  bool negative = false;
  bool product = false;
  size_t field = 0, factor = 0;  // places in the FieldUse
  bool money = false;            // a sum of decimals
  int scale = 0;
  Expression where;
};

// Figures that share subject, window, time and dimensions: one row of numbers for each window and member.
struct Cube {
  Subject subject = Subject::kTransactions;
  WindowSpec window;
  size_t time = 0;                 // place of the field
  std::vector<size_t> dimensions;  // places
  std::vector<std::string> dimension_names;
  std::vector<Measure> measures;
};

struct Ratio {
  std::string name, label, numerator, denominator;
};

struct Gauge {
  std::string name, label;
  Measure measure;
};

// What the file says of a figure: its entry, and the named filters and the window that it uses.
struct Definition {
  std::string name, text;
  // The things it is made of: those that meet a condition in SQL (Expression::Sql); of a ratio those of
  // either part.
  Subject subject = Subject::kTransactions;
  std::string condition = "true";
  std::string time;  // the field that chooses their window; "" of a gauge
};

class KpiBook {
 public:
  // kInvalid names the origin, the figure and what is wrong with it. Literals become symbols of `symbols`.
  static Result<KpiBook> Parse(std::string_view yaml, std::string_view origin, Symbols& symbols);

  const std::vector<Cube>& cubes() const { return cubes_; }
  const std::vector<Ratio>& ratios() const { return ratios_; }
  const std::vector<Gauge>& gauges() const { return gauges_; }
  const std::vector<Definition>& definitions() const { return definitions_; }
  const Definition* FindDefinition(std::string_view figure) const;
  // What cubes look at, and what gauges look at.
  const FieldUse& use(Subject subject) const { return uses_[static_cast<size_t>(subject)]; }
  const FieldUse& gauge_use() const { return gauge_use_; }
  // Where a figure is counted; false when there is none of that name.
  bool Find(std::string_view kpi, size_t& cube, size_t& measure) const;
  Micros longest_window(Subject subject) const;

 private:
  friend class KpiReader;
  std::vector<Cube> cubes_;
  std::vector<Ratio> ratios_;
  std::vector<Gauge> gauges_;
  std::vector<Definition> definitions_;
  std::vector<FieldUse> uses_{FieldUse(Subject::kTransactions), FieldUse(Subject::kClickstream),
                              FieldUse(Subject::kVisits)};
  FieldUse gauge_use_{Subject::kVisits};
};

}  // namespace souk::stream
