#include "simulation/simulated_database.hpp"

#include <algorithm>

namespace ingest::testing {

using detail::database_error;

namespace {

/// Key shares go beside each other and beside one update that leaves the key alone.
bool conflict(lock_strength a, lock_strength b) {
  return std::max(a, b) == lock_strength::update || std::min(a, b) == lock_strength::no_key_update;
}

auto holds_against(const std::string& what, lock_strength strength) {
  return [&what, strength](const backend& o) {
    const auto held = o.locks.find(what);
    return held != o.locks.end() && conflict(strength, held->second);
  };
}

}  // namespace

void event_rows::apply(const event_rows& changes) {
  has_key = has_key || changes.has_key;
  for (const auto& [id, data] : changes.events) {
    events[id] = data;
  }
  rows_changed += changes.rows_changed;
  for (const auto& [id, count] : changes.copies) {
    copies[id] += count;
  }
}

void tables::apply(const tables& changes) {
  has_ledger = has_ledger || changes.has_ledger;
  for (const auto& [name, id] : changes.named) {
    named[name] = id;
  }
  std::erase_if(named, [](const auto& entry) { return !entry.second; });
  for (const auto& [id, changed] : changes.rows) {
    rows[id].apply(changed);
  }
  std::erase_if(rows, [this](const auto& entry) { return name_of(entry.first).empty(); });
  for (const std::string& pipeline : changes.emptied) {
    std::erase_if(pages, [&](const auto& entry) { return entry.first.first.first == pipeline; });
    std::erase_if(slices, [&](const auto& entry) { return entry.first.first == pipeline; });
  }
  rows_forgotten += changes.rows_forgotten;
  for (const page_key& key : changes.deleted_pages) {
    pages.erase(key);
  }
  forgotten.insert(changes.forgotten.begin(), changes.forgotten.end());
  followed.insert(changes.followed.begin(), changes.followed.end());
  given_up.insert(changes.given_up.begin(), changes.given_up.end());
  for (const auto& [pipeline, value] : changes.watermarks) {
    watermarks[pipeline] = value;
  }
  for (const auto& [key, row] : changes.slices) {
    slices[key] = row;
  }
  for (const auto& [name, row] : changes.pipelines) {
    pipelines[name] = row;
  }
  for (const auto& [key, row] : changes.pages) {
    pages[key] = row;
  }
}

std::optional<table_id> tables::find(const std::string& name) const {
  const auto found = named.find(name);
  return found == named.end() ? std::nullopt : found->second;
}

std::string tables::name_of(table_id id) const {
  const auto found = std::find_if(named.begin(), named.end(), [id](const auto& entry) { return entry.second == id; });
  return found == named.end() ? "" : found->first;
}

const event_rows& tables::rows_of(const std::string& name) const {
  static const event_rows none;
  const auto id = find(name);
  const auto found = id ? rows.find(*id) : rows.end();
  return found == rows.end() ? none : found->second;
}

void simulated_database::load_earlier(const std::map<std::string, std::string>& events) {
  committed_.named[simulated_target] = ++last_table_;
  committed_.rows[last_table_] = {write_ != disposition::append, events, {}, 0};
}

std::shared_ptr<backend> simulated_database::connect(const std::string& owner) {
  if (refused_ > 0) {
    --refused_;
    throw database_error::lost("the server is away", "simulated database");
  }
  const auto b = std::make_shared<backend>();
  b->number = ++last_number_;
  b->owner = owner;
  backends_.push_back(b);
  return b;
}

void simulated_database::commit(backend& b) {
  committed_.apply(b.made);
  const tables made = std::move(b.made);
  roll_back(b);
  if (!made.loaded.empty() || !made.slices.empty() || !made.pipelines.empty() || !made.rows.empty() ||
      !made.named.empty() || !made.watermarks.empty()) {
    on_commit(made, b.owner);
  }
}

void simulated_database::roll_back(backend& b) {
  b.made = tables();
  b.savepoint.reset();
  b.snapshot.reset();
  b.locks.clear();
  b.in_transaction = false;
  b.failed = false;
}

void simulated_database::end(backend& b, bool commits) {
  schedule_.note("database",
                 "session " + std::to_string(b.number) + " of " + b.owner + (commits ? " commits and ends" : " ends"));
  if (commits && b.in_transaction && !b.failed) {
    commit(b);
  }
  roll_back(b);
  b.alive = false;
  const auto gone = std::find_if(backends_.begin(), backends_.end(), [&](const auto& s) { return s.get() == &b; });
  const std::shared_ptr<backend> kept = gone == backends_.end() ? nullptr : *gone;
  std::erase(backends_, kept);
}

void simulated_database::resolve(backend& b) {
  end(b, b.commit_sent && schedule_.one_in(2));
}

void simulated_database::lose_client(backend& b, bool commit_sent) {
  if (!b.alive || !b.has_client) {
    return;
  }
  b.has_client = false;
  b.commit_sent = commit_sent;
  if (!b.in_transaction || schedule_.one_in(2)) {
    resolve(b);
  } else {
    schedule_.note("database", "session " + std::to_string(b.number) + " of " + b.owner + " lives on without a client");
  }
}

void simulated_database::close(backend& b) {
  if (b.alive && b.has_client) {
    end(b, false);
  }
}

void simulated_database::lose_clients(const std::string& owner) {
  const auto now = backends_;
  for (const auto& b : now) {
    if (b->owner == owner) {
      lose_client(*b, false);
    }
  }
}

void simulated_database::refuse(backend& b, const std::string& sqlstate, bool is_commit) {
  if (is_commit) {
    roll_back(b);
  }
  fail(b, sqlstate, "made to fail");
}

void simulated_database::restart(unsigned refused) {
  for (const auto& b : backends_) {
    roll_back(*b);
    b->alive = false;
  }
  backends_.clear();
  refused_ = refused;
}

void simulated_database::settle() {
  const auto now = backends_;
  for (const auto& b : now) {
    if (!b->has_client && schedule_.one_in(16)) {
      resolve(*b);
    }
  }
}

void simulated_database::settle_all() {
  const auto now = backends_;
  for (const auto& b : now) {
    if (!b->has_client) {
      resolve(*b);
    }
  }
  refused_ = 0;
}

void simulated_database::wait_for(backend& waiter, backend& holder) {
  constexpr unsigned patience = 3;
  const auto both = backends_;  // keeps the holder in existence until this function returns
  schedule_.note("database",
                 "session " + std::to_string(waiter.number) + " waits for session " + std::to_string(holder.number));
  if (holder.has_client && ++holder.blocked > patience) {
    end(holder, false);  // idle_in_transaction_session_timeout: its client stands still
  } else if (holder.has_client || schedule_.one_in(3)) {
    fail(waiter, "55P03", "canceling statement due to lock timeout");
  } else {
    resolve(holder);
  }
}

bool simulated_database::is_locked(const backend& b, const std::string& what, lock_strength strength) {
  return other(b, holds_against(what, strength)) != nullptr;
}

void simulated_database::lock(backend& b, const std::string& what, lock_strength strength) {
  while (backend* holder = other(b, holds_against(what, strength))) {
    wait_for(b, *holder);
  }
  if (b.in_transaction) {
    const auto held = b.locks.try_emplace(what, strength).first;
    held->second = std::max(held->second, strength);
  }
}

backend* simulated_database::other(const backend& b, const std::function<bool(const backend&)>& has) {
  for (const auto& o : backends_) {
    if (o.get() != &b && o->in_transaction && has(*o)) {
      return o.get();
    }
  }
  return nullptr;
}

void simulated_database::fail(backend& b, const std::string& sqlstate, const std::string& message,
                              const std::string& context, const std::string& column) {
  b.failed = b.in_transaction;
  throw database_error({sqlstate, message, "", context, column}, "simulated database");
}

}  // namespace ingest::testing
