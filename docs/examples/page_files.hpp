// A sink for durable pipelines of one slice: every page becomes a file of its own, named by the page's number. A page
// that is offered again, after a crash for instance, is recognised by that name, so that nothing is written twice. Of
// several slices each numbers its own pages: there p.slice belongs in the name as well.
#pragma once

#include <functional>

#include "ingest/sinks/file_sink.hpp"

class page_files final : public ingest::sink {
 public:
  explicit page_files(std::filesystem::path directory, std::function<void(ingest::page_id)> on_file = nullptr)
      : directory_(std::move(directory)), on_file_(std::move(on_file)) {}

  void open(std::stop_token) override {
    // The last process may have died after giving a file its name, and before that was sure to survive a power failure.
    ingest::posix_file_system().sync_directory(directory_);
  }

  ingest::write_outcome write(const ingest::batch& records) override {
    ingest::write_outcome outcome;
    std::string_view rest = records.bytes();
    for (const ingest::page& p : records.pages) {
      const auto path = directory_ / std::to_string(p.id);
      if (ingest::posix_file_system().exists(path)) {
        outcome.rows_already_loaded += p.rows;
      } else {
        write_file(path, rest.substr(0, p.length));
        outcome.rows_loaded += p.rows;
        if (on_file_) {
          on_file_(p.id);
        }
      }
      rest.remove_prefix(p.length);
    }
    return outcome;
  }

  void finalize() override {}
  void abort(const ingest::error&) override {}

 private:
  static void write_file(const std::filesystem::path& path, std::string_view bytes) {
    ingest::batch content;
    content.data = std::make_shared<const std::string>(bytes);
    ingest::file_sink file(path);  // which appears when it is complete, and never in part
    file.open({});
    file.write(content);
    file.finalize();
  }

  std::filesystem::path directory_;
  std::function<void(ingest::page_id)> on_file_;
};
