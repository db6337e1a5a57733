#include "rest/document/component_fields.hpp"

namespace ingest::rest {

std::span<const component_type> decoder_components() {
  using namespace fields;
  static const std::vector<component_type> table = {
      {"JsonDecoder", place::decoder, support::runs, "The answer is JSON.", {}},
      {"JsonlDecoder", place::decoder, support::runs, "Each line of the answer is JSON.", {}},
      {"JsonItemsDecoder",
       place::decoder,
       support::lacking,
       "The answer is JSON, read item by item.",
       {required(text("items_path")), text("encoding")}},
      {"IterableDecoder", place::decoder, support::runs, "Each line of the answer is a text.", {}},
      {"CsvDecoder",
       place::decoder,
       support::runs,
       "The answer is CSV with the names in its first line.",
       {text("encoding"), text("delimiter"), texts("set_values_to_none")}},
      {"XmlDecoder", place::decoder, support::runs, "The answer is XML.", {}},
      {"GzipDecoder",
       place::decoder,
       support::runs,
       "The answer is compressed by gzip.",
       {required(component("decoder", place::decoder))}},
      {"ZipfileDecoder",
       place::decoder,
       support::runs,
       "The answer is a ZIP archive.",
       {required(component("decoder", place::decoder))},
       false,
       true},
      {"CustomDecoder",
       place::decoder,
       support::embedded,
       "Reads answers by code of the connector.",
       {required(text("class_name"))},
       false,
       true},
  };
  return table;
}

}  // namespace ingest::rest
