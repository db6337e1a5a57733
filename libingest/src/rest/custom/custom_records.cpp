#include "rest/custom/custom_records.hpp"

#include <deque>
#include <utility>

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

class made_documents final : public document_stream {
 public:
  void add(value document) { documents_.push_back(std::move(document)); }

  std::optional<value> next() override {
    if (documents_.empty()) {
      return std::nullopt;
    }
    value first = std::move(documents_.front());
    documents_.pop_front();
    return first;
  }

 private:
  std::deque<value> documents_;
};

}  // namespace

std::unique_ptr<document_stream> custom_decoder::documents(std::unique_ptr<byte_stream> body,
                                                           const decoding_limits& most) const {
  const gathered_body whole(std::move(body), most.text);
  auto made = std::make_unique<made_documents>();
  made_(whole.bytes(), [&](std::string_view json) { made->add(read_back(json, where_)); });
  return made;
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
    for (const std::string_view document : documents_of(a.body)) {
      path.extract(document_of(document), [&](const value& record) { each(record.to_json()); });
    }
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
