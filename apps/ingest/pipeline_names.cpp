#include "pipeline_names.hpp"

#include "from/connector.hpp"
#include "ingest/error.hpp"
#include "postgres/ledger_tables.hpp"

namespace ingest::app {

namespace {

/// Of which stream a run with this plan is; see run_plan.cpp.
std::string stream_in(const std::string& plan) {
  constexpr std::string_view key = " STREAM=";
  const std::size_t at = plan.rfind(key);
  if (at == std::string::npos) {
    return "";
  }
  const std::size_t begin = at + key.size();
  std::size_t end = plan.size();
  for (const char* next : {" MADE_OF=", " SINCE=", " UNTIL=", " ID_POINTER="}) {
    end = std::min(end, plan.find(next, begin));
  }
  return plan.substr(begin, end - begin);
}

}  // namespace

std::string shortened(const std::string& name, const std::string& whole, std::size_t most) {
  return name == whole && name.size() <= most ? name : name.substr(0, most - 9) + "_" + checksum_of(whole);
}

std::string pipeline_of_stream(const std::string& pipeline, const std::string& stream) {
  return shortened(pipeline + "." + file_name_of(stream), pipeline + "." + stream, longest_name);
}

std::string pipeline_beside(const std::string& pipeline, const std::string& name) {
  return shortened(pipeline + "." + name, pipeline + "." + name, longest_name);
}

std::vector<std::string> pipelines_called(detail::postgres_connection& c, const std::string& pipeline) {
  std::vector<std::string> names;
  if (!detail::ledger_exists(c)) {
    return names;
  }
  // One of a stream may have been shortened, so that it begins with no more than a part of this one's name.
  const auto r = c.execute(
      "SELECT name, plan FROM ingest.pipelines WHERE name = $1 OR starts_with(name, left($1, 40)) "
      "ORDER BY name",
      {pipeline});
  for (std::size_t i = 0; i < r.rows(); ++i) {
    const std::string name = r.text(i, 0);
    const std::string stream = stream_in(r.text(i, 1));
    if (name == pipeline || (!stream.empty() && name == pipeline_of_stream(pipeline, stream))) {
      names.push_back(name);
    }
  }
  return names;
}

std::vector<std::string> known_pipelines(detail::postgres_connection& c, const std::string& pipeline) {
  std::vector<std::string> names = pipelines_called(c, pipeline);
  if (names.empty()) {
    throw error(errc::config, detail::ledger_exists(c)
                                  ? "the ledger has no pipeline \"" + pipeline + "\""
                                  : "this database has no ledger: no run has loaded anything into it");
  }
  return names;
}

}  // namespace ingest::app
