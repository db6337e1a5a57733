#pragma once

/// Every message of the pipeline and who accepts it, by conversation. docs/architecture.md draws the same picture.

#include <atomic>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "actors/caf_compat.hpp"
#include "actors/stage.hpp"
#include "actors/transform_sequence.hpp"
#include "buffer/run_state.hpp"
#include "core/page_set.hpp"
#include "ingest/batch.hpp"
#include "ingest/error.hpp"
#include "ingest/sink.hpp"
#include "ingest/slice_supply.hpp"

namespace ingest::actors {

// -- Supervisor → any stage ------------------------------------------------------------------------------------------

/// Wind up and end. A reader closes its source; the buffer_writer makes durable what it has; a loader
/// aborts its sink because of `why`.
struct stop_stage {
  std::optional<error> why;
};

using stoppable = caf::typed_actor<accepts<stop_stage>>;

// -- Any stage → supervisor ------------------------------------------------------------------------------------------

/// A stage cannot go on. It ends after this message.
struct stage_failed {
  stage_id stage;
  life_number life = 0;
  std::optional<error> why;
  std::optional<error> abort_failure;  ///< of a loader whose sink could not even be aborted
};

/// A stage has done what it was asked to do (read its slice, finalize, abort, close) and ends after this message.
struct stage_done {
  stage_id stage;
  life_number life = 0;
  std::optional<error> abort_failure;
};

/// A stage has ended: posted on its death, for whatever reason.
struct stage_down {
  stage_id stage;
  life_number life = 0;
};

/// From the buffer_writer: every slice has ended, every page is durable and, where there are loaders, loaded.
struct buffer_drained {
  life_number life = 0;
};

/// From the memory_buffer: a reader's new life cannot go on where the last one stood, for want of a position.
struct cannot_resume {
  std::uint32_t reader = 0;
  life_number life = 0;
  slice_id slice;
};

using stage_observer = caf::typed_actor<accepts<stage_failed>, accepts<stage_done>, accepts<stage_down>,
                                        accepts<buffer_drained>, accepts<cannot_resume>>;

// -- Reader → buffer → reader: pages and their credit ----------------------------------------------------------------
// Where there are transforms, a transformer stands in between and is the buffer to the one and the reader to the other.

/// A page of a slice, from the reader's life `life`, of whose credit it has spent `cost`.
struct page_batch {
  std::uint32_t reader = 0;
  life_number life = 0;
  slice_id slice;
  batch records;
  std::uint64_t cost = 0;
  bool end = false;  ///< no page of the source: only says, as an empty last one, that the slice has ended
};

/// `bytes` of the reader's pages are durable, or else written, and may be in flight again.
struct page_credit {
  life_number life = 0;
  std::uint64_t bytes = 0;
};

/// From the buffer, the answer to begin_slice: where the slice goes on.
struct start_reading {
  life_number life = 0;
  slice_id slice;
  std::uint64_t window = 0;             ///< of a life's first slice: how much may be in flight from now on; else 0
  std::optional<std::string> position;  ///< none: from the beginning
  bool done = false;                    ///< the slice was read to its end before
};

using page_source = caf::typed_actor<accepts<start_reading>, accepts<page_credit>>;

/// A reader is about to read a slice, in its life `life`.
struct begin_slice {
  std::uint32_t reader = 0;
  life_number life = 0;
  slice_task task;
  slice_progress known;  ///< what the ledger has of the slice
  page_source answer_to;
};

/// A reader has sent all pages of all its slices, and found that there are no more.
struct input_over {
  std::uint32_t reader = 0;
  life_number life = 0;
};

/// What a reader sends to, a transformer or the buffer.
using page_target = caf::typed_actor<accepts<begin_slice>, accepts<page_batch>, accepts<input_over>>;

// -- Transformer → transform_worker → transformer --------------------------------------------------------------------

/// The answer to transform_job.
struct transform_done {
  life_number life = 0;
  std::size_t worker = 0;
  std::size_t section = 0;
  std::uint64_t ticket = 0;
  std::optional<batch> output;   ///< none: dropped
  std::optional<error> failure;  ///< what a transform threw
};

using transform_observer = caf::typed_actor<accepts<transform_done>>;

/// A batch to be transformed off the transformer's thread, for the reader's life `life`.
struct transform_job {
  life_number life = 0;
  std::size_t worker = 0;  ///< its number, for the answer
  transform_task task;
  std::stop_token stop;
  transform_observer transformer;
};

using transform_worker_actor = caf::typed_actor<accepts<transform_job>, accepts<stop_stage>>;

// -- Buffer → loader → buffer: ranges and their credit ---------------------------------------------------------------

/// Batches that are written one by one, where there is no durable buffer.
struct batch_group {
  std::vector<batch> batches;
  std::atomic<std::size_t> written{0};  ///< how many the sink has taken: a loader's successor begins behind them
};

/// Durable pages to be loaded in one transaction, or batches from memory.
struct range_offer {
  life_number life = 0;
  std::uint64_t number = 0;  ///< of the offer
  range pages;
  std::shared_ptr<batch_group> batches;  ///< null: the pages
  bool in_turn = false;                  ///< to be answered with range_keys, and loaded when range_turn comes
};

/// What was offered under `number` may be loaded: of all that was read before it, nothing is to be loaded yet that has
/// one of its keys.
struct range_turn {
  life_number life = 0;
  std::uint64_t number = 0;
};

using range_sink = caf::typed_actor<accepts<range_offer>, accepts<range_turn>>;

/// A loader's life begins: it takes ranges of up to `window` bytes at a time.
struct loader_ready {
  std::uint32_t loader = 0;
  life_number life = 0;
  std::uint64_t window = 0;
  range_sink ranges;
};

/// What was offered under `number` is loaded; its bytes may be in flight again.
struct range_done {
  std::uint32_t loader = 0;
  life_number life = 0;
  std::uint64_t number = 0;
};

/// The keys of what was offered under `number`, as sink::keys() tells them. Once more, and unknown, where that holds no
/// more: then it waits for a turn again.
struct range_keys {
  std::uint32_t loader = 0;
  life_number life = 0;
  std::uint64_t number = 0;
  std::shared_ptr<const record_keys> keys;  ///< null: not known
};

using range_source = caf::typed_actor<accepts<loader_ready>, accepts<range_keys>, accepts<range_done>>;

/// Supervisor → buffer: a loader's life has ended; what it held is to be offered to another.
struct detach_loader {
  std::uint32_t loader = 0;
  life_number life = 0;
};

/// What both buffers are to the supervisor.
using buffer_actor =
    caf::typed_actor<accepts<begin_slice>, accepts<page_batch>, accepts<input_over>, accepts<loader_ready>,
                     accepts<range_keys>, accepts<range_done>, accepts<detach_loader>, accepts<stop_stage>>;

// -- Buffer_writer, loader → checkpoint → buffer_writer: what the state says -----------------------------------------

/// The buffer was opened; what it holds, and what was known before.
struct buffer_opened {
  std::vector<page> pages;
  std::vector<slice_progress> slices;
  slice_pages loaded;
  std::uint64_t slices_left_out = 0;
  std::uint64_t rows_left_out = 0;
  std::uint64_t rows_loaded = 0;
  std::uint64_t duplicates_skipped = 0;
  std::uint64_t rows_rejected = 0;
};

/// Pages have become durable. Sent after the sync, never before.
struct pages_durable {
  std::vector<page> pages;
  std::vector<slice_progress> slices;  ///< of the slices these pages belong to
  std::uint64_t open_segment = 0;      ///< all lower ones are sealed; 0 when none is open
};

/// A range is loaded. Sent after the commit, never before.
struct range_loaded {
  std::vector<page> pages;
  write_outcome outcome;
};

/// From the checkpoint: a durable state says that all pages of this sealed segment are loaded. It is deleted, or kept.
struct release_segment {
  std::uint64_t segment = 0;
};

using progress_log = caf::typed_actor<accepts<buffer_opened>, accepts<pages_durable>, accepts<range_loaded>>;
using segment_owner = caf::typed_actor<accepts<release_segment>>;

// -- Supervisor → stages ---------------------------------------------------------------------------------------------

/// To the checkpoint, first of all: who deletes segments. The two know each other, so one of them has to be told.
struct attach_buffer {
  segment_owner buffer;
};

/// To a loader: all ranges are loaded; finalize the sink and end.
struct finalize_sink {};

/// To the checkpoint, last of all: save the state with this status and end.
struct close_run {
  run_status status = run_status::aborted;
  std::string reason;
};

/// To a buffer_writer or a loader, first of all: begin. That may fail, and only in a handler can a failure be told.
struct begin_work {};

/// To a reader, first of all: take a slice.
struct take_slice {};

// -- What a stage tells itself ---------------------------------------------------------------------------------------

/// Reader: fetch the next page.
struct read_next {};

/// Buffer_writer: make durable what was appended.
struct sync_now {};

/// Buffer_writer: a short range has waited long enough.
struct flush_ranges {};

/// Buffer_writer: see whether the disk has room again.
struct retry_append {};

/// Checkpoint: write the state.
struct save_state {};

// -- The actors ------------------------------------------------------------------------------------------------------

using reader_actor = caf::typed_actor<accepts<take_slice>, accepts<start_reading>, accepts<page_credit>,
                                      accepts<read_next>, accepts<stop_stage>>;

using transformer_actor =
    caf::typed_actor<accepts<begin_slice>, accepts<start_reading>, accepts<page_batch>, accepts<input_over>,
                     accepts<transform_done>, accepts<page_credit>, accepts<stop_stage>>;

using buffer_writer_actor =
    caf::typed_actor<accepts<begin_work>, accepts<begin_slice>, accepts<page_batch>, accepts<input_over>,
                     accepts<sync_now>, accepts<retry_append>, accepts<loader_ready>, accepts<range_keys>,
                     accepts<range_done>, accepts<detach_loader>, accepts<flush_ranges>, accepts<release_segment>,
                     accepts<stop_stage>>;

using loader_actor = caf::typed_actor<accepts<begin_work>, accepts<range_offer>, accepts<range_turn>,
                                      accepts<finalize_sink>, accepts<stop_stage>>;

using checkpoint_actor =
    caf::typed_actor<accepts<attach_buffer>, accepts<buffer_opened>, accepts<pages_durable>, accepts<range_loaded>,
                     accepts<save_state>, accepts<close_run>, accepts<stop_stage>>;

/// Supervisor → itself: the delay before a restart is over.
struct restart_due {
  std::optional<stage_id> stage;  ///< none: all of them
  life_number life = 0;           ///< of the failed stage
};

/// Anyone → supervisor: end in an orderly way.
struct stop_requested {};

/// Supervisor → itself: transactions under way have had their time.
struct shutdown_due {};

using supervisor_actor =
    caf::typed_actor<accepts<stage_failed>, accepts<stage_done>, accepts<stage_down>, accepts<buffer_drained>,
                     accepts<cannot_resume>, accepts<restart_due>, accepts<stop_requested>, accepts<shutdown_due>>;

}  // namespace ingest::actors

// clang-format off
#define INGEST_MESSAGE_TYPES(X)                                                                               \
  X(stage_failed) X(stage_done) X(stage_down) X(buffer_drained) X(cannot_resume) X(page_batch) X(page_credit) \
  X(start_reading) X(begin_slice) X(input_over) X(transform_job) X(transform_done) X(range_offer)             \
  X(range_turn) X(range_keys) X(loader_ready) X(range_done) X(buffer_opened) X(pages_durable) X(range_loaded) \
  X(release_segment) X(attach_buffer) X(detach_loader) X(finalize_sink) X(stop_stage) X(close_run)            \
  X(begin_work) X(take_slice) X(read_next) X(sync_now) X(flush_ranges) X(retry_append) X(save_state)          \
  X(restart_due) X(stop_requested) X(shutdown_due)
// clang-format on

// Messages stay inside one process: they carry shared payloads and handles, and are never serialised.
#define INGEST_UNSAFE(name) CAF_ALLOW_UNSAFE_MESSAGE_TYPE(ingest::actors::name)
INGEST_MESSAGE_TYPES(INGEST_UNSAFE)
#undef INGEST_UNSAFE

#define INGEST_ADD(name) CAF_ADD_TYPE_ID(ingest_actors, (ingest::actors::name))
CAF_BEGIN_TYPE_ID_BLOCK(ingest_actors, first_custom_type_id)
INGEST_MESSAGE_TYPES(INGEST_ADD)
CAF_END_TYPE_ID_BLOCK(ingest_actors)
#undef INGEST_ADD
