#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "rest/connectors/building.hpp"
#include "rest/streams/async_retriever.hpp"

namespace ingest::rest {

namespace {

/// Whether a text below the component, which is a template or a part of one, has the word in it.
bool mentions(const node& content, std::string_view word) {
  for (const node::member& m : content.members()) {
    if (m.name.find(word) != std::string::npos || mentions(m.content, word)) {
      return true;
    }
  }
  for (const node& item : content.items()) {
    if (mentions(item, word)) {
      return true;
    }
  }
  return content.text().find(word) != std::string_view::npos;
}

bool mentions(const component& of, std::initializer_list<std::string_view> fields, std::string_view word) {
  for (const std::string_view name : fields) {
    const node* const found = of.field(name);
    if (found != nullptr && mentions(*found, word)) {
      return true;
    }
  }
  return false;
}

job_mentions mentions_of(const component& retriever) {
  const std::initializer_list<std::string_view> later = {"polling_requester",  "download_target_requester",
                                                         "download_requester", "download_paginator",
                                                         "abort_requester",    "delete_requester"};
  job_mentions all;
  all.creation = mentions(retriever, later, "creation_response");
  all.polling =
      mentions(retriever, {"download_requester", "download_paginator", "delete_requester"}, "polling_response");
  const bool any = all.creation || mentions(retriever, later, "polling_response");
  all.headers = any && mentions(retriever, later, "headers");
  all.request = any && (mentions(retriever, later, ".request") || mentions(retriever, later, "'request'") ||
                        mentions(retriever, later, "\"request\""));
  return all;
}

std::map<std::string, job_status> statuses_of(const component& mapping) {
  constexpr std::pair<std::string_view, job_status> kinds[] = {{"running", job_status::running},
                                                               {"completed", job_status::completed},
                                                               {"failed", job_status::failed},
                                                               {"timeout", job_status::timed_out},
                                                               {"skipped", job_status::skipped}};
  std::map<std::string, job_status> all;
  for (const auto& [name, status] : kinds) {
    for (std::string& word : mapping.texts(name)) {
      if (!all.emplace(word, status).second) {
        mapping.refuse("the state \"" + word + "\" stands in two lists, or twice in one");
      }
    }
  }
  return all;
}

std::int64_t positive(const component& of, std::string_view name, std::int64_t otherwise) {
  constexpr std::int64_t most = 1'000'000;
  const std::int64_t found = of.whole(name, otherwise);
  if (found < 1 || found > most) {
    of.refuse("`" + std::string(name) + "` must be from 1 to " + std::to_string(most));
  }
  return found;
}

std::shared_ptr<requester> job_requester(const component& of, std::string_view name, const std::string& what) {
  const component requester = of.child(name);
  if (asks_for_properties(requester)) {
    requester.refuse("has properties to be asked for in several requests, which those of jobs are not");
  }
  return make_requester(requester, what);
}

std::shared_ptr<requester> optional_requester(const component& of, std::string_view name, const std::string& what) {
  return of.field(name) == nullptr ? nullptr : job_requester(of, name, what);
}

std::shared_ptr<const decoder> decoder_of(const component& of, std::string_view name) {
  const auto found = of.optional_child(name);
  return found ? make_decoder(*found) : default_decoder();
}

std::shared_ptr<const job_requests> make_job_requests(const component& of, const std::string& stream) {
  job_requests_options o;
  o.where = of.where();
  o.create = job_requester(of, "creation_requester", stream + " (a job's creation)");
  o.poll = job_requester(of, "polling_requester", stream + " (a job's state)");
  o.find_files = optional_requester(of, "download_target_requester", stream + " (a job's files)");
  o.abort = optional_requester(of, "abort_requester", stream + " (the end of a job)");
  o.remove = optional_requester(of, "delete_requester", stream + " (the removal of a job)");
  o.decoding = decoder_of(of, "decoder");
  o.status = make_extractor(of.child("status_extractor"));
  o.statuses = statuses_of(of.child("status_mapping"));
  if (const auto files = of.optional_child("download_target_extractor")) {
    o.files = make_extractor(*files);
  } else if (o.find_files) {
    of.refuse("`download_target_requester` needs a `download_target_extractor`, which finds the files in its answer");
  }
  o.mentions = mentions_of(of);
  o.known = std::make_shared<const variables>(of.given().as_variables());
  return std::make_shared<const job_requests>(std::move(o));
}

}  // namespace

std::shared_ptr<const job_reading> make_job_reading(const component& of, const std::string& stream,
                                                    record_selector_options selection) {
  auto reading = std::make_shared<job_reading>();
  reading->where = stream;
  reading->jobs = make_job_requests(of, stream);
  reading->downloads = job_requester(of, "download_requester", stream + " (a job's file)");
  const auto pages = of.optional_child("download_paginator");
  reading->pages = pages ? make_paginator(*pages) : std::make_shared<const paginator>();
  reading->decoding = decoder_of(of, "download_decoder");
  if (const auto extractor = of.optional_child("download_extractor")) {
    reading->extractor = make_extractor(*extractor);
  } else {
    reading->extractor = record_extractor({}, *of.known());
  }
  reading->selecting = std::make_shared<record_selector>(std::move(selection));
  reading->slots = of.parts().slots;
  reading->job_timeout = std::chrono::minutes(positive(of, "polling_job_timeout", 60));
  if (of.field("failed_retry_wait_time_in_seconds") != nullptr) {
    reading->wait_after_failure = std::chrono::seconds(positive(of, "failed_retry_wait_time_in_seconds", 1));
  }
  reading->most_text = of.parts().max_body_bytes;
  reading->replaces_rows = of.parts().replaces_rows;
  reading->time = of.parts().time;
  return reading;
}

std::shared_ptr<job_slots> make_job_slots(const component& root) {
  return std::make_shared<job_slots>(
      static_cast<std::size_t>(std::max<std::int64_t>(root.whole("max_concurrent_async_job_count", 1), 1)));
}

}  // namespace ingest::rest
