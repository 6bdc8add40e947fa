#include "lake/faulty_file_store.h"

namespace souk::lake {

void FaultyFileStore::Arm(uint64_t n, Fault fault) {
  armed_ = n;
  fault_ = fault;
  changes_ = 0;
  fired_ = false;
}

Status FaultyFileStore::CheckAlive() const {
  if (fired_ && fault_ == Fault::kDie) return Fail(Code::kIo, "the store is gone (armed fault)");
  return {};
}

template <typename Operation>
Status FaultyFileStore::Change(const std::string& what, Operation operation) {
  TRY_STATUS(CheckAlive());
  if (++changes_ != armed_) return operation();
  fired_ = true;
  if (fault_ == Fault::kFailAfter) (void)operation();
  return Fail(Code::kIo, "{} failed (armed fault)", what);
}

Status FaultyFileStore::Write(const std::string& path, std::string_view content) {
  return Change("write " + path, [&] { return below_->Write(path, content); });
}

Status FaultyFileStore::WriteUnsynced(const std::string& path, std::string_view content) {
  return Change("write " + path, [&] { return below_->WriteUnsynced(path, content); });
}

Status FaultyFileStore::Create(const std::string& path, std::string_view content) {
  return Change("create " + path, [&] { return below_->Create(path, content); });
}

Status FaultyFileStore::Adopt(const std::string& local, const std::string& path) {
  return Change("adopt " + path, [&] { return below_->Adopt(local, path); });
}

Status FaultyFileStore::Remove(const std::string& path) {
  return Change("remove " + path, [&] { return below_->Remove(path); });
}

Status FaultyFileStore::PrepareFolder(const std::string& path) {
  return Change("make the folder of " + path, [&] { return below_->PrepareFolder(path); });
}

Status FaultyFileStore::Sync(const std::vector<std::string>& paths) {
  return Change("sync", [&] { return below_->Sync(paths); });
}

Result<std::string> FaultyFileStore::Read(const std::string& path) const {
  TRY_STATUS(CheckAlive());
  return below_->Read(path);
}

Result<std::string> FaultyFileStore::ReadRange(const std::string& path, uint64_t offset,
                                               uint64_t bytes) const {
  TRY_STATUS(CheckAlive());
  return below_->ReadRange(path, offset, bytes);
}

Result<std::vector<FileInfo>> FaultyFileStore::List(const std::string& path) const {
  TRY_STATUS(CheckAlive());
  return below_->List(path);
}

Result<uint64_t> FaultyFileStore::Size(const std::string& path) const {
  TRY_STATUS(CheckAlive());
  return below_->Size(path);
}

bool FaultyFileStore::Exists(const std::string& path) const { return CheckAlive() && below_->Exists(path); }

Status FaultyFileStore::Check() {
  TRY_STATUS(CheckAlive());
  return below_->Check();
}

}  // namespace souk::lake
