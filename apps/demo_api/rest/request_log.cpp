#include "demo_api/rest/request_log.hpp"

#include "demo_api/rest/records/field.hpp"

namespace demo_api::rest {

void request_log::note(const http_request& request, const http_response& response) {
  if (most_ == 0) {
    return;
  }
  const auto passed =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begun_).count();
  const std::scoped_lock lock(mutex_);
  if (lines_.size() >= most_) {
    lines_.pop_front();
  }
  lines_.push_back({noted_++, passed, request.method, request.target, response.status, response.body.size()});
}

std::string request_log::to_ndjson() const {
  std::string out;
  const std::scoped_lock lock(mutex_);
  for (const auto& l : lines_) {
    out += R"({"number":)" + std::to_string(l.number) + R"(,"ms":)" + std::to_string(l.ms) + R"(,"method":)";
    append_quoted(l.method, out);
    out += R"(,"target":)";
    append_quoted(l.target, out);
    out += R"(,"status":)" + std::to_string(l.status) + R"(,"bytes":)" + std::to_string(l.bytes) + "}\n";
  }
  return out;
}

}  // namespace demo_api::rest
