// Whether a source line can become a record: every mapped value fits its field's type, and what must be there
// is there. Meaning is not judged here (unknown words, odd amounts): that is cleaning, a later step.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "record/mapping.h"
#include "record/times.h"
#include "record/values.h"

namespace souk::record {

// Why a line cannot be taken: a plain sentence, and the field at fault ("" = the whole line).
struct Fault {
  std::string field;
  std::string reason;
};

// A field whose text has to be read, and how it is written in its column.
struct CheckedValue {
  const Field* field = nullptr;
  size_t column = 0;
  NumberStyle number;
  TimeFormat time;
  bool zoned = false;  // the column's times carry offsets
  bool event_time = false;
};

// At least one of the columns must have a value.
struct CheckedPresence {
  const Field* field = nullptr;
  std::vector<size_t> columns;
};

// The times of the events that were taken: all UTC (`zoned`) or all of the clock on the wall.
struct TimeSpan {
  bool any = false;
  bool zoned = false;
  Micros first = 0;
  Micros last = 0;
};

// Not thread-safe: it remembers the span of the times it saw.
class RecordCheck {
 public:
  // `columns` as the mapping was made from them; their places are the places of the values.
  static Result<RecordCheck> Make(const Mapping& mapping, const std::vector<SourceColumn>& columns);

  // `text_of(column)` gives the value as std::string_view. False with the fault when the line cannot be
  // taken.
  template <typename TextOf>
  bool Check(TextOf&& text_of, Fault& fault) {
    for (const CheckedPresence& presence : presences_) {
      bool there = false;
      for (size_t column : presence.columns) there = there || !IsMissing(text_of(column));
      if (!there) return Absent(presence, fault);
    }
    TimeValue event;
    for (const CheckedValue& value : values_) {
      if (!CheckText(value, text_of(value.column), event, fault)) return false;
    }
    Note(event);
    return true;
  }

  // The same for one value. `event` is set when it is the event's own time.
  static bool CheckText(const CheckedValue& value, std::string_view text, TimeValue& event, Fault& fault);
  static bool CheckZone(const CheckedValue& value, std::string_view text, const TimeValue& time,
                        Fault& fault);
  static bool Absent(const CheckedPresence& presence, Fault& fault);  // always false
  void Note(const TimeValue& event);

  const std::vector<CheckedValue>& values() const { return values_; }
  const std::vector<CheckedPresence>& presences() const { return presences_; }
  const TimeSpan& span() const { return span_; }

 private:
  std::vector<CheckedValue> values_;
  std::vector<CheckedPresence> presences_;
  TimeSpan span_;
  bool timed_ = false;  // there is an event time at all
};

// The beginning of a value for a sentence: short, without line ends, valid UTF-8.
std::string Excerpt(std::string_view text);

// "too large" and the like, for one value of a field.
bool SayFault(ValueFault fault_kind, const Field& field, std::string_view text,
              Fault& fault);  // always false

}  // namespace souk::record
