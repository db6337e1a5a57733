#include "support/demo_api_reader.hpp"

#include <rapidjson/document.h>

#include <algorithm>
#include <stdexcept>

namespace ingest::testing {
namespace {

void read_keys(demo_api_page& page) {
  rapidjson::Document json;
  json.Parse<rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseIterativeFlag |
             rapidjson::kParseValidateEncodingFlag>(page.answer.body.data(), page.answer.body.size());
  if (json.HasParseError() || !json.IsObject() || !json.HasMember("data") || !json["data"].IsArray()) {
    return;
  }
  page.flat = !json.HasMember("pagination");
  const auto& pagination = page.flat ? static_cast<const rapidjson::Value&>(json) : json["pagination"];
  page.has_more = pagination["hasMore"].GetBool();
  page.next_cursor = pagination["nextCursor"].IsString() ? pagination["nextCursor"].GetString() : "";
  for (const auto& event : json["data"].GetArray()) {
    page.ids.push_back(event.HasMember("id") ? event["id"].GetString() : "");
  }
  constexpr std::string_view head = R"({"data":[)";
  const auto end = page.answer.body.rfind(page.flat ? R"(],"hasMore":)" : R"(],"pagination":)");
  page.events = page.answer.body.substr(head.size(), end - head.size());
  page.readable = true;
}

}  // namespace

demo_api_reader::demo_api_reader(const demo_api_process& api, const std::string& key)
    : origin_(api.origin()), key_(key) {
  client_.headers = {"X-API-Key: " + key_};
}

long demo_api_reader::open_stream() {
  client_.headers = {"X-API-Key: " + key_};
  const auto answer = client_.post(origin_ + "/internal/dashboard/stream-access");
  rapidjson::Document json;
  json.Parse(answer.body.c_str());
  if (answer.status == 200 && json.IsObject() && json.HasMember("streamAccess")) {
    const auto& access = json["streamAccess"];
    client_.headers.push_back(std::string(access["tokenHeader"].GetString()) + ": " + access["token"].GetString());
  }
  return answer.status;
}

demo_api_page demo_api_reader::read_standard(const std::string& query, const std::string& cursor) {
  return read(origin_ + "/api/v1/events" + query, cursor);
}

demo_api_page demo_api_reader::read_stream(const std::string& query, const std::string& cursor) {
  return read(origin_ + "/api/v1/events/d4ta/x7k9/feed" + query, cursor);
}

demo_api_page demo_api_reader::read(std::string url, const std::string& cursor) {
  if (!cursor.empty()) {
    url += "&cursor=" + url_escape(cursor);
  }
  demo_api_page page;
  page.answer = client_.get(url);
  if (page.answer.failure.empty() && page.answer.status == 200) {
    read_keys(page);
  }
  return page;
}

std::vector<demo_api_page> demo_api_reader::read_all(const std::string& query, bool stream) {
  std::vector<demo_api_page> pages;
  std::string cursor;
  do {
    pages.push_back(stream ? read_stream(query, cursor) : read_standard(query, cursor));
    const auto& page = pages.back();
    if (!page.readable) {
      throw std::runtime_error("no page: " + std::to_string(page.answer.status) + " " + page.answer.failure + " " +
                               page.answer.body.substr(0, 200));
    }
    cursor = page.next_cursor;
  } while (pages.back().has_more);
  return pages;
}

std::string as_ndjson(const std::vector<demo_api_page>& pages) {
  std::string lines;
  for (const auto& page : pages) {
    // Between events a comma stands before the next one's first key, as nowhere inside an event of the generator.
    std::string_view rest = page.events;
    while (!rest.empty()) {
      auto end = rest.find(R"(},{"id":")");
      const auto other = rest.find(R"(},{"sessionId":")");
      end = std::min(end, other);
      lines.append(rest.substr(0, end == std::string_view::npos ? end : end + 1));
      lines += '\n';
      rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 2);
    }
  }
  return lines;
}

}  // namespace ingest::testing
