#include "faults/faulty_run.hpp"

#include <boost/test/unit_test.hpp>
#include <utility>

namespace ingest::testing {

child_process start_under(ingest_run& r, std::vector<std::string> starter, const std::string& command,
                          const std::vector<std::string>& flags) {
  r.started_by = std::move(starter);
  struct reset {
    ingest_run& r;
    ~reset() { r.started_by.clear(); }
  } at_the_end{r};
  return r.start(command, flags);
}

finished_process run_under(ingest_run& r, std::vector<std::string> starter, const std::string& command,
                           const std::vector<std::string>& flags) {
  child_process child = start_under(r, std::move(starter), command, flags);
  const int code = child.wait(std::chrono::seconds(60));
  return {code, child.out(), child.err()};
}

void check_completes(ingest_run& r, const std::vector<std::string>& flags) {
  const auto p = r.run("run", flags);
  BOOST_TEST(p.exit_code == 0, p.err);
  BOOST_TEST(r.table_difference() == "");
  BOOST_TEST(r.number("SELECT sum(rows - duplicates - rejected) FROM ingest.slices") == r.rows());
  BOOST_TEST(text_in(r.status(), "status") == "complete");
}

void check_ended(const finished_process& p, int exit_code, const std::string& words) {
  BOOST_TEST(p.exit_code == exit_code, p.err);
  BOOST_TEST(p.err.find(words) != std::string::npos, p.err);
}

void check_state_is_whole(const ingest_run& r) {
  if (std::filesystem::exists(r.data_dir() / "ingestion.state")) {
    BOOST_TEST(!r.state().IsNull());
  }
}

}  // namespace ingest::testing
