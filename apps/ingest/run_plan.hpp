#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "datasync/sync_window.hpp"
#include "ingest/time_window.hpp"
#include "settings/settings.hpp"

/// The plan of a run: what is asked of the source, as text. Pages of different plans must not mix, so a run goes on
/// only with its own. With INCREMENTAL it names the time that the sync reads, and with SLICES=auto it ends in the
/// edges of the time windows: both were found when the run began.
namespace ingest::app {

// The words by which plans are told apart.
inline constexpr std::string_view api_key = "FROM=api:";
inline constexpr std::string_view stdin_key = "FROM=stdin ID_POINTER=";
inline constexpr std::string_view connector_key = "FROM=connector:";
inline constexpr std::string_view singer_key = "FROM=singer:";
inline constexpr std::string_view airbyte_key = "FROM=airbyte:";
inline constexpr std::string_view slices_key = "SLICES=";
inline constexpr std::string_view incremental_key = " INCREMENTAL";
inline constexpr std::string_view reads_new_key = " READS=new";
inline constexpr std::string_view reads_all_key = " READS=all";

/// The plan that the settings ask for; with SLICES=auto, without the edges, which are not known yet. It names the
/// source, an API by its address, a file by its path, its size and the time of its last change, so that what comes from
/// different ones does not mix: throws errc::config where there is no such file.
std::string plan_of(const settings& s);

/// With INCREMENTAL: plan_of(s) for this sync.
std::string plan_of(const settings& s, const sync_plan& sync);

/// What a sync with this plan knew of the API's newest event, if anything.
std::optional<std::int64_t> newest_in(const std::string& plan);

/// The time that a sync with this plan reads; none where it is not settled, or no sync's.
std::optional<time_window> sync_window_of(const std::string& plan);

/// Up to where a sync with this plan reads, as the ledger keeps it once that is done; empty for the plan of no sync.
/// And back: throws errc::bad_data for a text that is none.
std::string watermark_of(const std::string& plan);
std::int64_t parse_watermark(const std::string& text);

/// `plan`, which leaves that open, with the edges of `windows`.
std::string with_edges(const std::string& plan, const std::vector<time_window>& windows);

/// True if the time windows of `plan` are still to be found (SLICES=auto).
bool leaves_edges_open(const std::string& plan);

/// True if the time that the sync reads is still to be found.
bool leaves_sync_open(const std::string& plan);

/// True if a run that began with that plan goes on with the settings: what they leave open was found, or it began with
/// a version that did not name the API. A sync goes on with the SLICES that it began with, whatever they are now, and
/// one that is complete may be followed by others; with INCREMENTAL, so may a run without. A process may be started
/// with other arguments where PIPELINE says that it is the same one. Throws what from_kind::check_unchanged throws.
bool settles(const std::string& begun_with, const settings& s);

/// What tells that two plans of connectors or processes are not of one source: another connector, which is neither the
/// same file nor has the same text, other settings of its connection, another program. Empty where nothing does.
std::string difference_of_sources(const std::string& before, const std::string& now);

/// Up to where a source was read is kept by the pipeline's name: of another source it says nothing, and records would
/// be missing; and its rows would be among those of this one. Where PIPELINE is set, that name is taken for a promise
/// that it is the same source; else this throws errc::config where `before`, the plan of the pipeline's last run, may
/// be of another one.
void require_same_source(const settings& s, const std::string& pipeline, const std::string& before);

/// Whether what a run with this plan has read can be read again; not so what came from standard input.
bool is_repeatable(const std::string& plan);

/// Whether a source with this plan may give a record twice: slices overlap, and lost positions are looked for by time.
bool may_repeat(const std::string& plan);

/// The time windows of `plan`, which settles what the settings ask for. Empty: a single slice of everything.
std::vector<time_window> windows_of(const std::string& plan, const settings& s);

/// How many slices `plan` has, whatever the settings are now: at least, where they are found while they are read; 1
/// where it does not say.
std::size_t slices_in(const std::string& plan);

/// Whether the slices of `plan` are found while they are read: how many there are, only who has read them all knows.
bool finds_slices(std::string_view plan);

/// Of such a plan, the time that it takes for the present, in milliseconds since 1970: however often a run is begun
/// again, its windows of time are the same. Found when the run begins; none before.
std::optional<std::int64_t> present_in(const std::string& plan);
std::string with_present(const std::string& plan, std::int64_t ms);
bool leaves_present_open(const std::string& plan);

/// Of such a plan, whether it reads what is new since the run before: each of its slices says how far it goes.
bool goes_by_watermarks_of_slices(const std::string& plan);

/// Whether `plan` reads a process, whose states are its positions.
bool reads_process(std::string_view plan);

/// How many slices are read at a time, of so many.
std::size_t reader_count(const settings& s, std::size_t slices);

}  // namespace ingest::app
