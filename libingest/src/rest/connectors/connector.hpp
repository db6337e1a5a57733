#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "ingest/http_client.hpp"
#include "ingest/metrics.hpp"
#include "ingest/retry.hpp"
#include "rest/connectors/component.hpp"
#include "rest/connectors/connector_stream.hpp"
#include "rest/document/declared_stream.hpp"
#include "rest/document/manifest.hpp"

namespace ingest::rest {

struct connector_options {
  http_client_options client = {};
  std::shared_ptr<http_transport> transport = {};  ///< in place of connections that `client` describes
  std::shared_ptr<token_store> tokens = {};        ///< where refresh tokens that rotate outlive the process
  custom::components components = {};              ///< in place of the manifest's code of Python
  std::vector<std::string> allowed_hosts = {};     ///< that may get credentials beside those of the manifest
  std::string config_identity = {};                ///< tells settings apart, not secrets; "": what they are, with these
  std::optional<std::chrono::milliseconds> retry_deadline = {};  ///< of a request; none: as the manifest has it
  timing time = {};

  /// How often an answer is asked for again that cannot be right, before that ends the run.
  retry_options patience = {.max_attempts = 6,
                            .deadline = std::chrono::minutes(1),
                            .first_delay = std::chrono::seconds(1),
                            .max_delay = std::chrono::seconds(16)};

  /// Whether what is read takes the place of a table that has rows: then a stream, or a parent of its, of which nobody
  /// has said that it has no records is not taken for one without. May ask a database, and wait for it; none: it does
  /// not.
  std::function<bool(const std::stop_token&)> replaces_rows = nullptr;

  /// What cursors take for the present: the same in each process that goes on with a run, so that windows of time are
  /// the same. None: when the connector is made.
  std::optional<std::chrono::system_clock::time_point> present = {};

  /// Whether a stream has a state that an earlier run has left, which StateDelegatingStream decides by. None: no
  /// stream has.
  stream_states has_state = {};
};

/// An API: what a manifest says of it, and the settings of a connection to it. Its streams share connections, budget
/// and tokens. Must outlive what it has opened.
class connector {
 public:
  /// `config` are the settings, checked and complete; see checked_settings(). Throws errc::config for what of the
  /// manifest concerns all streams and makes no sense.
  connector(manifest from, value config, connector_options options);

  /// As `first` is, with which it shares connections, budget, tokens and kept parents, but for these two options: what
  /// one stream of many is read with. What it asks for is counted; `counters` must outlive it.
  connector(std::shared_ptr<const connector> first, std::chrono::system_clock::time_point present,
            std::function<bool(const std::stop_token&)> replaces_rows, metrics& counters);

  /// Of this stream, what is later is not asked for: to be said before it is opened. Its parents are read whole.
  void bound(std::string stream, std::chrono::system_clock::time_point latest);

  /// The manifest with the streams that the settings choose and templates make of them, see with_listed_streams().
  const manifest& source() const { return manifest_; }
  const std::vector<declared_stream>& streams() const { return streams_; }

  /// The names of the templates whose streams only the API can tell, and has not told yet.
  std::vector<std::string> unasked() const;

  /// Asks the API for the streams of those of them that `wanted` says. Throws what retriever::read() throws.
  void ask_for_streams(const std::function<bool(const std::string& name)>& wanted, const std::stop_token& stop);

  /// The stream with the schema that a DynamicSchemaLoader asks the API for, as if the manifest had it; others as they
  /// are. Throws what retriever::read() throws, and errc::bad_data for what is no description of a schema.
  declared_stream with_schema(const declared_stream& stream, const std::stop_token& stop) const;

  /// From now on the records of these streams, once they were read as a whole, are kept in a directory that exists, for
  /// the streams that they are parents of. Throws as the file system does.
  void keep_parents(const std::filesystem::path& directory, std::set<std::string> streams);

  /// Null for an unknown one.
  const declared_stream* find_known(const std::string& name) const;

  /// Throws errc::config, with the names that there are, for an unknown one.
  const declared_stream& find(const std::string& name) const;

  /// Throws errc::config, with the place and the line in the manifest, for what does not run here.
  connector_stream open(const declared_stream& stream) const;

 private:
  manifest manifest_;
  std::vector<declared_stream> streams_;
  stream_states has_state_;
  std::shared_ptr<const connector> first_;  // null: it is the first
  connector_parts parts_;
};

}  // namespace ingest::rest
