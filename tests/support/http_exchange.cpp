#include "support/http_exchange.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <memory>
#include <new>
#include <string_view>

namespace ingest::testing {
namespace {

std::size_t append_body(char* bytes, std::size_t size, std::size_t count, void* body) {
  static_cast<std::string*>(body)->append(bytes, size * count);
  return size * count;
}

std::size_t add_header(char* bytes, std::size_t size, std::size_t count, void* answer) {
  const std::string_view line(bytes, size * count);
  if (const auto colon = line.find(": "); colon != std::string_view::npos) {
    std::string name(line.substr(0, colon));
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const auto value = line.substr(colon + 2, line.find_last_not_of("\r\n") - colon - 1);
    static_cast<http_answer*>(answer)->headers[name] = value;
  }
  return size * count;
}

}  // namespace

http_client::http_client() : handle_(curl_easy_init()) {
  if (handle_ == nullptr) {
    throw std::bad_alloc();
  }
}

http_client::~http_client() {
  curl_easy_cleanup(handle_);
}

http_answer http_client::exchange(const std::string& url, const std::string* posted) {
  http_answer answer;
  curl_slist* lines = nullptr;
  for (const auto& header : headers) {
    lines = curl_slist_append(lines, header.c_str());
  }
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> owner(lines, curl_slist_free_all);
  std::array<char, CURL_ERROR_SIZE> reason{};
  curl_easy_reset(handle_);
  curl_easy_setopt(handle_, CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle_, CURLOPT_HTTPHEADER, lines);
  curl_easy_setopt(handle_, CURLOPT_ERRORBUFFER, reason.data());
  curl_easy_setopt(handle_, CURLOPT_WRITEFUNCTION, append_body);
  curl_easy_setopt(handle_, CURLOPT_WRITEDATA, &answer.body);
  curl_easy_setopt(handle_, CURLOPT_HEADERFUNCTION, add_header);
  curl_easy_setopt(handle_, CURLOPT_HEADERDATA, &answer);
  curl_easy_setopt(handle_, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle_, CURLOPT_TIMEOUT, 60L);
  if (gzip) {
    curl_easy_setopt(handle_, CURLOPT_ACCEPT_ENCODING, "gzip");
  }
  if (posted != nullptr) {
    curl_easy_setopt(handle_, CURLOPT_POST, 1L);
    curl_easy_setopt(handle_, CURLOPT_POSTFIELDSIZE, static_cast<long>(posted->size()));
    curl_easy_setopt(handle_, CURLOPT_POSTFIELDS, posted->c_str());
  }
  const CURLcode result = curl_easy_perform(handle_);
  if (result != CURLE_OK) {
    answer.failure = reason[0] != '\0' ? reason.data() : curl_easy_strerror(result);
  }
  curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &answer.status);
  long opened = 0;
  curl_easy_getinfo(handle_, CURLINFO_NUM_CONNECTS, &opened);
  connections_ += opened;
  return answer;
}

std::string url_escape(const std::string& text) {
  const std::unique_ptr<char, decltype(&curl_free)> escaped(
      curl_easy_escape(nullptr, text.data(), static_cast<int>(text.size())), curl_free);
  return escaped.get();
}

}  // namespace ingest::testing
