#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "support/demo_api.hpp"
#include "support/http_exchange.hpp"

namespace ingest::testing {

/// A page as a client sees it.
struct demo_api_page {
  http_answer answer;
  bool readable = false;  ///< the answer was a page, whole and in JSON; else the rest is empty
  std::string events;     ///< the bytes between the brackets of "data"
  std::vector<std::string> ids;
  bool flat = false;
  bool has_more = false;
  std::string next_cursor;
};

/// Reads pages from a demo_api as simply as can be, to compare what is served with what should be.
class demo_api_reader {
 public:
  explicit demo_api_reader(const demo_api_process& api, const std::string& key = "demo-key");

  http_client& client() { return client_; }

  /// Asks for a stream token and sends it with all that follows. Returns the answer's status.
  long open_stream();

  /// Reads a page; `query` begins with '?', without a cursor.
  demo_api_page read_standard(const std::string& query, const std::string& cursor = "");
  demo_api_page read_stream(const std::string& query, const std::string& cursor = "");

  /// Reads to the end and returns all pages. Throws std::runtime_error when an answer is no page.
  std::vector<demo_api_page> read_all_standard(const std::string& query) { return read_all(query, false); }
  std::vector<demo_api_page> read_all_stream(const std::string& query) { return read_all(query, true); }

 private:
  demo_api_page read(std::string url, const std::string& cursor);
  std::vector<demo_api_page> read_all(const std::string& query, bool stream);

  std::string origin_;
  std::string key_;
  http_client client_;
};

/// The bytes of all events of these pages, one a line, as /truth has them.
std::string as_ndjson(const std::vector<demo_api_page>& pages);

}  // namespace ingest::testing
