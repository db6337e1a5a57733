#include <libpq-fe.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <memory>

#include "core/trimmed.hpp"
#include "log/redaction.hpp"
#include "settings/setting_definition.hpp"
#include "settings/setting_text.hpp"

namespace ingest {

namespace {

[[noreturn]] void refuse(const std::string& complaint) {
  throw error(errc::config, complaint);
}

bool is_graphic(char c) {
  return static_cast<unsigned char>(c) > 0x20 && static_cast<unsigned char>(c) != 0x7F;
}

void check_url(std::string_view url) {
  const std::size_t scheme = url.starts_with("https://") ? 8 : url.starts_with("http://") ? 7 : 0;
  if (scheme == 0 || !std::all_of(url.begin(), url.end(), is_graphic)) {
    refuse("must be a URL that begins with https:// or http://");
  }
  const std::string_view authority = url.substr(scheme, url.find_first_of("/?#", scheme) - scheme);
  if (authority.empty() || authority.front() == ':') {
    refuse("must be a URL that names a host");
  }
  if (authority.find('@') != std::string_view::npos) {
    refuse("must hold no user and password; the key belongs into TARGET_API_KEY");
  }
  if (url.find_first_of("?#") != std::string_view::npos) {
    refuse("must hold no query (?) and no fragment (#)");
  }
}

void check_json_pointer(std::string_view pointer) {
  bool whole = pointer.starts_with('/');
  for (std::size_t at = pointer.find('~'); at != std::string_view::npos; at = pointer.find('~', at + 1)) {
    whole = whole && at + 1 < pointer.size() && (pointer[at + 1] == '0' || pointer[at + 1] == '1');
  }
  if (!whole) {
    refuse("must be a JSON pointer such as /id or /session/id (\"~\" is written ~0, \"/\" in a name ~1)");
  }
}

void check_connection(const std::string& text) {
  if (const auto unescaped = detail::unescaped_in_credentials(text)) {
    refuse(std::string("holds an unescaped \"") + *unescaped + "\" in user or password: write it as " +
           (*unescaped == '/'   ? "%2F"
            : *unescaped == '@' ? "%40"
                                : "%3F") +
           ", or else what follows is taken for host, port or database");
  }
  using parsed = std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)>;
  char* message = nullptr;
  const parsed options(PQconninfoParse(text.c_str(), &message), &PQconninfoFree);
  // libpq's message is not passed on: it quotes parts of the text, perhaps the password.
  PQfreemem(message);
  if (!options) {
    refuse(
        "is no PostgreSQL connection URL; write postgresql://user:password@host:5432/database, with %XX for special "
        "characters in user and password");
  }
}

void check_text(const setting_definition& d, const std::string& text) {
  switch (d.type) {
    case setting_type::url:
      return check_url(text);
    case setting_type::json_pointer:
      return check_json_pointer(text);
    case setting_type::connection:
      return check_connection(text);
    case setting_type::name:
      return detail::is_name(text) ? void() : refuse("must consist of " + d.allowed());
    case setting_type::url_path:
      if (!text.starts_with('/') || !std::all_of(text.begin(), text.end(), is_graphic) ||
          text.find_first_of("?#") != std::string::npos) {
        refuse("must be a path that begins with \"/\", without query and fragment");
      }
      return;
    case setting_type::secret:
      if (!std::all_of(text.begin(), text.end(), is_graphic)) {
        refuse("must hold no blanks and no control characters");
      }
      return;
    default:
      if (text.empty() || text.find('\0') != std::string::npos) {
        refuse("must not be empty");
      }
  }
}

std::uint64_t bounded(const setting_definition& d, std::optional<std::uint64_t> n) {
  if (!n || *n < d.least || *n > d.greatest) {
    const bool suffixed = d.type == setting_type::size || d.type == setting_type::duration;
    refuse("must be " + d.allowed() +
           (suffixed
                ? d.type == setting_type::size ? ", in bytes or with KiB, MiB, GiB, TiB" : ", in ms or with s, min, h"
                : ""));
  }
  return *n;
}

std::uint64_t parse_quantity(const setting_definition& d, std::string_view text) {
  switch (d.type) {
    case setting_type::size:
      return bounded(d, detail::parse_size(text));
    case setting_type::duration:
      return bounded(d, detail::parse_duration(text));
    default:
      return bounded(d, detail::parse_integer(text));
  }
}

bool parse_boolean(std::string_view text) {
  for (const std::string_view yes : {"true", "yes", "on", "1"}) {
    if (text == yes) {
      return true;
    }
  }
  for (const std::string_view no : {"false", "no", "off", "0"}) {
    if (text == no) {
      return false;
    }
  }
  refuse("must be true or false");
}

std::size_t parse_choice(const setting_definition& d, std::string_view text) {
  const auto found = std::find(d.choices.begin(), d.choices.end(), text);
  if (found == d.choices.end()) {
    refuse("must be " + d.allowed());
  }
  return static_cast<std::size_t>(found - d.choices.begin());
}

std::vector<std::string> parse_headers(std::string_view text) {
  std::vector<std::string> headers;
  while (!text.empty()) {
    const std::string_view line = detail::trimmed(text.substr(0, text.find_first_of("|\n")));
    text.remove_prefix(std::min(text.find_first_of("|\n"), text.size() - 1) + 1);
    if (line.empty()) {
      continue;
    }
    const auto colon = line.find(':');
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = colon == std::string_view::npos ? "" : detail::trimmed(line.substr(colon + 1));
    const auto is_token = [](unsigned char c) {  // RFC 9110, 5.6.2
      return c < 0x80 && (std::isalnum(c) != 0 ||
                          std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) != std::string_view::npos);
    };
    const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7F; };
    if (value.empty() || name.empty() || !std::all_of(name.begin(), name.end(), is_token) ||
        std::any_of(value.begin(), value.end(), is_control)) {
      refuse("must be headers of the form \"Name: value\", separated by newlines or \"|\"");
    }
    headers.push_back(std::string(name) + ": " + std::string(value));
  }
  return headers;
}

std::vector<std::string> parse_fields(std::string_view text) {
  std::vector<std::string> fields;
  for (;;) {
    const auto comma = text.find(',');
    fields.emplace_back(detail::trimmed(text.substr(0, comma)));
    if (fields.back().empty() || std::count(fields.begin(), fields.end(), fields.back()) > 1) {
      refuse("must be names of fields, separated by commas, each once");
    }
    if (comma == text.npos) {
      return fields;
    }
    text.remove_prefix(comma + 1);
  }
}

/// Assigns by the type of the member.
struct assignment {
  settings& s;
  const setting_definition& d;
  std::string_view text;

  void operator()(std::string settings::*member) const {
    check_text(d, std::string(text));
    s.*member = text;
    while (d.type == setting_type::url && (s.*member).ends_with('/')) {
      (s.*member).pop_back();
    }
  }
  void operator()(std::filesystem::path settings::*member) const {
    check_text(d, std::string(text));
    s.*member = detail::parse_path(text);
  }
  void operator()(std::uint64_t settings::*member) const { s.*member = parse_quantity(d, text); }
  void operator()(std::chrono::milliseconds settings::*member) const {
    s.*member = std::chrono::milliseconds(parse_quantity(d, text));
  }
  void operator()(bool settings::*member) const { s.*member = parse_boolean(text); }
  void operator()(std::vector<std::string> settings::*member) const {
    s.*member = d.type == setting_type::fields ? parse_fields(text) : parse_headers(text);
  }
  void operator()(std::optional<std::int64_t> settings::*member) const {
    if (detail::looks_like_seconds(text)) {
      const auto number = static_cast<std::int64_t>(detail::parse_integer(text).value());
      refuse("is a Unix time in milliseconds, and that would be " + detail::date_of(number / 1000) +
             "; if seconds are meant, " + detail::date_of(number) +
             ", add 000. A time of the seventies is written as a date");
    }
    s.*member = detail::parse_time(text);
    if (!(s.*member)) {
      refuse("must be a Unix time in milliseconds, a date (2026-01-27) or a time (2026-01-27T19:19:13Z)");
    }
  }
  void operator()(std::optional<std::uint64_t> settings::*member) const {
    s.*member = !d.word.empty() && text == d.word ? std::nullopt : std::optional(parse_quantity(d, text));
  }
  void operator()(source_choice settings::*member) const { s.*member = known(detail::parse_source(text)); }
  void operator()(target_choice settings::*member) const { s.*member = known(detail::parse_target(text)); }

  void operator()(texts_by_name settings::*member) const { (s.*member)[std::string(d.name)] = text; }

  template <class Choice>
  Choice known(std::optional<Choice> choice) const {
    if (!choice) {
      refuse("must be " + d.allowed());
    }
    return *std::move(choice);
  }
  template <class Enumeration>
  void operator()(Enumeration settings::*member) const {
    s.*member = static_cast<Enumeration>(parse_choice(d, text));
  }
};

}  // namespace

void assign_setting(settings& s, const setting_definition& d, std::string_view text) {
  std::visit(assignment{s, d, text}, d.member);
}

}  // namespace ingest
