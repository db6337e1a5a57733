#include "rest/transformations/add_fields.hpp"

#include "ingest/error.hpp"
#include "rest/expressions/parameter_scope.hpp"
#include "rest/selectors/path_edit.hpp"

namespace ingest::rest {

namespace {

/// Python's isinstance(): a boolean is an int, an int is no float.
bool is_of(const value& content, value_type type) {
  switch (type) {
    case value_type::any:
      return true;
    case value_type::text:
      return content.is_text();
    case value_type::number:
      return content.kind() == value::kind::real;
    case value_type::integer:
      return content.kind() == value::kind::integer || content.kind() == value::kind::boolean;
    case value_type::boolean:
      return content.kind() == value::kind::boolean;
  }
  return true;
}

value list_of_texts(const std::vector<std::string>& texts) {
  value::elements items;
  for (const std::string& text : texts) {
    items.push_back(value::text_of(text));
  }
  return value::list_of(std::move(items));
}

}  // namespace

value evaluated_as(const interpolation& text, value_type type, const variables& given) {
  value content = text.evaluate_itself(given);
  return is_of(content, type) ? std::move(content) : value::text_of(text.render(given));
}

add_fields::add_fields(std::vector<added_field> fields, std::optional<interpolation> condition, value parameters)
    : fields_(std::move(fields)), condition_(std::move(condition)), parameters_(std::move(parameters)) {
  for (const added_field& field : fields_) {
    if (field.path.empty()) {
      throw error(errc::config, field.content.where() + ": the `path` of a field of AddFields is empty");
    }
  }
  if (condition_ && condition_->text().empty()) {
    condition_.reset();
  }
}

value add_fields::apply(const value& record, const variables& given) const {
  value out = record;
  for (const added_field& field : fields_) {
    variables names = with_parameters(given, parameters_);
    names.set("record", out);
    value content = evaluated_as(field.content, field.type, names);
    if (condition_) {
      names.set("value", content);
      names.set("path", list_of_texts(field.path));
      if (!condition_->holds(names)) {
        continue;
      }
    }
    try {
      out = with_value_at(out, field.path, std::move(content));
    } catch (const error& fault) {
      throw error(fault.code(), field.content.where() + ": AddFields cannot add the field: " + fault.what());
    }
  }
  return out;
}

}  // namespace ingest::rest
