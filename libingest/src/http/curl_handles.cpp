#include "http/curl_handles.hpp"

namespace ingest::detail {

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
    curl_slist* const longer = require(curl_slist_append(list.get(), line.c_str()));
    static_cast<void>(list.release());
    list.reset(longer);
  }
  return list;
}

}  // namespace ingest::detail
