#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "ingest/custom_kinds.hpp"
#include "ingest/http_client.hpp"

namespace ingest::custom {

/// Sends a request over the connector's connections, once, follows no redirect, and waits for what comes of it.
/// Thread-safe. Throws as http_client::perform() does.
using http_exchange = std::function<http_result(const http_request& request, const std::stop_token& stop)>;

/// What a manifest says of a component, for who makes it; valid until that returns. All throw errc::config, with the
/// component's place, for what cannot be made of a field.
class declaration {
 public:
  virtual ~declaration() = default;

  /// "orders.retriever.record_selector.extractor, line 41": what messages of the component begin with.
  virtual std::string where() const = 0;

  /// JSON of all its fields as they stand there, after references and parameters; templates are not evaluated.
  virtual std::string fields() const = 0;

  /// JSON of the settings of the connection. There are secrets in it.
  virtual std::string config() const = 0;

  /// A field, a text, as the CDK's InterpolatedString evaluates it when a component is made: with `config` and
  /// `parameters`. Nothing where it is missing.
  virtual std::optional<std::string> text(std::string_view field) const = 0;

  virtual http_exchange http() const = 0;

  /// The authenticator that stands in a field, of whatever type.
  virtual std::shared_ptr<authenticator> make_authenticator(std::string_view field) const = 0;

  /// The extractor that stands in a field, of whatever type; without one, a DpathExtractor of the component's own
  /// `field_path`. A DpathExtractor reads answers of JSON.
  virtual extractor make_extractor(std::string_view field = {}) const = 0;

  /// The component's own `parent_stream_configs`, as a SubstreamPartitionRouter reads them.
  virtual std::unique_ptr<partition_router> make_substreams() const = 0;
};

/// Components of one's own by class_name, as a manifest writes it: what it calls `type: CustomTransformation,
/// class_name: source_x.components.Y` is made by `transformations["source_x.components.Y"]`, once for each place that
/// names it (partition routers, each time that partitions are listed). A value; an API has its own copy.
struct components {
  template <class Made>
  using makers = std::map<std::string, std::function<Made(const declaration&)>, std::less<>>;

  makers<std::shared_ptr<authenticator>> authenticators = {};
  makers<request_edit> requesters = {};
  makers<error_handler> error_handlers = {};
  makers<backoff> backoff_strategies = {};
  makers<decoder> decoders = {};
  makers<extractor> record_extractors = {};
  makers<record_filter> record_filters = {};
  makers<transformation> transformations = {};
  makers<normalization> schema_normalizations = {};
  makers<std::shared_ptr<const pagination_strategy>> pagination_strategies = {};
  makers<std::unique_ptr<partition_router>> partition_routers = {};

  /// Whether there is one for a component of that type, such as "CustomTransformation".
  bool has(std::string_view type, std::string_view class_name) const;
};

}  // namespace ingest::custom
