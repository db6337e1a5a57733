#include "rest/connectors/custom_building.hpp"

#include "rest/custom/custom_records.hpp"
#include "rest/custom/custom_requests.hpp"
#include "rest/custom/custom_slices.hpp"
#include "rest/requests/url.hpp"

namespace ingest::rest {

namespace {

/// What the embedding program has for the class_name makes it.
template <class Made>
Made make_by_class(const component& of, const custom::components::makers<Made>& makers);

custom::extractor make_extractor_of(const component& of) {
  if (of.type() == "CustomRecordExtractor") {
    return make_by_class(of, of.parts().components.record_extractors);
  }
  return extractor_by(make_extractor(of));
}

class declared_component final : public custom::declaration {
 public:
  explicit declared_component(const component& of) : of_(of) {}

  std::string where() const override { return of_.where(); }
  std::string fields() const override { return of_.content().to_json(); }
  std::string config() const override { return of_.parts().config.to_json(); }

  std::optional<std::string> text(std::string_view field) const override {
    const auto expression = of_.optional_expression(field);
    return expression ? std::optional(expression->evaluate_itself(*of_.known()).to_text()) : std::nullopt;
  }

  custom::http_exchange http() const override {
    return [connections = of_.parts().connections](const http_request& request, const std::stop_token& stop) {
      exchange e = connections->send(request, "a request of code of one's own", stop);
      http_result result;
      result.failure = std::move(e.failure);
      if (e.given) {
        result.status = e.given->status();
        result.headers = e.given->fields();
        result.body = e.given->body();
      }
      return result;
    };
  }

  std::shared_ptr<custom::authenticator> make_authenticator(std::string_view field) const override {
    const component inner = of_.child(field);
    return std::make_shared<authenticator_of_manifest>(rest::make_authenticator(inner), inner.where());
  }

  custom::extractor make_extractor(std::string_view field) const override {
    return field.empty() ? extractor_by({of_.expressions("field_path"), *of_.known()})
                         : make_extractor_of(of_.child(field));
  }

  std::unique_ptr<custom::partition_router> make_substreams() const override {
    return std::make_unique<partitions_of_manifest>(make_substream_router(of_));
  }

 private:
  const component& of_;
};

template <class Made>
Made make_by_class(const component& of, const custom::components::makers<Made>& makers) {
  const std::string name = of.text("class_name");
  const auto found = makers.find(name);
  if (found == makers.end()) {
    of.refuse("is code of Python, `" + name + "`, which cannot be run here and for which there is no replacement");
  }
  Made made = found->second(declared_component(of));
  if (!made) {
    of.refuse("what is registered for `" + name + "` has made nothing");
  }
  return made;
}

}  // namespace

std::shared_ptr<authenticator> make_custom_authenticator(const component& of) {
  auto made = make_by_class(of, of.parts().components.authenticators);
  if (const auto chosen = std::dynamic_pointer_cast<authenticator_of_manifest>(made)) {
    return chosen->inner();
  }
  return std::make_shared<custom_authenticator>(std::move(made));
}

custom::request_edit make_custom_edit(const component& of) {
  return make_by_class(of, of.parts().components.requesters);
}

custom::error_handler make_custom_error_handler(const component& of) {
  return make_by_class(of, of.parts().components.error_handlers);
}

std::shared_ptr<const backoff_strategy> make_custom_backoff(const component& of) {
  return std::make_shared<custom_backoff>(make_by_class(of, of.parts().components.backoff_strategies));
}

std::shared_ptr<const decoder> make_custom_decoder(const component& of) {
  return std::make_shared<custom_decoder>(make_by_class(of, of.parts().components.decoders), of.where());
}

record_extraction make_custom_extraction(const component& of) {
  return extraction_by(make_by_class(of, of.parts().components.record_extractors), of.where());
}

record_condition make_custom_condition(const component& of) {
  return condition_by(make_by_class(of, of.parts().components.record_filters));
}

std::shared_ptr<const transformation> make_custom_transformation(const component& of) {
  return std::make_shared<custom_transformation>(make_by_class(of, of.parts().components.transformations), of.where());
}

record_normalization make_custom_normalization(const component& of, const value& schema) {
  return normalization_by(make_by_class(of, of.parts().components.schema_normalizations), schema.to_json(), of.where());
}

std::shared_ptr<const pagination_strategy> make_custom_pagination(const component& of) {
  return std::make_shared<custom_pagination>(make_by_class(of, of.parts().components.pagination_strategies),
                                             of.where());
}

std::unique_ptr<partition_router> make_custom_router(const component& of) {
  auto injecting = of.field("parent_stream_configs") == nullptr ? nullptr : make_substream_router(of);
  return std::make_unique<custom_partitions>(make_by_class(of, of.parts().components.partition_routers),
                                             std::move(injecting), of.where());
}

}  // namespace ingest::rest
