#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "demo_api/event_generator.hpp"
#include "demo_api/faults.hpp"

namespace demo_api {

enum class stream_access { granted, forbidden, absent };
enum class page_shape { nested, flat, mixed };

/// Everything that the command line sets.
struct options {
  generator_settings generator;
  double duplicates = 0;            ///< percent of the pages that begin with events of the page before
  std::optional<std::string> file;  ///< events from here instead of generated ones
  std::optional<std::string> rest;  ///< serve the REST API that this file describes, instead of the Analytics API
  std::optional<std::string> dump;  ///< write the events here and end

  std::string api_key = "demo-key";
  std::uint64_t page_cap = 5000;
  page_shape shape = page_shape::nested;
  bool gzip = true;
  std::uint64_t rate_limit = 10;  ///< requests per window on the standard endpoint, 0 for any number
  std::chrono::milliseconds rate_window{60'000};
  stream_access stream = stream_access::granted;
  std::chrono::milliseconds token_ttl{300'000};
  std::chrono::milliseconds cursor_ttl{116'000};
  int cursor_expiry = 400;  ///< status that an expired cursor is answered with

  fault_rates faults;
  std::string retry_after = "1";  ///< of injected 429s: any text, or date:N for the HTTP date N seconds ahead
  std::chrono::milliseconds latency{500};
  std::chrono::milliseconds delay{0};

  std::string host = "127.0.0.1";
  int port = 8080;
  std::size_t threads = 64;  ///< connections served at once
};

/// What the command line asks for: options to run with, or an exit code when there is nothing left to do because help
/// or version was printed, or the command line was refused with a line on stderr.
struct parsed_command_line {
  options chosen;
  std::optional<int> exit_code;
};

parsed_command_line parse_command_line(int argc, const char* const* argv);

}  // namespace demo_api
