#include "log/redaction.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <functional>
#include <map>
#include <mutex>
#include <vector>

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
  std::vector<secret_spelling> spellings;  // longest first: a secret that contains another is masked as a whole
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

bool may_begin(char c, const secret_spelling& s) {
  const char first = s.text.front();
  return c == first || c == '%' || c == '\\' || (c == '+' && first == ' ') || (s.is_base64 && (c == '-' || c == '_'));
}

void mask_spelling(const secret_spelling& s, std::string& text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::size_t length = may_begin(text[at], s) ? detail::spelt_length(text, at, s.text, s.is_base64) : 0;
    if (length > 0) {
      text.replace(at, length, mask);
      at += mask.size() - 1;
    }
  }
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
  std::string name(header);
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
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
  secrets.emplace_back(secret);
  spellings.push_back({std::string(secret)});
  for (std::string& core : detail::base64_cores(secret)) {
    spellings.push_back({std::move(core), true});
  }
  for (const std::string_view line : long_lines(secret)) {
    spellings.push_back({std::string(line)});
  }
  const auto is_longer = [](const auto& a, const auto& b) { return a.size() > b.size(); };
  std::stable_sort(secrets.begin(), secrets.end(), is_longer);
  std::stable_sort(spellings.begin(), spellings.end(),
                   [&](const auto& a, const auto& b) { return is_longer(a.text, b.text); });
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
    for (const secret_spelling& spelling : spellings) {
      mask_spelling(spelling, masked);
    }
  }
  return detail::without_passwords(masked);
}

}  // namespace ingest
