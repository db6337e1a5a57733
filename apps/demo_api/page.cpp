#include "demo_api/page.hpp"

namespace demo_api {

void write_page(const event_store& events, const page& p, const page_details& details, std::string& out) {
  out = R"({"data":[)";
  events.append(p.first, p.last, ',', out);
  const std::string has_more = p.has_more() ? "true" : "false";
  // Base64 needs no escaping.
  const std::string next = p.has_more() ? '"' + details.next_cursor + '"' : "null";
  if (details.flat) {
    out += R"(],"hasMore":)" + has_more + R"(,"nextCursor":)" + next + "}";
    return;
  }
  out += R"(],"pagination":{"limit":)" + std::to_string(details.limit) + R"(,"hasMore":)" + has_more +
         R"(,"nextCursor":)" + next;
  if (p.has_more()) {
    out += R"(,"cursorExpiresIn":)" + std::to_string(details.cursor_expires_in_s);
  }
  out += R"(},"meta":{"total":)" + std::to_string(details.total) + R"(,"returned":)" + std::to_string(p.size()) +
         R"(,"requestId":")" + details.request_id + "\"}}";
}

}  // namespace demo_api
