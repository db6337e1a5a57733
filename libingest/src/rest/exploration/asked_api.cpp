#include "rest/exploration/asked_api.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/trimmed.hpp"
#include "ingest/error.hpp"
#include "log/redaction.hpp"
#include "rest/paginators/hint_names.hpp"

namespace ingest::rest {

namespace {

using variable_reader = std::function<std::optional<std::string>(const std::string&)>;

std::string decoded(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned code = 0;
    const char* const digits = text.data() + i + 1;
    const bool escape =
        text[i] == '%' && i + 2 < text.size() && std::from_chars(digits, digits + 2, code, 16).ptr == digits + 2;
    plain += escape ? static_cast<char>(code) : text[i] == '+' ? ' ' : text[i];
    i += escape ? 2 : 0;
  }
  return plain;
}

bool names_variable(std::string_view text) {
  return text.find("${") != std::string_view::npos;
}

/// The text with what the variables hold.
std::string expanded(std::string_view text, const std::string& what, const variable_reader& variable) {
  std::string all;
  for (;;) {
    const std::size_t begin = text.find("${");
    all += text.substr(0, begin);
    if (begin == std::string_view::npos) {
      return all;
    }
    const std::size_t end = text.find('}', begin);
    const std::string name(end == std::string_view::npos ? "" : text.substr(begin + 2, end - begin - 2));
    constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
    if (name.empty() || name.find_first_not_of(letters) != std::string::npos) {
      throw error(errc::usage, what + " must name a variable of the environment as ${NAME}");
    }
    const auto found = variable(name);
    if (!found || found->empty()) {
      throw error(errc::config, what + " names ${" + name + "}, and the environment has no " + name + ": set it");
    }
    all += *found;
    text.remove_prefix(end + 1);
  }
}

void refuse_braces(std::string_view text, const std::string& what) {
  if (text.find_first_of("{}") != std::string_view::npos) {
    throw error(errc::usage, what +
                                 " has braces, which mean something else in the file that is made: leave it out, and "
                                 "write it there");
  }
}

void take_header(asked_api& made, const std::string& line, const variable_reader& variable) {
  const std::size_t colon = line.find(':');
  const std::string name(ingest::detail::trimmed(std::string_view(line).substr(0, colon)));
  const std::string text(
      colon == std::string::npos ? "" : ingest::detail::trimmed(std::string_view(line).substr(colon + 1)));
  if (name.empty() || text.empty()) {
    throw error(errc::usage, "a header is written as \"Name: value\"");
  }
  const std::string what = "the header " + name;
  if (names_variable(text)) {
    made.credentials.push_back({false, name, text, expanded(text, what, variable)});
    validate(http_header{name, made.credentials.back().value});
    return;
  }
  if (ingest::detail::names_secret(name) || text.starts_with("Bearer ") || text.starts_with("Basic ")) {
    throw error(errc::usage,
                what +
                    " holds a secret, which every user of this machine could read there, and which would be "
                    "written into the file: put it into a variable of the environment, and write '" +
                    name + ": …${NAME}'");
  }
  refuse_braces(text, what);
  validate(http_header{name, text});
  made.headers.push_back({name, text});
}

void take_member(asked_api& made, std::string_view member, const variable_reader& variable) {
  const std::size_t equals = std::min(member.find('='), member.size());
  const std::string name = decoded(member.substr(0, equals));
  const std::string_view text = member.substr(std::min(equals + 1, member.size()));
  const std::string what = "the parameter `" + name + "`";
  refuse_braces(name, what);
  if (std::any_of(made.params.begin(), made.params.end(), [&](const auto& p) { return p.first == name; })) {
    throw error(errc::usage, what + " is there twice, which the short spelling has no words for: leave one out");
  }
  if (names_variable(text)) {
    made.credentials.push_back({true, name, std::string(text), expanded(text, what, variable)});
  } else if (names_credential(name) && !text.empty()) {
    throw error(errc::usage,
                what +
                    " looks like a secret, which every user of this machine could read there, and which would be "
                    "written into the file: put it into a variable of the environment, and write '" +
                    name + "=${NAME}'");
  } else if (!name.empty()) {
    refuse_braces(decoded(text), what);
    made.params.emplace_back(name, decoded(text));
  }
}

}  // namespace

bool names_credential(std::string_view parameter) {
  constexpr std::array<std::string_view, 9> ends = {"apikey",     "token",      "secret",    "password", "privatekey",
                                                    "passphrase", "credential", "accesskey", "signature"};
  const std::string plain = plain_name(parameter);
  return plain == "key" || plain == "appid" || std::any_of(ends.begin(), ends.end(), [&](std::string_view end) {
           return plain.ends_with(end) && plain.find("page") == std::string::npos;
         });
}

asked_api parse_asked_api(const std::string& address, const std::vector<std::string>& headers,
                          const variable_reader& variable) {
  const std::string_view whole = std::string_view(address).substr(0, address.find('#'));
  const std::size_t question = std::min(whole.find('?'), whole.size());
  const std::string_view place = whole.substr(0, question);
  refuse_braces(place, "the address");
  asked_api made;
  made.base = parse_url(place, "the address");
  if (!made.base.user_info.empty()) {
    throw error(errc::usage,
                "the address has a user and a password in it, which every user of this machine could read: "
                "leave them out, and give a header 'Authorization: Basic ${NAME}'");
  }
  std::string_view query = whole.substr(std::min(question + 1, whole.size()));
  while (!query.empty()) {
    const std::string_view member = query.substr(0, query.find('&'));
    take_member(made, member, variable);
    query.remove_prefix(std::min(member.size() + 1, query.size()));
  }
  for (const std::string& line : headers) {
    take_header(made, line, variable);
  }
  return made;
}

}  // namespace ingest::rest
