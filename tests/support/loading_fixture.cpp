#include "support/loading_fixture.hpp"

#include <fstream>
#include <stdexcept>
#include <thread>

#include "core/ledger_view.hpp"

namespace ingest::testing {

using namespace std::chrono_literals;

postgres_options loading_fixture::options() const {
  postgres_options o;
  o.url = database.url();
  o.pipeline = identity.pipeline;
  o.rejects_file = directory / "events_rejected.ndjson";
  o.outage_deadline = 20s;
  o.connect_timeout = 5s;
  return o;
}

std::shared_ptr<postgres_target> loading_fixture::open_target(const postgres_options& o, bool replace) const {
  auto target = std::make_shared<postgres_target>(o);
  target->compare_with({{}, batches.last_pages()});
  target->open_run(identity, replace);
  return target;
}

std::shared_ptr<postgres_target> loading_fixture::open_target(std::map<slice_id, page_id> last) const {
  auto target = std::make_shared<postgres_target>(options());
  target->compare_with({{}, std::move(last)});
  target->open_run(identity, false);
  return target;
}

std::unique_ptr<sink> loading_fixture::open_sink(std::shared_ptr<postgres_target> target, std::size_t loader,
                                                 std::stop_token stop) {
  auto s = make_postgres_sink(std::move(target), loader);
  s->open(std::move(stop));
  return s;
}

std::vector<std::string> loading_fixture::rejects() const {
  std::ifstream file(directory / "events_rejected.ndjson");
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    lines.push_back(line);
  }
  return lines;
}

error error_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const error& e) {
    return e;
  }
  throw std::logic_error("an error was expected");
}

bool eventually(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) {
      return false;
    }
    std::this_thread::sleep_for(5ms);
  }
  return true;
}

}  // namespace ingest::testing
