#include <algorithm>

#include "simulation/simulated_statements.hpp"

namespace ingest::testing {

using detail::query_result;

namespace {

std::optional<std::string> truth(bool value) {
  return value ? "t" : "f";
}

std::optional<std::string> text(std::uint64_t value) {
  return std::to_string(value);
}

std::uint64_t number(const std::string& value) {
  return std::stoull(value);
}

/// The pages that the second to fourth parameter name.
std::vector<page_key> named_pages(const std::vector<std::string>& p) {
  const auto streams = array_elements(p.at(1));
  const auto slices = array_elements(p.at(2));
  const auto ids = array_elements(p.at(3));
  std::vector<page_key> keys;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    keys.emplace_back(slice_key(p.at(0), slice_id(streams.at(i), slices.at(i))), number(ids[i]));
  }
  return keys;
}

detail::query_result::row_values with_name(const slice_key& key, const detail::query_result::row_values& values) {
  detail::query_result::row_values row{key.second.stream(), key.second.name()};
  row.insert(row.end(), values.begin(), values.end());
  return row;
}

}  // namespace

std::string row_of(const slice_key& key) {
  return "row of " + to_string(key.second) + " of " + key.first;
}

std::vector<slice_key> named_slices_of(const std::vector<std::string>& p) {
  const auto streams = array_elements(p.at(1));
  const auto slices = array_elements(p.at(2));
  std::vector<slice_key> keys;
  for (std::size_t i = 0; i < streams.size(); ++i) {
    keys.emplace_back(p.at(0), slice_id(streams[i], slices.at(i)));
  }
  std::sort(keys.begin(), keys.end());
  return keys;
}

// -- Questions -------------------------------------------------------------------------------------------------------

simulated_statements::rows simulated_statements::query_slices(const std::string& sql, const parameters& p) {
  if (sql.find(" FOR ") != std::string::npos) {
    return lock_slices(sql, p);
  }
  if (sql.starts_with("SELECT p.stream, p.slice, p.page, p.last, p.bytes, p.rows, p.crc, p.position FROM")) {
    return query_pages(p);
  }
  const tables now = seen();
  rows answer;
  if (sql.starts_with("SELECT n.stream, n.slice, coalesce(s.pages, 0), n.page FROM")) {
    for (const page_key& key : named_pages(p)) {
      const auto found = now.slices.find(key.first);
      const std::uint64_t pages = found == now.slices.end() ? 0 : found->second.pages;
      if (pages < key.second) {
        answer.push_back(with_name(key.first, {text(pages), text(key.second)}));
      }
    }
    return answer;
  }
  if (sql.starts_with("SELECT n.stream, n.slice, n.page FROM")) {
    for (const page_key& key : named_pages(p)) {
      const auto found = now.slices.find(key.first);
      const bool folded = found != now.slices.end() && found->second.pages >= key.second - 1;
      if (!folded && !now.pages.contains({key.first, key.second - 1})) {
        answer.push_back(with_name(key.first, {text(key.second)}));
      }
    }
    return answer;
  }
  if (sql.starts_with("SELECT p.stream, p.slice, p.page, p.position, p.last, p.rows FROM")) {
    for (const slice_key& key : named_slices_of(p)) {
      for (auto at = now.pages.lower_bound({key, 0}); at != now.pages.end() && at->first.first == key; ++at) {
        const page_row& r = at->second;
        answer.push_back(with_name(key, {text(at->first.second), r.position, truth(r.last), text(r.rows)}));
      }
    }
    return answer;
  }
  for (const slice_key& key : named_slices_of(p)) {
    const auto found = now.slices.find(key);
    if (found == now.slices.end()) {
      continue;
    }
    const slice_row& s = found->second;
    if (sql.starts_with("SELECT s.stream, s.slice, s.pages, s.position, s.done, s.rows, s.fence FROM")) {
      answer.push_back(
          with_name(key, {text(s.pages), s.position, truth(s.done), text(s.rows), std::to_string(s.fence)}));
    } else if (sql.starts_with("SELECT s.stream, s.slice, s.pages, s.position, s.done FROM")) {
      answer.push_back(with_name(key, {text(s.pages), s.position, truth(s.done)}));
    } else if (sql.starts_with("SELECT s.stream, s.slice, s.fence FROM")) {  // without its lock: a planted bug
      answer.push_back(with_name(key, {std::to_string(s.fence)}));
    } else if (!sql.starts_with("SELECT 1 FROM ")) {
      unknown(sql);
    } else if (!s.done) {
      answer.push_back({"1"});
    }
  }
  return answer;
}

simulated_statements::rows simulated_statements::query_all_slices(const std::string& sql, const std::string& pipeline) {
  const tables now = seen();
  rows answer;
  if (sql.starts_with("SELECT stream, slice, page, position, last, rows FROM ingest.pages")) {
    for (const auto& [key, r] : now.pages) {
      if (key.first.first == pipeline) {
        answer.push_back(with_name(key.first, {text(key.second), r.position, truth(r.last), text(r.rows)}));
      }
    }
    return answer;
  }
  for (const auto& [key, s] : now.slices) {
    if (key.first != pipeline || s.done) {
      continue;
    }
    const std::string fence = std::to_string(s.fence);
    if (sql.starts_with("SELECT stream, slice, pages, position, done, rows, fence FROM ingest.slices")) {
      answer.push_back(with_name(key, {text(s.pages), s.position, truth(s.done), text(s.rows), fence}));
    } else if (sql.starts_with("SELECT stream, slice, pages, fence FROM ingest.slices")) {
      answer.push_back(with_name(key, {text(s.pages), fence}));
    } else if (sql == "SELECT 1 FROM ingest.slices WHERE pipeline = $1 AND NOT done LIMIT 1") {
      return {{"1"}};
    } else {
      unknown(sql);
    }
  }
  return answer;
}

simulated_statements::rows simulated_statements::query_pages(const parameters& p) {
  const tables now = seen();
  rows answer;
  for (const page_key& key : named_pages(p)) {
    if (const auto found = now.pages.find(key); found != now.pages.end()) {
      const page_row& r = found->second;
      answer.push_back(with_name(
          key.first, {text(key.second), truth(r.last), text(r.bytes), text(r.rows), text(r.crc), r.position}));
    }
  }
  return answer;
}

simulated_statements::rows simulated_statements::query_sums(const std::string& pipeline) {
  const tables now = seen();
  std::uint64_t done = 0, pages = 0, loaded = 0, duplicates = 0, rejected = 0;
  const auto add = [&](const auto& r) {
    loaded += r.rows - r.duplicates - r.rejected;
    duplicates += r.duplicates;
    rejected += r.rejected;
  };
  for (const auto& [key, s] : now.slices) {
    if (key.first == pipeline) {
      done += s.done ? 1 : 0;
      pages += s.pages;
      add(s);
    }
  }
  for (const auto& [key, r] : now.pages) {
    if (key.first.first == pipeline) {
      ++pages;
      add(r);
    }
  }
  return {{text(done), text(pages), text(loaded), text(duplicates), text(rejected)}};
}

simulated_statements::rows simulated_statements::query_words(const std::string& pipeline) {
  const tables now = seen();
  std::uint64_t all = 0, unseen = 0;
  for (const auto& [key, s] : now.slices) {
    if (key.first == pipeline) {
      ++all;
      unseen += s.position.find("\"unseen\":true") != std::string::npos ? 1 : 0;
    }
  }
  return {{text(all), text(unseen)}};
}

simulated_statements::rows simulated_statements::lock_slices(const std::string& sql, const parameters& p) {
  const auto says = [&](const char* words) { return sql.find(words) != std::string::npos; };
  const lock_strength strength = says(" FOR KEY SHARE")       ? lock_strength::key_share
                                 : says(" FOR NO KEY UPDATE") ? lock_strength::no_key_update
                                                              : lock_strength::update;
  const auto is_wanted = [&](const tables& now, const slice_key& key) {
    const auto found = now.slices.find(key);
    return found != now.slices.end() && is_meant(sql, found->second, p);
  };
  rows answer;
  for (const slice_key& key : named_slices_of(p)) {
    if (!is_wanted(seen(), key) || (says(" SKIP LOCKED") && db_.is_locked(b_, row_of(key), strength))) {
      continue;
    }
    db_.lock(b_, row_of(key), strength);
    if (const tables now = seen(); is_wanted(now, key)) {
      answer.push_back(with_name(key, {std::to_string(now.slices.at(key).fence)}));
    }
  }
  return answer;
}

// -- Changes ---------------------------------------------------------------------------------------------------------

query_result simulated_statements::enter_slices(const parameters& p) {
  for (const slice_key& key : named_slices_of(p)) {
    while (backend* holder = db_.other(b_, [&](const backend& o) { return o.made.slices.contains(key); })) {
      if (seen().slices.contains(key)) {
        break;  // it is an old row that the other changes
      }
      db_.wait_for(b_, *holder);
    }
    if (!seen().slices.contains(key)) {
      b_.made.slices[key] = {};
    }
  }
  return done("INSERT");
}

query_result simulated_statements::claim_slices(const parameters& p) {
  for (const slice_key& key : named_slices_of(p)) {
    db_.lock(b_, row_of(key), lock_strength::no_key_update);
    slice_row s = seen().slices.at(key);
    if (!s.done) {
      ++s.fence;
      s.owner = b_.owner;
      s.worker.clear();
      s.leased_until = 0;
      b_.made.slices[key] = s;
    }
  }
  return done("INSERT");
}

query_result simulated_statements::enter_pages(const parameters& p) {
  std::vector<std::vector<std::string>> columns;
  for (std::size_t i = 4; i < p.size(); ++i) {
    columns.push_back(array_elements(p[i]));
  }
  rows entered;
  const std::vector<page_key> keys = named_pages(p);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const page_key& key = keys[i];
    const auto is_at_it = [&](const backend& o) {
      return o.made.loaded.contains(key) || o.made.pages.contains(key) || o.made.deleted_pages.contains(key);
    };
    while (backend* holder = db_.other(b_, is_at_it)) {
      db_.wait_for(b_, *holder);
    }
    if (seen().pages.contains(key)) {
      continue;
    }
    page_row r;
    r.last = columns[0][i] != "0";
    r.bytes = number(columns[1][i]);
    r.rows = number(columns[2][i]);
    r.crc = number(columns[3][i]);
    r.position = columns[4][i];
    b_.made.pages[key] = r;
    b_.made.loaded.insert(key);
    entered.push_back(with_name(key.first, {text(key.second)}));
  }
  done("");
  const std::string tag = "INSERT 0 " + std::to_string(entered.size());
  return {std::move(entered), tag};
}

query_result simulated_statements::withdraw_pages(const parameters& p) {
  for (const page_key& key : named_pages(p)) {
    b_.made.delete_page(key);
    b_.made.loaded.erase(key);
  }
  return done("DELETE");
}

query_result simulated_statements::forget_pages(const parameters& p) {
  const slice_key slice(p.at(0), slice_id(p.at(1), p.at(2)));
  for (const auto& [key, r] : seen().pages) {
    if (key.first == slice) {
      b_.made.delete_page(key);
      b_.made.forgotten.insert(key);
    }
  }
  return done("DELETE");
}

query_result simulated_statements::count_pages_in(const parameters& p) {
  const slice_key slice(p.at(0), slice_id(p.at(1), p.at(2)));
  const tables now = seen();
  slice_row s = now.slices.at(slice);
  for (const auto& [key, r] : now.pages) {
    if (key.first == slice) {
      s.rows += r.rows;
      s.duplicates += r.duplicates;
      s.rejected += r.rejected;
    }
  }
  b_.made.slices[slice] = s;
  return done("UPDATE");
}

query_result simulated_statements::fold_pages(const std::string& sql, const parameters& p) {
  std::vector<slice_key> keys;
  if (p.size() > 1) {
    keys = named_slices_of(p);
  } else {
    for (const auto& [key, r] : seen().pages) {
      if (key.first.first == p.at(0) && (keys.empty() || keys.back() != key.first)) {
        keys.push_back(key.first);
      }
    }
  }
  rows changed;
  for (const slice_key& key : keys) {
    const bool waits = sql.find(" SKIP LOCKED") == std::string::npos;
    if (seen().slices.contains(key) && (waits || !db_.is_locked(b_, row_of(key), lock_strength::no_key_update))) {
      db_.lock(b_, row_of(key), lock_strength::no_key_update);
      if (fold_slice(key)) {
        changed.push_back(with_name(key, {truth(seen().slices.at(key).done)}));
      }
    }
  }
  done("");
  const std::string tag = "UPDATE " + std::to_string(changed.size());
  return {std::move(changed), tag};
}

bool simulated_statements::fold_slice(const slice_key& key) {
  const tables now = seen();
  slice_row s = now.slices.at(key);
  const std::uint64_t before = s.pages;
  for (auto next = now.pages.find({key, s.pages + 1}); next != now.pages.end();
       next = now.pages.find({key, s.pages + 1})) {
    const page_row& r = next->second;
    ++s.pages;
    s.position = r.position;
    s.done = r.last;
    s.rows += r.rows;
    s.duplicates += r.duplicates;
    s.rejected += r.rejected;
    b_.made.delete_page(next->first);
  }
  if (s.pages > before) {
    b_.made.slices[key] = s;
  }
  return s.pages > before;
}

void simulated_statements::record_losses(const parameters& p) {
  const auto duplicates = array_elements(p.at(4));
  const auto rejected = array_elements(p.at(5));
  const tables now = seen();
  const std::vector<page_key> keys = named_pages(p);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    page_row row = now.pages.at(keys[i]);
    row.duplicates = number(duplicates[i]);
    row.rejected = number(rejected[i]);
    b_.made.pages[keys[i]] = row;
  }
}

}  // namespace ingest::testing
