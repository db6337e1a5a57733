#include "exported_metric.hpp"

namespace ingest::app {

std::string_view name_of(metric_unit u) {
  switch (u) {
    case metric_unit::events:
      return "events";
    case metric_unit::rows:
      return "rows";
    case metric_unit::values:
      return "values";
    case metric_unit::pages:
      return "pages";
    case metric_unit::ranges:
      return "ranges";
    case metric_unit::slices:
      return "slices";
    case metric_unit::requests:
      return "requests";
    case metric_unit::attempts:
      return "attempts";
    case metric_unit::stages:
      return "stages";
    case metric_unit::bytes:
      return "bytes";
    case metric_unit::microseconds:
      return "microseconds";
  }
  return "";
}

std::string exported_name(const metric_definition& d) {
  if (d.kind == metric_kind::moment) {
    return {};
  }
  std::string name(d.name);
  // A sync of a service is a pass over a pipeline; this one is of the disk.
  if (name == "syncs" || name == "sync_us") {
    name = "buffer_" + name;
  }
  if (d.unit == metric_unit::microseconds) {
    name = name.substr(0, name.size() - 3) + "_seconds";
  }
  return name;
}

}  // namespace ingest::app
