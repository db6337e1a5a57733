#include "datasync/answer_words.hpp"

#include <algorithm>
#include <vector>

#include "json/json_fields.hpp"
#include "log/quotable.hpp"

namespace ingest::detail {

namespace {

constexpr std::size_t longest_quote = 200;

using texts = std::vector<std::string>;

/// Codes, short and for programs, and messages, for people.
struct said {
  texts codes;
  texts messages;
};

void gather(std::string_view body, std::initializer_list<const char*> pointers, texts& into) {
  const auto fields = json_fields(body, pointers);
  for (std::size_t i = 0; fields && i < fields->size(); ++i) {
    const auto& field = (*fields)[i];
    if (field && !field->empty() && std::find(into.begin(), into.end(), *field) == into.end()) {
      into.push_back(*field);
    }
  }
}

said read(std::string_view body) {
  said s;
  gather(body, {"/code", "/error", "/error/code", "/error/type", "/errors/0/code", "/type", "/errorCode"}, s.codes);
  gather(body,
         {"/message", "/error/message", "/errors/0/message", "/errors/0", "/detail", "/title", "/error_description",
          "/reason"},
         s.messages);
  return s;
}

/// The words without case, blanks and punctuation: RATE_LIMIT_EXCEEDED and "Rate limit exceeded" are the same.
std::string letters_of(std::string_view text) {
  std::string letters;
  for (const char c : text) {
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
      letters.push_back(static_cast<char>(c | 0x20));
    }
  }
  return letters;
}

bool has(const std::string& text, std::initializer_list<const char*> parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [&](const char* part) { return text.find(part) != std::string::npos; });
}

/// "<title>502 Bad Gateway</title>" or text that is no JSON and no page of HTML.
std::string plain_words(std::string_view body) {
  constexpr std::string_view open = "<title>";
  if (const auto title = body.find(open); title != std::string_view::npos) {
    const auto rest = body.substr(title + open.size());
    return std::string(rest.substr(0, rest.find('<')));
  }
  const auto first = body.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || std::string_view("<{[").find(body[first]) != std::string_view::npos) {
    return {};
  }
  const std::string text(body.substr(first, 4 * longest_quote));
  const bool binary = std::any_of(text.begin(), text.end(), [](unsigned char c) {
    return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f;
  });
  return binary ? std::string() : text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
}

}  // namespace

std::string words_of(std::string_view body) {
  const said s = read(body);
  std::string words;
  for (const texts* kind : {&s.codes, &s.messages}) {
    for (const std::string& text : *kind) {
      words += (words.empty() ? "" : ": ") + text;
    }
  }
  return quotable(words.empty() ? plain_words(body) : words);
}

meaning meaning_of(std::string_view body) {
  const said s = read(body);
  for (const std::string& code : s.codes) {
    const std::string letters = letters_of(code);
    if (has(letters, {"ratelimit", "toomanyrequests", "throttl", "quotaexceeded"})) {
      return meaning::too_many_requests;
    }
    if (has(letters, {"cursor"}) && has(letters, {"expired", "invalid", "notfound"})) {
      return meaning::cursor_refused;
    }
    if (has(letters, {"token"}) && has(letters, {"expired", "invalid"})) {
      return meaning::token_refused;
    }
  }
  const auto complains = [](const std::string& message) {
    return has(letters_of(message), {"ratelimitexceeded", "ratelimitreached", "ratelimited", "exceededtheratelimit",
                                     "exceededyourratelimit", "toomanyrequests", "quotaexceeded"});
  };
  return std::any_of(s.messages.begin(), s.messages.end(), complains) ? meaning::too_many_requests : meaning::other;
}

}  // namespace ingest::detail
