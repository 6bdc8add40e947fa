// Makes one slice of the history after the other into files, with the dirt that was asked for.
#pragma once

#include <memory>
#include <vector>

#include "generate/bots.h"
#include "generate/dirt.h"
#include "generate/file_set.h"
#include "generate/rows.h"
#include "generate/shop.h"

namespace souk::generate {

// One per thread: it keeps its writers and memory from slice to slice. The shop and the files must outlive
// it.
class SliceWriter {
 public:
  SliceWriter(Shop& shop, FileSet& files);

  // The slice's files, and its figures in the shop's ledger.
  Status Make(const Slice& slice, Progress& progress);
  // The figures by group; see Ledger::FinishThread.
  const Tally& tally() const { return tally_; }

 private:
  // The file of the day, and one in the folder of a later day, begun when something belongs there.
  struct Outlet {
    std::string_view folder;
    FileFormat format;
    std::unique_ptr<FileSet::Output> own_writer, late_writer;
    RowWriter* own = nullptr;
    RowWriter* late = nullptr;  // of the slice, once begun
    bool text() const { return format != FileFormat::kParquet; }
  };

  Status Begin(Outlet& outlet, const Slice& slice);
  Status Finish(Outlet& outlet);
  RowWriter& Late(Outlet& outlet);
  void FindLaterDay(const Slice& slice);

  void WriteOrder(const Order& order);
  void WriteDirtyOrder(Order order);
  void WriteUpdatedOrder(const Order& order);
  void WriteDirtyLine(const Order& order, const OrderLine& line, DirtKind kind);
  void WriteBrokenLine(Order order, OrderLine line, DirtKind kind);
  void WriteClicks(const Slice& slice);
  void WriteDirtyClicks(const Slice& slice, const DayRhythm& rhythm);
  void WriteDirtyClick(const Slice& slice, const Click& click);
  void Count(DirtCount& count, DirtKind kind) { ++count.kinds[kind]; }

  Shop& shop_;
  FileSet& files_;
  Dirt dirt_;
  Outlet lines_, clicks_;
  Visits visits_;
  Bots bots_;
  std::vector<Order> returns_;
  Tally tally_;
  uint64_t next_line_ = 0;
  int32_t later_day_ = -1;  // where late records of the slice go; −1 = there is none
  std::string late_name_;
  Status status_;  // of late files
};

}  // namespace souk::generate
