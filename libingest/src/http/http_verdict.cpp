#include "http/http_verdict.hpp"

#include "ingest/log.hpp"
#include "json/json_fields.hpp"

namespace ingest::detail {

namespace {

constexpr std::size_t longest_message = 200;

bool names_cursor(std::string_view body) {
  const auto fields = json_fields(body, {"/code"});
  return fields && (fields->front() == "CURSOR_EXPIRED" || fields->front() == "CURSOR_INVALID");
}

std::string printable(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      c = ' ';
    }
  }
  if (text.size() > longest_message) {
    std::size_t end = longest_message;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) {
      --end;  // not inside a character
    }
    text = text.substr(0, end) + "…";
  }
  return text;
}

std::string message_in(std::string_view body) {
  const auto fields = json_fields(body, {"/code", "/error", "/message"});
  std::string message;
  if (fields) {
    for (const auto& field : *fields) {
      if (field) {
        message += (message.empty() ? "" : ": ") + *field;
      }
    }
  }
  return printable(log::redact(message));
}

}  // namespace

bool may_pass(int status) {
  return status == 408 || status == 425 || status == 429 || status >= 500;
}

verdict judge(const http_result& result, bool stream, bool with_cursor) {
  const int status = result.status;
  if (result.failure || may_pass(status)) {
    return verdict::retry;
  }
  if (status >= 200 && status < 300) {
    return verdict::page;
  }
  if (with_cursor && (status == 410 || (status == 400 && names_cursor(result.body)))) {
    return verdict::cursor_refused;
  }
  if (stream && (status == 401 || status == 403 || status == 404)) {
    return verdict::token_refused;
  }
  return status == 401 || status == 403 ? verdict::key_refused : verdict::not_acceptable;
}

std::string answer_of(const http_result& result) {
  const std::string message = message_in(result.body);
  return "HTTP " + std::to_string(result.status) + (message.empty() ? "" : " (" + message + ")");
}

}  // namespace ingest::detail
