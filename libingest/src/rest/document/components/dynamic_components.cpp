#include "rest/document/component_fields.hpp"

namespace ingest::rest {

std::span<const component_type> dynamic_components() {
  using namespace fields;
  static const std::vector<component_type> table = {
      {"DynamicDeclarativeStream",
       place::dynamic_stream,
       support::runs,
       "Makes streams of a template: one for each thing that the API or the settings name.",
       {text("name"), required(component("stream_template", place::stream)),
        required(component("components_resolver", place::components_resolver)), boolean("use_parent_parameters")}},
      {"HttpComponentsResolver",
       place::components_resolver,
       support::runs,
       "Asks the API which streams there are.",
       {required(component("retriever", place::retriever)),
        required(components("components_mapping", place::component_mapping))}},
      {"ConfigComponentsResolver",
       place::components_resolver,
       support::runs,
       "Takes from the settings which streams there are.",
       {required(component("stream_config", place::stream_config) | components("", place::stream_config)),
        required(components("components_mapping", place::component_mapping))}},
      {"ParametrizedComponentsResolver",
       place::components_resolver,
       support::runs,
       "Takes from a list in the manifest which streams there are.",
       {required(component("stream_parameters", place::stream_parameters)),
        required(components("components_mapping", place::component_mapping))}},
      {"ComponentMappingDefinition",
       place::component_mapping,
       support::runs,
       "What is put where into the template for each stream.",
       {required(expression(texts("field_path"))), required(expression(text("value"))), text("value_type"),
        boolean("create_or_update"), expression(text("condition"))}},
      {"StreamConfig",
       place::stream_config,
       support::runs,
       "Where the settings list the streams.",
       {required(expression(texts("configs_pointer"))), list("default_values")}},
      {"StreamParametersDefinition",
       place::stream_parameters,
       support::runs,
       "The list of what differs between streams.",
       {required(list("list_of_parameters_for_stream"))}},
  };
  return table;
}

}  // namespace ingest::rest
