#include "postgres/connection_pool.hpp"

#include "ingest/log.hpp"
#include "ingest/stop.hpp"
#include "log/event_names.hpp"

namespace ingest::detail {

namespace {

constexpr std::chrono::seconds before_asking_again{10};

/// too_many_connections: of the server, the database or the role.
bool has_no_room(const database_error& e) {
  return e.told().sqlstate == "53300";
}

}  // namespace

connection_pool::lease& connection_pool::lease::operator=(lease&& other) noexcept {
  close();
  pool_ = std::exchange(other.pool_, nullptr);
  connection_ = std::move(other.connection_);
  return *this;
}

void connection_pool::lease::close() noexcept {
  if (connection_) {
    connection_.reset();
    pool_->count_closed();
  }
}

void connection_pool::lease::give_back() {
  if (connection_ && connection_->usable()) {
    pool_->return_to_idle(std::move(connection_));
  }
  close();
}

connection_pool::lease connection_pool::borrow(std::stop_token stop) {
  for (;;) {
    auto connection = take_idle(stop);
    if (!connection) {
      connection = make(stop);
    }
    if (connection) {
      lease lent(*this, std::move(connection));
      lent->obey(stop);
      return lent;
    }
  }
}

/// Null: one may be made, and is counted as open.
std::unique_ptr<postgres_connection> connection_pool::take_idle(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  const std::uint64_t place = ++last_in_queue_;
  queue_.insert(place);
  const auto first = [&] { return *queue_.begin() == place; };
  const auto next = [&] { return first() && (!idle_.empty() || open_ == 0 || clock::now() >= no_room_until_); };
  while (!stop.stop_requested() && !next()) {
    if (first()) {
      changed_.wait_until(lock, stop, no_room_until_, next);
    } else {
      changed_.wait(lock, stop, first);
    }
  }
  queue_.erase(place);
  changed_.notify_all();
  throw_if_stopped(stop);
  if (idle_.empty()) {
    ++open_;
    return nullptr;
  }
  auto connection = std::move(idle_.back());
  idle_.pop_back();
  return connection;
}

/// Null: the server has no room for more than those that are open.
std::unique_ptr<postgres_connection> connection_pool::make(const std::stop_token& stop) {
  try {
    return make_(stop);
  } catch (const database_error& e) {
    count_closed();
    const std::lock_guard lock(mutex_);
    if (!has_no_room(e) || open_ == 0) {
      throw;
    }
    no_room_until_ = clock::now() + before_asking_again;
    if (!std::exchange(told_, true)) {
      log::warning(events::connections_limited,
                   std::string("the loaders take turns, because the server allows no more connections: ") + e.what(),
                   {{"connections", open_}});
    }
    return nullptr;
  } catch (...) {
    count_closed();
    throw;
  }
}

void connection_pool::return_to_idle(std::unique_ptr<postgres_connection> c) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(c));
  changed_.notify_all();
}

void connection_pool::count_closed() noexcept {
  const std::lock_guard lock(mutex_);
  --open_;
  changed_.notify_all();
}

}  // namespace ingest::detail
