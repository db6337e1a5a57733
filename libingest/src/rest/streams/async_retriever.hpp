#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "ingest/stop.hpp"
#include "rest/paginators/pagination_guard.hpp"
#include "rest/paginators/paginator.hpp"
#include "rest/selectors/record_selector.hpp"
#include "rest/streams/download.hpp"
#include "rest/streams/job_requests.hpp"
#include "rest/streams/job_slots.hpp"
#include "rest/streams/missing_place.hpp"
#include "rest/streams/slice_reader.hpp"

namespace ingest::rest {

/// What all slices of a stream are read with whose records the API prepares in jobs.
struct job_reading {
  std::string where = {};  ///< names the stream in messages
  std::shared_ptr<const job_requests> jobs = {};
  std::shared_ptr<requester> downloads = {};
  std::shared_ptr<const paginator> pages = {};   ///< of a download
  std::shared_ptr<const decoder> decoding = {};  ///< of a download
  record_extractor extractor = {};               ///< of a download
  std::shared_ptr<const record_selector> selecting = {};
  std::shared_ptr<job_slots> slots = {};
  std::chrono::milliseconds job_timeout = std::chrono::hours(1);
  std::chrono::milliseconds wait_after_failure = std::chrono::seconds(5);  ///< that the API has told of
  std::size_t most_text = std::size_t{64} << 20;  ///< bytes of a record, or of a document, of a download
  std::size_t page_bytes = std::size_t{4} << 20;  ///< of records, from which on they are a page
  timing time = {};
  std::function<bool(const std::stop_token&)> replaces_rows = nullptr;  ///< as stream_reading has it
  std::shared_ptr<told_once> told = std::make_shared<told_once>();
  /// Whether a job of any slice has had the place where its files are named.
  std::shared_ptr<std::atomic<bool>> place_was_found = std::make_shared<std::atomic<bool>>(false);
};

/// AsyncRetriever: has the API prepare what belongs to a slice, waits for it, and reads the files that it names. A page
/// is the step that the job has made, with no records, or some megabytes of a file's. Three attempts at a job are made,
/// as in the CDK; beyond it, a job that the API has forgotten and files that cannot be fetched any more count as a
/// failed attempt. A job that names no files, and a file without the place of records behind others, are asked for once
/// more before they are believed.
class async_retriever final : public slice_reader {
 public:
  /// `watch` is the cursor's, for this slice; may be null. `may_repeat`: records that come twice are there once, for
  /// the target knows them by their keys. Without that, no other job is begun for a slice that has given records.
  async_retriever(std::shared_ptr<const job_reading> stream, stream_slice slice, std::unique_ptr<record_watch> watch,
                  bool may_repeat);

  void open(const std::optional<std::string>& position) override;

  /// Throws errc::unavailable, too, for a job that failed three times.
  std::optional<stream_page> read(const std::stop_token& stop) override;

 private:
  stream_page create(const std::stop_token& stop);
  stream_page await(const std::stop_token& stop);
  stream_page fetch(const std::stop_token& stop);
  stream_page next_page(const std::stop_token& stop);
  stream_page clear_away(const std::stop_token& stop);

  bool has_ended(const polled_job& job, const std::stop_token& stop);
  bool lacks_files(const polled_job& job, const std::stop_token& stop);
  void complete(const polled_job& job);
  void give_up(const std::string& why, const std::stop_token& stop, std::chrono::milliseconds wait = poll_interval);
  bool find_files_again(const error& why, const std::stop_token& stop);
  void check_anew(const std::string& why) const;
  void wait(std::chrono::milliseconds duration, const std::stop_token& stop) const;
  std::int64_t now_ms() const;

  void begin_download(const std::stop_token& stop);
  void skip_what_was_given();
  bool lacks_records();
  bool take_next_token();
  void end_file();
  stream_page page_of(record_texts records = {});
  std::string names() const;

  static constexpr std::chrono::milliseconds poll_interval = std::chrono::seconds(5);
  static constexpr int most_attempts = 3;

  std::shared_ptr<const job_reading> stream_;
  stream_slice slice_;
  std::unique_ptr<record_watch> watch_;
  bool may_repeat_;
  job_position at_;
  int attempts_ = 0;  // that failed, of this process
  bool searched_again_ = false;
  bool polled_again_ = false;   // as the answer had no place of files
  bool fetched_again_ = false;  // as the answer had no place of records
  bool is_ignored_ = false;     // by a response filter: whatever the answer is, it is no failure
  job_slots::held slot_;
  std::unique_ptr<download> download_;
  std::optional<pagination_guard> guard_;
};

}  // namespace ingest::rest
