#include "log/redaction.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <vector>

#include "core/ascii.hpp"
#include "ingest/log.hpp"
#include "log/secret_spelling.hpp"

namespace ingest {

namespace {

constexpr std::string_view mask = "***";
constexpr std::size_t shortest_secret = 4;
constexpr std::size_t shortest_line = 16;

/// What a secret, or a part of one, may be spelt as.
struct secret_spelling {
  std::string text;
  bool is_base64 = false;
};

struct secret_list {
  std::mutex mutex;
  std::vector<std::string> secrets;
  /// By their first byte, longest first: a secret that contains another is masked as a whole.
  std::array<std::vector<secret_spelling>, 256> spellings;
  std::map<std::string, std::string, std::less<>> options;
};

secret_list& registered() {
  static auto* const list = new secret_list;  // never destroyed: threads may log while the process ends
  return *list;
}

void rename_options(const std::map<std::string, std::string, std::less<>>& options, std::string& text) {
  for (std::size_t begin = text.find('`'); begin != std::string::npos; begin = text.find('`', begin)) {
    const std::size_t end = text.find('`', begin + 1);
    if (end == std::string::npos) {
      return;
    }
    const auto named = options.find(std::string_view(text).substr(begin, end + 1 - begin));
    if (named == options.end()) {
      begin = end;  // which may open the next one
      continue;
    }
    text.replace(begin, end + 1 - begin, named->second);
    begin += named->second.size();
  }
}

/// Lines of a secret that has several, as keys have: whoever quotes it may quote one of them.
std::vector<std::string_view> long_lines(std::string_view secret) {
  std::vector<std::string_view> lines;
  if (secret.find('\n') == secret.npos) {
    return lines;
  }
  for (std::size_t begin = 0; begin < secret.size();) {
    const std::size_t end = std::min(secret.find('\n', begin), secret.size());
    if (end - begin >= shortest_line) {
      lines.push_back(secret.substr(begin, end - begin));
    }
    begin = end + 1;
  }
  return lines;
}

/// The byte that is spelt from `at` on, if anything but that byte itself is.
std::optional<unsigned char> escaped_byte(std::string_view text, std::size_t at) {
  switch (text[at]) {
    case '+':
      return ' ';  // of a form
    case '-':
      return '+';  // of base64 in URLs
    case '_':
      return '/';
    case '%':
      return detail::percent_encoded_byte(text, at);
    case '\\':
      return detail::escaped_first_byte(text, at);
    default:
      return std::nullopt;
  }
}

std::string masked_spellings(const std::array<std::vector<secret_spelling>, 256>& spellings, std::string_view text) {
  std::string made;
  std::size_t kept = 0;
  const auto length_at = [&](std::size_t at, unsigned char first) -> std::size_t {
    for (const secret_spelling& s : spellings[first]) {
      if (const std::size_t length = detail::spelt_length(text, at, s.text, s.is_base64)) {
        return length;
      }
    }
    return 0;
  };
  for (std::size_t at = 0; at < text.size();) {
    std::size_t length = length_at(at, static_cast<unsigned char>(text[at]));
    if (const auto escaped = length == 0 ? escaped_byte(text, at) : std::nullopt) {
      length = length_at(at, *escaped);
    }
    if (length == 0) {
      ++at;
      continue;
    }
    made.append(text, kept, at - kept).append(mask);
    at += length;
    kept = at;
  }
  return made.append(text, kept);
}

bool is_space(char c) {
  return std::isspace(static_cast<unsigned char>(c)) != 0;
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

/// Where a URL ends that begins at `from`, in the midst of other text.
std::size_t end_of_url(std::string_view text, std::size_t from) {
  const auto end = std::find_if(text.begin() + static_cast<std::ptrdiff_t>(from), text.end(),
                                [](char c) { return is_space(c) || c == '"' || c == '<' || c == '>'; });
  return static_cast<std::size_t>(end - text.begin());
}

/// Whether what stands behind a "?" is a query, and not the rest of a password.
bool is_query(std::string_view text) {
  const auto name = std::find_if(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) == 0 && c != '_' && c != '.' && c != '-';
  });
  return name != text.begin() && name != text.end() && *name == '=';
}

void mask_url_passwords(std::string& text) {
  for (std::size_t at = text.find("://"); at != std::string::npos; at = text.find("://", at + 3)) {
    std::size_t scheme = at;
    while (scheme > 0 && std::isalpha(static_cast<unsigned char>(text[scheme - 1])) != 0) {
      --scheme;
    }
    const std::string_view url = std::string_view(text).substr(scheme, end_of_url(text, at) - scheme);
    if (const auto password = detail::password_of_url(url)) {
      text.replace(scheme + password->begin, password->end - password->begin, mask);
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
  const auto same = [](char a, char b) { return lower(a) == b; };
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

std::optional<detail::text_range> detail::password_of_url(std::string_view url) {
  constexpr std::string_view separator = "://";
  const std::size_t scheme = url.find(separator);
  if (scheme == std::string_view::npos) {
    return std::nullopt;
  }
  const std::size_t authority = scheme + separator.size();
  const std::size_t colon = url.find(':', authority);
  if (colon == std::string_view::npos || url[std::min(authority, url.size() - 1)] == '[') {
    return std::nullopt;
  }
  const std::size_t after_port = std::min(url.find_first_of("/?#", colon), url.size());
  const bool has_port = all_digits(url.substr(colon + 1, after_port - colon - 1));
  const std::size_t question_mark = std::min(url.find('?', authority), url.size());
  std::size_t host = url.substr(0, question_mark).rfind('@');
  if (question_mark < url.size()) {
    const bool may_be_query = host != std::string_view::npos ? host > colon : has_port || colon > question_mark;
    if (!may_be_query || !is_query(url.substr(question_mark + 1))) {
      host = url.rfind('@');
    }
  }
  if (host == std::string_view::npos || host < colon) {
    return std::nullopt;
  }
  // In a path of the web an "@" is nothing special.
  if (url.substr(0, scheme).starts_with("http") && has_port && after_port < host) {
    return std::nullopt;
  }
  return text_range{colon + 1, host};
}

std::optional<char> detail::unescaped_in_credentials(std::string_view url) {
  const auto password = password_of_url(url);
  if (!password || !url.starts_with("postgres")) {
    return std::nullopt;
  }
  const std::size_t begin = url.find("://") + 3;
  const auto at = url.substr(0, password->end).find_first_of("/@?", begin);
  return at == std::string_view::npos ? std::nullopt : std::optional(url[at]);
}

std::string detail::without_passwords(std::string_view text) {
  std::string masked(text);
  mask_url_passwords(masked);
  mask_named_passwords(masked);
  return masked;
}

bool detail::names_secret(std::string_view header) {
  const std::string name = lower(header);
  constexpr std::array<std::string_view, 9> parts = {"auth",     "cookie",     "key",     "token",    "secret",
                                                     "password", "credential", "session", "signature"};
  return std::any_of(parts.begin(), parts.end(), [&](std::string_view part) { return name.find(part) != name.npos; });
}

void log::add_secret(std::string_view secret) {
  if (secret.size() < shortest_secret) {
    return;
  }
  auto& [mutex, secrets, spellings, options] = registered();
  const std::lock_guard lock(mutex);
  if (std::find(secrets.begin(), secrets.end(), secret) != secrets.end()) {
    return;
  }
  const auto shorter = std::find_if(secrets.begin(), secrets.end(),
                                    [&](const std::string& known) { return known.size() < secret.size(); });
  secrets.insert(shorter, std::string(secret));
  const auto add = [&all = spellings](std::string spelling, bool is_base64) {
    auto& alike = all[static_cast<unsigned char>(spelling.front())];
    const auto place = std::find_if(alike.begin(), alike.end(),
                                    [&](const secret_spelling& s) { return s.text.size() < spelling.size(); });
    alike.insert(place, {std::move(spelling), is_base64});
  };
  add(std::string(secret), false);
  for (std::string& core : detail::base64_cores(secret)) {
    add(std::move(core), true);
  }
  for (const std::string_view line : long_lines(secret)) {
    add(std::string(line), false);
  }
}

std::vector<std::string> detail::known_secrets() {
  auto& [mutex, secrets, spellings, options] = registered();
  const std::lock_guard lock(mutex);
  return secrets;
}

void log::name_option(std::string_view option, std::string_view as) {
  auto& [mutex, secrets, spellings, options] = registered();
  const std::lock_guard lock(mutex);
  options.insert_or_assign("`" + std::string(option) + "`", as);
}

std::string log::redact(std::string_view text) {
  std::string masked(text);
  {
    auto& [mutex, secrets, spellings, options] = registered();
    const std::lock_guard lock(mutex);
    rename_options(options, masked);
    masked = masked_spellings(spellings, masked);
  }
  return detail::without_passwords(masked);
}

}  // namespace ingest
