#include "components.hpp"

namespace ingest::app {

namespace {

http_endpoint endpoint_of(endpoint_choice chosen) {
  switch (chosen) {
    case endpoint_choice::automatic:
      return http_endpoint::automatic;
    case endpoint_choice::stream:
      return http_endpoint::stream;
    case endpoint_choice::standard:
      return http_endpoint::standard;
  }
  return http_endpoint::automatic;
}

http_header parse_header(const std::string& line) {
  const auto colon = line.find(':');
  const auto value = line.find_first_not_of(" \t", colon + 1);
  return {line.substr(0, colon), value == std::string::npos ? "" : line.substr(value)};
}

}  // namespace

std::string plan_of(const settings& s) {
  const auto edge = [](const std::optional<std::int64_t>& t) { return t ? std::to_string(*t) : std::string("open"); };
  return "SLICES=" + std::to_string(s.slices) + " SINCE=" + edge(s.since) + " UNTIL=" + edge(s.until) +
         " ID_POINTER=" + s.id_pointer;
}

http_source_options source_options(const settings& s) {
  http_source_options o;
  o.base_url = s.api_base_url;
  o.api_key = s.target_api_key;
  o.endpoint = endpoint_of(s.endpoint);
  o.events_path = s.events_path;
  o.batch_size = s.batch_size;
  if (s.slices > 1 || s.since || s.until) {
    o.windows = split({s.since, s.until}, s.slices);
  }
  o.parser.id_pointer = s.id_pointer;
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

postgres_options target_options(const settings& s, std::shared_ptr<metrics> counters) {
  postgres_options o;
  o.url = s.database_url;
  o.table = s.table;
  o.pipeline = s.pipeline;
  o.rejects_file = s.data_dir / "events_rejected.ndjson";
  if (s.reject_limit) {
    o.reject_limit = *s.reject_limit;
  }
  o.outage_deadline = s.database_deadline;
  o.connect_timeout = s.connect_timeout;
  o.io_timeout = s.database_io_timeout;
  o.allow_unlogged = s.allow_unlogged;
  o.counters = std::move(counters);
  return o;
}

}  // namespace ingest::app
