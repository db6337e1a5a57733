#pragma once

#include <string_view>

/// The names of log events: programs that read the logs match on these, so they do not change within a major version.
namespace ingest::events {

// A run
inline constexpr std::string_view run_started = "run_started";
inline constexpr std::string_view run_resumed = "run_resumed";
inline constexpr std::string_view run_read_anew = "run_read_anew";
inline constexpr std::string_view slice_gone = "slice_gone";
inline constexpr std::string_view run_complete = "run_complete";
inline constexpr std::string_view complete_but_short = "complete_but_short";
inline constexpr std::string_view run_partial = "run_partial";
inline constexpr std::string_view run_interrupted = "run_interrupted";
inline constexpr std::string_view run_aborted = "run_aborted";
inline constexpr std::string_view run_given_up = "run_given_up";
inline constexpr std::string_view slices_taken_over = "slices_taken_over";
inline constexpr std::string_view others_at_work = "others_at_work";
inline constexpr std::string_view leases_not_renewed = "leases_not_renewed";
inline constexpr std::string_view streams_complete = "streams_complete";
inline constexpr std::string_view streams_failed = "streams_failed";
inline constexpr std::string_view not_resumable = "not_resumable";
inline constexpr std::string_view already_complete = "already_complete";
inline constexpr std::string_view limit_reached = "limit_reached";
inline constexpr std::string_view progress = "progress";
inline constexpr std::string_view signal_received = "signal_received";
inline constexpr std::string_view setting_weakened = "setting_weakened";
inline constexpr std::string_view setting_misspelt = "setting_misspelt";
inline constexpr std::string_view setting_unused = "setting_unused";
inline constexpr std::string_view telemetry_failed = "telemetry_failed";
inline constexpr std::string_view telemetry_refused = "telemetry_refused";
inline constexpr std::string_view telemetry_sent_again = "telemetry_sent_again";
inline constexpr std::string_view telemetry_unclear = "telemetry_unclear";

// A service
inline constexpr std::string_view service_started = "service_started";
inline constexpr std::string_view service_ended = "service_ended";
inline constexpr std::string_view service_listens = "service_listens";
inline constexpr std::string_view pipeline_added = "pipeline_added";
inline constexpr std::string_view pipeline_changed = "pipeline_changed";
inline constexpr std::string_view pipeline_removed = "pipeline_removed";
inline constexpr std::string_view pipeline_refused = "pipeline_refused";
inline constexpr std::string_view sync_started = "sync_started";
inline constexpr std::string_view sync_says = "sync_says";
inline constexpr std::string_view sync_ended = "sync_ended";
inline constexpr std::string_view sync_outgrows = "sync_outgrows";
inline constexpr std::string_view sync_killed = "sync_killed";
inline constexpr std::string_view hook_told = "hook_told";
inline constexpr std::string_view hook_failed = "hook_failed";

// Supervision
inline constexpr std::string_view stage_failed = "stage_failed";
inline constexpr std::string_view stage_restarted = "stage_restarted";

// Fetching
inline constexpr std::string_view request_retried = "request_retried";
inline constexpr std::string_view rate_limited = "rate_limited";
inline constexpr std::string_view job_created = "job_created";
inline constexpr std::string_view job_given_up = "job_given_up";
inline constexpr std::string_view job_without_files = "job_without_files";
inline constexpr std::string_view job_files_sought_again = "job_files_sought_again";
inline constexpr std::string_view job_not_cleared_away = "job_not_cleared_away";
inline constexpr std::string_view stream_access_granted = "stream_access_granted";
inline constexpr std::string_view stream_access_refused = "stream_access_refused";
inline constexpr std::string_view stream_access_not_renewed = "stream_access_not_renewed";
inline constexpr std::string_view slices_planned = "slices_planned";
inline constexpr std::string_view page_too_large = "page_too_large";
inline constexpr std::string_view cursor_reset = "cursor_reset";
inline constexpr std::string_view window_ignored = "window_ignored";
inline constexpr std::string_view records_not_found = "records_not_found";
inline constexpr std::string_view pages_are_shorter = "pages_are_shorter";
inline constexpr std::string_view error_among_records = "error_among_records";
inline constexpr std::string_view page_without_records = "page_without_records";
inline constexpr std::string_view page_not_there = "page_not_there";
inline constexpr std::string_view feed_not_in_order = "feed_not_in_order";
inline constexpr std::string_view slice_cut_short = "slice_cut_short";
inline constexpr std::string_view answer_doubted = "answer_doubted";
inline constexpr std::string_view end_contradicted = "end_contradicted";
inline constexpr std::string_view stream_gone = "stream_gone";
inline constexpr std::string_view nothing_asked = "nothing_asked";
inline constexpr std::string_view parents_not_kept = "parents_not_kept";
inline constexpr std::string_view parents_without_key = "parents_without_key";

// Processes
inline constexpr std::string_view process_started = "process_started";
inline constexpr std::string_view process_ended = "process_ended";
inline constexpr std::string_view process_killed = "process_killed";
inline constexpr std::string_view process_says = "process_says";
inline constexpr std::string_view process_prints = "process_prints";
inline constexpr std::string_view process_passed_over = "process_passed_over";
inline constexpr std::string_view process_version = "process_version";
inline constexpr std::string_view process_settings_renewed = "process_settings_renewed";

// Buffer and state
inline constexpr std::string_view torn_tail_removed = "torn_tail_removed";
inline constexpr std::string_view buffer_full = "buffer_full";
inline constexpr std::string_view buffer_has_room = "buffer_has_room";
inline constexpr std::string_view segment_deleted = "segment_deleted";
inline constexpr std::string_view state_rebuilt = "state_rebuilt";
inline constexpr std::string_view rejects_kept = "rejects_kept";
inline constexpr std::string_view state_not_saved = "state_not_saved";

// Loading
inline constexpr std::string_view database_connected = "database_connected";
inline constexpr std::string_view connections_limited = "connections_limited";
inline constexpr std::string_view database_unavailable = "database_unavailable";
inline constexpr std::string_view range_loaded = "range_loaded";
inline constexpr std::string_view range_staged = "range_staged";
inline constexpr std::string_view ids_changed = "ids_changed";
inline constexpr std::string_view rows_rejected = "rows_rejected";
inline constexpr std::string_view duplicates_differ = "duplicates_differ";
inline constexpr std::string_view rejects_wait = "rejects_wait";
inline constexpr std::string_view table_created = "table_created";
inline constexpr std::string_view table_altered = "table_altered";
inline constexpr std::string_view table_emptied = "table_emptied";
inline constexpr std::string_view table_shared = "table_shared";
inline constexpr std::string_view columns_added = "columns_added";
inline constexpr std::string_view columns_not_added = "columns_not_added";
inline constexpr std::string_view row_full = "row_full";
inline constexpr std::string_view column_left_alone = "column_left_alone";
inline constexpr std::string_view values_misfit = "values_misfit";
inline constexpr std::string_view version_missing = "version_missing";
inline constexpr std::string_view key_begun = "key_begun";
inline constexpr std::string_view key_built = "key_built";
inline constexpr std::string_view duplicates_removed = "duplicates_removed";

}  // namespace ingest::events
