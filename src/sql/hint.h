// Hints to the planners of Impala and Spark, which mean something on many machines only. For the sources of
// this room only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace souk::sql {

struct Hinted {
  std::string sql;                 // as long as the statement; hints that are no comments are blanks in it
  std::vector<std::string> hints;  // as written: "BROADCAST(dim_users)", "STRAIGHT_JOIN"
};

// Finds /*+ BROADCAST(t) */, /* +SHUFFLE */, -- +SHUFFLE, SELECT STRAIGHT_JOIN … and JOIN [SHUFFLE] t.
// Comments that do not begin with a known hint are comments.
Hinted TakeHints(std::string_view statement);

// "hint … has no effect here: one machine", a line for each; "" for none.
std::string HintNotice(const std::vector<std::string>& hints);

}  // namespace souk::sql
