#include "rest/connectors/building.hpp"
#include "rest/connectors/connector_stream.hpp"
#include "rest/connectors/custom_building.hpp"
#include "rest/cursors/count_cursor.hpp"
#include "rest/cursors/datetime_cursor.hpp"
#include "rest/partitions/list_partitions.hpp"
#include "rest/partitions/partition_groups.hpp"
#include "rest/partitions/partition_product.hpp"
#include "rest/partitions/single_partition.hpp"
#include "rest/partitions/substream_partitions.hpp"

namespace ingest::rest {

namespace {

using made_cursor = std::shared_ptr<const cursor>;
using made_router = std::unique_ptr<partition_router>;

/// A plain text is the date alone.
min_max_datetime make_datetime(const component& of, std::string_view field) {
  if (!of.field(field)->is_dict()) {
    return {of.expression(field)};
  }
  const component date = of.child(field);
  min_max_datetime d{date.expression("datetime")};
  if (const std::string format = date.text("datetime_format"); !format.empty()) {
    d.datetime_format = format;
  }
  d.min_datetime = date.optional_expression("min_datetime");
  d.max_datetime = date.optional_expression("max_datetime");
  return d;
}

std::optional<std::string> optional_text(const component& of, std::string_view field) {
  return of.field(field) == nullptr ? std::nullopt : std::optional(of.text(field));
}

made_cursor make_datetime_cursor(const component& of) {
  datetime_cursor_options o;
  o.cursor_field = of.expression("cursor_field");
  if (of.field("start_datetime") == nullptr) {
    of.refuse("misses `start_datetime`");
  }
  o.start_datetime = make_datetime(of, "start_datetime");
  if (of.field("end_datetime") != nullptr) {
    o.end_datetime = make_datetime(of, "end_datetime");
  }
  o.datetime_format = of.text("datetime_format");
  o.cursor_datetime_formats = of.texts("cursor_datetime_formats");
  o.step = of.optional_expression("step");
  o.cursor_granularity = optional_text(of, "cursor_granularity");
  o.lookback_window = of.optional_expression("lookback_window");
  o.start_time_option = make_optional_option(of, "start_time_option");
  o.end_time_option = make_optional_option(of, "end_time_option");
  o.partition_field_start = of.optional_expression("partition_field_start");
  o.partition_field_end = of.optional_expression("partition_field_end");
  if (const auto clamping = of.optional_child("clamping")) {
    o.clamping_target = clamping->optional_expression("target");
    if (const auto details = clamping->optional_child("target_details")) {
      o.clamping_weekday = optional_text(*details, "weekday");
    }
  }
  o.is_data_feed = of.truth("is_data_feed");
  o.is_client_side_incremental = of.truth("is_client_side_incremental");
  o.where = of.where();
  if (const auto& bound = of.parts().bound; bound && of.path() == bound->stream + ".incremental_sync") {
    o.latest = bound->latest;
  }
  const auto present = [at = of.parts().present] { return at; };
  return std::make_shared<datetime_cursor>(std::move(o), of.known(), present);
}

constexpr component_maker<made_cursor> cursors[] = {
    {"DatetimeBasedCursor", make_datetime_cursor},
    {"IncrementingCountCursor",
     [](const component& of) -> made_cursor {
       count_cursor_options o;
       o.cursor_field = of.expression("cursor_field");
       o.start_value = of.optional_expression("start_value");
       o.start_value_option = make_optional_option(of, "start_value_option");
       o.where = of.where();
       return std::make_shared<count_cursor>(std::move(o), *of.known());
     }},
};

}  // namespace

made_router make_substream_router(const component& of, const std::shared_ptr<parent_watermarks>& past) {
  std::vector<parent_stream_options> parents;
  for (const component& p : of.children("parent_stream_configs")) {
    parent_stream_options o;
    const std::string known_as = "parent " + std::to_string(parents.size()) + ": ";
    o.records = past && p.truth("incremental_dependency") ? make_parent_records(p.child("stream"), past, known_as)
                                                          : make_parent_records(p.child("stream"));
    o.parent_key = p.expression("parent_key");
    o.partition_field = p.expression("partition_field");
    if (const node* const extra = p.field("extra_fields")) {
      for (const node& path : extra->items()) {
        std::vector<interpolation> steps;
        for (const node& step : path.items()) {
          steps.push_back(p.expression_of(step, "extra_fields"));
        }
        o.extra_fields.push_back(std::move(steps));
      }
    }
    o.extra_fields_tell_apart = p.truth("extra_fields_tell_apart");
    o.option = make_optional_option(p, "request_option");
    o.where = p.where();
    parents.push_back(std::move(o));
  }
  return std::make_unique<substream_partitions>(std::move(parents), *of.known());
}

namespace {

made_router make_list(const component& of) {
  list_partitions_options o;
  const node* const values = of.field("values");
  if (values != nullptr && values->is_text()) {
    o.values = of.expression("values");
  } else {
    o.values = values == nullptr ? value() : values->to_value();
  }
  o.cursor_field = of.expression("cursor_field");
  o.option = make_optional_option(of, "request_option");
  o.where = of.where();
  return std::make_unique<list_partitions>(std::move(o), *of.known());
}

made_router make_groups(const component& of);

constexpr component_maker<made_router> routers[] = {
    {"ListPartitionRouter", make_list},
    {"SubstreamPartitionRouter", [](const component& of) { return make_substream_router(of); }},
    {"GroupingPartitionRouter", make_groups},
    {"CustomPartitionRouter", make_custom_router},
};

made_router make_groups(const component& of) {
  const component inner = of.child("underlying_partition_router");
  bool injects = inner.field("request_option") != nullptr;
  for (const component& parent : inner.children("parent_stream_configs")) {
    injects = injects || parent.field("request_option") != nullptr;
  }
  if (injects) {
    inner.refuse("a router whose partitions are grouped puts nothing into requests: take its `request_option` out");
  }
  partition_groups_options o;
  o.router = make_by_type(routers, of.child("underlying_partition_router"));
  o.group_size = static_cast<std::size_t>(std::max<std::int64_t>(of.whole("group_size", 1), 0));
  o.deduplicate = of.truth("deduplicate", true);
  o.where = of.where();
  return std::make_unique<partition_groups>(std::move(o));
}

}  // namespace

std::shared_ptr<const cursor> make_cursor(const std::optional<component>& of) {
  return of ? make_by_type(cursors, *of) : nullptr;
}

std::unique_ptr<partition_router> make_router(const component& retriever,
                                              const std::shared_ptr<parent_watermarks>& past) {
  std::vector<made_router> all;
  const std::vector<component> routers_of_it = retriever.children("partition_router");
  if (routers_of_it.size() == 1 && routers_of_it.front().type() == "SubstreamPartitionRouter") {
    return make_substream_router(routers_of_it.front(), past);
  }
  all.reserve(routers_of_it.size());
  for (const component& one : routers_of_it) {
    all.push_back(make_by_type(routers, one));
  }
  if (all.empty()) {
    return std::make_unique<single_partition>();
  }
  return all.size() == 1 ? std::move(all.front()) : std::make_unique<partition_product>(std::move(all));
}

}  // namespace ingest::rest
