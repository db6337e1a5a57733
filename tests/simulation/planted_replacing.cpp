#include "simulation/planted_replacing.hpp"

#include <utility>

#include "simulation/simulated_database.hpp"
#include "support/passing_connection.hpp"

namespace ingest::testing {

namespace {

class careless_replacement final : public passing_connection {
 public:
  careless_replacement(planted_bug bug, std::unique_ptr<detail::postgres_connection> behind)
      : passing_connection(std::move(behind)), bug_(bug) {}

  void run(const std::string& sql) override {
    const bool drops_old = sql.starts_with("DROP TABLE ") && sql.ends_with("_old\"");
    if (bug_ == planted_bug::leftover_kept && sql.starts_with("DROP TABLE ") && !drops_old) {
      return;
    }
    passing_connection::run(sql);
    is_made_ = is_made_ || sql.starts_with("CREATE TABLE ");
    if (bug_ == planted_bug::old_table_dropped && sql.starts_with("ANALYZE ")) {
      passing_connection::run("DROP TABLE \"" + simulated_target + "\"");
    }
    if (bug_ == planted_bug::placed_on_its_own && drops_old) {
      passing_connection::run("COMMIT");
      passing_connection::run(behind().begin("READ COMMITTED"));
    }
  }

  detail::query_result execute(const std::string& sql, const std::vector<std::string>& parameters) override {
    const bool asks = sql.starts_with("SELECT 1 FROM ingest.pipelines WHERE name = $1 AND run_id = $2 AND complete");
    if (asks && bug_ == planted_bug::resumed_into_target) {
      const auto run = passing_connection::execute(
          "SELECT run_id || ' ' || complete FROM ingest.pipelines WHERE name = $1", {parameters.at(0)});
      const bool is_known = !run.empty() && run.text(0, 0).starts_with(parameters.at(1));
      return is_known ? detail::query_result({{"1"}}, "SELECT 1") : detail::query_result({}, "SELECT 0");
    }
    detail::query_result answer = passing_connection::execute(sql, parameters);
    const bool describes = sql.starts_with("SELECT n.nspname, t.relkind, t.relpersistence");
    const bool is_of_run = describes && parameters.at(0).find("_ingest_") != std::string::npos;
    if (bug_ == planted_bug::made_anew && is_of_run && !std::exchange(is_made_, false) && !answer.empty()) {
      passing_connection::run("DROP TABLE " + parameters.at(0));
      return {{}, "SELECT 0"};
    }
    return answer;
  }

 private:
  planted_bug bug_;
  bool is_made_ = false;  ///< the run's table, since it was looked for
};

}  // namespace

std::unique_ptr<detail::postgres_connection> plant_in_replacing(planted_bug bug,
                                                                std::unique_ptr<detail::postgres_connection> behind) {
  return std::make_unique<careless_replacement>(bug, std::move(behind));
}

}  // namespace ingest::testing
