#pragma once

#include <array>
#include <bit>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "ingest/sinks/parquet_sink.hpp"
#include "support/parquet_reader.hpp"

namespace ingest::testing {

/// A value as a record has it, and as the reader shall find it.
struct sample_value {
  std::string json;
  std::string cell;
};

/// Values of all types, the odd ones more often than chance would have them.
class sample_values {
 public:
  explicit sample_values(std::uint32_t seed) : chance_(seed) {}

  std::size_t below(std::size_t count) { return std::uniform_int_distribution<std::size_t>(0, count - 1)(chance_); }

  sample_value of(const parquet_column& column) {
    switch (column.type) {
      case parquet_type::boolean:
        return below(2) == 0 ? sample_value{"true", "true"} : sample_value{"false", "false"};
      case parquet_type::int64:
        return plain(one_of({"0", "-1", "42", "9223372036854775807", "-9223372036854775808", any_number()}));
      case parquet_type::real64:
        return real();
      case parquet_type::decimal:
        return decimal(column.scale);
      case parquet_type::date:
        return date();
      case parquet_type::time:
        return time();
      case parquet_type::timestamp:
        return timestamp();
      case parquet_type::uuid:
        return uuid();
      case parquet_type::string:
        return text();
      default:
        return json();
    }
  }

 private:
  template <class T>
  T one_of(std::vector<T> from) {
    return from[below(from.size())];
  }
  std::string one_of(std::initializer_list<std::string> from) { return one_of(std::vector<std::string>(from)); }

  std::int64_t any() { return static_cast<std::int64_t>(chance_()); }
  std::string any_number() { return std::to_string(any() >> below(64)); }
  static sample_value plain(const std::string& number) { return {number, number}; }

  sample_value real() {
    const double number = one_of<double>({0.5, -1e300, 1.7976931348623157e308, 5e-324, 0.1, -0.0, 1e-7, 123456.789,
                                          static_cast<double>(any()) / 1024, static_cast<double>(below(1000)) / 100});
    std::array<char, 64> shortest;
    const auto end = std::to_chars(shortest.data(), shortest.data() + shortest.size(), number).ptr;
    std::array<char, 17> bits;
    std::snprintf(bits.data(), bits.size(), "%016llx",
                  static_cast<unsigned long long>(std::bit_cast<std::uint64_t>(number)));
    return {std::string(shortest.data(), end), bits.data()};
  }

  /// Of few digits: the reader makes doubles of them.
  sample_value decimal(int scale) {
    const auto whole = static_cast<std::int64_t>(below(2'000'000)) - 1'000'000;
    std::string digits = std::to_string(whole < 0 ? -whole : whole);
    digits.insert(
        0, digits.size() <= static_cast<std::size_t>(scale) ? static_cast<std::size_t>(scale) + 1 - digits.size() : 0,
        '0');
    digits.insert(digits.size() - static_cast<std::size_t>(scale), scale > 0 ? "." : "");
    std::string shown = digits;
    if (scale > 0) {
      shown.erase(shown.find_last_not_of('0') + 1);
      shown.erase(shown.find_last_not_of('.') + 1);
    }
    return {(whole < 0 ? "-" : "") + digits, (whole < 0 ? "-" : "") + shown};
  }

  static std::string two(std::size_t number) { return (number < 10 ? "0" : "") + std::to_string(number); }

  /// Its text and its day since 1970.
  std::pair<std::string, std::int64_t> day() {
    const auto year = one_of<std::size_t>({1, 9999, 1969, 1970, 2000, 2026, 1 + below(9999)});
    const std::size_t month = 1 + below(12);
    const std::size_t of_month = 1 + below(28);
    const std::chrono::sys_days days(std::chrono::year(static_cast<int>(year)) / static_cast<int>(month) /
                                     static_cast<int>(of_month));
    std::string digits = std::to_string(year);
    digits.insert(0, 4 - digits.size(), '0');
    return {digits + "-" + two(month) + "-" + two(of_month), days.time_since_epoch().count()};
  }

  /// Its text and its microsecond.
  std::pair<std::string, std::int64_t> time_of_day() {
    const std::size_t h = below(24), m = below(60), s = below(60),
                      us = one_of<std::size_t>({0, 1, 999'999, below(1'000'000)});
    std::string fraction = std::to_string(us);
    fraction.insert(0, 6 - fraction.size(), '0');
    return {two(h) + ":" + two(m) + ":" + two(s) + "." + fraction,
            static_cast<std::int64_t>(((h * 60 + m) * 60 + s) * 1'000'000 + us)};
  }

  sample_value date() {
    const auto [text, days] = day();
    return {'"' + text + '"', std::to_string(days)};
  }

  sample_value time() {
    const auto [text, microseconds] = time_of_day();
    return {'"' + text + '"', std::to_string(microseconds)};
  }

  sample_value timestamp() {
    constexpr std::int64_t of_a_day = 86'400'000'000;
    const auto [date, days] = day();
    const auto [time, microseconds] = time_of_day();
    const bool ahead = below(2) == 0;
    const std::int64_t offset = ahead ? 90ll * 60 * 1'000'000 : 0;
    return {'"' + date + "T" + time + (ahead ? "+01:30" : "Z") + '"',
            std::to_string(days * of_a_day + microseconds - offset)};
  }

  sample_value uuid() {
    std::string bytes;
    for (int i = 0; i < 16; ++i) {
      bytes.push_back(static_cast<char>(below(256)));
    }
    std::string digits = parquet_cell(bytes).substr(1);
    for (const std::size_t at : {20u, 16u, 12u, 8u}) {
      digits.insert(at, "-");
    }
    return {'"' + digits + '"', parquet_cell(bytes)};
  }

  sample_value text() {
    static const std::vector<sample_value> known = {
        {R"("")", parquet_cell("")},
        {R"("a \"quoted\" \\ text\n")", parquet_cell("a \"quoted\" \\ text\n")},
        {R"("\u0000")", parquet_cell(std::string(1, '\0'))},
        {R"("\ud83d\ude00 and 😀")", parquet_cell("😀 and 😀")},
        {R"("żółć\u20ac")", parquet_cell("żółć€")},
        {"\"" + std::string(200, 'z') + "\"", parquet_cell(std::string(200, 'z'))},
        {"\"" + std::string(63, '!') + "é\"", parquet_cell(std::string(63, '!') + "é")},
        {"\"\xf4\x8f\xbf\xbf\"", parquet_cell("\xf4\x8f\xbf\xbf")},
    };
    if (below(2) == 0) {
      return known[below(known.size())];
    }
    const std::string word(below(40), static_cast<char>('a' + below(26)));
    return {'"' + word + '"', parquet_cell(word)};
  }

  sample_value json() {
    const std::string number = any_number();
    const std::string made = one_of({R"({"a": [1, 2.50, null]})", "[]", "{}", "[ " + number + " ]", "1e400", "true",
                                     R"("text")", "{\"n\":" + number + "}"});
    return {made, parquet_cell(made)};
  }

  std::mt19937_64 chance_;
};

/// A column of each type.
inline std::vector<parquet_column> columns_of_all_types() {
  return {{.name = "boolean", .type = parquet_type::boolean},
          {.name = "int64", .type = parquet_type::int64},
          {.name = "real64", .type = parquet_type::real64},
          {.name = "decimal", .type = parquet_type::decimal, .precision = 9, .scale = 3},
          {.name = "string", .type = parquet_type::string},
          {.name = "date", .type = parquet_type::date},
          {.name = "time", .type = parquet_type::time},
          {.name = "timestamp", .type = parquet_type::timestamp},
          {.name = "uuid", .type = parquet_type::uuid},
          {.name = "json", .type = parquet_type::json},
          {.name = "needed", .type = parquet_type::int64, .required = true}};
}

/// Records of given columns, a line each, and the rows that the reader shall find, with an empty extra column.
class sample_records {
 public:
  sample_records(std::vector<parquet_column> columns, std::uint32_t seed)
      : columns_(std::move(columns)), values_(seed) {}

  void add(std::size_t count, std::size_t null_of = 5) {
    for (; count > 0; --count) {
      std::string record;
      std::string row;
      for (const parquet_column& c : columns_) {
        const bool null = !c.required && values_.below(null_of) == 0;
        const sample_value value = null ? sample_value{"null", "-"} : values_.of(c);
        record += (record.empty() ? "{\"" : ", \"") + c.name + "\": " + value.json;
        row += value.cell + "\t";
      }
      lines += record + "}\n";
      rows.push_back(row + "-");
    }
  }

  std::string lines;
  std::vector<std::string> rows;

 private:
  std::vector<parquet_column> columns_;
  sample_values values_;
};

}  // namespace ingest::testing
