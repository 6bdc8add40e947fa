#include "lake/file_store.h"

#include <simdjson.h>

#include <algorithm>

#include "lake/local_file_store.h"
#include "lake/uri.h"

namespace souk::lake {

Status CheckStorePath(std::string_view path) {
  if (path.empty()) return Fail(Code::kInvalid, "the path in the lake is empty");
  if (!simdjson::validate_utf8(path.data(), path.size())) {
    return Fail(Code::kInvalid, "a path in the lake is not UTF-8: give the file a name in UTF-8");
  }
  for (char c : path) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      return Fail(Code::kInvalid, "a path in the lake has a control character: give the file another name");
    }
  }
  size_t begin = 0;
  while (begin <= path.size()) {
    size_t end = std::min(path.find('/', begin), path.size());
    std::string_view segment = path.substr(begin, end - begin);
    if (segment.empty())
      return Fail(Code::kInvalid, "'{}' is no path in the lake: a part of it is empty", path);
    if (segment == "." || segment == "..") {
      return Fail(Code::kInvalid, "'{}' is no path in the lake: it has the part '{}'", path, segment);
    }
    begin = end + 1;
  }
  return {};
}

Result<std::shared_ptr<FileStore>> OpenFileStore(const std::string& url) {
  if (url.empty())
    return Fail(Code::kInvalid, "the lake's address is empty: give a directory or file:///directory");
  std::string scheme = SchemeOf(url);
  std::string directory = url;
  if (scheme == "file") {
    std::string rest = url.substr(std::string_view("file://").size());
    if (rest.starts_with("localhost/")) rest = rest.substr(std::string_view("localhost").size());
    if (!rest.starts_with('/')) {
      return Fail(Code::kInvalid, "'{}' names no directory of this machine: write file:///directory", url);
    }
    TRY(directory, PercentDecode(rest));
  } else if (!scheme.empty()) {
    return Fail(Code::kUnsupported,
                "no lake can be opened by '{}://': built in are file:// and a plain directory", scheme);
  }
  TRY(auto store, LocalFileStore::Open(directory));
  return std::shared_ptr<FileStore>(std::move(store));
}

}  // namespace souk::lake
