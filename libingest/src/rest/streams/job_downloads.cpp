// How the files of a job that is complete are read.
#include <utility>

#include "ingest/error.hpp"
#include "ingest/log.hpp"
#include "log/event_names.hpp"
#include "rest/answers/failed_request.hpp"
#include "rest/streams/async_retriever.hpp"

namespace ingest::rest {

stream_page async_retriever::fetch(const std::stop_token& stop) {
  try {
    if (!download_) {
      begin_download(stop);
      skip_what_was_given();
    }
  } catch (const request_failure& refusal) {
    const int status = refusal.status();
    if (status < 400 || status >= 500) {
      throw;
    }
    if (!find_files_again(refusal, stop)) {
      give_up(std::string("names a file that cannot be fetched: ") + refusal.what(), stop);
    }
    return page_of();
  }
  return next_page(stop);
}

stream_page async_retriever::next_page(const std::stop_token& stop) {
  selected_page page;
  bool more = false;
  if (download_) {
    const auto next = [this, &stop] {
      throw_if_stopped(stop);
      return download_->next();
    };
    const variables given = stream_->jobs->given(slice_, {});
    more = stream_->selecting->select_from(next, stream_->page_bytes, given, watch_.get(), page);
    at_.read = download_->taken();
    at_.like = download_->fingerprint();
  }
  at_.given = at_.given || !page.records.empty();
  if (!more && lacks_records()) {
    download_.reset();
    return page_of();
  }
  if (!more && !take_next_token()) {
    end_file();
    at_.ended = at_.files.empty() && !stream_->jobs->removes();
  }
  return page_of(std::move(page.records));
}

void async_retriever::begin_download(const std::stop_token& stop) {
  const value& target = at_.files.front();
  variables given = stream_->jobs->given(slice_, at_, target);
  const paginator& pages = *stream_->pages;
  if (!at_.token) {
    at_.token = pages.initial_token();
  }
  if (at_.token) {
    given.set("next_page_token", value::dict_of({{"next_page_token", *at_.token}}));
  }
  request_options all;
  pages.inject(all, at_.token, given);
  request_outcome outcome = stream_->downloads->send(given, all, pages.path(at_.token), stop);
  if (outcome.what == request_outcome::kind::pagination_reset) {
    throw error(errc::config, names() +
                                  ": a response filter asks to begin the pages of a download anew, which is not "
                                  "done for downloads: take the action RESET_PAGINATION away");
  }
  if (!outcome.given || !outcome.given->ok()) {
    return;  // an error that is ignored: the file has no records
  }
  is_ignored_ = outcome.what == request_outcome::kind::ignored;
  download_ = std::make_unique<download>(std::move(*outcome.given), *stream_->decoding, stream_->extractor,
                                         decoding_limits{stream_->most_text, decoding_limits::none});
  if (!guard_) {
    guard_.emplace(pages.where(), at_.last_page);
  }
}

/// Files of a job that is complete do not change; where one has, nobody knows which of its records were read.
void async_retriever::skip_what_was_given() {
  if (at_.read == 0) {
    return;
  }
  while (download_ && download_->taken() < at_.read && download_->next()) {
  }
  if (!download_ || download_->taken() < at_.read || download_->fingerprint() != at_.like) {
    throw request_failure(
        errc::bad_data,
        "its first " + std::to_string(at_.read) + " records are others than those that were read before", 410);
  }
}

/// Addresses of files may hold for some minutes only, and the job may be asked for others.
bool async_retriever::find_files_again(const error& why, const std::stop_token& stop) {
  download_.reset();
  if (std::exchange(searched_again_, true)) {
    return false;
  }
  const auto job = stream_->jobs->poll(slice_, at_, stop);
  if (!job || job->status != job_status::completed || !job->files_found || !at_.find_again(job->files)) {
    return false;
  }
  log::info(events::job_files_sought_again, names() + ": its files are asked for again: " + why.what());
  at_.completed = job->result;
  return true;
}

/// Of a whole answer: whether it is to be asked for once more. A file of rows may have none; one of documents has the
/// place of records in one of them, at least.
bool async_retriever::lacks_records() {
  if (!download_ || download_->place_found() || is_ignored_) {
    return false;
  }
  refuse_words_of_error(stream_->where, download_->from());
  if (!download_->has_documents()) {
    return false;
  }
  if (at_.given && !std::exchange(fetched_again_, true)) {
    return true;
  }
  tell_missing_records(stream_->where, download_->from(), stream_->extractor.path(), *stream_->told);
  return false;
}

/// False at the end of the file.
bool async_retriever::take_next_token() {
  if (!download_) {
    return false;
  }
  variables given = stream_->jobs->given(slice_, at_, at_.files.front());
  given.set("response", download_->response());
  given.set("headers", download_->from().headers());
  given.set("last_record", download_->last());
  given.set("last_page_size", value::integer_of(static_cast<std::int64_t>(download_->taken())));
  const auto next = stream_->pages->next_token({given, download_->taken(), download_->taken()}, at_.token);
  if (!next) {
    return false;
  }
  guard_->observe(at_.token, download_->taken(), download_->fingerprint());
  if (download_->taken() > 0) {
    at_.last_page = download_->fingerprint();
  }
  at_.token = next;
  at_.read = 0;
  at_.like = 0;
  download_.reset();
  searched_again_ = fetched_again_ = false;
  return true;
}

void async_retriever::end_file() {
  at_.end_file();
  download_.reset();
  guard_.reset();
  searched_again_ = fetched_again_ = false;
}

}  // namespace ingest::rest
