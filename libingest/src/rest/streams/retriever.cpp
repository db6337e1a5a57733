#include "rest/streams/retriever.hpp"

#include <utility>

#include "ingest/error.hpp"
#include "ingest/stop.hpp"

namespace ingest::rest {

namespace {

constexpr std::size_t most_pages_known = 4'096;

/// So often a page is asked for that has no records and says that there are more.
constexpr unsigned enough_doubts = 3;

/// As Python's `a | b`: of equal names the second one counts.
void override_with(dictionary& to, const dictionary& more) {
  for (const auto& [name, content] : more) {
    to.set(name, content);
  }
}

value named_token(const std::optional<value>& token) {
  return token ? value::dict_of({{"next_page_token", *token}}) : value();
}

}  // namespace

retriever::retriever(std::shared_ptr<const stream_reading> stream, stream_slice slice,
                     std::unique_ptr<record_watch> watch, std::optional<json_pointer> key)
    : stream_(std::move(stream)), slice_(std::move(slice)), watch_(std::move(watch)), wishes_(wishes(std::move(key))) {}

void retriever::open(const std::optional<std::string>& position) {
  at_ = position ? page_position::from_text(*position) : page_position{stream_->pages->initial_token()};
  if (watch_) {
    watch_->resume(at_.observed.value_or(value()));
  }
  guard_.emplace(stream_->pages->where(), at_.last_page);
  const bool goes_on = position.value_or("") == stands_at_;  // after a failure
  if (!goes_on || !position) {
    so_far_ = position ? at_.so_far : 0;
    pages_.clear();
  }
  doubts_ = goes_on ? doubts_ : 0;
  believes_ = false;
  stands_at_ = position.value_or("");
  doubt_ = goes_on ? doubt_ : end_claim{};
  started_anew_ = false;
  end_is_said_ = goes_on && end_is_said_;
  repeats_token_ = false;
}

variables retriever::names(const stream_slice& of) const {
  variables given(stream_->known.get());
  of.name_in(given);
  given.set("next_page_token", named_token(at_.token));
  return given;
}

std::optional<stream_page> retriever::read(const std::stop_token& stop) {
  if (at_.ended) {
    return std::nullopt;
  }
  throw_if_stopped(stop);
  const variables given = names(slice_);
  auto found = at_.doubted_end ? ask_behind_doubted_end(given, stop)
               : end_is_said_  ? ask_unasked(given, stop)
                               : ask(given, stop);
  if (!found) {
    return concluded({}, std::nullopt, true);
  }
  if (found->resets_pagination) {
    return start_anew();
  }
  auto next = next_token(*found, given);
  if (!found->has_nothing() || !stream_->claims->heeds(found->claim)) {
    if (!next && doubts_lost_place(*found) && !believes_ && ++doubts_ < enough_doubts) {
      refuse_lost_place(stream_->where, place());
    }
    return go_on_behind(std::move(*found), std::move(next), stop);
  }
  if (!believes_ && ++doubts_ < enough_doubts) {
    refuse_contradicted_end(stream_->where, found->claim);  // whoever is patient comes again
  }
  at_.doubted_end.reset();
  doubt_ = {};
  return behind_empty_page(std::move(*found), std::move(next), stop);
}

/// It was asked for often enough, and says that there is more. Nothing is told of it before what is behind it was seen.
stream_page retriever::behind_empty_page(answered_page empty, std::optional<value> next, const std::stop_token& stop) {
  if (next) {
    if (auto behind = ask_behind_empty_page(std::move(*next), stop)) {
      auto further = next_token(*behind, names(slice_));
      return go_on_behind(std::move(*behind), std::move(further), stop);
    }
  }
  if (so_far_.value_or(0) > 0 && !believes_) {
    refuse_contradicted_end(stream_->where, empty.claim);  // what has come speaks for what is claimed
  }
  return go_on_behind(std::move(empty), std::nullopt, stop);
}

std::optional<answered_page> retriever::ask(const variables& given, const std::stop_token& stop) {
  if (!stream_->properties) {
    return ask_once(slice_, given, watch_.get(), stop);
  }
  const auto request = [&](const stream_slice& of, record_watch* watch) {
    return ask_once(of, names(of), watch, stop);
  };
  return page_in_parts(*stream_->properties, slice_, request, {wishes_, stream_->selecting->filter(), watch_.get()},
                       stop);
}

std::optional<answered_page> retriever::ask_once(const stream_slice& of, const variables& given, record_watch* watch,
                                                 const std::stop_token& stop) {
  for (bool again = false;; again = true) {
    throw_if_stopped(stop);
    auto outcome = stream_->requests->send(given, injected(of, given), stream_->pages->path(at_.token), stop);
    if (outcome.what == request_outcome::kind::pagination_reset) {
      return answered_page{{}, {}, true, true};
    }
    if (!outcome.given || !outcome.given->ok()) {
      tell_ignored(outcome.given);
      return std::nullopt;
    }
    answered_page found{std::move(*outcome.given), {}, outcome.what == request_outcome::kind::ignored};
    found.page = stream_->selecting->select(found.given, *stream_->decoding, wishes_, given, watch);
    refuse_failure(found);
    if (!found.lacks_place() || again || !at_.last_page) {
      note_place(found);
      return found;
    }
  }
}

stream_page retriever::go_on_behind(answered_page found, std::optional<value> next, const std::stop_token& stop) {
  selected_page& page = found.page;
  const bool leads_back = next && page.extracted == 0 && at_.token && *next == *at_.token;
  if (std::exchange(repeats_token_, leads_back) && leads_back &&
      !claim_against_end(found.given, page, std::nullopt).is_certain) {
    next.reset();  // nothing is new behind it, said twice
  }
  if (next) {
    guard_->observe(at_.token, page.extracted, page.fingerprint);
  } else {
    require_believable_end(found, stop);
  }
  if (page.extracted > 0) {
    at_.last_page = page.fingerprint;
    if (pages_.size() < most_pages_known) {
      pages_.insert(page.fingerprint);
    }
  }
  if (so_far_) {
    *so_far_ += page.extracted;
  }
  const bool ended = !next;
  return concluded(std::move(page.records), std::move(next), ended);
}

page_wishes retriever::wishes(std::optional<json_pointer> key) const {
  const paginator& pages = *stream_->pages;
  // Of an answer whose records go through as they are, what is beside them is little, and end_claims looks at it.
  return {pages.names("last_record"), pages.names("response") || stream_->selecting->raw(),
          pages.looks_at_records(stream_->selecting->extractor().path()), std::move(key)};
}

/// Query and body name what the paginator asks for first: the order in which the CDK sends them.
request_options retriever::injected(const stream_slice& of, const variables& given) const {
  request_options all;
  stream_->pages->inject(all, at_.token, given);
  const bool further = at_.token.has_value();
  if (!further || !stream_->ignore_slice_on_further_pages) {
    combine(all, of_slice(of, given), stream_->where);
  }
  return all;
}

request_options retriever::of_slice(const stream_slice& of, const variables& given) const {
  const value slice = of.names();
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

std::optional<value> retriever::next_token(answered_page& from, const variables& given) {
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
  const auto so_far = so_far_ ? std::optional(*so_far_ + page.extracted) : std::nullopt;
  const bool is_short = token && token->is_number() && stream_->lengths->is_shorter_than_others(page.extracted);
  end_is_said_ = token && page.extracted > 0 && (is_short || says_that_it_is_the_last(from.given, page, so_far));
  if (token) {
    return token;
  }
  from.claim = claim_against_end(from.given, page, so_far);
  const bool heeded = stream_->claims->heeds(from.claim);
  const bool may_be_full = page.extracted > 0 && !from.claim.is_denied && stream_->lengths->may_be_full(page.extracted);
  if (heeded || may_be_full) {
    token = pages.token_behind_short_page(facts, at_.token);
    at_.doubted_end = token ? std::optional(page.extracted) : std::nullopt;
    doubt_ = token && heeded ? from.claim : end_claim{};
  }
  return token;
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
  so_far_ = 0;
  pages_.clear();
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
  doubts_ = 0;
  believes_ = false;
  at_.ended = ended;
  at_.so_far = ended ? std::nullopt : so_far_;
  at_.token = std::move(next);
  page.last = at_.ended;
  page.position = stands_at_ = at_.to_text();
  return page;
}

}  // namespace ingest::rest
