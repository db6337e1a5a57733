#include "http/curl_handles.hpp"

#include <algorithm>

namespace ingest::detail {

namespace {

void append(curl_header_list& list, const std::string& line) {
  curl_slist* const longer = require(curl_slist_append(list.get(), line.c_str()));
  static_cast<void>(list.release());
  list.reset(longer);
}

}  // namespace

void initialize_curl_once() {
  static const CURLcode result = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (result != CURLE_OK) {
    throw error(errc::internal, "libcurl cannot be initialized", false);
  }
}

curl_header_list to_list(const std::vector<http_header>& headers) {
  curl_header_list list;
  for (const http_header& h : headers) {
    validate(h);
    // libcurl takes "Name:" as the wish to send no such header, and "Name;" for an empty one.
    const std::string line = h.value.empty() ? h.name + ";" : h.name + ": " + h.value;
    append(list, line);
  }
  return list;
}

void leave_out_what_curl_adds_to_bodies(curl_header_list& list, const std::vector<http_header>& given) {
  const auto has = [&](std::string_view name) {
    return std::any_of(given.begin(), given.end(),
                       [&](const http_header& h) { return curl_strequal(h.name.c_str(), name.data()) != 0; });
  };
  for (const char* name : {"Content-Type", "Expect"}) {
    if (!has(name)) {
      append(list, std::string(name) + ":");
    }
  }
}

}  // namespace ingest::detail
