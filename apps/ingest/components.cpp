#include "components.hpp"

#include "run_plan.hpp"

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

http_source_options source_options(const settings& s, const std::string& plan) {
  http_source_options o;
  o.base_url = s.api_base_url;
  o.api_key = s.target_api_key;
  o.endpoint = endpoint_of(s.endpoint);
  o.events_path = s.events_path;
  o.batch_size = s.batch_size;
  o.windows = windows_of(plan, s);
  o.parser.id_pointer = s.id_pointer;
  o.parser.tolerant = s.to.what == target_choice::kind::postgres;  // which refuses what is no JSON, row by row
  if (s.to.what != target_choice::kind::postgres) {
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

std::uint64_t range_bytes(const settings& s, command c) {
  constexpr std::uint64_t beside_fetching = 8 << 20;
  constexpr std::uint64_t alone = 16 << 20;
  return s.range_bytes.value_or(c == command::load && !s.initial_load ? alone : beside_fetching);
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
  o.initial_load = s.initial_load;
  o.allow_unlogged = s.allow_unlogged;
  o.counters = std::move(counters);
  return o;
}

}  // namespace ingest::app
