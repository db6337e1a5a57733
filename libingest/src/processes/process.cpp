#include "processes/process.hpp"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "ingest/error.hpp"
#include "ingest/log.hpp"
#include "log/event_names.hpp"
#include "log/quotable.hpp"

namespace ingest::processes {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t block_bytes = 256 << 10;
constexpr std::size_t most_error_bytes = 8 << 10;  // of a line: the rest is left out
constexpr std::size_t most_kept_bytes = 16 << 10;  // as a secret that is cut off would not be known any more
constexpr std::size_t most_last_errors = 8;
constexpr int most_last_reads = 64;
constexpr auto look_after = 200ms;  // whether it still lives

std::string seconds_of(std::chrono::milliseconds time) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(time).count()) + " s";
}

/// Up to `size` bytes; 0 at the end, nothing where none are there now.
std::optional<std::size_t> read_what_is_there(int fd, char* to, std::size_t size) {
  for (;;) {
    const ssize_t got = ::read(fd, to, size);
    if (got >= 0) {
      return static_cast<std::size_t>(got);
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) {
      return std::nullopt;
    }
    if (errno != EINTR) {
      throw error(errc::io, std::string("cannot read from a pipe: ") + std::strerror(errno), true);
    }
  }
}

int milliseconds_until(std::chrono::steady_clock::time_point then) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(then - std::chrono::steady_clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, std::chrono::milliseconds(look_after).count()));
}

}  // namespace

process::process(process_options o, std::stop_token stop)
    : options_(std::move(o)),
      stop_(std::move(stop)),
      stopped_(stop_),
      child_(start_child(options_.words)),
      heard_(clock::now()),
      left_(heard_) {
  log::info(events::process_started, "the process begins", {{"process", options_.name}, {"pid", child_.pid}});
}

process::~process() {
  end();
}

process::reading process::next(std::string_view& line, std::chrono::milliseconds patience) {
  const auto now = clock::now();
  heard_ += now - left_;  // what nobody asked for cannot be missed
  const auto how = next_until(now + patience, line);
  left_ = clock::now();
  return how;
}

process::reading process::next_until(clock::time_point until, std::string_view& line) {
  for (;;) {
    throw_if_stopped(stop_);
    if (take_line(line)) {
      return reading::line;
    }
    if (output_ended_) {
      await_end();  // first: a line that was cut off by its death is none
      return take_rest(line) ? reading::line : reading::end;
    }
    if (clock::now() >= until && asked_) {
      asked_ = false;
      return reading::pause;
    }
    asked_ = true;
    wait_for_output(until);
  }
}

bool process::take_line(std::string_view& line) {
  const auto end = output_.find('\n', searched_);
  if (end == output_.npos) {
    searched_ = output_.size();
    return false;
  }
  line = std::string_view(output_).substr(begin_, end - begin_);
  begin_ = searched_ = end + 1;
  if (line.ends_with('\r')) {
    line.remove_suffix(1);
  }
  return true;
}

bool process::take_rest(std::string_view& line) {
  line = std::string_view(output_).substr(begin_);
  begin_ = searched_ = output_.size();
  return !line.empty();
}

/// Returns after something has happened, or after a look at the process.
void process::wait_for_output(clock::time_point until) {
  std::array<pollfd, 3> ready{{{child_.out, POLLIN, 0}, {stopped_.fd(), POLLIN, 0}, {child_.err, POLLIN, 0}}};
  const int happened = ::poll(ready.data(), ready.size(), milliseconds_until(until));
  throw_if_stopped(stop_);
  if (happened > 0 && ready[2].revents != 0) {
    read_errors();
  }
  if (happened > 0 && ready[0].revents != 0) {
    read_output();
    return;
  }
  check_life(clock::now());
}

void process::read_output() {
  output_.erase(0, begin_);
  searched_ -= begin_;
  begin_ = 0;
  const std::size_t filled = output_.size();
  if (filled > options_.most_line_bytes) {
    throw error(errc::bad_data, options_.name + " has written a line of more than " +
                                    std::to_string(options_.most_line_bytes) + " bytes, which begins with " +
                                    detail::quotable(std::string_view(output_).substr(0, 200)));
  }
  output_.resize(filled + block_bytes);
  const auto got = read_what_is_there(child_.out, output_.data() + filled, block_bytes);
  output_.resize(filled + got.value_or(0));
  output_ended_ = got == std::size_t{0};
  heard_ = clock::now();
}

/// Returns false at its end.
bool process::read_errors() {
  if (child_.err < 0) {
    return false;
  }
  std::array<char, 16 << 10> block;
  const auto got = read_what_is_there(child_.err, block.data(), block.size());
  errors_.append(block.data(), got.value_or(0));
  const bool ended = got == std::size_t{0};
  take_error_lines(ended);
  if (ended) {
    ::close(std::exchange(child_.err, -1));
    return false;
  }
  heard_ = clock::now();
  return got.has_value();
}

/// What it has said at its end may still be on its way; what others go on to say is not awaited.
void process::read_last_errors() {
  for (int i = 0; i < most_last_reads && read_errors(); ++i) {
  }
  take_error_lines(true);
}

void process::take_error_lines(bool all) {
  std::size_t begin = 0;
  for (auto end = errors_.find('\n'); end != errors_.npos; end = errors_.find('\n', begin)) {
    note_error_line(std::string_view(errors_).substr(begin, end - begin));
    begin = end + 1;
  }
  errors_.erase(0, begin);
  if (all && !errors_.empty()) {
    note_error_line(errors_);
    errors_.clear();
  }
  errors_.resize(std::min(errors_.size(), most_kept_bytes));  // of a long line the beginning says most
}

void process::note_error_line(std::string_view line) {
  if (line.find_first_not_of(" \t\r") == line.npos) {
    return;
  }
  const std::string text = log::redact(line.substr(0, most_kept_bytes)).substr(0, most_error_bytes);
  log::info(events::process_says, text, {{"process", options_.name}});
  last_errors_.push_back(detail::quotable(text));
  if (last_errors_.size() > most_last_errors) {
    last_errors_.pop_front();
  }
}

std::string process::last_words() const {
  std::string all;
  for (const std::string& line : last_errors_) {
    all += (all.empty() ? ": " : " / ") + line;
  }
  return all;
}

void process::check_life(clock::time_point now) {
  if (now - heard_ > options_.silence) {
    fail("has written nothing for " + seconds_of(options_.silence) + " and is taken to hang");
  }
  if (!ended_ && child_has_ended(child_.pid)) {
    ended_ = now;
  }
  if (ended_ && now - *ended_ > options_.lingering) {
    fail("has ended, but what it has started keeps its output open, so that nobody knows whether all was written");
  }
}

/// Its output has ended: only its exit code tells whether that was all.
void process::await_end() {
  if (reaped_) {
    return;
  }
  const auto until = clock::now() + options_.lingering;
  for (auto pause = 1ms; clock::now() < until; pause = std::min(2 * pause, 50ms)) {
    if (child_has_ended(child_.pid)) {
      ::kill(-child_.pid, SIGKILL);  // what it has left behind; while it is not reaped, the number is no other's
      finish(reap_child(child_.pid).value());
      return;
    }
    throw_if_stopped(stop_);
    std::array<pollfd, 2> ready{{{stopped_.fd(), POLLIN, 0}, {child_.err, POLLIN, 0}}};
    if (::poll(ready.data(), ready.size(), static_cast<int>(pause.count())) > 0 && ready[1].revents != 0) {
      read_errors();
    }
  }
  fail("has closed its output, but lives on, so that nobody knows whether all was written");
}

void process::finish(const child_end& end) {
  reaped_ = true;
  read_last_errors();
  log::info(events::process_ended, to_string(end), {{"process", options_.name}, {"pid", child_.pid}});
  if (!end.in_order()) {
    fail(to_string(end));
  }
}

void process::fail(const std::string& what) {
  read_last_errors();
  throw error(errc::unavailable, options_.name + " " + what + last_words());
}

/// The group outlives its leader where others were started, so it is the group that gets the signals; its number is
/// nobody else's as long as the leader is not reaped.
void process::end() noexcept {
  close_pipes();
  if (reaped_) {
    return;
  }
  ::kill(-child_.pid, SIGTERM);
  if (!ends_within(options_.grace)) {
    log::warning(events::process_killed, "the process did not end when it was asked to, and was killed",
                 {{"process", options_.name}, {"pid", child_.pid}});
  }
  ::kill(-child_.pid, SIGKILL);
  try {
    while (!reap_child(child_.pid)) {
      wait_for(5ms, {});
    }
  } catch (const error& e) {
    log::error(events::process_ended, e.what(), {{"process", options_.name}});
  }
  reaped_ = true;
}

bool process::ends_within(std::chrono::milliseconds time) noexcept {
  const auto until = clock::now() + time;
  while (!child_has_ended(child_.pid)) {
    if (clock::now() >= until) {
      return false;
    }
    ::poll(nullptr, 0, 5);
  }
  return true;
}

void process::close_pipes() noexcept {
  for (int* const fd : {&child_.out, &child_.err}) {
    if (*fd >= 0) {
      ::close(std::exchange(*fd, -1));
    }
  }
}

}  // namespace ingest::processes
