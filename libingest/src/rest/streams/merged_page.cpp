#include "rest/streams/merged_page.hpp"

#include <algorithm>
#include <utility>

#include "ingest/error.hpp"

namespace ingest::rest {

namespace {

/// Dicts in both become one; of all else the later one counts.
value merged(const value& record, const value& more) {
  dictionary members = record.members();
  for (const auto& [name, content] : more.members()) {
    const value* const there = members.find(name);
    const bool both = there != nullptr && there->is_dict() && content.is_dict();
    members.set(name, both ? merged(*there, content) : content);
  }
  return value::dict_of(std::move(members));
}

std::string listed(const std::vector<std::string>& names) {
  std::string all;
  for (const std::string& name : names) {
    all += (all.empty() ? "" : ", ") + name;
  }
  return all;
}

}  // namespace

bool merged_page::add(selected_page part) {
  ++answers_;
  for (std::size_t i = 0; i < part.records.size(); ++i) {
    add_record(value::from_json(part.records[i]));
  }
  place_found_ = place_found_ || part.place_found;
  fingerprint_ = fingerprint_ * 0x9E3779B97F4A7C15U + part.fingerprint;
  const bool counts = part.extracted >= extracted_;
  if (counts) {
    extracted_ = part.extracted;
    response_ = std::move(part.response);
  }
  return counts;
}

void merged_page::add_record(value record) {
  const auto key = record.is_dict() ? properties_.key_of(record) : std::nullopt;
  if (!key) {
    refuse(record,
           "a record has no " + listed(properties_.key()) + ", by which its parts of several answers are put together",
           "look at the `key` of the `record_merge_strategy`, and at `always_include_properties`");
  }
  const auto [found, is_new] = places_.emplace(*key, place{records_.size(), 1, answers_});
  if (is_new) {
    records_.push_back(std::move(record));
    return;
  }
  place& at = found->second;
  value whole = merged(records_[at.index], record);
  if (at.latest == answers_ && whole.to_json() != records_[at.index].to_json()) {
    refuse(record,
           "an answer has two records with the same " + listed(properties_.key()) + ", of which one would be lost",
           "add to the `key` of the `record_merge_strategy` what tells them apart");
  }
  at.answers += at.latest == answers_ ? 0 : 1;
  at.latest = answers_;
  records_[at.index] = std::move(whole);
}

void merged_page::refuse(const value& record, const std::string& problem, const std::string& advice) const {
  throw error(errc::bad_data,
              properties_.where() + ": " + problem + ": " + record.to_json().substr(0, 100) + "; " + advice);
}

std::set<std::string> merged_page::partial() const {
  std::set<std::string> keys;
  for (const auto& [key, at] : places_) {
    if (at.answers < answers_) {
      keys.insert(key);
    }
  }
  return keys;
}

selected_page merged_page::taken(const page_wishes& wishes, cursor_filter filter, record_watch* watch) {
  selected_page page;
  page.extracted = extracted_;
  page.response = std::move(response_);
  page.fingerprint = fingerprint_;
  page.place_found = place_found_;
  const value* last = nullptr;
  for (const value& record : records_) {
    const value* found = watch == nullptr ? nullptr : record.find(watch->field());
    found = found == nullptr || found->is_none() ? nullptr : found;
    const bool admitted = watch == nullptr || filter == cursor_filter::none || watch->admits(found);
    if (!admitted && filter == cursor_filter::early) {
      continue;
    }
    if (filter == cursor_filter::late && found != nullptr) {
      watch->note_order(*found);
      page.last_record_known = watch->is_known(*found);
    }
    ++page.selected;
    last = &record;
    if (admitted) {
      page.records.append(record.to_json());
      if (watch != nullptr) {
        watch->observe(found);
      }
    }
  }
  if (last == nullptr && !records_.empty()) {
    last = &records_.back();
  }
  if (wishes.last_record && last != nullptr) {
    page.last_record = *last;
  }
  return page;
}

}  // namespace ingest::rest
