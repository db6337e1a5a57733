#include "ingest/rest_source.hpp"

#include <algorithm>

#include "ingest/error.hpp"
#include "ingest/file_system.hpp"
#include "ingest/log.hpp"
#include "ingest/version.hpp"
#include "json/json_pointer.hpp"
#include "rest/connectors/config_rules.hpp"
#include "rest/connectors/connector.hpp"
#include "rest/connectors/made_streams.hpp"
#include "rest/connectors/stream_source.hpp"

namespace ingest {

struct rest_manifest::contents {
  rest::manifest parsed;
};

namespace {

/// Empty for a stream that can be read.
std::string problem_of(const rest::manifest_verdict& all, const rest::stream_verdict& stream, bool is_declared) {
  std::string problem = hindrances(all.findings);
  if (problem.empty()) {
    problem = hindrances(stream.findings);
  }
  return problem.empty() && !is_declared
             ? "it is a template: its streams are known when the settings are, and those of answers of the API not here"
             : problem;
}

rest::connection_settings checked(const rest::manifest& m, std::string_view config) {
  return normalized_settings(m, rest::parse_document(config, "the settings of the connection").root);
}

std::vector<std::string> texts_of(const std::vector<rest::finding>& findings, bool hindering) {
  std::vector<std::string> texts;
  for (const rest::finding& f : findings) {
    if (f.hinders() == hindering) {
      texts.push_back(to_text(f));
    }
  }
  return texts;
}

}  // namespace

rest_manifest rest_manifest::load(const std::filesystem::path& file) {
  return rest_manifest(
      std::make_shared<contents>(contents{rest::prepared_manifest(rest::read_document(file.string()))}));
}

rest_manifest rest_manifest::parse(std::string_view text, const std::string& name) {
  return rest_manifest(std::make_shared<contents>(contents{rest::prepared_manifest(rest::parse_document(text, name))}));
}

const std::string& rest_manifest::name() const {
  return contents_->parsed.name;
}

std::vector<rest_stream> rest_manifest::streams(const custom::components& provided) const {
  const rest::manifest known = with_streams_of_manifest(contents_->parsed);
  const std::vector<rest::declared_stream> declared = declared_streams(known);
  std::vector<rest_stream> all;
  const rest::manifest_verdict verdict = check_manifest(known, provided);
  for (const rest::stream_verdict& v : verdict.streams) {
    const auto found = std::find_if(declared.begin(), declared.end(), [&](const auto& d) { return d.name == v.name; });
    rest_stream stream{v.name, {}, {}, {}, {}, problem_of(verdict, v, found != declared.end())};
    if (found != declared.end()) {
      stream.primary_key = found->primary_key;
      stream.schema = found->schema;
      stream.cursor_field = found->cursor_field;
      stream.parents = found->parents;
    }
    all.push_back(std::move(stream));
  }
  return all;
}

rest_settings rest_manifest::check(std::string_view config) const {
  rest::connection_settings s = checked(contents_->parsed, config);
  return {s.config.to_json(), std::move(s.secrets), texts_of(s.findings, true), texts_of(s.findings, false)};
}

class rest_api {
 public:
  rest_api(const rest_manifest& from, rest::value config, const rest::connector_options& options)
      : connector_(from.contents_->parsed, std::move(config), options),
        verdict_(check_manifest(connector_.source(), options.components)) {}

  static const rest::manifest& parsed(const rest_manifest& m) { return m.contents_->parsed; }

  /// Throws errc::config for one that is unknown, or cannot be read.
  const rest::declared_stream& find(const std::string& name) const {
    const auto verdict = std::find_if(verdict_.streams.begin(), verdict_.streams.end(),
                                      [&](const rest::stream_verdict& v) { return v.name == name; });
    const auto& declared = connector_.streams();
    const bool is_declared =
        std::any_of(declared.begin(), declared.end(), [&](const rest::declared_stream& d) { return d.name == name; });
    const std::string problem = verdict == verdict_.streams.end() ? "" : problem_of(verdict_, *verdict, is_declared);
    if (!problem.empty()) {
      throw error(errc::config, "stream " + name + " cannot be read here: " + problem);
    }
    return connector_.find(name);
  }

  rest::connector_stream open(const rest::declared_stream& stream) const { return connector_.open(stream); }

 private:
  rest::connector connector_;
  rest::manifest_verdict verdict_;
};

std::shared_ptr<rest_api> make_rest_api(const rest_manifest& manifest, std::string_view config, rest_options options) {
  rest::connection_settings settings = checked(rest_api::parsed(manifest), config);
  for (const std::string& secret : settings.secrets) {
    log::add_secret(secret);
  }
  if (!settings.usable()) {
    throw error(errc::config, "the settings of the connection: " + hindrances(settings.findings));
  }
  rest::connector_options o;
  o.client = std::move(options.client);
  if (o.client.user_agent.empty()) {
    o.client.user_agent = "ingest/" + std::string(version());
  }
  if (!options.token_file.empty()) {
    o.tokens = std::make_shared<rest::token_file>(posix_file_system(), options.token_file);
  }
  o.components = std::move(options.components);
  o.allowed_hosts = std::move(options.allowed_hosts);
  o.retry_deadline = options.retry_deadline;
  o.present = options.present;
  o.time = std::move(options.time);
  return std::make_shared<rest_api>(manifest, settings.config.to_value(), o);
}

rest_source make_rest_source(const std::shared_ptr<rest_api>& api, const std::string& stream,
                             rest_source_options options) {
  if (!api || !options.encoder) {
    throw error(errc::config, api ? "`encoder` is null" : "`api` is null");
  }
  const rest::declared_stream& declared = api->find(stream);
  std::optional<std::string> id_pointer = std::move(options.id_pointer);
  if (!id_pointer && declared.primary_key.size() == 1) {
    id_pointer.emplace();
    for (const std::string& member : declared.primary_key.front()) {
      *id_pointer += json_pointer::text_to_member(member);
    }
  }
  struct opened {
    std::shared_ptr<rest_api> api;  // what streams are made of, so that it lives as long as they do
    rest::connector_stream stream;
  };
  const auto keeper = std::make_shared<const opened>(opened{api, api->open(declared)});
  const rest::stream_sources read(std::shared_ptr<const rest::connector_stream>(keeper, &keeper->stream),
                                  std::move(options.encoder), {.id_pointer = std::move(id_pointer)});
  return {read.supply(), read.sources()};
}

}  // namespace ingest
