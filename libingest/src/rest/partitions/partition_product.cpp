#include "rest/partitions/partition_product.hpp"

#include "ingest/error.hpp"
#include "ingest/stop.hpp"

namespace ingest::rest {

namespace {

/// Members that are there already count.
void add_members(dictionary& to, const value& more) {
  for (const auto& [name, content] : more.members()) {
    if (to.find(name) == nullptr) {
      to.set(name, content);
    }
  }
}

void add_options(dictionary& to, const dictionary& more) {
  add_members(to, value::dict_of(more));
}

}  // namespace

partition_product::partition_product(std::vector<std::unique_ptr<partition_router>> routers, std::size_t most_kept)
    : most_kept_(most_kept) {
  if (routers.empty()) {
    throw error(errc::config, "a product of partition routers needs at least one of them");
  }
  for (auto& router : routers) {
    columns_.push_back({std::move(router)});
  }
}

void partition_product::begin() {
  begun_ = false;
  ended_ = false;
  empty_ = nullptr;
  for (column& one : columns_) {
    one = column{std::move(one.router)};
  }
}

std::optional<partition> partition_product::next(const std::stop_token& stop) {
  if (ended_) {
    return std::nullopt;
  }
  throw_if_stopped(stop);
  const bool found = begun_ ? next_row(stop) : first_row(stop);
  begun_ = true;
  ended_ = !found;
  return found ? std::optional(row()) : std::nullopt;
}

void partition_product::rewind(column& one) {
  one.at = 0;
  if (!one.all_kept) {
    one.kept.clear();
    one.router->begin();
  }
}

bool partition_product::advance(column& one, bool keep, const std::stop_token& stop) const {
  if (one.all_kept) {
    if (one.at == one.kept.size()) {
      return false;
    }
    one.current = one.kept[one.at++];
    return true;
  }
  auto found = one.router->next(stop);
  if (!found) {
    one.all_kept = keep && !one.too_many;
    one.at = one.kept.size();
    return false;
  }
  if (keep && !one.too_many) {
    one.too_many = one.kept.size() == most_kept_;
    if (one.too_many) {
      one.kept.clear();
    } else {
      one.kept.push_back(*found);
    }
  }
  one.current = std::move(*found);
  return true;
}

bool partition_product::first_row(const std::stop_token& stop) {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    rewind(columns_[i]);
    if (!advance(columns_[i], i > 0, stop)) {
      empty_ = columns_[i].router.get();
      return false;
    }
  }
  return true;
}

bool partition_product::next_row(const std::stop_token& stop) {
  std::size_t turned = columns_.size();
  while (turned > 0 && !advance(columns_[turned - 1], turned > 1, stop)) {
    --turned;
  }
  if (turned == 0) {
    return false;
  }
  for (std::size_t i = turned; i < columns_.size(); ++i) {
    rewind(columns_[i]);
    if (!advance(columns_[i], true, stop)) {
      return false;
    }
  }
  return true;
}

partition partition_product::row() const {
  dictionary values;
  dictionary extra_fields;
  for (const column& one : columns_) {
    add_members(values, one.current.values);
    add_members(extra_fields, one.current.extra_fields);
  }
  return {value::dict_of(std::move(values)), value::dict_of(std::move(extra_fields))};
}

void partition_product::inject(request_options& to, const value& stream_slice, const variables& given) const {
  for (const column& one : columns_) {
    request_options own;
    one.router->inject(own, stream_slice, given);
    add_options(to.parameters, own.parameters);
    add_options(to.headers, own.headers);
    add_options(to.body_json, own.body_json);
    dictionary form = to.body_data.members();
    add_options(form, own.body_data.members());
    to.body_data = value::dict_of(std::move(form));
  }
}

}  // namespace ingest::rest
