#include "http/api_url.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <memory>
#include <new>

#include "core/ascii.hpp"
#include "ingest/error.hpp"

namespace ingest::detail {

namespace {

struct url_deleter {
  void operator()(CURLU* u) const { curl_url_cleanup(u); }
};
using url_handle = std::unique_ptr<CURLU, url_deleter>;

std::string part_of(const url_handle& url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url.get(), part, &text, 0) != CURLUE_OK) {
    return {};
  }
  std::string copy(text);
  curl_free(text);
  return copy;
}

[[noreturn]] void refuse(const std::string& why) {
  throw error(errc::config, "`base_url` " + why + "; it should look like https://host/api/v1");
}

}  // namespace

api_url parse_api_url(const std::string& text) {
  if (text.empty()) {
    refuse("is missing");
  }
  const url_handle url(curl_url());
  if (!url) {
    throw std::bad_alloc();
  }
  if (curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) {
    refuse("is no URL");
  }
  const std::string scheme = part_of(url, CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https") {
    refuse("must begin with http:// or https://");
  }
  if (!part_of(url, CURLUPART_USER).empty() || !part_of(url, CURLUPART_PASSWORD).empty()) {
    refuse("must not hold a user name or password");
  }
  if (text.find_first_of("?#") != std::string::npos) {
    refuse("must not hold a query or fragment");
  }
  const std::string port = part_of(url, CURLUPART_PORT);
  std::string path = part_of(url, CURLUPART_PATH);
  while (path.ends_with('/')) {
    path.pop_back();
  }
  return {scheme + "://" + part_of(url, CURLUPART_HOST) + (port.empty() ? "" : ":" + port), path};
}

bool is_path(std::string_view text) {
  return text.starts_with('/') && !text.starts_with("//") && std::all_of(text.begin(), text.end(), [](char c) {
           return static_cast<unsigned char>(c) > 0x20 && c != 0x7f && c != '\\' && c != '#';
         });
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) ||
        std::string_view("-._~").find(c) != std::string_view::npos) {
      out.push_back(c);
    } else {
      out.push_back('%');
      out.push_back(hex[byte >> 4]);
      out.push_back(hex[byte & 0xF]);
    }
  }
  return out;
}

}  // namespace ingest::detail
