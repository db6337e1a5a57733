#include "demo_api/rest/records/collection.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <mutex>
#include <utility>

#include "demo_api/random.hpp"
#include "demo_api/rest/records/time_format.hpp"

namespace demo_api::rest {
namespace {

constexpr std::uint64_t most_records = std::numeric_limits<std::uint32_t>::max();

const yaml_value* member(const yaml_value& map, std::string_view name) {
  const auto at =
      std::find_if(map.members.begin(), map.members.end(), [name](const auto& m) { return m.first == name; });
  return at == map.members.end() ? nullptr : &at->second;
}

bool is_of_kind(const yaml_value& field, std::string_view kind) {
  const yaml_value* said = field.is == yaml_value::kind::map ? member(field, "kind") : &field;
  return said != nullptr && said->text == kind;
}

}  // namespace

collection::collection(settings& s, std::uint64_t seed, const std::string& name, const collection* parent)
    : seed_(seed),
      parent_(parent),
      records_(s.number("records", 100, most_records)),
      shape_(s.required("fields"), seed, name),
      key_name_(s.text("key", "id")),
      can_change_(s.find("changes") != nullptr) {
  const yaml_value& fields = s.required("fields");
  read_key(fields, key_name_);
  read_times(fields, s);
  fewest_ = s.number("fewest", records_, records_);
  if (parent != nullptr) {
    most_each_ = records_;
    if (!parent->has_key_) {
      s.refuse("parent", "has no key of kind id, by which its children could be found");
    }
    if (can_change_) {
      s.refuse("changes", "are not for children");
    }
    if (parent->size() * std::max<std::uint64_t>(1, most_each_) > most_records) {
      s.refuse("records", "of all parents together are more than 4,294,967,295");
    }
  }
  if (can_change_) {
    if (!has_times_) {
      s.refuse("changes", "need a field of kind time, which \"time\" names");
    }
    for (std::uint64_t i = 0; i < records_; ++i) {
      times_.push_back(first_time_ + static_cast<timestamp_ms>(i) * step_);
      by_time_.push_back(static_cast<std::uint32_t>(i));
    }
    versions_.resize(records_);
  }
}

void collection::read_key(const yaml_value& fields, const std::string& name) {
  const yaml_value* key = member(fields, name);
  has_key_ = key != nullptr && is_of_kind(*key, "id");
  if (has_key_ && key->is == yaml_value::kind::map) {
    settings of_key(*key);
    key_prefix_ = of_key.text("prefix", "");
    key_from_ = of_key.number("from", 1);
  }
}

void collection::read_times(const yaml_value& fields, settings& s) {
  const std::string name = s.text("time", "");
  for (const auto& [field, description] : fields.members) {
    if (!is_of_kind(description, "time") || (!name.empty() && field != name) || has_times_) {
      continue;
    }
    has_times_ = true;
    yaml_value none;
    none.is = yaml_value::kind::map;
    settings of_time(description.is == yaml_value::kind::map ? description : none);
    first_time_ = read_moment(of_time, "from", "2026-01-01T00:00:00Z");
    step_ = static_cast<timestamp_ms>(of_time.decimal("step_s", 60, 1e9) * 1000);
  }
  if (!name.empty() && !has_times_) {
    s.refuse("time", "names no field of kind time");
  }
}

std::shared_lock<std::shared_mutex> collection::reading() const {
  const collection* changing = this;
  while (changing->parent_ != nullptr) {
    changing = changing->parent_;
  }
  return changing->can_change_ ? std::shared_lock(changing->mutex_) : std::shared_lock<std::shared_mutex>();
}

std::uint64_t collection::size() const {
  return parent_ != nullptr ? parent_->size() * most_each_ : can_change_ ? times_.size() : records_;
}

selection collection::all() const {
  return {*this, 0, size()};
}

std::uint64_t collection::children_of(std::uint64_t parent) const {
  return fewest_ + random_table(seed_, 400)[parent] % (most_each_ - fewest_ + 1);
}

selection collection::of_parent(std::uint64_t parent) const {
  const std::uint64_t first = parent * most_each_;
  return {*this, first, first + children_of(parent)};
}

timestamp_ms collection::time_of(std::uint64_t record) const {
  return times_.empty() ? first_time_ + static_cast<timestamp_ms>(record) * step_ : times_[record];
}

record_facts collection::facts(std::uint64_t record, std::string_view parent_key) const {
  return {record, versions_.empty() ? 0 : versions_[record], time_of(record), parent_key};
}

std::string collection::key_of(std::uint64_t record) const {
  std::string key;
  if (const field* found = shape_.find(key_name_)) {
    found->append_json(facts(record, ""), key);
  }
  return key;
}

std::optional<std::uint64_t> collection::find_key(std::string_view text) const {
  std::uint64_t number = 0;
  if (!text.starts_with(key_prefix_)) {
    return std::nullopt;
  }
  text.remove_prefix(key_prefix_.size());
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc() || end != text.data() + text.size() || number < key_from_ ||
      number - key_from_ >= size()) {
    return std::nullopt;
  }
  number -= key_from_;
  const bool is_there = parent_ == nullptr || number % most_each_ < children_of(number / most_each_);
  return is_there ? std::optional(number) : std::nullopt;
}

void collection::insert_by_time(std::uint32_t record) {
  const auto key = [this](std::uint32_t r) { return std::pair(times_[r], r); };
  by_time_.insert(std::ranges::upper_bound(by_time_, key(record), {}, key), record);
}

void collection::change(std::uint64_t random, timestamp_ms now) {
  const std::unique_lock lock(mutex_);
  if (times_.empty()) {
    return;
  }
  const auto record = static_cast<std::uint32_t>(random % times_.size());
  const auto key = [this](std::uint32_t r) { return std::pair(times_[r], r); };
  by_time_.erase(std::ranges::lower_bound(by_time_, key(record), {}, key));
  times_[record] = now;
  ++versions_[record];
  insert_by_time(record);
}

void collection::add(timestamp_ms now) {
  const std::unique_lock lock(mutex_);
  if (times_.size() >= most_records) {
    return;
  }
  times_.push_back(now);
  versions_.push_back(0);
  insert_by_time(static_cast<std::uint32_t>(times_.size() - 1));
}

}  // namespace demo_api::rest
