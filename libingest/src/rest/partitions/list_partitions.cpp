#include "rest/partitions/list_partitions.hpp"

#include "ingest/error.hpp"

namespace ingest::rest {

namespace {

value evaluated(const std::variant<interpolation, value>& given, const variables& config) {
  const auto* text = std::get_if<interpolation>(&given);
  return text != nullptr ? text->evaluate_itself(config) : std::get<value>(given);
}

}  // namespace

list_partitions::list_partitions(list_partitions_options options, const variables& config)
    : values_(evaluated(options.values, config)),
      field_(options.cursor_field.evaluate_itself(config).to_text()),
      option_(std::move(options.option)) {
  if (!values_.is_list() && values_.kind() != value::kind::tuple) {
    throw error(errc::config, options.where + ": `values` of a ListPartitionRouter must be a list, not " +
                                  values_.to_repr().substr(0, 100));
  }
}

std::optional<partition> list_partitions::next(const std::stop_token&) {
  if (next_ == values_.items().size()) {
    return std::nullopt;
  }
  return partition{value::dict_of({{field_, values_.items()[next_++]}})};
}

void list_partitions::inject(request_options& to, const value& stream_slice, const variables& given) const {
  const value* const content = option_ ? stream_slice.find(field_) : nullptr;
  if (content != nullptr && content->truth()) {
    option_->inject(to, *content, given);
  }
}

}  // namespace ingest::rest
