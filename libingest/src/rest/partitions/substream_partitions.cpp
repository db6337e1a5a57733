#include "rest/partitions/substream_partitions.hpp"

#include <utility>

#include "ingest/error.hpp"
#include "ingest/log.hpp"
#include "ingest/stop.hpp"
#include "log/event_names.hpp"

namespace ingest::rest {

namespace {

std::string joined_by_dots(const glob_path& path) {
  std::string name;
  for (const path_step& step : path.steps()) {
    name += (name.empty() ? "" : ".") + step.text;
  }
  return name;
}

}  // namespace

substream_partitions::substream_partitions(std::vector<parent_stream_options> parents, const variables& config) {
  if (parents.empty()) {
    throw error(errc::config, "a SubstreamPartitionRouter needs at least one of `parent_stream_configs`");
  }
  for (parent_stream_options& options : parents) {
    parent one;
    one.key = glob_path::from_text(options.parent_key.evaluate_itself(config).to_text());
    one.field = options.partition_field.evaluate_itself(config).to_text();
    for (const auto& templates : options.extra_fields) {
      const auto path = glob_path::from_templates(templates, config);
      one.extra_fields.push_back({joined_by_dots(path), path});
    }
    one.options = std::move(options);
    parents_.push_back(std::move(one));
  }
}

void substream_partitions::begin() {
  parent_ = 0;
  parent_begun_ = false;
  page_ = {};
  record_ = 0;
}

std::optional<partition> substream_partitions::next(const std::stop_token& stop) {
  while (record_ < page_.records.size() || turn_page(stop)) {
    if (record_ == page_.records.size()) {
      continue;
    }
    has_records_ = true;
    auto found = partition_of(parents_[parent_], page_.records[record_], page_.partition);
    ++record_;
    if (found) {
      return found;
    }
    if (!std::exchange(told_, true)) {
      log::warning(events::parents_without_key,
                   parents_[parent_].options.where + ": a record of the parent has nothing at \"" +
                       parents_[parent_].key.to_text() +
                       "\", so nothing is read of its children. If that is so of all records, look at `parent_key`");
    }
  }
  return std::nullopt;
}

bool substream_partitions::turn_page(const std::stop_token& stop) {
  while (parent_ < parents_.size()) {
    throw_if_stopped(stop);
    parent_records& records = *parents_[parent_].options.records;
    if (!parent_begun_) {
      records.begin();
      parent_begun_ = true;
    }
    if (auto page = records.next(stop)) {
      page_ = std::move(*page);
      record_ = 0;
      return true;
    }
    page_ = {};
    record_ = 0;
    ++parent_;
    parent_begun_ = false;
  }
  return false;
}

std::optional<partition> substream_partitions::partition_of(const parent& from, const value& record,
                                                            const value& parent_slice) {
  const auto key = from.key.only(record);
  const bool spelled = from.options.extra_fields_tell_apart;
  if (!key || (spelled && (key->is_none() || (key->is_text() && key->text().empty())))) {
    return std::nullopt;
  }
  dictionary extra;
  for (const extra_field& field : from.extra_fields) {
    extra.set(field.name, field.path.only(record).value_or(value()));
  }
  dictionary values;
  values.set(from.field, *key);
  values.set("parent_slice", parent_slice);
  if (spelled && !from.extra_fields.empty()) {
    values.set("extra_fields", value::dict_of(extra));
  }
  return partition{value::dict_of(std::move(values)), value::dict_of(std::move(extra))};
}

void substream_partitions::inject(request_options& to, const value& stream_slice, const variables& given) const {
  for (const parent& one : parents_) {
    const value* const content = one.options.option ? stream_slice.find(one.field) : nullptr;
    if (content != nullptr && content->truth()) {
      one.options.option->inject(to, *content, given);
    }
  }
}

}  // namespace ingest::rest
