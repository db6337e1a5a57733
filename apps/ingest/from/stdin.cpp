#include "from/from.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <utility>

#include "ingest/sources/ndjson_source.hpp"
#include "run_plan.hpp"
#include "to/to.hpp"

namespace ingest::app {

namespace {

// What comes out of a pipe at once: larger blocks would be memory that nobody fills.
constexpr std::size_t pipe_bytes = 64 << 10;

/// Throws errc::config where standard input is closed.
void check_standard_input() {
  const int flags = ::fcntl(STDIN_FILENO, F_GETFL);
  if (flags < 0 || (flags & O_ACCMODE) == O_WRONLY) {
    throw error(errc::config, "standard input is closed, so there is nothing to read: pipe the records in");
  }
}

/// The records of standard input, as they come. Its positions count bytes and serve the books only: what was read is
/// gone, so that it can be opened once in the life of the process, at its beginning.
class stdin_source final : public source {
 public:
  /// `read_before`: shared by all sources of the process; true once one of them was opened.
  stdin_source(std::shared_ptr<std::atomic<bool>> read_before, bool set_aside);

  void open(const std::optional<std::string>& position, std::stop_token stop) override;
  std::optional<batch> read() override { return input_.read(); }
  void close() noexcept override { input_.close(); }

 private:
  std::shared_ptr<std::atomic<bool>> read_before_;
  ndjson_source input_;
};

stdin_source::stdin_source(std::shared_ptr<std::atomic<bool>> read_before, bool set_aside)
    : read_before_(std::move(read_before)),
      input_(STDIN_FILENO, "standard input", {.batch_bytes = pipe_bytes, .set_aside = set_aside}) {}

void stdin_source::open(const std::optional<std::string>& position, std::stop_token stop) {
  check_standard_input();
  if (position || read_before_->exchange(true)) {
    throw error(errc::config,
                "standard input was read in part and cannot be read again: begin anew, with the whole input");
  }
  input_.open(std::nullopt, std::move(stop));
}

}  // namespace

const from_kind from_stdin = {
    .plan = [](const settings& s) { return std::string(stdin_key) + s.id_pointer; },
    .sources = [](const settings& s, const std::string&, metrics&) -> source_factory {
      return [read_before = std::make_shared<std::atomic<bool>>(false), set_aside = to_of(s).sets_aside](slice_id) {
        return std::make_unique<stdin_source>(read_before, set_aside);
      };
    },
    .probe =
        [](const settings&) {
          return check{"stdin", [] {
                         check_standard_input();
                         return std::string("not read now; a run from it cannot be resumed");
                       }};
        },
    .check_beginning = [](const settings&) { check_standard_input(); },
    .repeatable = false,
};

}  // namespace ingest::app
