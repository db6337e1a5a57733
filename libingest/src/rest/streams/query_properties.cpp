#include "rest/streams/query_properties.hpp"

#include <algorithm>
#include <utility>

#include "ingest/error.hpp"
#include "rest/expressions/canonical_json.hpp"

namespace ingest::rest {

namespace {

constexpr std::size_t most_chunks = 1000;
constexpr std::size_t divider = 3;  // what a comma takes in a URL

std::size_t characters_in(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

value list_of(const std::vector<std::string>& names) {
  value::elements items;
  for (const std::string& name : names) {
    items.push_back(value::text_of(name));
  }
  return value::list_of(std::move(items));
}

std::vector<std::string> joined(std::vector<std::string> names, const std::vector<std::string>& more) {
  names.insert(names.end(), more.begin(), more.end());
  return names;
}

}  // namespace

std::vector<value> query_properties::chunks(const std::stop_token& stop) {
  const std::lock_guard lock(mutex_);
  if (chunks_.empty()) {
    chunks_ = divided(options_.names(stop));
  }
  return chunks_;
}

bool query_properties::selects(const std::string& name) const {
  return !options_.selected || options_.selected->contains(name);
}

/// The CDK leaves out what is not selected but for the one chunk without a limit, and begins a chunk that has nothing
/// but what is always in it where a single name is beyond the limit; such a one is not asked for here.
std::vector<value> query_properties::divided(const std::vector<std::string>& names) const {
  if (options_.chunking && !options_.limit) {
    return {list_of(joined(names, options_.always))};
  }
  std::vector<std::string> wanted;
  std::copy_if(names.begin(), names.end(), std::back_inserter(wanted),
               [this](const std::string& name) { return selects(name); });
  if (!options_.chunking) {
    return {list_of(joined(options_.always, wanted))};
  }
  std::vector<value> all;
  std::vector<std::string> chunk;
  std::size_t size = 0;
  for (const std::string& name : wanted) {
    const bool by_characters = options_.limit->counted == property_limit::unit::characters;
    const std::size_t more = by_characters ? characters_in(name) + divider : 1;
    if (!chunk.empty() && size + more > options_.limit->most) {
      all.push_back(list_of(joined(options_.always, chunk)));
      chunk.clear();
      size = 0;
    }
    chunk.push_back(name);
    size += more;
    if (all.size() == most_chunks) {
      throw error(errc::config, options_.where + ": " + std::to_string(names.size()) + " properties make more than " +
                                    std::to_string(most_chunks) + " requests for one page: raise `property_limit`");
    }
  }
  all.push_back(list_of(joined(options_.always, chunk)));
  return all;
}

std::optional<std::string> query_properties::key_of(const value& record) const {
  value::elements parts;
  for (const std::string& name : options_.key) {
    const value* const part = record.find(name);
    if (part == nullptr || !part->truth()) {
      return std::nullopt;
    }
    parts.push_back(*part);
  }
  return canonical_json(value::list_of(std::move(parts)));
}

}  // namespace ingest::rest
