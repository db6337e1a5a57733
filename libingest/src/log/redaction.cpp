#include "log/redaction.hpp"

#include <algorithm>
#include <cctype>
#include <functional>
#include <mutex>
#include <vector>

#include "ingest/log.hpp"

namespace ingest {

namespace {

constexpr std::string_view mask = "***";
constexpr std::size_t shortest_secret = 4;

struct secret_list {
  std::mutex mutex;
  std::vector<std::string> secrets;  // longest first: a secret that contains another is masked as a whole
};

secret_list& registered() {
  static auto* const list = new secret_list;  // never destroyed: threads may log while the process ends
  return *list;
}

bool is_space(char c) {
  return std::isspace(static_cast<unsigned char>(c)) != 0;
}

/// Where the authority of a URL, which begins at `from`, ends.
std::size_t end_of_authority(std::string_view text, std::size_t from) {
  const auto end = std::find_if(text.begin() + static_cast<std::ptrdiff_t>(from), text.end(), [](char c) {
    return is_space(c) || c == '/' || c == '?' || c == '#' || c == '"' || c == '\'' || c == '<' || c == '>';
  });
  return static_cast<std::size_t>(end - text.begin());
}

void mask_url_passwords(std::string& text) {
  for (std::size_t at = text.find("://"); at != std::string::npos; at = text.find("://", at)) {
    at += 3;
    const std::size_t end = end_of_authority(text, at);
    const std::size_t host = std::string_view(text).substr(0, end).rfind('@');
    const std::size_t colon = text.find(':', at);
    if (host != std::string::npos && host > at && colon < host) {
      text.replace(colon + 1, host - colon - 1, mask);
    }
  }
}

/// Where the value that begins at `from` ends: at its closing quote, or at white space or a URL's separator.
std::size_t end_of_value(std::string_view text, std::size_t from) {
  const char quote = from < text.size() && (text[from] == '\'' || text[from] == '"') ? text[from] : '\0';
  std::size_t at = quote == '\0' ? from : from + 1;
  for (; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (quote != '\0' ? text[at] == quote : is_space(text[at]) || text[at] == '&') {
      return quote != '\0' ? at + 1 : at;
    }
  }
  return text.size();
}

void mask_named_passwords(std::string& text) {
  constexpr std::string_view name = "password";
  const auto same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
  for (std::size_t from = 0;;) {
    const auto found =
        std::search(text.begin() + static_cast<std::ptrdiff_t>(from), text.end(), name.begin(), name.end(), same);
    if (found == text.end()) {
      return;
    }
    from = static_cast<std::size_t>(found - text.begin()) + name.size();
    std::size_t value = text.find_first_not_of(" \t", from);
    if (value == std::string::npos || text[value] != '=') {
      continue;
    }
    value = std::min(text.find_first_not_of(" \t", value + 1), text.size());
    text.replace(value, end_of_value(text, value) - value, mask);
    from = value + mask.size();
  }
}

}  // namespace

std::string detail::without_passwords(std::string_view text) {
  std::string masked(text);
  mask_url_passwords(masked);
  mask_named_passwords(masked);
  return masked;
}

void log::add_secret(std::string_view secret) {
  if (secret.size() < shortest_secret) {
    return;
  }
  auto& [mutex, secrets] = registered();
  const std::lock_guard lock(mutex);
  if (std::find(secrets.begin(), secrets.end(), secret) != secrets.end()) {
    return;
  }
  secrets.emplace_back(secret);
  std::stable_sort(secrets.begin(), secrets.end(), [](const auto& a, const auto& b) { return a.size() > b.size(); });
}

std::string log::redact(std::string_view text) {
  std::string masked(text);
  {
    auto& [mutex, secrets] = registered();
    const std::lock_guard lock(mutex);
    for (const std::string& secret : secrets) {
      for (std::size_t at = masked.find(secret); at != std::string::npos; at = masked.find(secret, at + mask.size())) {
        masked.replace(at, secret.size(), mask);
      }
    }
  }
  return detail::without_passwords(masked);
}

}  // namespace ingest
