#include "processes/source_catalog.hpp"

#include "ingest/error.hpp"
#include "processes/airbyte_catalog.hpp"
#include "processes/catalog_json.hpp"
#include "processes/singer_catalog.hpp"

namespace ingest::processes {

std::vector<catalog_stream> read_catalog(protocol p, std::string_view text) {
  try {
    detail::json_scanner in(text);
    if (in.peek() != '{' || member_of(in.value().raw, "streams").what != detail::json_value::kind::array) {
      throw error(errc::bad_data, "a catalog is a JSON object with an array \"streams\"");
    }
    in.finish();
    return p == protocol::singer ? read_singer_catalog(text) : read_airbyte_catalog(text);
  } catch (const detail::json_fault& fault) {
    throw error(errc::bad_data, "the catalog is no JSON at byte " + std::to_string(fault.offset));
  }
}

std::string catalog_selecting(protocol p, const catalog_stream& stream, bool incremental, bool with_all_fields) {
  return p == protocol::singer ? singer_catalog_selecting(stream, with_all_fields)
                               : airbyte_catalog_selecting(stream, incremental);
}

}  // namespace ingest::processes
