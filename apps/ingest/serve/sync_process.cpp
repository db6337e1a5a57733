#include "serve/sync_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/descriptor.hpp"
#include "core/replaced_file.hpp"
#include "ingest/error.hpp"
#include "ingest/file_system.hpp"
#include "serve/child_environment.hpp"
#include "serve/pipeline_memory.hpp"
#include "serve/service_ties.hpp"
#include "settings/setting_text.hpp"

namespace ingest::app {

namespace {

/// Of a line; what is longer is told in pieces.
constexpr std::size_t longest_line = 1 << 20;
/// Taken at a time, so that one that talks without end does not keep the service from the others.
constexpr std::size_t most_bytes_taken = 1 << 18;

constexpr const char* connection_file = "connection.json";

std::vector<std::string> environment_of(const pipeline_file& pipeline) {
  std::map<std::string, std::string> all = pipeline.variables;
  all["LOG_FORMAT"] = "json";
  all["LOG_LEVEL"] = "info";  // the figures come by these lines; which of them are told, the service decides
  all["PROGRESS_INTERVAL_MS"] = "1000";
  all["REPORT"] = "/dev/fd/3";
  all[service_variable] = std::to_string(::getpid());
  return service_environment(all);
}

}  // namespace

sync_process::sync_process(const std::string& program, const pipeline_file& pipeline,
                           const std::filesystem::path& state, sync_listener listener)
    : listener_(std::move(listener)) {
  const std::filesystem::path own = state / pipeline.name;
  make_private_directory(own);
  if (pipeline.connection.empty()) {
    forget_connection(state, pipeline.name);
  } else if (detail::contents_of(own / connection_file) != pipeline.connection) {
    detail::replace_file(posix_file_system(), own / connection_file, pipeline.connection);
  }
  int report[2];
  if (::pipe2(report, O_CLOEXEC) != 0) {
    throw error(errc::io, std::string("cannot make a pipe: ") + std::strerror(errno), true);
  }
  detail::descriptor read(report[0]);
  const detail::descriptor write(report[1]);
  ::fcntl(read.fd(), F_SETFL, O_NONBLOCK);
  processes::child_surroundings in;
  in.environment = environment_of(pipeline);
  in.directory = std::filesystem::absolute(pipeline.path).parent_path();
  in.handed = write.fd();
  child_ = processes::start_child({program, "run"}, in);
  streams_ = {stream{child_.out}, stream{child_.err}, stream{read.release(), {}, true}};
}

sync_process::~sync_process() {
  for (const stream& s : streams_) {
    if (s.fd >= 0) {
      ::close(s.fd);
    }
  }
  if (!has_ended_) {
    ::kill(-child_.pid, SIGKILL);
    ::waitpid(child_.pid, nullptr, 0);
  }
}

std::array<int, 3> sync_process::descriptors() const {
  return {streams_[0].fd, streams_[1].fd, streams_[2].fd};
}

void sync_process::tell_lines(stream& from, bool has_ended) {
  const auto& listener = from.is_report ? listener_.report : listener_.log;
  std::size_t begin = 0;
  for (;;) {
    const std::size_t end = from.rest.find('\n', begin);
    const bool is_whole = end != std::string::npos;
    const std::size_t size = is_whole ? end - begin : from.rest.size() - begin;
    if (!is_whole && (size == 0 || (!has_ended && size < longest_line))) {
      break;
    }
    listener(std::string_view(from.rest).substr(begin, size));
    begin += size + (is_whole ? 1 : 0);
  }
  from.rest.erase(0, begin);
}

void sync_process::read_all(stream& from) {
  std::array<char, 1 << 16> piece;
  std::size_t taken = 0;
  while (from.fd >= 0 && taken < most_bytes_taken) {
    const ssize_t got = ::read(from.fd, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      break;
    }
    if (got <= 0) {
      ::close(from.fd);
      from.fd = -1;
      tell_lines(from, true);
      return;
    }
    taken += static_cast<std::size_t>(got);
    from.rest.append(piece.data(), static_cast<std::size_t>(got));
    tell_lines(from, false);
  }
}

void sync_process::take(int descriptor) {
  for (stream& s : streams_) {
    if (s.fd == descriptor && descriptor >= 0) {
      read_all(s);
    }
  }
}

std::optional<processes::child_end> sync_process::end() {
  if (has_ended_ || !processes::child_has_ended(child_.pid)) {
    return std::nullopt;
  }
  // What it has started, a tap, may hold the pipes open: what is in them is taken, and they are left.
  for (stream& s : streams_) {
    read_all(s);
    tell_lines(s, true);
  }
  auto how = processes::reap_child(child_.pid);
  has_ended_ = how.has_value();
  return how;
}

void sync_process::stop() {
  if (!has_ended_) {
    ::kill(child_.pid, SIGTERM);
  }
}

void sync_process::kill() {
  if (!has_ended_) {
    ::kill(-child_.pid, SIGKILL);
  }
}

void forget_connection(const std::filesystem::path& state, const std::string& pipeline) {
  std::error_code ignored;
  std::filesystem::remove(state / pipeline / connection_file, ignored);
}

}  // namespace ingest::app
