#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "support/http_server.hpp"

namespace ingest::testing {

inline constexpr int orders_of_shop =
    95;  // one a day from the 1st of January on, all but the last in the time that is asked for

/// The API that examples/connectors/shop.yaml is for.
class shop_api {
 public:
  reply operator()(const received_request& r) {
    if (r.header("authorization") != "Bearer secret") {
      return {.status = 401, .body = R"({"message":"who are you?"})"};
    }
    if (fault) {
      if (auto instead = fault(r)) {
        return *instead;
      }
    }
    if (r.path == "/v1/orders") {
      return page_of_orders(r);
    }
    if (r.path == "/v1/customers") {
      return page_of_customers(r);
    }
    if (r.path.ends_with("/items")) {
      return items(std::stoi(r.path.substr(std::string("/v1/orders/").size())));
    }
    return {.status = 404, .body = "{}"};
  }

  std::function<std::optional<reply>(const received_request&)> fault;

  static std::string day(int order) {
    const auto date = std::chrono::sys_days(std::chrono::year(2026) / 1 / 1) + std::chrono::days(order);
    const std::chrono::year_month_day d(date);
    const auto two = [](unsigned n) { return (n < 10 ? "0" : "") + std::to_string(n); };
    return std::to_string(static_cast<int>(d.year())) + "-" + two(static_cast<unsigned>(d.month())) + "-" +
           two(static_cast<unsigned>(d.day()));
  }

 private:
  static reply page_of_orders(const received_request& r) {
    const std::string page = r.parameter("page");
    const int skip = ((page.empty() ? 1 : std::stoi(page)) - 1) * std::stoi(r.parameter("limit"));
    std::string found;
    int matching = 0;
    for (int i = 0; i < orders_of_shop; ++i) {
      if (day(i) >= r.parameter("since") && day(i) <= r.parameter("until") && ++matching > skip &&
          matching <= skip + 10) {
        found += (found.empty() ? "" : ",") + std::string("{\"id\":") + std::to_string(i) + ",\"updated_at\":\"" +
                 day(i) + "T12:00:00Z\",\"total\": 1" + std::to_string(i) +
                 ".50,\"paid\":" + (i % 2 == 0 ? "true" : "false") + "}";
      }
    }
    return {.body = "{\"data\":{\"orders\":[" + found + "]}}"};
  }

  static reply page_of_customers(const received_request& r) {
    const int from = r.parameter("after").empty() ? 0 : std::stoi(r.parameter("after"));
    std::string found;
    for (int i = from; i < from + 4; ++i) {
      found += (i == from ? "" : ",") + std::string("{\"id\":\"c") + std::to_string(i) +
               "\",\"name\":\"N\",\"internal\":1," + "\"active\":" + (i % 3 == 0 ? "false" : "true") + "}";
    }
    const std::string next = from < 8 ? "\"/v1/customers?after=" + std::to_string(from + 4) + "\"" : "null";
    return {.body = "{\"customers\":[" + found + "],\"next\":" + next + "}"};
  }

  static reply items(int order) {
    if (order % 10 == 7) {
      return {.status = 404, .body = "{}"};
    }
    return {.body = R"([{"sku":"a"},{"sku":"b"}])"};
  }
};

}  // namespace ingest::testing
