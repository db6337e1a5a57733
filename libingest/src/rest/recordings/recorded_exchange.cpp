#include "rest/recordings/recorded_exchange.hpp"

#include <openssl/evp.h>

#include <algorithm>

#include "core/base64.hpp"
#include "core/utf8.hpp"
#include "ingest/error.hpp"
#include "rest/requests/request_template.hpp"
#include "rest/requests/url_parts.hpp"

namespace ingest::rest {

namespace {

constexpr std::size_t deepest_body = 400;  // a file may be some levels deeper than what it holds
constexpr std::size_t most_of_body_shown = 120;

constexpr std::pair<transport_failure::kind, const char*> failures[] = {
    {transport_failure::kind::connection, "connection"},
    {transport_failure::kind::timeout, "timeout"},
    {transport_failure::kind::certificate, "certificate"},
    {transport_failure::kind::too_large, "too_large"},
};

std::string without_space(std::string_view json) {
  std::string made;
  bool in_text = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_text && c == '\\' && i + 1 < json.size()) {
      made += c;
      made += json[++i];
      continue;
    }
    in_text = c == '"' ? !in_text : in_text;
    if (in_text || (c != ' ' && c != '\n' && c != '\t' && c != '\r')) {
      made += c;
    }
  }
  return made;
}

/// The body as JSON where nothing but white space is lost by it.
std::optional<value> as_json(const std::string& body) {
  const std::size_t first = body.find_first_not_of(" \t\r\n");
  if (first == std::string::npos || (body[first] != '{' && body[first] != '[')) {
    return std::nullopt;
  }
  try {
    value read = value::from_json(body);
    return read.depth() <= deepest_body && read.to_json() == without_space(body) ? std::optional(std::move(read))
                                                                                 : std::nullopt;
  } catch (const error&) {
    return std::nullopt;  // no JSON: kept as a text
  }
}

void set_body(dictionary& to, const std::string& body) {
  if (body.empty()) {
    return;
  }
  if (auto json = as_json(body)) {
    to.set("json", *std::move(json));
  } else if (detail::is_utf8(body)) {
    to.set("text", value::text_of(body));
  } else {
    to.set("base64", value::text_of(detail::base64(body)));
  }
}

[[noreturn]] void refuse_line(const std::string& what) {
  throw error(errc::bad_data, "an exchange of the recording has " + what + "; record it anew");
}

std::string bytes_of(const std::string& encoded) {
  std::string bytes(encoded.size() / 4 * 3, '\0');
  const int size =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                      reinterpret_cast<const unsigned char*>(encoded.data()), static_cast<int>(encoded.size()));
  const auto padding = static_cast<std::size_t>(encoded.ends_with("==") ? 2 : encoded.ends_with("=") ? 1 : 0);
  if (size < 0 || static_cast<std::size_t>(size) < padding) {
    refuse_line("a body that is no base64");
  }
  bytes.resize(static_cast<std::size_t>(size) - padding);
  return bytes;
}

std::string text_at(const value& of, const char* name) {
  const value* const found = of.find(name);
  if (found == nullptr || !found->is_text()) {
    refuse_line("no `" + std::string(name) + "`");
  }
  return found->text();
}

std::string body_at(const value& of) {
  if (const value* const json = of.find("json")) {
    return json->to_json();
  }
  if (of.find("base64") != nullptr) {
    return bytes_of(text_at(of, "base64"));
  }
  return of.find("text") != nullptr ? text_at(of, "text") : "";
}

value headers_to_value(const std::vector<http_header>& headers) {
  dictionary all;
  for (const http_header& h : headers) {
    all.set(h.name, value::text_of(h.value));
  }
  return value::dict_of(std::move(all));
}

std::vector<http_header> headers_at(const value& of) {
  std::vector<http_header> all;
  if (const value* const headers = of.find("headers"); headers != nullptr && headers->is_dict()) {
    for (const auto& [name, content] : headers->members()) {
      all.push_back({name.to_text(), content.to_text()});
    }
  }
  return all;
}

value outcome_to_value(const exchange& outcome) {
  dictionary all;
  if (outcome.failure) {
    const auto* const found = std::find_if(std::begin(failures), std::end(failures),
                                           [&](const auto& f) { return f.first == outcome.failure->what; });
    all.set("failure", value::text_of(found->second));
    all.set("message", value::text_of(outcome.failure->message));
    return value::dict_of(std::move(all));
  }
  all.set("status", value::integer_of(outcome.given->status()));
  if (!outcome.given->fields().empty()) {
    all.set("headers", headers_to_value(outcome.given->fields()));
  }
  set_body(all, outcome.given->body());
  return value::dict_of(std::move(all));
}

exchange outcome_at(const value& answer_written, const std::string& url) {
  exchange e;
  if (answer_written.find("failure") != nullptr) {
    const std::string word = text_at(answer_written, "failure");
    const auto* const found =
        std::find_if(std::begin(failures), std::end(failures), [&](const auto& f) { return f.second == word; });
    if (found == std::end(failures)) {
      refuse_line("an unknown `failure`");
    }
    e.failure = transport_failure{found->first, text_at(answer_written, "message")};
    return e;
  }
  const value* const status = answer_written.find("status");
  if (status == nullptr || status->kind() != value::kind::integer) {
    refuse_line("neither `status` nor `failure`");
  }
  e.given.emplace(static_cast<int>(status->integer()), headers_at(answer_written), body_at(answer_written),
                  url.substr(0, url.find('?')));
  return e;
}

std::string shown(std::string_view text) {
  return "\"" + std::string(detail::utf8_prefix(text, most_of_body_shown)) +
         (text.size() > most_of_body_shown ? "…\"" : "\"");
}

/// The first piece between `separator`s that is not the same.
std::string first_difference(std::string_view recorded, std::string_view asked, char separator) {
  while (!recorded.empty() || !asked.empty()) {
    const std::string_view r = recorded.substr(0, recorded.find(separator));
    const std::string_view a = asked.substr(0, asked.find(separator));
    if (r != a) {
      return shown(a) + ", recorded is " + shown(r);
    }
    recorded.remove_prefix(std::min(r.size() + 1, recorded.size()));
    asked.remove_prefix(std::min(a.size() + 1, asked.size()));
  }
  return "an empty part";
}

}  // namespace

bool recorded_exchange::asks_the_same(const recorded_exchange& other) const {
  return method == other.method && url == other.url && headers == other.headers && body == other.body;
}

value recorded_exchange::to_value() const {
  dictionary request{{"method", value::text_of(method)}, {"url", value::text_of(url)}};
  if (!headers.empty()) {
    request.set("headers", headers_to_value(headers));
  }
  set_body(request, body);
  return value::dict_of({{"request", value::dict_of(std::move(request))}, {"answer", outcome_to_value(outcome)}});
}

recorded_exchange recorded_exchange::from_value(const value& written) {
  const value* const request = written.find("request");
  const value* const given = written.find("answer");
  if (request == nullptr || given == nullptr) {
    refuse_line("no `request` or no `answer`");
  }
  recorded_exchange read{
      text_at(*request, "method"), text_at(*request, "url"), headers_at(*request), body_at(*request), {}};
  read.outcome = outcome_at(*given, read.url);
  return read;
}

recorded_exchange recorded_request(const http_request& request, const secret_mask& mask) {
  recorded_exchange made{
      std::string(name_of(request.verb)), mask.masked(request.url), {}, mask.masked(request.body), {}};
  for (const http_header& h : request.headers) {
    made.headers.push_back(mask.masked(h));
  }
  if (const auto json = as_json(made.body)) {
    made.body = json->to_json();  // as it comes back from a file
  }
  return made;
}

std::string difference(const recorded_exchange& recorded, const recorded_exchange& asked) {
  if (recorded.method != asked.method) {
    return "the method is " + asked.method + ", recorded is " + recorded.method;
  }
  if (recorded.url != asked.url) {
    const url_parts r = split_url(recorded.url);
    const url_parts a = split_url(asked.url);
    const bool same_place = r.scheme == a.scheme && r.authority == a.authority && r.path == a.path;
    return same_place ? "in the query is " + first_difference(r.query.value_or(""), a.query.value_or(""), '&')
                      : "the URL is " + shown(asked.url) + ", recorded is " + shown(recorded.url);
  }
  if (recorded.headers != asked.headers) {
    const auto lines = [](const std::vector<http_header>& headers) {
      std::string all;
      for (const http_header& h : headers) {
        all += h.name + ": " + h.value + "\n";
      }
      return all;
    };
    return "of the headers is " + first_difference(lines(recorded.headers), lines(asked.headers), '\n');
  }
  return "in the body is " + first_difference(recorded.body, asked.body, asked.body.starts_with('{') ? ',' : '&');
}

}  // namespace ingest::rest
