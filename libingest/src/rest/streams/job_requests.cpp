#include "rest/streams/job_requests.hpp"

#include "ingest/error.hpp"
#include "ingest/log.hpp"
#include "log/event_names.hpp"
#include "log/quotable.hpp"
#include "rest/answers/failed_request.hpp"
#include "rest/streams/missing_place.hpp"

namespace ingest::rest {

namespace {

constexpr std::size_t most_files = 10'000;
constexpr std::size_t most_kept_bytes = std::size_t{256} << 10;  // in each position, and so with each page

/// With a member that the API's answer may have itself, and then it is that.
value with(const value& of, std::string_view name, const value& content) {
  if (of.is_none() || of.find(name) != nullptr) {
    return of;
  }
  dictionary members = of.members();
  members.set(name, content);
  return value::dict_of(std::move(members));
}

bool has_gone(const request_failure& refusal) {
  return refusal.status() == 404 || refusal.status() == 410;
}

void check_size(const std::string& where, const value& kept) {
  if (kept.to_json().size() > most_kept_bytes) {
    throw error(errc::bad_data, where + ": the job's answers and the names of its files have more than " +
                                    std::to_string(most_kept_bytes) +
                                    " bytes, which would be kept with each page; ask for less by a job, with smaller "
                                    "steps of the cursor");
  }
}

}  // namespace

value job_requests::create(const stream_slice& slice, const std::stop_token& stop) const {
  const answer created = sent(*options_.create, given(slice, {}), "the request that creates a job", stop);
  value kept = seen(created, options_.mentions.creation, "creation_response");
  check_size(options_.where, kept);
  return kept;
}

std::optional<polled_job> job_requests::poll(const stream_slice& slice, const job_position& at,
                                             const std::stop_token& stop) const {
  try {
    const answer polled = sent(*options_.poll, given(slice, at), "the request for the state of a job", stop);
    polled_job job = judged(polled);
    if (job.status == job_status::completed) {
      job.result = seen(polled, options_.mentions.polling || options_.find_files, "polling_response");
      find_files(polled, slice, at, stop, job);
      job.result = options_.mentions.polling ? job.result : value::dict_of({});
      check_size(options_.where, value::list_of({job.result, value::list_of(job.files)}));
    }
    return job;
  } catch (const request_failure& refusal) {
    if (has_gone(refusal)) {
      return std::nullopt;
    }
    throw;
  }
}

void job_requests::abort(const stream_slice& slice, const job_position& at, const std::stop_token& stop) const {
  clear_away(options_.abort.get(), slice, at, "aborted", stop);
}

void job_requests::remove(const stream_slice& slice, const job_position& at, const std::stop_token& stop) const {
  clear_away(options_.remove.get(), slice, at, "deleted", stop);
}

void job_requests::clear_away(requester* by, const stream_slice& slice, const job_position& at, const char* what,
                              const std::stop_token& stop) const {
  if (by == nullptr) {
    return;
  }
  try {
    by->send(given(slice, at), {}, std::nullopt, stop);
  } catch (const error& fault) {
    if (fault.code() == errc::cancelled) {
      throw;
    }
    log::warning(events::job_not_cleared_away,
                 options_.where + ": a job could not be " + what + ": " + log::redact(fault.what()));
  }
}

variables job_requests::given(const stream_slice& slice, const job_position& at, const value& target) const {
  value created = at.created.value_or(value());
  value completed = at.completed.value_or(value());
  if (options_.mentions.request && at.created) {
    // Evaluated again, and not kept: in what a request is made of there may be secrets.
    created = with(created, "request", options_.create->described(names_for(slice, {}, {}, {})));
    if (at.completed) {
      completed = with(completed, "request", options_.poll->described(names_for(slice, created, {}, {})));
    }
  }
  return names_for(slice, created, completed, target);
}

variables job_requests::names_for(const stream_slice& slice, const value& created, const value& completed,
                                  const value& target) const {
  stream_slice seen = slice;
  dictionary extra = slice.part.extra_fields.members();
  extra.set("creation_response", created);
  extra.set("polling_response", completed);
  extra.set("download_target", target);
  seen.part.extra_fields = value::dict_of(std::move(extra));
  variables all(options_.known.get());
  seen.name_in(all);
  all.set("next_page_token", value());
  return all;
}

answer job_requests::sent(requester& by, const variables& given, const char* what, const std::stop_token& stop) const {
  request_outcome outcome = by.send(given, {}, std::nullopt, stop);
  if (outcome.what == request_outcome::kind::pagination_reset || !outcome.given || !outcome.given->ok()) {
    throw error(errc::config, options_.where + ": " + what + " was answered with " +
                                  (outcome.given ? std::to_string(outcome.given->status()) : "nothing") +
                                  ", and a response filter says that this is no failure: a job needs an answer");
  }
  return std::move(*outcome.given);
}

/// The answer as templates see it: its members, and its headers.
value job_requests::seen(const answer& from, bool is_mentioned, const char* what) const {
  if (!is_mentioned) {
    return value::dict_of({});
  }
  value body = from.body().empty() ? value::dict_of({}) : from.json();
  if (!body.is_dict()) {
    throw error(errc::bad_data, options_.where + ": the answer that templates call `" + what +
                                    "` must be an object, and is " + body.to_json().substr(0, 100));
  }
  if (!options_.mentions.headers) {
    return body;
  }
  dictionary headers = from.headers_as_spelt_in("").members();
  for (const char* secret : {"Set-Cookie", "set-cookie"}) {
    headers.erase(secret);
  }
  return with(body, "headers", value::dict_of(std::move(headers)));
}

polled_job job_requests::judged(const answer& from) const {
  std::vector<value> found;
  extract(options_.status, from, 1, found);
  if (found.empty()) {
    refuse_words_of_error(options_.where, from);
  }
  polled_job job;
  job.word = found.empty() ? "None" : found.front().to_text();
  const auto known = options_.statuses.find(job.word);
  if (known == options_.statuses.end()) {
    throw error(errc::config,
                options_.where + ": " +
                    (found.empty() ? std::string("the `status_extractor` finds no state of the job in the answer")
                                   : "the state of the job is \"" + detail::quotable(job.word) +
                                         "\", which `status_mapping` does not have"));
  }
  job.status = known->second;
  return job;
}

void job_requests::find_files(const answer& polled, const stream_slice& slice, const job_position& at,
                              const std::stop_token& stop, polled_job& job) const {
  if (!options_.files) {
    job.files = {value::text_of("")};
  } else if (!options_.find_files) {
    job.files_found = name_files(polled, job);
  } else {
    job_position complete = at;
    complete.completed = job.result;
    const answer named =
        sent(*options_.find_files, given(slice, complete), "the request for the names of a job's files", stop);
    job.files_found = name_files(named, job);
  }
}

bool job_requests::name_files(const answer& from, polled_job& job) const {
  const bool found = extract(*options_.files, from, most_files, job.files);
  if (!found) {
    refuse_words_of_error(options_.where, from);
  }
  return found;
}

bool job_requests::extract(const record_extractor& by, const answer& from, std::size_t most,
                           std::vector<value>& to) const {
  bool found = false;
  options_.decoding->decode(from.body(), [&](const value& document) {
    found = by.extract(document, [&](const value& one) {
      if (to.size() < most) {
        to.push_back(one);
      } else if (most == most_files) {
        throw error(errc::bad_data, options_.where + ": the job has more than " + std::to_string(most) + " files");
      }
    }) || found;
  });
  return found;
}

}  // namespace ingest::rest
