/// Who looks at a table that is replaced, or begins to fill one, while somebody else completes the run.

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <functional>
#include <thread>

#include "core/ledger_view.hpp"
#include "postgres/libpq_connection.hpp"
#include "postgres/load_session.hpp"
#include "support/loading_fixture.hpp"
#include "support/passing_connection.hpp"

using namespace std::chrono_literals;
using namespace ingest;
using namespace ingest::testing;

namespace {

/// Does something before the first statement that begins so, and has this in its first parameter.
struct interruption {
  std::string beginning;
  std::function<void()> what;
  std::string of = "";
};

class interrupted_connection final : public passing_connection {
 public:
  interrupted_connection(std::shared_ptr<interruption> i, std::unique_ptr<detail::postgres_connection> behind)
      : passing_connection(std::move(behind)), interruption_(std::move(i)) {}

  detail::query_result execute(const std::string& sql, const std::vector<std::string>& parameters) override {
    const bool is_of_it = interruption_->of.empty() ||
                          (!parameters.empty() && parameters.front().find(interruption_->of) != std::string::npos);
    if (interruption_->what && is_of_it && sql.starts_with(interruption_->beginning)) {
      std::exchange(interruption_->what, nullptr)();
    }
    return passing_connection::execute(sql, parameters);
  }

 private:
  std::shared_ptr<interruption> interruption_;
};

struct race_fixture : loading_fixture {
  const detail::database_address address{database.url()};

  race_fixture() { database.execute("CREATE TABLE ingested_events (id text COLLATE \"C\" PRIMARY KEY, data jsonb)"); }

  postgres_options replacing() const {
    auto o = options();
    o.write = disposition::replace;
    return o;
  }

  std::shared_ptr<postgres_target> interrupted(std::string beginning, std::function<void()> what,
                                               std::string of = "") const {
    const auto i = std::make_shared<interruption>(interruption{std::move(beginning), std::move(what), std::move(of)});
    const auto connect = [this, i](const std::string& application, std::stop_token stop) {
      return std::make_unique<interrupted_connection>(
          i, std::make_unique<detail::libpq_connection>(address, application, detail::libpq_connection::limits{5s, 60s},
                                                        std::move(stop)));
    };
    auto target = std::make_shared<postgres_target>(std::make_shared<detail::load_session>(replacing(), connect));
    target->compare_with({{}, batches.last_pages()});
    return target;
  }

  /// All is loaded, and finalize() is what is left to do.
  std::unique_ptr<sink> load_all() {
    auto loader = open_sink(open_target(replacing(), true));
    loader->write(batches.last({event_rows(1, 3)}));
    return loader;
  }

  bool somebody_waits() const { return number("SELECT count(*) FROM pg_locks WHERE NOT granted") > 0; }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(a_table_that_takes_its_place_meanwhile, race_fixture)

BOOST_AUTO_TEST_CASE(is_not_taken_for_another_by_who_looks_at_the_ledger) {
  // Between the snapshot and each question for a table.
  for (const std::string question :
       {"SELECT n.nspname || '.' || t.relname FROM pg_class", "SELECT to_regclass($1)", "SELECT NOT EXISTS"}) {
    identity.run_id[0] = static_cast<char>(identity.run_id[0] + 1);
    batches = {};
    const auto loader = load_all();
    const auto view = interrupted(question, [&] { loader->finalize(); })->peek();
    BOOST_REQUIRE(view.has_value());
    BOOST_TEST(!view->refusal.has_value(), question << ": " << (view->refusal ? view->refusal->what() : ""));
    BOOST_TEST(view->complete, question);
  }
}

BOOST_AUTO_TEST_CASE(waits_for_who_opens_its_run) {
  const auto loader = load_all();
  std::atomic<bool> is_complete = false;
  std::thread completing;
  const auto target = interrupted(
      "SELECT '(' || string_agg(quote_ident",
      [&] {
        completing = std::thread([&] {
          loader->finalize();
          is_complete = true;
        });
        BOOST_TEST(eventually([&] { return is_complete || somebody_waits(); }));
      },
      "_ingest_");
  BOOST_CHECK_NO_THROW(target->open_run(identity, false));
  completing.join();
  BOOST_TEST(rows() == 3);
  BOOST_TEST(number("SELECT count(*) FROM pg_class WHERE relname LIKE '%\\_ingest\\_%'") == 0);
}

BOOST_AUTO_TEST_CASE(is_made_once_where_a_lost_session_makes_it_as_well) {
  load_all()->finalize();  // so that there is a ledger
  identity.run_id[0] = 'b';
  batches = {};
  std::thread again;
  std::shared_ptr<postgres_target> second;
  std::exception_ptr failure;
  const auto first = interrupted("COMMIT", [&] {
    again = std::thread([&] {
      try {
        second = open_target(replacing(), true);
      } catch (...) {
        failure = std::current_exception();
      }
    });
    BOOST_TEST(eventually([&] { return somebody_waits(); }));
  });
  first->open_run(identity, true);
  again.join();
  BOOST_REQUIRE_NO_THROW(failure ? std::rethrow_exception(failure) : void());
  const auto loader = open_sink(second);
  loader->write(batches.last({event_rows(1, 3)}));
  loader->finalize();
  BOOST_TEST(rows() == 3);
}

BOOST_AUTO_TEST_SUITE_END()
