#include "parquet/parquet_rows.hpp"

#include "core/utf8.hpp"

namespace ingest::detail {

parquet_rows::parquet_rows(parquet_writer& to) : to_(&to), found_(to.columns().size() - 1) {
  for (std::size_t i = 0; i < found_.size(); ++i) {
    by_name_.emplace(column(i).name, i);
    if (column(i).required) {
      required_.push_back(i);
    }
  }
}

std::optional<std::string> parquet_rows::append(std::string_view record) {
  constexpr std::size_t longest = 1 << 30;  // sizes are numbers of 31 bits in the file
  if (record.size() > longest) {
    return "it is longer than 1 GiB";
  }
  if (!is_utf8(record)) {
    return "it is not UTF-8";
  }
  extra_.clear();
  if (auto why = find_members(record)) {
    return why;
  }
  if (auto why = missing_value()) {
    return why;
  }
  members_apart_ += extra_.size();
  for (std::size_t i = 0; i < found_.size(); ++i) {
    add_value(i);
  }
  if (extra_.empty()) {
    to_->add_null(found_.size());
  } else {
    to_->add(found_.size(), {.bytes = extra_.object()});
  }
  to_->end_row(record.size());
  return std::nullopt;
}

std::optional<std::string> parquet_rows::find_members(std::string_view record) {
  found_.assign(found_.size(), {});
  next_ = 0;
  try {
    json_scanner in(record);
    if (in.peek() != '{') {
      return "it is no JSON object";
    }
    in.object([&](std::string_view name) { take(name, in.value()); });
    in.finish();
    return std::nullopt;
  } catch (const json_fault& fault) {
    return "it is no JSON at byte " + std::to_string(fault.offset);
  }
}

/// Records of a stream have their members in the same order, mostly.
void parquet_rows::take(std::string_view name, const json_value& value) {
  if (next_ < found_.size() && column(next_).name == name) {
    found_[next_++] = value;
    return;
  }
  if (const auto known = by_name_.find(name); known != by_name_.end()) {
    found_[known->second] = value;
    next_ = known->second + 1;
    return;
  }
  if (value.is_null() && !extra_.contains(name)) {
    return;  // it is as if it were missing
  }
  extra_.add(name, value.raw);
}

/// Before anything of the record is written.
std::optional<std::string> parquet_rows::missing_value() {
  for (const std::size_t i : required_) {
    parquet_value ignored;
    if (found_[i].is_null() || convert(found_[i], column(i), scratch_, ignored) == value_fit::none) {
      return "it has no value for the column " + column(i).name;
    }
  }
  return std::nullopt;
}

void parquet_rows::add_value(std::size_t index) {
  const json_value& json = found_[index];
  if (json.is_null()) {
    to_->add_null(index);
    return;
  }
  parquet_value value;
  const value_fit fit = convert(json, column(index), scratch_, value);
  if (fit == value_fit::none) {
    to_->add_null(index);
  } else {
    to_->add(index, value);
  }
  if (fit != value_fit::exact) {
    ++values_apart_;
    extra_.add(column(index).name, json.raw);
  }
}

}  // namespace ingest::detail
