#include "demo_api/rest/faults/harms.hpp"

#include <array>
#include <string>

#include "demo_api/answer.hpp"

namespace demo_api::rest {
namespace {

/// An answer with a `status`, a `body` and one header.
class status_harm final : public planned_harm {
 public:
  explicit status_harm(settings& s)
      : status_(static_cast<int>(s.number("status", 503, 599))),
        body_(s.text("body", R"({"message":"this is so on purpose"})")),
        header_(s.text("header", "")),
        value_(s.text("value", "")) {
    if (status_ < 200) {
      s.refuse("status", "must be at least 200");
    }
  }

  bool answer(const connection&, http_response& response) const override {
    response.set(status_, body_);
    if (!header_.empty()) {
      response.add_header(header_, value_);
    }
    return true;
  }

 private:
  int status_;
  std::string body_;
  std::string header_;
  std::string value_;
};

/// A body that ends too early, at a connection that does as well.
class cut_harm final : public planned_harm {
 public:
  void spoil(http_response& response, std::uint64_t bits) const override {
    response.sent = response.body.empty() ? 0 : bits % response.body.size();
    response.then = http_response::ending::close;
  }
};

/// A connection that is reset before or within the answer.
class reset_harm final : public planned_harm {
 public:
  void spoil(http_response& response, std::uint64_t bits) const override {
    if (response.body.empty()) {
      response.body = " ";
    }
    answer_reset(response, bits);
  }
};

/// 200 with something else.
class garbage_harm final : public planned_harm {
 public:
  void spoil(http_response& response, std::uint64_t bits) const override { answer_garbage(response, bits); }
};

/// An answer that comes late, by `delay_ms`.
class slow_harm final : public planned_harm {
 public:
  explicit slow_harm(settings& s) : delay_(s.number("delay_ms", 200, 3'600'000)) {}
  bool answer(const connection& line, http_response&) const override {
    line.pause(delay_);
    return false;
  }

 private:
  std::chrono::milliseconds delay_;
};

struct harm_line {
  std::string_view name;
  std::unique_ptr<planned_harm> (*make)(settings&);
};

template <typename Harm>
std::unique_ptr<planned_harm> made(settings& s) {
  if constexpr (std::is_constructible_v<Harm, settings&>) {
    return std::make_unique<Harm>(s);
  } else {
    return std::make_unique<Harm>();
  }
}

constexpr std::array<harm_line, 5> kinds = {{
    {"status", made<status_harm>},
    {"cut", made<cut_harm>},
    {"reset", made<reset_harm>},
    {"garbage", made<garbage_harm>},
    {"slow", made<slow_harm>},
}};

}  // namespace

std::unique_ptr<planned_harm> make_harm(settings& s) {
  std::vector<std::string_view> names;
  names.reserve(std::size(kinds));
  for (const auto& line : kinds) {
    names.push_back(line.name);
  }
  return kinds[s.choice("kind", "", names)].make(s);
}

}  // namespace demo_api::rest
