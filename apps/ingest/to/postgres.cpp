#include "to/postgres.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include "buffer/run_state.hpp"
#include "core/ledger_view.hpp"
#include "json/json_pointer.hpp"
#include "run_plan.hpp"
#include "settings/setting_text.hpp"
#include "to/to.hpp"
#include "worker_name.hpp"

namespace ingest::app {

namespace {

std::string look_at_database(const settings& s) {
  require_write_of(s, plan_of(s));
  const postgres_target target(target_options(s, std::make_shared<metrics>()));
  const std::string table = target.rehearse();
  const auto ledger = target.peek();
  if (ledger && ledger->refusal) {
    throw *ledger->refusal;
  }
  return "table " + table;
}

/// Of a typed table, the key consists of fields like others.
std::vector<std::string> key_fields(const settings& s) {
  if (!s.key.empty() || !s.has_key || s.write == disposition::append) {
    return s.key;
  }
  const json_pointer pointer(s.id_pointer);
  if (pointer.tokens().size() != 1) {
    throw error(errc::config,
                "ID_POINTER is " + s.id_pointer +
                    ", but the key of a typed table is a field of the record itself, as /id is: choose such "
                    "a one, name it by KEY, or set TABLES=json");
  }
  return pointer.tokens();
}

/// Where there is nothing but texts, they say all that there is to say.
text_reading text_reading_of(const settings& s) {
  return s.types == text_values::text ? text_reading::none : is_from_csv(s) ? text_reading::all : text_reading::times;
}

std::string schema_of(const settings& s) {
  if (s.schema_file.empty()) {
    return "";
  }
  if (auto text = detail::contents_of(s.schema_file)) {
    return *std::move(text);
  }
  throw error(errc::config, "SCHEMA_FILE " + s.schema_file.string() + " cannot be read: " + std::strerror(errno));
}

}  // namespace

void require_write_of(const settings& s, const std::string& plan) {
  if ((s.write == disposition::append || !s.has_key) && may_repeat(plan)) {
    throw error(errc::config,
                std::string(s.has_key ? "WRITE is append" : "KEY is none") +
                    ", but the API may give an event twice, where slices and syncs overlap or a cursor has "
                    "expired: choose merge or skip, which know by its id that it is there, with a key");
  }
}

bool is_from_csv(const settings& s) {
  source_choice from = s.from;
  if (!s.origins.contains("FROM") && !from.was_csv) {
    try {
      const auto state = state_store(posix_file_system(), s.data_dir).load();
      const std::string plan = state ? state->identity.plan : "";
      constexpr std::string_view name = "FROM=";
      if (plan.starts_with("FROM=file:")) {
        const std::string where = plan.substr(name.size(), plan.rfind(" SIZE=") - name.size());
        from = detail::parse_source(where).value_or(from);
      }
    } catch (const error&) {
      return false;  // the run will say what is wrong
    }
  }
  return from.is_csv();
}

std::vector<std::string> key_columns(const settings& s) {
  return s.tables == table_kind::typed ? key_fields(s) : std::vector<std::string>{"id"};
}

std::uint64_t range_bytes(const settings& s, command c) {
  constexpr std::uint64_t beside_fetching = 8 << 20;
  constexpr std::uint64_t alone = 16 << 20;
  return s.range_bytes.value_or(c == command::load && !s.initial_load ? alone : beside_fetching);
}

postgres_options target_options(const settings& s, std::shared_ptr<metrics> counters) {
  if (s.write == disposition::replace && s.incremental) {
    throw error(errc::config,
                "WRITE is replace, but a run with INCREMENTAL reads only what is new, and what is not would be gone: "
                "choose merge or skip, or leave INCREMENTAL out");
  }
  postgres_options o;
  o.url = s.database_url;
  o.table = s.table;
  o.pipeline = s.pipeline;
  o.rejects_file = s.data_dir / "events_rejected.ndjson";
  if (s.reject_limit) {
    o.reject_limit = *s.reject_limit;
  }
  o.outage_deadline = s.database_deadline;
  o.connect_timeout = s.connect_timeout;
  o.io_timeout = s.database_io_timeout;
  o.initial_load = s.initial_load;
  if (s.tables == table_kind::typed) {
    o.typed = typed_table{.key = key_fields(s),
                          .changes = s.schema_changes,
                          .version = s.version_field,
                          .schema = s.stream_schema.empty() ? schema_of(s) : s.stream_schema,
                          .numbers = s.numbers,
                          .texts = text_reading_of(s),
                          .keys_may_be_empty = !is_from_csv(s) && !s.stream_is_csv,
                          .epochs = s.epoch_unit,
                          .deleted = s.deleted_pointer,
                          .has_uuid_key = s.known_by_content};
  }
  o.write = s.write;
  o.nuls = s.nuls;
  if (is_shared(s)) {
    if (s.write == disposition::replace) {
      throw error(errc::config,
                  "WORKERS is shared, and " + (s.stream.empty() ? "WRITE is" : "stream " + s.stream + " has WRITE") +
                      " replace: a table is replaced by one process alone. Choose merge or skip, or WORKERS=alone");
    }
    o.lease = slice_lease{worker_name(), s.lease_term};
  }
  o.allow_unlogged = s.allow_unlogged;
  o.counters = std::move(counters);
  return o;
}

const to_kind to_postgres = {
    .place = [](const settings& s) { return "table " + s.table + " of " + place_of_database(s.database_url); },
    .probe =
        [](const settings& s) {
          return check{"database", [&s] { return look_at_database(s); }};
        },
    .durable = true,
    .keyed = true,
    .sets_aside = true,
};

}  // namespace ingest::app
