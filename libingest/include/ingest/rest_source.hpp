#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/custom_components.hpp"
#include "ingest/http_client.hpp"
#include "ingest/record_encoder.hpp"
#include "ingest/slice_supply.hpp"
#include "ingest/source.hpp"
#include "ingest/stop.hpp"

/// APIs that are described by manifests of Airbyte's low-code format; docs/connectors.md tells what of it runs.
namespace ingest {

/// A stream as its manifest declares it.
struct rest_stream {
  std::string name;
  std::vector<std::vector<std::string>> primary_key;  ///< a path each part; none: the stream has no key
  std::string schema;                                 ///< JSON; empty: the manifest does not have it
  std::string cursor_field;                           ///< empty: the stream is read as a whole each time
  std::vector<std::string> parents;                   ///< streams that its partitions are of
  std::string problem;                                ///< why it cannot be read here, by line; empty: it can
};

/// Settings of a connection, after they were checked.
struct rest_settings {
  std::string config;                 ///< JSON, with the defaults of what was left out
  std::vector<std::string> secrets;   ///< never to be shown
  std::vector<std::string> problems;  ///< all that hinders, by setting; no value is in them
  std::vector<std::string> notes;     ///< settings that the manifest does not know
};

/// A manifest. Copies share it; all of it may be used by several threads at a time.
class rest_manifest {
 public:
  /// Throws errc::io, and errc::config with the line for what is no manifest.
  static rest_manifest load(const std::filesystem::path& file);

  /// YAML or JSON; `name` is what messages call it.
  static rest_manifest parse(std::string_view text, const std::string& name);

  const std::string& name() const;

  /// All that are written out in it, and those of templates that need neither settings nor the API; other templates are
  /// among them as a stream with a problem, though what the settings make of them can be read. In its order. `provided`
  /// are the components of one's own.
  std::vector<rest_stream> streams(const custom::components& provided = {}) const;

  /// Checks settings, YAML or JSON, against the manifest's `spec`. Throws errc::config for what is neither. Nothing is
  /// expanded in them: `${NAME}` stays what it is.
  rest_settings check(std::string_view config) const;

 private:
  friend class rest_api;
  struct contents;
  explicit rest_manifest(std::shared_ptr<const contents> c) : contents_(std::move(c)) {}

  std::shared_ptr<const contents> contents_;
};

/// How an API is spoken to.
struct rest_options {
  http_client_options client = {};              ///< an empty user_agent becomes "ingest/<version>"
  custom::components components = {};           ///< in place of the manifest's code of Python
  std::vector<std::string> allowed_hosts = {};  ///< "host", "host:port", "*.domain": credentials go to these as well

  /// How long one request may be tried again, whatever waits the API asks for: errc::unavailable instead of a wait that
  /// would end later. None: as the manifest's error handlers have it.
  std::optional<std::chrono::milliseconds> retry_deadline = {};

  /// Where refresh tokens that a server rotates outlive the process, with mode 0600; one process at a time. Empty: a
  /// manifest with such tokens is refused, as whoever loses the newest is locked out.
  std::filesystem::path token_file = {};

  /// What windows of time take for the present. A run that goes on in another process needs the same there, to find its
  /// slices by their names. None: now.
  std::optional<std::chrono::system_clock::time_point> present = {};
  timing time = {};
};

/// What the streams of a connection share: settings, connections, budget, tokens. Thread-safe; made by make_rest_api()
/// and handed to make_rest_source().
class rest_api;

/// Sends nothing. `config`: see rest_manifest::check(). Secrets of it are registered with the log. Throws errc::config,
/// naming all that is wrong with the settings, or what of the manifest concerns all streams and makes no sense.
std::shared_ptr<rest_api> make_rest_api(const rest_manifest& manifest, std::string_view config,
                                        rest_options options = {});

/// What a pipeline reads a stream with: `builder.from(s.sources).slices(s.slices, 8)`.
struct rest_source {
  /// The stream's slices in order, each a partition with a window of its cursor, called by both. Where partitions are
  /// records of another stream, next() asks the API for them.
  slice_supply_factory slices;

  /// The sources of slices that the supply has lately given.
  source_factory sources;
};

struct rest_source_options {
  std::shared_ptr<const record_encoder> encoder = std::make_shared<ndjson_encoder>();

  /// JSON pointer to the key in a record, for encoders that want one, as keyed_encoder does. None: to the stream's
  /// primary key, if it has one part; else records have no key.
  std::optional<std::string> id_pointer = {};
};

/// A stream, ready to be read. Sends nothing. Throws errc::config for a name that no stream has, and, with its place
/// and line, for what of the stream does not run here.
///
/// A batch is what one request brought; its position, of the slice, is the token of the page behind it, as the API gave
/// it. A page number or an offset stands for other records where the API's data has changed meanwhile. Its sources
/// retry as the manifest's error handlers say. What read() throws: errc::authentication, errc::config or
/// errc::unavailable for answers that are failures by these, errc::unavailable once retries are used up, errc::bad_data
/// for answers that are not what the manifest says and for pages without end, errc::config for a next URL that leads to
/// a host that may not have the credentials.
rest_source make_rest_source(const std::shared_ptr<rest_api>& api, const std::string& stream,
                             rest_source_options options = {});

}  // namespace ingest
