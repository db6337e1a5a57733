#pragma once

#include <curl/curl.h>

#include <memory>
#include <new>
#include <vector>

#include "ingest/http_client.hpp"

/// libcurl's handles, owned.
namespace ingest::detail {

struct multi_deleter {
  void operator()(CURLM* m) const { curl_multi_cleanup(m); }
};
struct easy_deleter {
  void operator()(CURL* e) const { curl_easy_cleanup(e); }
};
struct header_list_deleter {
  void operator()(curl_slist* l) const { curl_slist_free_all(l); }
};
using curl_multi = std::unique_ptr<CURLM, multi_deleter>;
using curl_easy = std::unique_ptr<CURL, easy_deleter>;
using curl_header_list = std::unique_ptr<curl_slist, header_list_deleter>;

void initialize_curl_once();

/// The handle itself. Throws std::bad_alloc for none, which is how libcurl says that it is short of memory.
template <class T>
T* require(T* handle) {
  if (handle == nullptr) {
    throw std::bad_alloc();
  }
  return handle;
}

/// Throws errc::config for a header that validate() refuses.
curl_header_list to_list(const std::vector<http_header>& headers);

/// Tells libcurl not to add to a request with a body: a Content-Type, unless `given` has one, and "Expect:
/// 100-continue", which many servers let wait.
void leave_out_what_curl_adds_to_bodies(curl_header_list& list, const std::vector<http_header>& given);

}  // namespace ingest::detail
