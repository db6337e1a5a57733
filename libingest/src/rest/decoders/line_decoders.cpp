#include "rest/decoders/line_decoders.hpp"

#include <algorithm>

#include "ingest/error.hpp"
#include "rest/decoders/json_body.hpp"

namespace ingest::rest {

void jsonl_decoder::decode(std::string_view body, const std::function<void(const value& document)>& each) const {
  std::string kept;
  std::string_view rest = encoding_.to_utf8(body, kept);
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const auto end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (is_blank(line)) {
      continue;
    }
    value document;
    try {
      document = value::from_json(line);
    } catch (const error& fault) {
      throw error(errc::bad_data, "line " + std::to_string(number) + " of the answer is no JSON: " + fault.what(),
                  true);
    }
    each(document);
  }
}

void iterable_decoder::decode(std::string_view body, const std::function<void(const value& document)>& each) const {
  std::string kept;
  std::string_view rest = text_encoding().to_utf8(body, kept);
  while (!rest.empty()) {
    const auto end = std::min(rest.find_first_of("\r\n"), rest.size());
    each(value::dict_of({{"record", value::text_of(std::string(rest.substr(0, end)))}}));
    rest.remove_prefix(end);
    rest.remove_prefix(rest.starts_with("\r\n") ? 2 : rest.empty() ? 0 : 1);
  }
}

}  // namespace ingest::rest
