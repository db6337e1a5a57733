#include "discover_connector.hpp"

#include <algorithm>

#include "from/connector.hpp"
#include "json/json_text.hpp"
#include "log/redaction.hpp"
#include "postgres/ledger_rows.hpp"
#include "postgres/member_types.hpp"
#include "postgres/table_shape.hpp"
#include "rest/connectors/connector_stream.hpp"
#include "to/postgres.hpp"

namespace ingest::app {

namespace {

using ingest::detail::json_string;

// Enough to see most fields, and little to ask an API for.
constexpr std::size_t enough_records = 500;
constexpr std::size_t most_pages = 5;

/// What a stream would become.
struct discovered_table {
  std::string stream;
  std::string table;
  settings own;
  ingest::detail::table_shape shape;
  std::vector<std::string> parents = {};
  std::string cursor_field = {};
  bool declared = false;    ///< the file has the schema
  std::size_t records = 0;  ///< that were looked at, if not
};

struct seen_records {
  ingest::detail::members members;
  std::size_t count = 0;
};

void note(const std::string_view record, const ingest::detail::value_reading& reading, seen_records& seen) {
  ingest::detail::json_scanner in(record);
  std::string scratch;
  if (in.peek() == '{') {
    in.object([&](std::string_view name) { seen.members.of(name).note(in.value(), reading, scratch); });
    ++seen.count;
  }
}

/// The first records of the stream, of as many slices as it takes.
seen_records first_records(const rest::connector_stream& stream, const ingest::detail::value_reading& reading) {
  seen_records seen;
  std::size_t pages = 0;
  const auto slices = stream.slices();
  while (seen.count < enough_records && pages < most_pages) {
    const auto planned = slices->next({});
    if (!planned) {
      break;
    }
    const auto from = stream.reader(*planned);
    from->open(std::nullopt);
    while (seen.count < enough_records && pages < most_pages) {
      const auto page = from->read({});
      if (!page) {
        break;
      }
      ++pages;
      for (std::size_t i = 0; i < page->records.size(); ++i) {
        note(page->records[i], reading, seen);
      }
    }
  }
  return seen;
}

discovered_table discovered(const settings& s, const rest::connector& from, const rest::declared_stream& stream) {
  discovered_table t{stream.name, {}, stream_settings(s, stream, false), {}};
  t.own.tables = table_kind::typed;
  t.table = t.own.table;
  t.parents = stream.parents;
  t.cursor_field = stream.cursor_field;
  t.declared = !stream.schema.empty();
  const postgres_options o = target_options(t.own, nullptr);
  t.shape = ingest::detail::table_shape::of_members(*o.typed, t.own.write);
  if (t.declared) {
    return t;
  }
  const seen_records seen = first_records(from.open(stream), {o.typed->texts, o.typed->epochs});
  t.records = seen.count;
  for (const auto& [name, values] : seen.members) {
    if (!values.type().empty() && t.shape.find(name) == nullptr && t.shape.wants_column(name)) {
      t.shape.columns.insert(t.shape.columns.end() - 1, t.shape.column_for(name, values.type()));
    }
  }
  return t;
}

std::string write_of(const settings& s) {
  return s.known_by_content && s.write == disposition::skip ? "append" : ingest::detail::name_of(s.write);
}

std::string quoted_table(const std::string& table) {
  const std::size_t dot = table.find('.');
  return dot == std::string::npos ? '"' + table + '"'
                                  : '"' + table.substr(0, dot) + "\".\"" + table.substr(dot + 1) + '"';
}

std::string listed(const std::vector<std::string>& names, const char* between, bool as_json) {
  std::string all;
  for (const std::string& name : names) {
    all += (all.empty() ? "" : between) + (as_json ? json_string(name) : name);
  }
  return all;
}

std::string origin_of(const discovered_table& t) {
  return t.declared       ? "types as declared"
         : t.records == 0 ? "no records, so that its columns are not known"
                          : "types of its first " + std::to_string(t.records) + " records";
}

std::string as_text(const discovered_table& t) {
  std::string text =
      t.stream + ": table " + t.table + "; " +
      (t.shape.key.empty()      ? "no key"
       : t.own.known_by_content ? "no key but " + listed(t.shape.key, ", ", false) + ", of all that a record has"
                                : "key " + listed(t.shape.key, ", ", false)) +
      "; " + write_of(t.own) + (t.cursor_field.empty() ? "" : "; new ones by " + t.cursor_field) +
      (t.parents.empty() ? "" : "; of " + listed(t.parents, ", ", false)) + "; " + origin_of(t) + '\n';
  for (const auto& column : t.shape.columns) {
    text += "  " + column.name + "  " + column.type + '\n';
  }
  return text;
}

std::string as_json(const discovered_table& t) {
  std::string columns;
  for (const auto& column : t.shape.columns) {
    columns += (columns.empty() ? "" : ",") + ("{\"name\":" + json_string(column.name)) +
               ",\"type\":" + json_string(column.type) + "}";
  }
  return "{\"name\":" + json_string(t.stream) + ",\"table\":" + json_string(t.table) + ",\"primary_key\":[" +
         listed(t.shape.key, ",", true) + "],\"write\":" + json_string(write_of(t.own)) +
         ",\"cursor_field\":" + json_string(t.cursor_field) + ",\"parents\":[" + listed(t.parents, ",", true) +
         "],\"schema\":" +
         json_string(t.declared      ? "declared"
                     : t.records > 0 ? "inferred"
                                     : "unknown") +
         ",\"records\":" + std::to_string(t.records) + ",\"columns\":[" + columns + "]}";
}

std::string told(const discovered_table& t, discovery_form form) {
  return form == discovery_form::json ? as_json(t)
         : form == discovery_form::ddl
             ? "-- " + t.stream + ": " + origin_of(t) + '\n' + t.shape.create(quoted_table(t.table), true) + ";\n"
             : as_text(t);
}

std::string told_problem(const std::string& stream, const std::string& problem, discovery_form form) {
  return form == discovery_form::json
             ? "{\"name\":" + json_string(stream) + ",\"problem\":" + json_string(problem) + "}"
         : form == discovery_form::ddl ? "-- " + stream + ": not known: " + problem + '\n'
                                       : stream + ": not known: " + problem + '\n';
}

}  // namespace

int discover_connector(const settings& s, discovery_form form, std::ostream& out) {
  const auto from = load_connector(s);
  int exit_code = 0;
  const char* between = form == discovery_form::json ? "{\"streams\":[" : "";
  for (const chosen_stream& stream : checked_streams(s, *from, {})) {
    out << between;
    try {
      if (!stream.problem.empty()) {
        throw error(errc::config, stream.problem);
      }
      out << told(discovered(s, *from, from->with_schema(*stream.declared, {})), form);
    } catch (...) {
      const error e = current_error();
      std::string problem = log::redact(e.what());
      std::replace(problem.begin(), problem.end(), '\n', ' ');
      out << told_problem(stream.name, problem, form);
      exit_code = exit_code == 0 ? e.exit_code() : exit_code;
    }
    between = form == discovery_form::json ? "," : "";
  }
  out << (form == discovery_form::json ? "]}\n" : "");
  return exit_code;
}

}  // namespace ingest::app
