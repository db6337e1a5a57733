#include "rest/streams/retriever.hpp"

#include "ingest/error.hpp"
#include "ingest/stop.hpp"

namespace ingest::rest {

namespace {

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

std::optional<stream_page> retriever::read(const std::stop_token& stop) {
  if (at_.ended) {
    return std::nullopt;
  }
  throw_if_stopped(stop);
  variables given(stream_->known.get());
  slice_.name_in(given);
  given.set("next_page_token", named_token(at_.token));
  const request_outcome outcome =
      stream_->requests->send(given, injected(given), stream_->pages->path(at_.token), stop);
  if (outcome.what == request_outcome::kind::pagination_reset) {
    return start_anew();
  }
  if (!outcome.given || !outcome.given->ok()) {
    return concluded({}, std::nullopt, true);
  }
  selected_page page = stream_->selecting->select(*outcome.given, *stream_->decoding, wishes_, given, watch_.get());
  auto next = next_token(*outcome.given, page, given);
  if (next) {
    guard_->observe(at_.token, page.extracted, page.fingerprint);
  }
  if (page.extracted > 0) {
    at_.last_page = page.fingerprint;
  }
  const bool ended = !next;
  return concluded(std::move(page.records), std::move(next), ended);
}

page_wishes retriever::wishes() const {
  const paginator& pages = *stream_->pages;
  return {pages.names("last_record"), pages.names("response"),
          pages.looks_at_records(stream_->selecting->extractor().path())};
}

request_options retriever::injected(const variables& given) const {
  request_options all;
  const bool further = at_.token.has_value();
  if (!further || !stream_->ignore_slice_on_further_pages) {
    const value slice = slice_.names();
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
  }
  stream_->pages->inject(all, at_.token, given);
  return all;
}

std::optional<value> retriever::next_token(const answer& from, const selected_page& page,
                                           const variables& given) const {
  // A data feed has nothing new behind a record that is older than where this sync began.
  if (!page.last_record_admitted) {
    return std::nullopt;
  }
  const paginator& pages = *stream_->pages;
  variables names(&given);
  if (wishes_.response) {
    names.set("response", page.response);
  }
  if (pages.names("headers")) {
    names.set("headers", from.headers());
  }
  names.set("last_record", page.last_record.value_or(value()));
  names.set("last_page_size", value::integer_of(static_cast<std::int64_t>(page.selected)));
  return pages.next_token({names, page.extracted, page.selected}, at_.token);
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
