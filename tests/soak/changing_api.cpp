#include "soak/changing_api.hpp"

#include <chrono>
#include <cstdio>

namespace ingest::testing {

namespace {

constexpr std::size_t page_size = 20;

std::string time_of(std::uint64_t change) {
  char text[32];
  const auto part = [&](std::uint64_t unit, std::uint64_t limit) {
    return static_cast<unsigned>(change / unit % limit);
  };
  std::snprintf(text, sizeof text, "2026-01-%02uT%02u:%02u:%02uZ", part(86'400, 28) + 1, part(3'600, 24), part(60, 60),
                part(1, 60));
  return text;
}

std::string in_brackets(const std::string& list) {
  return "[" + list + "]";
}

}  // namespace

reply changing_api::operator()(const received_request& request) {
  if (!calm_) {
    change();
    switch (below(40)) {
      case 0:
        return {.status = 503, .body = R"({"message":"busy"})"};
      case 1:
        return {.status = 429, .headers = {{"Retry-After", "0"}}};
      case 2:
        return {.body = "<html>"};
      default:
        break;
    }
  }
  const std::string cursor = request.parameter("cursor");
  return request.path == "/stock" ? stock_page(cursor) : orders_behind(cursor, request.parameter("since"));
}

void changing_api::change() {
  for (std::uint64_t i = below(12); i > 0; --i) {
    ++changes_;
    if (orders_.empty() || below(2) == 0) {
      orders_.push_back({++ids_, 1, changes_});
      continue;
    }
    const auto at = orders_.begin() + static_cast<std::ptrdiff_t>(below(orders_.size()));
    const order changed{at->id, at->version + 1, changes_};
    orders_.erase(at);
    orders_.push_back(changed);
  }
  generation_ += below(12) == 0 ? 1 : 0;
}

reply changing_api::orders_behind(const std::string& cursor, const std::string& since) const {
  std::string list;
  std::size_t rows = 0;
  std::uint64_t last = 0;
  bool more = false;
  for (const order& o : orders_) {
    const std::string at = time_of(o.changed);
    if ((!cursor.empty() && o.changed <= std::stoull(cursor)) || (cursor.empty() && at < since)) {
      continue;
    }
    if (rows == page_size) {
      more = true;
      break;
    }
    list += (rows++ == 0 ? "" : ",") + std::string("{\"id\":") + std::to_string(o.id) +
            ",\"version\":" + std::to_string(o.version) + ",\"changed_at\":\"" + at + "\"}";
    last = o.changed;
  }
  return {.body = "{\"orders\":" + in_brackets(list) + ",\"more\":" + (more ? "true" : "false") +
                  ",\"next\":" + (more ? "\"" + std::to_string(last) + "\"" : "null") + "}"};
}

reply changing_api::stock_page(const std::string& cursor) const {
  const std::size_t dash = cursor.find('-');
  const std::uint64_t generation = cursor.empty() ? generation_ : std::stoull(cursor);
  const std::size_t from = cursor.empty() ? 0 : std::stoull(cursor.substr(dash + 1));
  const std::size_t end = std::min(from + page_size, stock_size(generation));
  std::string list;
  for (std::size_t id = from; id < end; ++id) {
    list += (id == from ? "" : ",") + std::string("{\"id\":") + std::to_string(id) +
            ",\"generation\":" + std::to_string(generation) + "}";
  }
  const bool more = end < stock_size(generation);
  const std::string next = std::to_string(generation) + "-" + std::to_string(end);
  return {.body = "{\"stock\":" + in_brackets(list) + ",\"more\":" + (more ? "true" : "false") +
                  ",\"next\":" + (more ? "\"" + next + "\"" : "null") + "}"};
}

std::string changing_api::orders() const {
  std::string rows;
  for (const order& o : orders_) {
    rows += (rows.empty() ? "(" : ",(") + std::to_string(o.id) + "," + std::to_string(o.version) + ")";
  }
  return rows.empty() ? "(NULL::bigint, NULL::bigint)" : rows;  // which is no row of a table either
}

std::string changing_api::stock() const {
  std::string rows;
  for (std::size_t id = 0; id < stock_size(generation_); ++id) {
    rows += (rows.empty() ? "(" : ",(") + std::to_string(id) + "," + std::to_string(generation_) + ")";
  }
  return rows;
}

}  // namespace ingest::testing
