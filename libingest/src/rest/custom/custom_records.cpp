#include "rest/custom/custom_records.hpp"

#include "ingest/error.hpp"
#include "rest/custom/call_of_variables.hpp"
#include "rest/decoders/json_body.hpp"

namespace ingest::rest {

namespace {

value record_read_back(std::string_view json, const std::string& where) {
  value record = read_back(json, where);
  if (!record.is_dict()) {
    throw error(errc::bad_data,
                where + ": what it has made of a record is no object: " + std::string(json.substr(0, 100)));
  }
  return record;
}

}  // namespace

void custom_decoder::decode(std::string_view body, const std::function<void(const value& document)>& each) const {
  made_(body, [&](std::string_view json) { each(read_back(json, where_)); });
}

value custom_transformation::apply(const value& record, const variables& given) const {
  return record_read_back(made_(record.to_json(), call_of_variables(given)), where_);
}

record_extraction extraction_by(custom::extractor made, std::string where) {
  return [made = std::move(made), where = std::move(where)](const answer& from, const variables& given,
                                                            const std::function<void(const value&)>& each) {
    made(shown(from), call_of_variables(given), [&](std::string_view json) { each(read_back(json, where)); });
  };
}

custom::extractor extractor_by(record_extractor path) {
  return [path = std::move(path)](const custom::answer& a, const custom::call&, const custom::json_sink& each) {
    for_each_document(a.body, [&](const value& document) {
      path.extract(document, [&](const value& record) { each(record.to_json()); });
    });
  };
}

record_condition condition_by(custom::record_filter made) {
  return [made = std::move(made)](const value& record, const variables& given) {
    return made(record.to_json(), call_of_variables(given));
  };
}

record_normalization normalization_by(custom::normalization made, std::string schema, std::string where) {
  return [made = std::move(made), schema = std::move(schema), where = std::move(where)](const value& record) {
    return record_read_back(made(record.to_json(), schema), where);
  };
}

}  // namespace ingest::rest
