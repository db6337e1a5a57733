// Whether a slice has ended, which is mostly told by something that is not there.
#include "rest/streams/retriever.hpp"

#include <utility>

#include "ingest/error.hpp"
#include "ingest/log.hpp"
#include "log/event_names.hpp"
#include "rest/answers/failed_request.hpp"

namespace ingest::rest {

namespace {

/// What APIs answer where somebody asks for a page behind the last one; refusals, limits and failures are none of it.
bool says_no_such_page(int status) {
  return status == 400 || status == 404 || status == 410 || status == 416 || status == 422;
}

}  // namespace

void retriever::refuse_failure(const answered_page& found) const {
  if (found.is_taken_as_it_is) {
    return;
  }
  if (found.page.extracted <= 1 && stream_->decoding->is_json() && stream_->lists_were_found->load()) {
    refuse_single_record(stream_->where, found.given, place());
  }
  if (found.page.extracted == 0) {
    refuse_words_of_error(stream_->where, found.given);
    return refuse_answer_to_come(stream_->where, found.given);
  }
  if (found.page.extracted == 1) {
    refuse_error_as_record(stream_->where, found.given);
  }
  refuse_denied_success(stream_->where, found.given, found.page.response);
  refuse_partial_data(stream_->where, found.page.errors_beside, found.page.response);
}

void retriever::note_place(const answered_page& found) const {
  if (found.page.place_found) {
    stream_->place_was_found->store(true);
  }
  if (found.page.extracted > 1) {
    stream_->lists_were_found->store(true);
  }
  if (!found.lacks_place()) {
    return;
  }
  if (at_.last_page && !at_.doubted_end) {
    refuse_empty_body(stream_->where, found.given);
  }
  tell_missing_records(stream_->where, found.given, place(), *stream_->told);
}

/// Nobody has asked for this page but we, so that it may be refused, or be another one once more.
std::optional<answered_page> retriever::ask_unasked(const variables& given, const std::stop_token& stop) {
  try {
    return ask(given, stop);
  } catch (const request_failure& e) {
    if (!says_no_such_page(e.status())) {
      throw;
    }
    // Where other pages had others behind them, it is less certain.
    log::write(stream_->lengths->give_fewer_than_asked() ? log::level::warning : log::level::info,
               events::page_not_there,
               stream_->where + ": there is no page behind the one before, it seems: " + e.what());
    return std::nullopt;
  } catch (const error& e) {
    // It says so again and again under a status that says success; the page before is short, and nothing else speaks
    // for this one.
    if (e.code() != errc::bad_data || !e.transient() || !believes_ || doubt_) {
      throw;
    }
    log::warning(events::page_not_there, stream_->where + ": there is no page behind the one before: " + e.what());
    return std::nullopt;
  }
}

/// The list may be left away where it would be empty, at the end of each slice, or in slices without records.
bool retriever::doubts_lost_place(const answered_page& found) const {
  return found.lacks_place() && found.given.status() != answer::no_content && stream_->claims->heeds_lost_place() &&
         (at_.last_page || stream_->place_was_found->load());
}

/// Behind the last page some APIs give the first one, or the last one again.
bool retriever::is_more(const std::optional<answered_page>& found) const {
  return found && !found->resets_pagination && found->page.extracted > 0 && found->page.fingerprint != at_.last_page &&
         !pages_.contains(found->page.fingerprint);
}

std::optional<answered_page> retriever::ask_behind_doubted_end(const variables& given, const std::stop_token& stop) {
  const std::size_t records = *at_.doubted_end;
  auto found = ask_unasked(given, stop);
  at_.doubted_end.reset();
  const end_claim doubt = std::exchange(doubt_, {});
  if (!is_more(found)) {
    stream_->lengths->note_end_behind(records);
    require_end_behind(found, doubt);
    return std::nullopt;
  }
  stream_->lengths->note_more_behind(records);
  if (!stream_->told->pages_are_shorter.exchange(true)) {
    log::warning(events::pages_are_shorter, stream_->where + ": the API gives " + std::to_string(records) +
                                                " records in a page, though more are asked for: each end is looked "
                                                "behind. Set the paginator's `page_size` to what it gives");
  }
  return found;
}

std::optional<answered_page> retriever::ask_behind_empty_page(value token, const std::stop_token& stop) {
  auto before = std::exchange(at_.token, std::move(token));
  auto found = ask_unasked(names(slice_), stop);
  if (!is_more(found)) {
    at_.token = std::move(before);
    found.reset();
  }
  return found;
}

/// Of a page that nobody asked for: it may be empty and say that more comes, too.
void retriever::require_end_behind(const std::optional<answered_page>& found, const end_claim& doubt) const {
  if (found && !found->resets_pagination && found->has_nothing()) {
    const end_claim claim = claim_against_end(found->given, found->page, std::nullopt);
    if (claim.is_certain) {
      refuse_contradicted_end(stream_->where, claim);
    }
  }
  note_in_vain(doubt);
}

void retriever::require_believable_end(const answered_page& found, const std::stop_token& stop) {
  const bool is_first = !at_.last_page;
  const auto empties = [&] {
    // Of a stream of many slices others may have records, and a slice that is not read is none that has ended.
    return is_first && slice_.is_whole_stream() && stream_->replaces_rows && stream_->replaces_rows(stop);
  };
  if (found.has_nothing() && found.claim && (found.claim.is_certain || empties())) {
    refuse_contradicted_end(stream_->where, found.claim);
  }
  note_in_vain(found.claim);
  if (doubts_lost_place(found)) {
    stream_->claims->note_end_without_place();
  }
  if (lacks_place_of_stream(found)) {
    refuse_other_envelope(stream_->where, found.given, place(), stream_->known_by);
  }
  const auto says_none = [&] {
    const auto known = stream_->selecting->place();
    return !known || says_that_there_are_none(found.given, *known);
  };
  if (is_first && found.has_nothing() && (found.claim || !says_none())) {
    if (empties()) {
      refuse_to_empty(stream_->where, place());
    }
    at_.unseen = true;
    stream_->claims->note_unsaid();
  }
}

glob_path retriever::place() const {
  return stream_->selecting->place().value_or(glob_path());
}

/// Nor has any answer before had it.
bool retriever::lacks_place_of_stream(const answered_page& found) const {
  return found.lacks_place() && !at_.last_page && !stream_->place_was_found->load() &&
         found.given.status() != answer::no_content;
}

void retriever::note_in_vain(const end_claim& claim) const {
  if (!claim) {
    return;
  }
  if (!claim.is_certain) {
    stream_->claims->note_in_vain();
  }
  tell_contradicted_end(stream_->where, claim, *stream_->told);
}

/// As the connector wants it; but nobody would know that a slice was read in part.
void retriever::tell_ignored(const std::optional<answer>& given) const {
  if (at_.last_page && !at_.doubted_end && !stream_->told->ignored_in_mid_slice.exchange(true)) {
    log::warning(events::slice_cut_short,
                 stream_->where + ": the connector ignores the answer " +
                     (given ? std::to_string(given->status()) : std::string("that did not come")) +
                     ", so a slice ends with the page before, whatever there is behind it");
  }
}

/// A data feed has nothing new behind a record that is older than where this sync began. Where all that has come bears
/// one time, nobody knows which end of it comes first: further pages are looked at until one tells.
bool retriever::feed_has_ended(const selected_page& page) {
  if (!page.last_record_known) {
    return false;
  }
  const record_watch::order& order = watch_->seen_order();
  if (order.newer_behind_older) {
    if (!stream_->told->feed_not_in_order.exchange(true)) {
      log::warning(events::feed_not_in_order,
                   stream_->where +
                       ": it is called a data feed, but newer records come behind older ones, so it is "
                       "read to its end. Have the API sort by the cursor's field, newest first, or take "
                       "`is_data_feed` out");
    }
    return false;
  }
  return order.older_behind_newer;
}

}  // namespace ingest::rest
