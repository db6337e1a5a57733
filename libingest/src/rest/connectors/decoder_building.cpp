#include "rest/connectors/building.hpp"
#include "rest/connectors/custom_building.hpp"
#include "rest/decoders/csv_decoder.hpp"
#include "rest/decoders/gzip_decoder.hpp"
#include "rest/decoders/json_decoder.hpp"
#include "rest/decoders/line_decoders.hpp"
#include "rest/decoders/xml_decoder.hpp"
#include "rest/decoders/zip_decoder.hpp"

namespace ingest::rest {

namespace {

using made_decoder = std::shared_ptr<const decoder>;

text_encoding encoding_of(const component& of) {
  return {of.text("encoding", "utf-8"), of.where()};
}

made_decoder make_csv(const component& of) {
  csv_decoder_options o;
  o.encoding = encoding_of(of);
  o.delimiter = of.text("delimiter", ",");
  o.set_values_to_none = of.texts("set_values_to_none");
  o.where = of.where();
  return std::make_shared<csv_decoder>(std::move(o));
}

constexpr component_maker<made_decoder> decoders[] = {
    {"JsonDecoder", [](const component&) -> made_decoder { return std::make_shared<json_decoder>(); }},
    {"JsonlDecoder",
     [](const component& of) -> made_decoder { return std::make_shared<jsonl_decoder>(encoding_of(of)); }},
    {"IterableDecoder", [](const component&) -> made_decoder { return std::make_shared<iterable_decoder>(); }},
    {"CsvDecoder", make_csv},
    {"XmlDecoder", [](const component&) -> made_decoder { return std::make_shared<xml_decoder>(); }},
    {"GzipDecoder",
     [](const component& of) -> made_decoder {
       return std::make_shared<gzip_decoder>(make_decoder(of.child("decoder")), of.parts().max_body_bytes);
     }},
    {"ZipfileDecoder",
     [](const component& of) -> made_decoder {
       return std::make_shared<zip_decoder>(make_decoder(of.child("decoder")), of.parts().max_body_bytes);
     }},
    {"CustomDecoder", make_custom_decoder},
};

}  // namespace

std::shared_ptr<const decoder> make_decoder(const component& of) {
  return make_by_type(decoders, of);
}

std::shared_ptr<const decoder> default_decoder() {
  return std::make_shared<json_decoder>();
}

}  // namespace ingest::rest
