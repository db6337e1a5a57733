#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>

#include "ingest/sinks/file_sink.hpp"
#include "ingest/sinks/parquet_sink.hpp"
#include "to/to.hpp"

namespace ingest::app {

namespace {

std::unique_ptr<sink> sink_of(const target_choice& to) {
  if (to.format == record_format::parquet) {
    return std::make_unique<parquet_sink>(to.path);
  }
  return std::make_unique<file_sink>(to.path);
}

std::string look_at_file(const settings& s) {
  file_sink to(s.to.path);
  if (to.commits() == commit_point::each_write) {
    if (::access(s.to.path.c_str(), W_OK) != 0) {
      throw error(errc::config, "cannot write to " + s.to.path.string() + ": " + std::strerror(errno));
    }
    return s.to.path.string() + ": is no regular file, and will be written to as it is";
  }
  to.open({});
  to.abort(error(errc::cancelled, "nothing was to be written"));
  std::error_code ignored;
  return s.to.path.string() +
         (std::filesystem::exists(s.to.path, ignored) ? ": can be written, will be replaced" : ": can be written");
}

}  // namespace

const to_kind to_file = {
    .place = [](const settings& s) { return s.to.path.string(); },
    .sinks = [](const settings& s) -> sink_factory { return [to = s.to](std::size_t) { return sink_of(to); }; },
    .probe =
        [](const settings& s) {
          return check{"target", [&s] { return look_at_file(s); }};
        },
};

}  // namespace ingest::app
