#pragma once

#include <map>
#include <optional>

#include "buffer/disk_buffer.hpp"
#include "buffer/run_state.hpp"
#include "core/ledger_view.hpp"

namespace ingest {

/// Whether the third witness could speak. That it knows nothing of the pipeline is an answer; silence is none.
enum class ledger_answer { not_asked, none, given };

/// What three witnesses know of a run before it goes on. Each may be missing: the state file lost, the buffer loaded
/// and deleted, the database out of reach.
struct witnesses {
  std::optional<run_state> state;
  disk_buffer::contents buffer;
  std::optional<ledger_view> ledger;
  ledger_answer answer = ledger_answer::not_asked;  ///< where `ledger` has nothing; not_asked: there is no ledger
};

/// What is to be run now.
struct run_request {
  std::string pipeline;
  std::optional<std::string> plan;  ///< none: whatever the run was started with, as for loading what a buffer holds
  std::uint64_t slices = 1;         ///< of the plan; the least number where there is none
};

/// Where a run goes on.
struct resumption {
  run_identity identity;
  disk_buffer::prior prior;          ///< for opening the buffer
  std::map<slice_id, page_id> last;  ///< page that any witness knows of, by slice
  std::vector<slice_id> unended;     ///< that were named before, be it without a page, and not read to their ends
  slice_pages loaded;                ///< pages not to be offered to loaders: loaded, or gone from the buffer
  std::uint64_t rows_loaded = 0;
  std::uint64_t duplicates_skipped = 0;
  std::uint64_t rows_rejected = 0;
  std::uint64_t slices_left_out = 0;  ///< that have ended, and of which only the ledger knows; see run_state
  std::uint64_t rows_left_out = 0;    ///< of those
  bool is_new = false;                ///< nothing is known of any run: it starts from the beginning
  bool fetched = false;               ///< every slice was read to its end
  bool complete = false;  ///< and every page is loaded: so says the ledger, or the state where there is no ledger
  bool replaces_ledger = false;  ///< the ledger belongs to a run that start_over() or begin_next() has left
  std::string watermark;         ///< of the ledger: where the next sync begins; empty: from the beginning
};

/// Weighs the witnesses. The buffer's index is right about what is durable, the ledger about what is loaded; the state
/// file, a hint, stands in for whichever is missing and is never believed where it claims more than they can show: a
/// ledger that knows nothing of the run has nothing of it loaded, whatever the state says.
///
/// Throws errc::bad_data when the witnesses are of different runs or pipelines, or when a page that any of them knew of
/// is neither loaded nor in the buffer (a gap: another database, one that was set back, or files taken away), and
/// errc::config when the plan or the table is not the one the run was started with.
resumption reconcile(const run_request& asked, const witnesses& known);

/// Writes into a state what the ledger knew of pages that are loaded. Where only the ledger knew (`directory` is new,
/// the database is not), a start that finds the database away would otherwise number its pages from the beginning, and
/// the ledger refuse them.
void remember_ledger(run_state& s, const resumption& from);

/// 32 hexadecimal digits, drawn at random.
std::string new_run_id();

}  // namespace ingest
