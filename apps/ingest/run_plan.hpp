#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ingest/time_window.hpp"
#include "settings/settings.hpp"

/// The plan of a run: what is asked of the source, as text. Pages of different plans must not mix, so a run goes on
/// only with its own. With SLICES=auto it ends in the edges of the time windows that were found when the run began.
namespace ingest::app {

// The words by which plans are told apart.
inline constexpr std::string_view api_key = "FROM=api:";
inline constexpr std::string_view stdin_key = "FROM=stdin ID_POINTER=";
inline constexpr std::string_view slices_key = "SLICES=";

/// The plan that the settings ask for; with SLICES=auto, without the edges, which are not known yet. It names the
/// source, an API by its address, a file by its path, its size and the time of its last change, so that what comes from
/// different ones does not mix: throws errc::config where there is no such file.
std::string plan_of(const settings& s);

/// The same with the edges of `windows`.
std::string plan_of(const settings& s, const std::vector<time_window>& windows);

/// True if `plan` is what the settings, with SLICES=auto, ask for, with edges that were found already.
bool is_divided(const std::string& plan, const settings& s);

/// True if a run that began with that plan goes on with the settings: it is divided as they ask, or began with a
/// version that did not name the API. Throws what from_kind::check_unchanged throws.
bool settles(const std::string& begun_with, const settings& s);

/// Whether what a run with this plan has read can be read again; not so what came from standard input.
bool is_repeatable(const std::string& plan);

/// The time windows of `plan`, which is plan_of(s), or divided where SLICES=auto. Empty: a single slice of everything.
std::vector<time_window> windows_of(const std::string& plan, const settings& s);

/// How many slices `plan` has, whatever the settings are now; 1 where it does not say.
std::size_t slices_in(const std::string& plan);

/// How many slices are read at a time, of so many.
std::size_t reader_count(const settings& s, std::size_t slices);

}  // namespace ingest::app
