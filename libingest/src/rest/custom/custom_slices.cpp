#include "rest/custom/custom_slices.hpp"

#include "ingest/error.hpp"
#include "rest/custom/call_of_variables.hpp"

namespace ingest::rest {

namespace {

value members_read_back(const std::string& json, const std::string& where) {
  value members = read_back(json, where);
  if (!members.is_dict()) {
    throw error(errc::bad_data, where + ": a partition must be an object, not " + json.substr(0, 100));
  }
  return members;
}

}  // namespace

std::optional<value> custom_pagination::initial_token() const {
  const auto token = made_->initial_token();
  return token ? std::optional(read_back(*token, where_)) : std::nullopt;
}

std::optional<value> custom_pagination::next_token(const page_facts& page, const std::optional<value>& asked) const {
  if (page.from == nullptr) {
    throw error(errc::internal, where_ + ": it was not told which answer the page is of");
  }
  const value* const last = page.given.find("last_record");
  const std::string last_record = last == nullptr || last->is_none() ? "" : last->to_json();
  const auto token = made_->next_token({shown(*page.from), last_record, page.extracted, page.selected},
                                       asked ? std::optional(asked->to_json()) : std::nullopt);
  return token ? std::optional(read_back(*token, where_)) : std::nullopt;
}

std::optional<partition> custom_partitions::next(const std::stop_token& stop) {
  const auto found = made_->next(stop);
  if (!found) {
    return std::nullopt;
  }
  return partition{members_read_back(found->values, where_), members_read_back(found->extra_fields, where_)};
}

void custom_partitions::inject(request_options& to, const value& stream_slice, const variables& given) const {
  if (injecting_) {
    injecting_->inject(to, stream_slice, given);
  }
}

std::optional<custom::partition> partitions_of_manifest::next(const std::stop_token& stop) {
  const auto found = inner_->next(stop);
  return found ? std::optional(custom::partition{found->values.to_json(), found->extra_fields.to_json()})
               : std::nullopt;
}

}  // namespace ingest::rest
