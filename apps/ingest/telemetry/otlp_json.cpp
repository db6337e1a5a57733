#include "telemetry/otlp_json.hpp"

#include <functional>

#include "exported_metric.hpp"
#include "ingest/log.hpp"
#include "ingest/version.hpp"
#include "json_text.hpp"

namespace ingest::app {

namespace {

// Enumerators are numbers in OTLP's JSON.
constexpr std::uint64_t span_kind_internal = 1;
constexpr std::uint64_t status_error = 2;
constexpr std::uint64_t cumulative = 2;
constexpr std::uint64_t is_sampled = 0x001;
constexpr std::uint64_t knows_whether_parent_is_remote = 0x100;
constexpr std::uint64_t parent_is_remote = 0x200;

class body {
 public:
  void object(const std::function<void()>& members) {
    json_.json.StartObject();
    members();
    json_.json.EndObject();
  }
  void object(std::string_view key, const std::function<void()>& members) {
    json_.key(key);
    object(members);
  }
  void list(std::string_view key, const std::function<void()>& elements) {
    json_.key(key);
    json_.json.StartArray();
    elements();
    json_.json.EndArray();
  }
  /// A list of one object: what OTLP would have sent of several resources and scopes together.
  void only(std::string_view key, const std::function<void()>& members) {
    list(key, [&] { object(members); });
  }

  void text(std::string_view key, std::string_view value) { json_.put(key, log::redact(value)); }
  void number(std::string_view key, std::uint64_t n) { json_.put_number(key, n); }
  void number_64(std::string_view key, std::uint64_t n) { json_.put(key, std::to_string(n)); }
  void number_64(std::uint64_t n) { json_.put(std::to_string(n)); }
  void real(std::string_view key, double n) {
    json_.key(key);
    real(n);
  }
  void real(double n) { json_.json.Double(n); }
  void yes(std::string_view key) {
    json_.key(key);
    json_.json.Bool(true);
  }

  void attribute(std::string_view key, const attribute_value& value) {
    object([&] {
      text("key", key);
      object("value", [&] {
        if (const auto* const n = std::get_if<std::int64_t>(&value)) {
          json_.put("intValue", std::to_string(*n));
        } else if (const auto* const x = std::get_if<double>(&value)) {
          real("doubleValue", *x);
        } else {
          text("stringValue", std::get<std::string>(value));
        }
      });
    });
  }

  void resource(const resource_attributes& all) {
    object("resource", [&] {
      list("attributes", [&] {
        for (const auto& [key, value] : all) {
          attribute(key, value);
        }
      });
    });
  }
  void scope() {
    object("scope", [&] {
      text("name", "ingest");
      text("version", version());
    });
  }

  std::string done() const { return json_.text(); }

 private:
  dense_json json_;
};

void put_span(body& to, const trace_span& s) {
  to.object([&] {
    to.text("traceId", s.trace_id);
    to.text("spanId", s.id);
    if (!s.trace_state.empty()) {
      to.text("traceState", s.trace_state);
    }
    if (!s.parent_id.empty()) {
      to.text("parentSpanId", s.parent_id);
    }
    to.number("flags", is_sampled | knows_whether_parent_is_remote | (s.has_remote_parent ? parent_is_remote : 0));
    to.text("name", s.name);
    to.number("kind", span_kind_internal);
    to.number_64("startTimeUnixNano", s.start);
    to.number_64("endTimeUnixNano", s.end);
    to.list("attributes", [&] {
      for (const auto& [key, value] : s.about) {
        to.attribute(key, value);
      }
    });
    to.object("status", [&] {
      if (s.has_failed) {
        to.number("code", status_error);
        to.text("message", s.failure);
      }
    });
  });
}

std::string unit_of(const metric_definition& d) {
  return d.unit == metric_unit::bytes          ? "By"
         : d.unit == metric_unit::microseconds ? "s"
                                               : "{" + std::string(name_of(d.unit)) + "}";
}

double in_seconds(std::uint64_t microseconds) {
  return static_cast<double>(microseconds) / 1e6;
}

void put_place(body& to, const measured_run& r) {
  to.list("attributes", [&] {
    to.attribute("pipeline", r.pipeline);
    if (!r.stream.empty()) {
      to.attribute("stream", r.stream);
    }
  });
  to.number_64("startTimeUnixNano", r.start);
  to.number_64("timeUnixNano", r.time);
}

void put_metric(body& to, std::span<const measured_run> runs, std::size_t index, const metric_definition& d) {
  const auto put_points = [&] {
    to.list("dataPoints", [&] {
      for (const measured_run& r : runs) {
        to.object([&] {
          const std::uint64_t n = *r.figures.all()[index];
          put_place(to, r);
          d.unit == metric_unit::microseconds ? to.real("asDouble", in_seconds(n)) : to.number_64("asInt", n);
        });
      }
    });
  };
  to.object([&] {
    to.text("name", "ingest." + exported_name(d));
    to.text("description", d.help);
    to.text("unit", unit_of(d));
    if (d.kind == metric_kind::gauge) {
      to.object("gauge", put_points);
    } else {
      to.object("sum", [&] {
        to.number("aggregationTemporality", cumulative);
        to.yes("isMonotonic");
        put_points();
      });
    }
  });
}

void put_histogram_point(body& to, const measured_run& r, const metrics::histogram& h) {
  to.object([&] {
    const auto figures = h.figures();
    std::uint64_t count = 0;
    put_place(to, r);
    to.list("bucketCounts", [&] {
      for (std::size_t i = 0; i + 1 < figures.size(); ++i) {
        to.number_64(figures[i]);
        count += figures[i];
      }
    });
    to.number_64("count", count);
    to.real("sum", in_seconds(figures.back()));
    to.list("explicitBounds", [&] {
      for (const std::uint64_t bound : metrics::histogram::bounds_us) {
        to.real(in_seconds(bound));
      }
    });
  });
}

void put_histogram(body& to, std::span<const measured_run> runs, std::size_t index, const metrics::histogram& kind) {
  to.object([&] {
    to.text("name", "ingest." + std::string(kind.name));
    to.text("description", kind.help);
    to.text("unit", "s");
    to.object("histogram", [&] {
      to.number("aggregationTemporality", cumulative);
      to.list("dataPoints", [&] {
        for (const measured_run& r : runs) {
          put_histogram_point(to, r, *r.figures.histograms()[index]);
        }
      });
    });
  });
}

}  // namespace

std::string traces_body(const resource_attributes& resource, std::span<const trace_span> spans) {
  body to;
  to.object([&] {
    to.only("resourceSpans", [&] {
      to.resource(resource);
      to.only("scopeSpans", [&] {
        to.scope();
        to.list("spans", [&] {
          for (const trace_span& s : spans) {
            put_span(to, s);
          }
        });
      });
    });
  });
  return to.done();
}

std::string metrics_body(const resource_attributes& resource, std::span<const measured_run> runs) {
  const metrics known;
  body to;
  to.object([&] {
    to.only("resourceMetrics", [&] {
      to.resource(resource);
      to.only("scopeMetrics", [&] {
        to.scope();
        to.list("metrics", [&] {
          for (std::size_t i = 0; i < known.all().size(); ++i) {
            if (const metric_definition& d = known.all()[i]->definition; d.kind != metric_kind::moment) {
              put_metric(to, runs, i, d);
            }
          }
          for (std::size_t i = 0; i < known.histograms().size(); ++i) {
            put_histogram(to, runs, i, *known.histograms()[i]);
          }
        });
      });
    });
  });
  return to.done();
}

}  // namespace ingest::app
