#include <fmt/format.h>

#include "net/http_client.h"
#include "serve/http/api.h"
#include "serve/http/errors.h"
#include "serve/http/json.h"
#include "serve/http/query_value.h"

namespace souk::serve {
namespace {

constexpr ApiParameter kPath{"path", "query", "string", "Below the lake's root: ecommerce/raw/users.", true};

std::string EntriesJson(const std::vector<LakeFolder::Entry>& entries, bool folders) {
  std::string out = "[";
  for (const auto& entry : entries) {
    if (out.size() > 1) out += ',';
    out += fmt::format(R"({{"name":{},)", JsonString(entry.name));
    if (folders) out += fmt::format(R"("files":{},)", entry.files);
    out += fmt::format(R"("bytes":{}}})", entry.bytes);
  }
  return out + "]";
}

std::string FolderJson(const LakeFolder& folder) {
  return fmt::format(R"({{"path":{},"folders":{},"files":{},"files_here":{},"all_files":{},"all_bytes":{}}})",
                     JsonString(folder.path), EntriesJson(folder.folders, true),
                     EntriesJson(folder.files, false), folder.files_here, folder.all_files, folder.all_bytes);
}

std::string PreviewJson(const std::string& path, const LakePreview& preview) {
  std::string columns;
  for (const sql::Column& column : preview.rows.columns) {
    columns += fmt::format(R"({}{{"name":{},"type":{}}})", columns.empty() ? "" : ",",
                           JsonString(column.name), JsonString(column.type));
  }
  const char* kind = preview.kind == LakePreview::Kind::kRows   ? "rows"
                     : preview.kind == LakePreview::Kind::kText ? "text"
                                                                : "binary";
  return fmt::format(
      R"({{"path":{},"bytes":{},"kind":"{}","format":{},"columns":[{}],"rows":{},"more":{},"text":{}}})",
      JsonString(path), preview.bytes, kind, JsonString(preview.format), columns, JsonRows(preview.rows),
      preview.more, JsonString(preview.text));
}

Result<net::HttpResponse> Download(const ApiParts& parts, const std::string& path) {
  TRY(uint64_t bytes, parts.lake->Size(path));
  auto body = std::make_shared<net::LongBody>();
  body->bytes = bytes;
  body->read = [lake = parts.lake, path](uint64_t offset, uint64_t most) {
    return lake->Read(path, offset, most);
  };
  net::HttpResponse response;
  response.content_type = "application/octet-stream";
  response.headers.emplace_back(
      "Content-Disposition",
      "attachment; filename*=UTF-8''" + net::EncodeQuery(path.substr(path.rfind('/') + 1)));
  response.headers.emplace_back("Cache-Control", "no-store");
  response.long_body = std::move(body);
  return response;
}

}  // namespace

void AddLakeRoutes(ApiServer& server, SharedParts parts) {
  ApiDoc list{"lake", "A folder of the lake: what is in it, with sizes.", {kPath}};
  list.parameters[0].required = false;
  server.Get("/api/lake", list, [parts](const net::HttpRequest& request) {
    auto folder = parts->lake->List(request.QueryValue("path"));
    return folder ? JsonResponse(FolderJson(*folder)) : ProblemOf(folder.error());
  });
  ApiDoc preview{
      "lake", "The first rows of a CSV, JSON or Parquet file, or the beginning of a text.", {kPath}};
  preview.parameters.push_back({"rows", "query", "integer", "1 to 500; 50 when not given."});
  server.Get("/api/lake/preview", preview, [parts](const net::HttpRequest& request) {
    auto rows = NumberOf(request, "rows", 50, 1, 500);
    if (!rows) return ProblemOf(rows.error());
    std::string path = request.QueryValue("path");
    auto found = parts->lake->Preview(path, static_cast<size_t>(*rows), Until(request.gone));
    return found ? JsonResponse(PreviewJson(path, *found)) : ProblemOf(found.error());
  });
  ApiDoc file{"lake", "The bytes of a file.", {kPath}, "application/octet-stream"};
  server.Get("/api/lake/file", file, [parts](const net::HttpRequest& request) {
    auto answer = Download(*parts, request.QueryValue("path"));
    return answer ? *std::move(answer) : ProblemOf(answer.error());
  });
}

}  // namespace souk::serve
