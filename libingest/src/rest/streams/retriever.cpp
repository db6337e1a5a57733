#include "rest/streams/retriever.hpp"

#include <utility>

#include "ingest/error.hpp"
#include "ingest/log.hpp"
#include "ingest/stop.hpp"
#include "log/event_names.hpp"
#include "rest/answers/failed_request.hpp"

namespace ingest::rest {

namespace {

/// As Python's `a | b`: of equal names the second one counts.
void override_with(dictionary& to, const dictionary& more) {
  for (const auto& [name, content] : more) {
    to.set(name, content);
  }
}

/// What APIs answer where somebody asks for a page behind the last one; refusals, limits and failures are none of it.
bool says_no_such_page(int status) {
  return status == 400 || status == 404 || status == 410 || status == 416 || status == 422;
}

value named_token(const std::optional<value>& token) {
  return token ? value::dict_of({{"next_page_token", *token}}) : value();
}

}  // namespace

retriever::retriever(std::shared_ptr<const stream_reading> stream, stream_slice slice,
                     std::unique_ptr<record_watch> watch)
    : stream_(std::move(stream)), slice_(std::move(slice)), watch_(std::move(watch)), wishes_(wishes()) {}

void retriever::open(const std::optional<std::string>& position) {
  at_ = position ? page_position::from_text(*position) : page_position{stream_->pages->initial_token()};
  if (watch_) {
    watch_->resume(at_.observed.value_or(value()));
  }
  guard_.emplace(stream_->pages->where(), at_.last_page);
  started_anew_ = false;
}

struct retriever::answered_page {
  answer given;
  selected_page page;
  bool resets_pagination = false;
};

variables retriever::names() const {
  variables given(stream_->known.get());
  slice_.name_in(given);
  given.set("next_page_token", named_token(at_.token));
  return given;
}

std::optional<stream_page> retriever::read(const std::stop_token& stop) {
  if (at_.ended) {
    return std::nullopt;
  }
  throw_if_stopped(stop);
  const variables given = names();
  auto found = at_.doubted_end ? ask_behind_doubted_end(given, stop) : ask(given, stop);
  if (found && found->resets_pagination) {
    return start_anew();
  }
  return found ? go_on_behind(std::move(*found), given) : concluded({}, std::nullopt, true);
}

std::optional<retriever::answered_page> retriever::ask(const variables& given, const std::stop_token& stop) {
  for (bool again = false;; again = true) {
    request_outcome outcome = stream_->requests->send(given, injected(given), stream_->pages->path(at_.token), stop);
    if (outcome.what == request_outcome::kind::pagination_reset) {
      return answered_page{{}, {}, true};
    }
    if (!outcome.given || !outcome.given->ok()) {
      tell_ignored(outcome.given);
      return std::nullopt;
    }
    selected_page page = stream_->selecting->select(*outcome.given, *stream_->decoding, wishes_, given, watch_.get());
    const bool is_odd = !page.place_found && outcome.what == request_outcome::kind::answered;
    if (is_odd) {
      refuse_words_of_error(stream_->where, *outcome.given);
    }
    if (!is_odd || again || !at_.last_page) {
      if (is_odd && at_.last_page && !at_.doubted_end) {
        refuse_empty_body(stream_->where, *outcome.given);
      }
      if (is_odd) {
        tell_missing_records(stream_->where, *outcome.given, stream_->selecting->extractor().path(), *stream_->told);
      }
      return answered_page{std::move(*outcome.given), std::move(page)};
    }
  }
}

/// Nobody has asked for this page but we, so that it may be refused, or be another one once more.
std::optional<retriever::answered_page> retriever::ask_behind_doubted_end(const variables& given,
                                                                          const std::stop_token& stop) {
  const std::size_t records = *at_.doubted_end;
  std::optional<answered_page> found;
  try {
    found = ask(given, stop);
  } catch (const request_failure& e) {
    if (!says_no_such_page(e.status()) || stream_->lengths->give_fewer_than_asked()) {
      throw;
    }
    log::info(events::page_not_there, stream_->where + ": there is no page behind one of " + std::to_string(records) +
                                          " records, it seems: " + e.what());
  }
  at_.doubted_end.reset();
  const bool has_more =
      found && !found->resets_pagination && found->page.extracted > 0 && found->page.fingerprint != at_.last_page;
  if (!has_more) {
    stream_->lengths->note_end_behind(records);
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

stream_page retriever::go_on_behind(answered_page found, const variables& given) {
  selected_page& page = found.page;
  auto next = next_token(found, given);
  if (next) {
    guard_->observe(at_.token, page.extracted, page.fingerprint);
  }
  if (page.extracted > 0) {
    at_.last_page = page.fingerprint;
  }
  const bool ended = !next;
  return concluded(std::move(page.records), std::move(next), ended);
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

page_wishes retriever::wishes() const {
  const paginator& pages = *stream_->pages;
  return {pages.names("last_record"), pages.names("response"),
          pages.looks_at_records(stream_->selecting->extractor().path())};
}

/// Query and body name what the paginator asks for first: the order in which the CDK sends them.
request_options retriever::injected(const variables& given) const {
  request_options all;
  stream_->pages->inject(all, at_.token, given);
  const bool further = at_.token.has_value();
  if (!further || !stream_->ignore_slice_on_further_pages) {
    combine(all, of_slice(given), stream_->where);
  }
  return all;
}

request_options retriever::of_slice(const variables& given) const {
  const value slice = slice_.names();
  request_options all;
  if (stream_->of_partition) {
    stream_->of_partition(all, slice, given);
  }
  request_options of_window;
  if (stream_->of_window) {
    stream_->of_window(of_window, slice, given);
  }
  override_with(all.parameters, of_window.parameters);
  override_with(all.headers, of_window.headers);
  override_with(all.body_json, of_window.body_json);
  dictionary form = all.body_data.members();
  override_with(form, of_window.body_data.members());
  all.body_data = value::dict_of(std::move(form));
  return all;
}

std::optional<value> retriever::next_token(const answered_page& from, const variables& given) {
  const selected_page& page = from.page;
  stream_->lengths->note(page.extracted);
  if (feed_has_ended(page)) {
    return std::nullopt;
  }
  const paginator& pages = *stream_->pages;
  variables names(&given);
  if (wishes_.response) {
    names.set("response", page.response);
  }
  if (pages.names("headers")) {
    names.set("headers", from.given.headers());
  }
  names.set("last_record", page.last_record.value_or(value()));
  names.set("last_page_size", value::integer_of(static_cast<std::int64_t>(page.extracted)));
  const auto first = from.given.body().find_first_not_of(" \t\r\n");
  const bool in_list = first != std::string::npos && from.given.body()[first] == '[';
  const page_facts facts{names, page.extracted, page.selected, &from.given, in_list};
  auto token = pages.next_token(facts, at_.token);
  if (!token && stream_->lengths->may_be_full(page.extracted)) {
    token = pages.token_behind_short_page(facts, at_.token);
    at_.doubted_end = token ? std::optional(page.extracted) : std::nullopt;
  }
  return token;
}

/// A data feed has nothing new behind a record that is older than where this sync began. Where all that has come bears
/// one time, nobody knows which end of it comes first: another page is looked at.
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
  return order.older_behind_newer || std::exchange(feed_undecided_, true);
}

/// An API that has lost the way asks to begin the slice once more; asked to again and again, there would be no end.
stream_page retriever::start_anew() {
  if (at_.last_page) {
    throw error(errc::unavailable, stream_->where + ": the API asked to begin the slice " + slice_.name() +
                                       " anew, of which records have been read, which would be there twice");
  }
  if (started_anew_) {
    throw error(errc::unavailable, stream_->where + ": the API asked twice to begin the slice " + slice_.name() +
                                       " anew; look at the response filter with the action RESET_PAGINATION");
  }
  const value observed = watch_ ? watch_->observed() : value();
  at_ = page_position{stream_->pages->initial_token()};
  guard_.emplace(stream_->pages->where(), std::nullopt);
  started_anew_ = true;
  if (watch_) {
    watch_->resume(observed);
  }
  return concluded({}, at_.token, false);
}

stream_page retriever::concluded(record_texts records, std::optional<value> next, bool ended) {
  stream_page page;
  page.records = std::move(records);
  if (watch_) {
    page.observed = watch_->observed();
    at_.observed = page.observed.is_none() ? std::nullopt : std::optional(page.observed);
  }
  at_.ended = ended;
  at_.token = std::move(next);
  page.last = at_.ended;
  page.position = at_.to_text();
  return page;
}

}  // namespace ingest::rest
