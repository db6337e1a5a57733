#include "from/api.hpp"

#include <algorithm>

#include "core/ascii.hpp"
#include "datasync/sync_window.hpp"
#include "from/from.hpp"
#include "run_plan.hpp"
#include "to/to.hpp"

namespace ingest::app {

namespace {

http_header parse_header(const std::string& line) {
  const auto colon = line.find(':');
  const auto value = line.find_first_not_of(" \t", colon + 1);
  return {line.substr(0, colon), value == std::string::npos ? "" : line.substr(value)};
}

/// An API by its address, spelt in one way only: scheme and host ignore case, and the scheme's own port may be left
/// out.
std::string address_of_api(const settings& s) {
  std::string base = s.api_base_url;
  const std::size_t host = base.find("://") == std::string::npos ? 0 : base.find("://") + 3;
  const std::size_t end = std::min(base.find('/', host), base.size());
  base.replace(0, end, lower(std::string_view(base).substr(0, end)));
  const std::string port = base.starts_with("https:") ? ":443" : ":80";
  if (std::string_view(base).substr(0, end).ends_with(port)) {
    base.erase(end - port.size(), port.size());
  }
  return base + s.events_path;
}

std::string plan_of_api(const settings& s) {
  const auto edge = [](const std::optional<std::int64_t>& t) { return t ? std::to_string(*t) : std::string("open"); };
  return std::string(api_key) + address_of_api(s) + " " + std::string(slices_key) +
         (s.slices ? std::to_string(*s.slices) : "auto") + " SINCE=" + edge(s.since) +
         (s.incremental ? std::string(incremental_key) : " UNTIL=" + edge(s.until)) + " ID_POINTER=" + s.id_pointer;
}

/// Dates of the API are taken by its clock; but who sets SINCE or reads logs goes by ours.
std::string clock_text(std::chrono::milliseconds ahead) {
  constexpr auto worth_a_word = std::chrono::seconds(5);
  const auto seconds = std::chrono::round<std::chrono::seconds>(std::chrono::abs(ahead)).count();
  return std::chrono::abs(ahead) < worth_a_word
             ? ""
             : "; this machine's clock is " + std::to_string(seconds) + " s " +
                   (ahead.count() > 0 ? "behind" : "ahead of") + " the API's: one of them is wrong";
}

std::string look_at_api(const settings& s) {
  http_source_options o = source_options(s, plan_of_api(s));
  o.retry.max_attempts = 2;
  if (s.incremental) {
    metrics apart;
    plan_sync(o, {s.since, {}, {}, s.lookback}, apart, {});
  }
  if (o.windows.size() > 1) {
    o.windows.resize(1);
  }
  metrics counters;
  const auto api = make_http_api(o, counters);
  const auto source = make_http_source(api, 0);
  source->open(std::nullopt, {});
  std::optional<batch> first;
  try {
    first = source->read();
  } catch (...) {
    source->close();
    throw;
  }
  source->close();
  std::string found =
      s.api_base_url + ": " +
      (first && first->records > 0 ? "answers with " + std::to_string(first->records) + " events in a page"
                                   : "has no events");
  if (counters.total_expected > 0) {
    found += ", " + std::to_string(counters.total_expected) + " in all";
  }
  return found + clock_text(clock_difference(*api));
}

}  // namespace

http_source_options source_options(const settings& s, const std::string& plan) {
  http_source_options o;
  o.base_url = s.api_base_url;
  o.api_key = s.target_api_key;
  o.endpoint = s.endpoint;
  o.events_path = s.events_path;
  o.batch_size = s.batch_size;
  o.windows = windows_of(plan, s);
  o.parser.id_pointer = s.id_pointer;
  o.parser.tolerant = to_of(s).sets_aside;  // what is no JSON is refused row by row
  if (!to_of(s).keyed) {
    o.encoder = std::make_shared<ndjson_encoder>();
  }
  o.parser.timestamp_pointer = s.timestamp_pointer;
  for (const std::string& line : s.extra_headers) {
    o.extra_headers.push_back(parse_header(line));
  }
  o.client.connect_timeout = s.connect_timeout;
  o.client.request_timeout = s.request_timeout;
  o.client.max_body_bytes = s.max_page_bytes;
  o.client.compression = s.http_compression;
  o.client.ca_file = s.tls_ca_file;
  o.retry.deadline = s.retry_deadline;
  o.retry.max_server_delay = s.max_retry_after;
  return o;
}

const from_kind from_api = {
    .plan = plan_of_api,
    .sources = [](const settings& s, const std::string& plan, metrics& counters) -> source_factory {
      return [api = make_http_api(source_options(s, plan), counters)](slice_id slice) {
        return make_http_source(api, slice);
      };
    },
    .probe =
        [](const settings& s) {
          return check{"api", [&s] { return look_at_api(s); }};
        },
    .keyed = true,
    .divisible = true,
};

}  // namespace ingest::app
