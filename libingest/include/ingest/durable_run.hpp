#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>

#include "ingest/file_system.hpp"
#include "ingest/run_ledger.hpp"

namespace ingest {

struct recovered_buffer;
struct resumption;
struct run_state;

namespace detail {
class run_in_directory;
}

struct durable_run_options {
  std::filesystem::path directory;  ///< of buffer and state; made if it is missing
  std::string pipeline;             ///< a name; a directory and a ledger know their pipelines by it

  /// What is asked of the source, as text: pages of different plans do not mix. None: whatever the buffer was filled
  /// with, for a pipeline that only loads.
  std::optional<std::string> plan = "";
  std::uint64_t slices = 1;  ///< at least: with fewer the run is not complete

  /// For a plan that leaves something to be found out when the run begins, and then goes on with that: whether
  /// `begun_with` is `plan` with nothing left open. Such a plan is taken from what the run has left, and slices_in says
  /// how many slices it has. None: only `plan` itself will do.
  std::function<bool(const std::string& begun_with)> settles = nullptr;
  std::function<std::uint64_t(const std::string& plan)> slices_in = nullptr;  ///< none: `slices`

  /// A run that is complete is to be followed by another one, begin_next(), whatever their plans are.
  bool renews = false;

  std::uint64_t segment_bytes = 64ull << 20;  ///< a file of the buffer is closed once it holds as much
  std::uint64_t quota_bytes = 4ull << 30;     ///< with more than that in the buffer, reading waits for loading
  std::string command = "run";                ///< for the state file

  /// Whether what was read under `plan` can be read again. A run that began from nothing while the ledger could not be
  /// asked is then given up for the one that turns out to be in the ledger. None: it can.
  std::function<bool(const std::string& plan)> repeatable = nullptr;

  /// postgres_target is one. None: the state file says what is loaded. It is written after the sink has committed, so
  /// what a crash leaves in between is loaded once more: at least once, not exactly once.
  std::shared_ptr<run_ledger> ledger = nullptr;

  /// Other processes may be at work on the run, and the ledger divides its slices between them by leases. What the
  /// directory has of buffer and state is of leases that are no more, and is given up at the beginning; nothing is read
  /// while the ledger cannot be asked.
  bool shares_slices = false;

  std::stop_token stop = {};  ///< interrupts the asking of the ledger

  /// None: the real one, with the directory locked. Another one, of a test, has nobody to be locked against.
  file_system* files = nullptr;
};

/// A run that survives its process: finds out where it stands, by state file, buffer and ledger, and opens its buffer
/// there. Order of calls: start_over(), if wanted; find(); begin_next(), if wanted; settle_plan(), if needed; begin();
/// open_buffer(), as often as needed; at the end, when nothing is in use any more, find() again for a look with fresh
/// eyes at what was done, or start_over() where the next process is to begin anew.
class durable_run {
 public:
  /// Locks the directory until destroyed. Throws what data_dir throws.
  explicit durable_run(durable_run_options o);
  ~durable_run();
  durable_run(durable_run&&) noexcept;

  /// Forgets the run in the directory, durably: what is there afterwards is a new run that has not begun, and that will
  /// replace the pipeline's ledger. If the process dies in between, the next start completes it. A file
  /// events_rejected.ndjson of the old run is kept, as events_rejected.N.ndjson with the first number that is free.
  void start_over();

  /// After find(), of a run that is complete: the next sync of the pipeline, with this plan, which leaves nothing open,
  /// takes its place, durably, and what find() finds is that one, not begun yet. The ledger takes it only as long as it
  /// still has the complete one: of two processes that do so, the later one is turned away (errc::locked). If the
  /// process dies in between, the next start goes on with it.
  void begin_next(const std::string& plan);

  /// Asks state, buffer and ledger, and weighs them. A state that cannot be read and a ledger that does not answer are
  /// logged and done without; all else is thrown, as reconcile() does.
  const resumption& find();

  /// Says what the plan of a run that begins has left open: `plan` is written down in its place by begin().
  void settle_plan(std::string plan);

  /// Makes durable whose buffer this is, before anything of the run is, and takes the ledger over.
  void begin();

  /// Slices that are to be read are made this process's own in the ledger, if it answers; tells where they stand there,
  /// in the order asked, perhaps of the first ones only (run_ledger::claim()). After begin(), from any thread.
  std::vector<slice_progress> take(std::span<const slice_id> slices, std::stop_token stop);

  /// Opens the buffer where the run stands now. Never while one of an earlier call is still in use. Throws errc::locked
  /// if another process has taken the ledger over meanwhile.
  recovered_buffer open_buffer();

  const std::filesystem::path& directory() const;

  /// What find() has found.
  const resumption& found() const;

  /// What the state file is to say of the run as such; after begin().
  const run_state& description() const;

  /// The state as find() found it, or as begin() wrote it.
  const std::optional<run_state>& state() const;
  bool buffer_has_pages() const;

  bool has_ledger() const;

  /// As run_ledger::order() says; any without a ledger.
  write_order order() const;

  /// All slices were named, and so many there are.
  void expect_slices(std::uint64_t count);

  /// As run_ledger::completed() says.
  std::optional<counted_rows> completed() const;

  /// Whether find() had an answer from the ledger; true where there is none to ask.
  bool ledger_has_answered() const;

 private:
  std::unique_ptr<detail::run_in_directory> run_;
};

}  // namespace ingest
