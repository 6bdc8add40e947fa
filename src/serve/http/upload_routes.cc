#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "serve/http/api.h"
#include "serve/http/errors.h"
#include "serve/http/json.h"
#include "serve/http/query_value.h"

namespace souk::serve {
namespace {

constexpr std::string_view kUploads = "/api/uploads/";
constexpr uint64_t kPieceBytes = 4'000'000;
constexpr ApiParameter kId{"id", "path", "string", "As the beginning of the upload gave it."};

std::string IdOf(const net::HttpRequest& request) {
  std::string rest = request.path.substr(kUploads.size());
  return rest.substr(0, rest.find('/'));
}

std::string UploadJson(const Upload& upload) {
  return fmt::format(R"({{"id":{},"name":{},"bytes":{},"received":{},"piece_bytes":{}}})",
                     JsonString(upload.id), JsonString(upload.path.substr(upload.path.rfind('/') + 1)),
                     upload.bytes, upload.received, kPieceBytes);
}

Result<Upload> Begin(const ApiParts& parts, const net::HttpRequest& request) {
  auto object = nlohmann::json::parse(request.body, nullptr, false);
  bool fits = object.is_object() && object.contains("name") && object["name"].is_string() &&
              object.contains("bytes") && object["bytes"].is_number_unsigned();
  if (!fits) return Fail(Code::kInvalid, "an upload is an object with \"name\" and \"bytes\"");
  return parts.uploads->Begin(object["name"], object["bytes"]);
}

Result<Upload> Append(const ApiParts& parts, const net::HttpRequest& request) {
  TRY(int64_t offset, NumberOf(request, "offset", 0, 0, INT64_MAX));
  return parts.uploads->Append(IdOf(request), static_cast<uint64_t>(offset), request.body);
}

// The same verb, with the same flags, that a person would type.
Result<int64_t> Ingest(const ApiParts& parts, const net::HttpRequest& request) {
  auto object = nlohmann::json::parse(request.body, nullptr, false);
  if (!object.is_object()) return Fail(Code::kInvalid, "how the file is taken is an object, {{}} at least");
  TRY(Upload upload, parts.uploads->Get(IdOf(request)));
  if (upload.received != upload.bytes) {
    return Fail(Code::kInvalid, "{} of {} bytes have come; send the rest first", upload.received,
                upload.bytes);
  }
  schedule::JobRequest job{"ingest", {upload.path}, "/", "page"};
  std::string record = object.value("as", "");
  if (!record.empty()) job.args.insert(job.args.end(), {"--as", record});
  bool dry_run = object.value("dry_run", false);
  if (dry_run) job.args.emplace_back("--dry-run");
  if (object.value("replace", false)) job.args.emplace_back("--replace");
  TRY(int64_t id, parts.jobs->Submit(std::move(job)));
  if (!dry_run) parts.uploads->UsedBy(upload.id, id);
  return id;
}

ApiDoc IngestDoc() {
  ApiDoc doc{"jobs", "Submits the job that takes an uploaded file: souk ingest."};
  doc.parameters = {kId,
                    {"as", "body", "string", "transactions, users, products or clickstream; empty: guessed."},
                    {"dry_run", "body", "boolean", "Only shows what would be taken, and how."},
                    {"replace", "body", "boolean", "Takes a file again that was taken."}};
  doc.status = 202;
  return doc;
}

}  // namespace

void AddUploadRoutes(ApiServer& server, SharedParts parts) {
  auto answer = [](const Result<Upload>& upload) {
    return upload ? JsonResponse(UploadJson(*upload)) : ProblemOf(upload.error());
  };
  ApiDoc begin{"jobs", "Begins the upload of a file, which then comes in pieces of piece_bytes."};
  begin.parameters = {{"name", "body", "string", "The file's name.", true},
                      {"bytes", "body", "integer", "Its size.", true}};
  server.Post("/api/uploads", begin,
              [parts, answer](const net::HttpRequest& request) { return answer(Begin(*parts, request)); });
  ApiDoc piece{"jobs", "One piece of an upload."};
  piece.parameters = {kId, {"offset", "query", "integer", "Where it begins; what has come so far.", true}};
  piece.body_type = "application/octet-stream";
  server.Put("/api/uploads/*", piece,
             [parts, answer](const net::HttpRequest& request) { return answer(Append(*parts, request)); });
  server.Post("/api/uploads/*/ingest", IngestDoc(), [parts](const net::HttpRequest& request) {
    auto id = Ingest(*parts, request);
    if (!id) return ProblemOf(id.error());
    net::HttpResponse response = JsonResponse(fmt::format(R"({{"id":{}}})", *id));
    response.status = 202;
    return response;
  });
  server.Delete("/api/uploads/*", {"jobs", "Removes an uploaded file.", {kId}},
                [parts](const net::HttpRequest& request) {
                  Status removed = parts->uploads->Remove(IdOf(request));
                  return removed ? JsonResponse("{}") : ProblemOf(removed.error());
                });
}

}  // namespace souk::serve
