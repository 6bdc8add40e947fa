// What the files of a table have shown about a column, so that the next one need not try.
#pragma once

namespace souk::lake {

struct ParquetHint {
  bool diverse = false;  // hardly any text came twice: no dictionary
  bool dense = false;    // its pages hardly shrink: not compressed
};

}  // namespace souk::lake
