#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "demo_api/rest/resource.hpp"

namespace demo_api::rest {

/// Exports of a resource that are asked for, waited for and then downloaded: POST `path` makes a job, GET `path`/ID
/// tells how it stands, GET `path`/ID/files/N, for which nobody needs credentials, is a part of its records. DELETE
/// `path`/ID forgets it. Thread-safe.
class export_jobs {
 public:
  /// Takes `path`, `polls` (so many times a job is running yet), `parts`, `format`, `gzip` and `fails` (so many jobs
  /// fail first). `of` must outlive this object.
  export_jobs(settings& s, const std::string& base, resource& of);

  const std::string& path() const { return path_; }

  /// `rest` is what stands behind the path.
  void answer(const http_request& request, http_response& response, std::string_view rest);

 private:
  struct job {
    http_request asked;  ///< its parameters choose the records
    std::uint64_t polls_left;
    bool fails;
  };

  void create(const http_request& request, http_response& response);
  void poll(const http_request& request, http_response& response, const std::string& id);
  void send_file(http_response& response, const std::string& id, std::string_view part);
  job find(const std::string& id);

  resource& of_;
  std::string path_;
  std::uint64_t polls_;
  std::uint64_t parts_;
  std::uint64_t fails_;
  bool gzip_;
  std::unique_ptr<body_format> format_;
  std::mutex mutex_;
  std::uint64_t created_ = 0;
  std::map<std::string, job> jobs_;
};

}  // namespace demo_api::rest
