#include "postgres/ledger_state.hpp"

#include "ingest/error.hpp"
#include "postgres/ledger_rows.hpp"

namespace ingest::detail {

namespace {

/// $1 the pipelines, $2 and $3 stream and partition, of which none is any.
constexpr std::string_view chosen_watermarks =
    " FROM ingest.watermarks WHERE pipeline = ANY ($1::text[]) "
    "AND (cardinality($2::text[]) = 0 OR stream = ANY ($2::text[])) "
    "AND (cardinality($3::text[]) = 0 OR partition = ANY ($3::text[]))";

std::string array_of(const std::optional<std::string>& value) {
  text_array all;
  if (value) {
    all.add(*value);
  }
  return all.text();
}

std::vector<std::string> parameters_of(const state_choice& chosen) {
  return {text_array(chosen.pipelines).text(), array_of(chosen.stream), array_of(chosen.partition)};
}

}  // namespace

std::vector<stored_watermark> read_state(postgres_connection& c, const state_choice& chosen, std::uint64_t most) {
  std::vector<std::string> parameters = parameters_of(chosen);
  parameters.push_back(std::to_string(most));
  const query_result r = c.execute("SELECT pipeline, stream, partition, value" + std::string(chosen_watermarks) +
                                       " ORDER BY pipeline, stream, partition LIMIT $4::bigint",
                                   parameters);
  std::vector<stored_watermark> found;
  for (std::size_t i = 0; i < r.rows(); ++i) {
    found.push_back({r.text(i, 0), r.text(i, 1), r.text(i, 2), r.text(i, 3)});
  }
  return found;
}

std::uint64_t count_state(postgres_connection& c, const state_choice& chosen) {
  return unsigned_at(c.execute("SELECT count(*)" + std::string(chosen_watermarks), parameters_of(chosen)), 0, 0);
}

std::vector<std::string> hold_pipelines(postgres_connection& c, const state_choice& chosen) {
  std::vector<std::string> names;
  const query_result r = c.execute(
      "SELECT name, complete FROM ingest.pipelines p WHERE name = ANY ($1::text[]) "
      "AND (cardinality($2::text[]) = 0 OR plan LIKE '% STREAM=' || ($2::text[])[1] || ' %' OR EXISTS (SELECT FROM "
      "ingest.watermarks w WHERE w.pipeline = p.name AND w.stream = ANY ($2::text[]))) ORDER BY name "
      "FOR NO KEY UPDATE OF p",
      {text_array(chosen.pipelines).text(), array_of(chosen.stream)});
  for (std::size_t i = 0; i < r.rows(); ++i) {
    if (!r.truth(i, 1)) {
      throw error(errc::config, "the run of pipeline \"" + r.text(i, 0) +
                                    "\" is not complete: it goes by the state that it began with, and writes its own "
                                    "when it ends. Let it end first");
    }
    names.push_back(r.text(i, 0));
  }
  if (names.empty()) {
    throw error(errc::config,
                "the ledger has no such pipeline" + (chosen.stream ? " with a stream \"" + *chosen.stream + "\"" : ""));
  }
  return names;
}

void put_state(postgres_connection& c, const stored_watermark& w) {
  c.execute(
      "INSERT INTO ingest.watermarks (pipeline, stream, partition, value) VALUES ($1, $2, $3, $4) "
      "ON CONFLICT (pipeline, stream, partition) DO UPDATE SET value = excluded.value",
      {w.pipeline, w.stream, w.partition, w.value});
}

std::uint64_t forget_state(postgres_connection& c, const state_choice& chosen) {
  return c.execute("DELETE" + std::string(chosen_watermarks), parameters_of(chosen)).affected();
}

void forget_pipelines(postgres_connection& c, std::span<const std::string> names) {
  const std::string all = text_array(names).text();
  c.run(c.begin());
  c.execute("DELETE FROM ingest.pipelines WHERE name = ANY ($1::text[])", {all});
  for (const char* table : {"pages", "slices", "watermarks", "syncs"}) {
    c.execute("DELETE FROM ingest." + std::string(table) + " WHERE pipeline = ANY ($1::text[])", {all});
  }
  c.run("COMMIT");
}

bool appends(postgres_connection& c, const std::string& pipeline) {
  return !c.execute("SELECT 1 FROM ingest.pipelines p WHERE name = $1 AND to_jsonb(p) ->> 'disposition' = 'append'",
                    {pipeline})
              .empty();
}

}  // namespace ingest::detail
