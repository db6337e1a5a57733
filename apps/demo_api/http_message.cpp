#include "demo_api/http_message.hpp"

#include <ostream>  // Beast's status.hpp needs it, and does not include it in Boost 1.74

#include <algorithm>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/status.hpp>
#include <charconv>

namespace demo_api {
namespace {

std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned char byte = 0;
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] == '%' && i + 2 < text.size() &&
               std::from_chars(&text[i + 1], &text[i + 1] + 2, byte, 16).ptr == &text[i + 1] + 2) {
      out += static_cast<char>(byte);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace

std::string http_request::header(std::string_view name) const {
  const auto at = std::find_if(headers.begin(), headers.end(), [name](const auto& header) {
    return boost::beast::iequals(header.first, boost::beast::string_view(name.data(), name.size()));
  });
  return at == headers.end() ? "" : at->second;
}

std::optional<std::string> http_request::parameter(std::string_view name) const {
  const auto at = std::find_if(parameters.begin(), parameters.end(), [name](const auto& p) { return p.first == name; });
  return at == parameters.end() ? std::nullopt : std::optional(at->second);
}

void http_response::reset() {
  std::string kept = std::move(body);
  std::string kept_too = std::move(spare);
  *this = {};
  body = std::move(kept);
  body.clear();
  spare = std::move(kept_too);
}

void http_response::set(int new_status, std::string_view new_body, std::string_view type) {
  status = new_status;
  body = new_body;
  content_type = type;
}

void split_target(http_request& request) {
  std::string_view left = request.target;
  left = left.substr(0, left.find('#'));
  const auto question_mark = left.find('?');
  request.path = decoded(left.substr(0, question_mark));
  left = question_mark == std::string_view::npos ? std::string_view() : left.substr(question_mark + 1);
  while (!left.empty()) {
    const std::string_view pair = left.substr(0, left.find('&'));
    left.remove_prefix(std::min(left.size(), pair.size() + 1));
    const auto equals = std::min(pair.find('='), pair.size());
    request.parameters.emplace_back(decoded(pair.substr(0, equals)),
                                    decoded(pair.substr(std::min(equals + 1, pair.size()))));
  }
}

std::string head_of(const http_response& response) {
  namespace http = boost::beast::http;
  const auto reason = http::obsolete_reason(static_cast<http::status>(response.status));
  std::string head = "HTTP/1.1 " + std::to_string(response.status) + " ";
  head.append(reason.data(), reason.size());
  head += "\r\nContent-Type: " + response.content_type + "\r\n";
  if (response.framed_by == http_response::framing::length) {
    head += "Content-Length: " + std::to_string(response.body.size()) + "\r\n";
  } else if (response.framed_by == http_response::framing::chunks) {
    head += "Transfer-Encoding: chunked\r\n";
  } else {
    head += "Connection: close\r\n";
  }
  for (const auto& [name, value] : response.headers) {
    head.append(name).append(": ").append(value).append("\r\n");
  }
  return head + "\r\n";
}

}  // namespace demo_api
