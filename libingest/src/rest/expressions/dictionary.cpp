#include <algorithm>

#include "rest/expressions/value.hpp"

namespace ingest::rest {

namespace {

constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

}  // namespace

dictionary::dictionary(std::initializer_list<std::pair<std::string_view, value>> members) {
  for (const auto& [name, content] : members) {
    set(name, content);
  }
}

std::size_t dictionary::place_of(std::size_t hash, const value& name) const {
  if (places_.empty()) {
    const auto found = std::find_if(begin(), end(), [&](const member& m) { return m.first == name; });
    return found == end() ? nowhere : static_cast<std::size_t>(found - begin());
  }
  const auto [first, last] = places_.equal_range(hash);
  const auto found = std::find_if(first, last, [&](const auto& place) { return members_[place.second].first == name; });
  return found == last ? nowhere : found->second;
}

void dictionary::index_all() {
  places_.clear();
  for (std::size_t i = 0; i < members_.size(); ++i) {
    places_.emplace(members_[i].first.hash(), i);
  }
}

void dictionary::set(value name, value content) {
  const std::size_t hash = name.hash();
  if (const std::size_t place = place_of(hash, name); place != nowhere) {
    members_[place].second = std::move(content);
    return;
  }
  members_.emplace_back(std::move(name), std::move(content));
  if (!places_.empty()) {
    places_.emplace(hash, members_.size() - 1);
  } else if (members_.size() >= indexed_from) {
    index_all();
  }
}

bool dictionary::erase(const value& name) {
  const std::size_t place = place_of(name.hash(), name);
  if (place == nowhere) {
    return false;
  }
  members_.erase(members_.begin() + static_cast<std::ptrdiff_t>(place));
  if (!places_.empty()) {
    index_all();
  }
  return true;
}

bool dictionary::erase(std::string_view name) {
  return erase(value::text_of(std::string(name)));
}

const value* dictionary::find(std::string_view name) const {
  const auto has_name = [&](const member& m) { return m.first.is_text() && m.first.text() == name; };
  if (places_.empty()) {
    const auto found = std::find_if(begin(), end(), has_name);
    return found == end() ? nullptr : &found->second;
  }
  const auto [first, last] = places_.equal_range(hash_of_text(name));
  const auto found = std::find_if(first, last, [&](const auto& place) { return has_name(members_[place.second]); });
  return found == last ? nullptr : &members_[found->second].second;
}

const value* dictionary::find(const value& name) const {
  const std::size_t place = place_of(name.hash(), name);
  return place == nowhere ? nullptr : &members_[place].second;
}

}  // namespace ingest::rest
