#include "settings/option_names.hpp"

#include <string_view>

#include "ingest/log.hpp"

namespace ingest {

namespace {

struct option_name {
  std::string_view option;  ///< as the libraries' messages have it
  std::string_view word;    ///< of this program
};

constexpr option_name option_names[] = {
    // http_source_options
    {"base_url", "API_BASE_URL"},
    {"api_key", "TARGET_API_KEY"},
    {"endpoint", "ENDPOINT"},
    {"automatic", "auto"},
    {"stream", "stream"},
    {"standard", "standard"},
    {"events_path", "EVENTS_PATH"},
    {"batch_size", "BATCH_SIZE"},
    {"windows", "SLICES, SINCE and UNTIL"},
    {"since_ms", "SINCE"},
    {"until_ms", "UNTIL"},
    {"id_pointer", "ID_POINTER"},
    {"timestamp_pointer", "TIMESTAMP_POINTER"},
    {"extra_headers", "EXTRA_HEADERS"},
    {"max_body_bytes", "MAX_PAGE_BYTES"},
    {"compression", "HTTP_COMPRESSION"},
    {"ca_file", "TLS_CA_FILE"},
    {"retry.deadline", "RETRY_DEADLINE_MS"},
    {"retry_deadline", "RETRY_DEADLINE_MS"},
    // postgres_options
    {"url", "DATABASE_URL"},
    {"table", "TABLE"},
    {"initial_load", "INITIAL_LOAD"},
    {"reject_limit", "REJECT_LIMIT"},
    {"typed", "TABLES"},
    {"typed.key", "KEY"},
    {"schema", "SCHEMA_FILE"},
    {"deleted", "DELETED_POINTER"},
    {"changes", "SCHEMA_CHANGES"},
    {"write", "WRITE"},
    {"typed.version", "VERSION_FIELD"},
    {"nuls", "NUL"},
    {"lease", "WORKERS"},
    // durable_run_options, and what may be done with a run
    {"pipeline", "PIPELINE"},
    {"directory", "DATA_DIR"},
    {"quota_bytes", "BUFFER_QUOTA_BYTES"},
    {"start_over()", "--fresh --yes"},
    // pipeline_spec
    {"readers", "READERS"},
    {"loaders", "LOADERS"},
    {"make_sink", "ingest load"},
};

}  // namespace

void name_options_as_settings() {
  for (const auto& [option, word] : option_names) {
    log::name_option(option, word);
  }
}

}  // namespace ingest
