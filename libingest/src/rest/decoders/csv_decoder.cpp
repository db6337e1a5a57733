#include "rest/decoders/csv_decoder.hpp"

#include <algorithm>

#include "core/csv_record.hpp"
#include "ingest/error.hpp"

namespace ingest::rest {

namespace {

char delimiter_of(const csv_decoder_options& options) {
  if (options.delimiter == "\\t") {
    return '\t';
  }
  const bool sensible =
      options.delimiter.size() == 1 && options.delimiter.find_first_of("\"\r\n\\") == std::string::npos;
  if (!sensible) {
    throw error(errc::config, options.where + ": the `delimiter` of a CsvDecoder is one ASCII character, or \\t");
  }
  return options.delimiter.front();
}

[[noreturn]] void refuse_row(std::size_t number, const std::string& why) {
  throw error(errc::bad_data,
              "row " + std::to_string(number) + " of the answer (the names are row 1) cannot be read: " + why, true);
}

}  // namespace

csv_decoder::csv_decoder(csv_decoder_options options)
    : options_(std::move(options)), delimiter_(delimiter_of(options_)) {}

void csv_decoder::decode(std::string_view body, const std::function<void(const value& document)>& each) const {
  const detail::csv_form form{delimiter_};
  std::string kept;
  std::string_view rest = options_.encoding.to_utf8(body, kept);
  std::vector<std::string> names;
  std::vector<std::string> fields;
  for (std::size_t number = 1; !rest.empty(); ++number) {
    std::size_t length = 0;
    try {
      length = detail::read_csv_record(rest, true, form, fields);
    } catch (const error& fault) {
      refuse_row(number, fault.what());
    }
    rest.remove_prefix(std::max<std::size_t>(length, 1));
    if (fields.size() == 1 && fields.front().empty()) {
      continue;
    }
    if (names.empty()) {
      names = fields;
    } else {
      each(row(names, fields, number));
    }
  }
}

value csv_decoder::row(const std::vector<std::string>& names, const std::vector<std::string>& fields,
                       std::size_t number) const {
  if (fields.size() > names.size()) {
    refuse_row(number,
               "it has " + std::to_string(fields.size()) + " values for " + std::to_string(names.size()) + " names");
  }
  const auto& none = options_.set_values_to_none;
  dictionary members;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const bool is_none = i >= fields.size() || std::find(none.begin(), none.end(), fields[i]) != none.end();
    members.set(names[i], is_none ? value() : value::text_of(fields[i]));
  }
  return value::dict_of(std::move(members));
}

}  // namespace ingest::rest
