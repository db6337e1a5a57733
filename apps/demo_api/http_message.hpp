#pragma once

#include <cstddef>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace demo_api {

using name_value_list = std::vector<std::pair<std::string, std::string>>;

/// A request as it came.
struct http_request {
  std::string method;
  std::string target;          ///< path and query, as sent
  std::string path;            ///< decoded, like the parameters
  name_value_list parameters;  ///< of the query
  name_value_list headers;
  std::string body;
  int remote_port = 0;

  /// The first header of this name, in any case; empty if there is none.
  std::string header(std::string_view name) const;

  std::optional<std::string> parameter(std::string_view name) const;
};

/// What a request is answered with, and how, which includes all that a server should not do.
struct http_response {
  enum class framing { length, chunks, end_of_connection };
  enum class ending { keep_alive, close, reset };

  static constexpr std::size_t all = std::numeric_limits<std::size_t>::max();

  int status = 200;
  std::string content_type = "application/json";
  name_value_list headers;
  std::string body;

  framing framed_by = framing::length;
  std::size_t sent = all;  ///< so many bytes of the body are really sent; after less than all the connection ends
  bool silent = false;     ///< nothing is sent, no head either
  ending then = ending::keep_alive;

  /// Replaces the body when the one before is sent, with framing::chunks; false when there is no more.
  std::function<bool(std::string& body)> next_chunk;

  /// Memory that is kept from one answer to the next.
  std::string spare;

  /// Makes it as new, but for the memory of `body` and `spare`.
  void reset();

  void add_header(std::string name, std::string value) { headers.emplace_back(std::move(name), std::move(value)); }

  /// Replaces what is sent, but not the headers.
  void set(int new_status, std::string_view new_body, std::string_view type = "application/json");
};

/// Takes path and parameters out of the target.
void split_target(http_request& request);

/// Status line and headers, with the empty line behind them.
std::string head_of(const http_response& response);

}  // namespace demo_api
