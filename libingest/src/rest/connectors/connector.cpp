#include "rest/connectors/connector.hpp"

#include <algorithm>

#include "ingest/error.hpp"
#include "ingest/file_system.hpp"
#include "rest/connectors/building.hpp"
#include "rest/connectors/made_streams.hpp"
#include "rest/connectors/schema_asking.hpp"
#include "rest/expressions/canonical_json.hpp"
#include "rest/requests/counted_transport.hpp"
#include "rest/requests/http_connections.hpp"
#include "rest/templates/stream_template.hpp"

namespace ingest::rest {

namespace {

std::string list_of(const std::vector<declared_stream>& streams) {
  constexpr std::size_t most = 40;
  std::string all;
  for (std::size_t i = 0; i < std::min(streams.size(), most); ++i) {
    all += (i == 0 ? "" : ", ") + streams[i].name;
  }
  return all + (streams.size() > most ? " …" : "");
}

}  // namespace

connector::connector(manifest from, value config, connector_options options)
    : manifest_(std::move(from)), has_state_(std::move(options.has_state)) {
  parts_.config_identity = options.config_identity.empty() ? canonical_json(config) : options.config_identity;
  parts_.config = std::move(config);
  parts_.max_body_bytes = options.client.max_body_bytes;
  parts_.connections =
      options.transport != nullptr ? std::move(options.transport) : std::make_shared<http_connections>(options.client);
  parts_.tokens = std::move(options.tokens);
  parts_.components = std::move(options.components);
  parts_.allowed_hosts = std::move(options.allowed_hosts);
  parts_.retry_deadline = options.retry_deadline;
  parts_.time = std::move(options.time);
  parts_.patience = options.patience;
  parts_.replaces_rows = std::move(options.replaces_rows);
  parts_.present = options.present.value_or(parts_.time.wall());
  const component root(parts_, manifest_.root, manifest_.name);
  parts_.slots = make_job_slots(root);
  if (const auto budget = root.optional_child("api_budget")) {
    parts_.budget = make_budget(*budget);
  }
  manifest_ = with_listed_streams(manifest_, parts_);
  streams_ = declared_streams(manifest_, has_state_);
}

connector::connector(std::shared_ptr<const connector> first, std::chrono::system_clock::time_point present,
                     std::function<bool(const std::stop_token&)> replaces_rows, metrics& counters)
    : manifest_(first->manifest_),
      streams_(first->streams_),
      has_state_(first->has_state_),
      first_(std::move(first)),
      parts_(first_->parts_) {
  if (present < parts_.present) {
    parts_.parents.reset();  // a run that goes on reads parents as they were for it
  }
  parts_.present = present;
  parts_.replaces_rows = std::move(replaces_rows);
  parts_.connections = std::make_shared<counted_transport>(parts_.connections, counters);
}

void connector::bound(std::string stream, std::chrono::system_clock::time_point latest) {
  parts_.bound = {std::move(stream), latest};
}

std::vector<std::string> connector::unasked() const {
  std::vector<std::string> names;
  const node* const templates = manifest_.root.find("dynamic_streams");
  for (const node& one : templates == nullptr ? node::elements() : templates->items()) {
    names.push_back(stream_template::name_of(one, "dynamic_streams"));
  }
  return names;
}

void connector::ask_for_streams(const std::function<bool(const std::string& name)>& wanted,
                                const std::stop_token& stop) {
  manifest asked = with_asked_streams(manifest_, parts_, wanted, stop);
  streams_ = declared_streams(asked, has_state_);
  manifest_ = std::move(asked);
}

declared_stream connector::with_schema(const declared_stream& stream, const std::stop_token& stop) const {
  const node asked = with_asked_schema(component(parts_, stream.component, stream.name), stop);
  declared_stream made = stream;
  made.schema = schema_of(asked);
  made.component = asked;
  return made;
}

void connector::keep_parents(const std::filesystem::path& directory, std::set<std::string> streams) {
  parts_.parents = std::make_shared<kept_parents>(posix_file_system(), directory, std::move(streams));
}

const declared_stream* connector::find_known(const std::string& name) const {
  const auto found =
      std::find_if(streams_.begin(), streams_.end(), [&](const declared_stream& s) { return s.name == name; });
  return found == streams_.end() ? nullptr : &*found;
}

const declared_stream& connector::find(const std::string& name) const {
  const declared_stream* const found = find_known(name);
  if (found == nullptr) {
    throw error(errc::config, manifest_.name + " has no stream \"" + name + "\"; it has " + list_of(streams_));
  }
  return *found;
}

connector_stream connector::open(const declared_stream& stream) const {
  return connector_stream(component(parts_, stream.component, stream.name));
}

}  // namespace ingest::rest
