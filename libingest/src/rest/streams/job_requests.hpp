#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "rest/decoders/decoder.hpp"
#include "rest/requests/requester.hpp"
#include "rest/selectors/record_extractor.hpp"
#include "rest/streams/job_position.hpp"
#include "rest/streams/stream_slice.hpp"

namespace ingest::rest {

/// What `status_mapping` makes of the API's words.
enum class job_status { running, completed, failed, timed_out, skipped };

/// What templates look at, of the answers that a job was created and ended with: only that is kept in positions.
struct job_mentions {
  bool creation = false;  ///< `creation_response`
  bool polling = false;   ///< `polling_response`, where a file is asked for or the job is deleted
  bool headers = false;   ///< headers of either
  bool request = false;   ///< what either was an answer to
};

struct job_requests_options {
  std::string where = {};  ///< names the retriever in messages, with its line
  std::shared_ptr<requester> create = {};
  std::shared_ptr<requester> poll = {};
  std::shared_ptr<requester> find_files = {};  ///< `download_target_requester`; null: the poll's answer names the files
  std::shared_ptr<requester> abort = {};       ///< null: jobs are left alone
  std::shared_ptr<requester> remove = {};      ///< `delete_requester`; null: jobs are left there
  std::shared_ptr<const decoder> decoding = {};
  record_extractor status = {};
  std::map<std::string, job_status> statuses = {};
  std::optional<record_extractor> files = {};  ///< `download_target_extractor`; none: there is one, without a name
  job_mentions mentions = {};
  std::shared_ptr<const variables> known = {};  ///< has `config`
};

/// What came of asking for a job.
struct polled_job {
  job_status status = job_status::running;
  std::string word = {};          ///< the API's
  value result = {};              ///< of a complete one: what templates know of its end
  std::vector<value> files = {};  ///< of a complete one
  bool files_found = true;        ///< false: the answer that should name them has nothing in that place
};

/// The requests that a job of an AsyncRetriever is made, watched and cleared away with. Thread-safe.
class job_requests {
 public:
  explicit job_requests(job_requests_options options) : options_(std::move(options)) {}

  /// What templates know of the job that was created. Throws as the requester does, errc::unavailable for an answer
  /// that is none, errc::bad_data for one that templates cannot be told of.
  value create(const stream_slice& slice, const std::stop_token& stop) const;

  /// Nothing where the API does not know the job any more. Throws as the requester does, errc::config for a state that
  /// `status_mapping` does not have, and errc::bad_data where an error stands in place of the names of files.
  std::optional<polled_job> poll(const stream_slice& slice, const job_position& at, const std::stop_token& stop) const;

  /// Both do nothing where there is no such request; that one fails is logged, as there are no records in it.
  void abort(const stream_slice& slice, const job_position& at, const std::stop_token& stop) const;
  void remove(const stream_slice& slice, const job_position& at, const std::stop_token& stop) const;

  /// Whether jobs are deleted in the end.
  bool removes() const { return options_.remove != nullptr; }

  /// Where the files of a job are named; null where there is one, without a name.
  const glob_path* place_of_files() const { return options_.files ? &options_.files->path() : nullptr; }

  /// What requests of a job may name: what is known, the slice, `creation_response`, `polling_response` and
  /// `download_target`, each None where it is not there yet.
  variables given(const stream_slice& slice, const job_position& at, const value& target = {}) const;

 private:
  variables names_for(const stream_slice& slice, const value& created, const value& completed,
                      const value& target) const;
  answer sent(requester& by, const variables& given, const char* what, const std::stop_token& stop) const;
  value seen(const answer& from, bool is_mentioned, const char* what) const;
  void clear_away(requester* by, const stream_slice& slice, const job_position& at, const char* what,
                  const std::stop_token& stop) const;
  polled_job judged(const answer& from) const;
  void find_files(const answer& polled, const stream_slice& slice, const job_position& at, const std::stop_token& stop,
                  polled_job& job) const;
  bool name_files(const answer& from, polled_job& job) const;
  bool extract(const record_extractor& by, const answer& from, std::size_t most, std::vector<value>& to) const;

  job_requests_options options_;
};

}  // namespace ingest::rest
