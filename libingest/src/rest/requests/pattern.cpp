#define PCRE2_CODE_UNIT_WIDTH 8
#include "rest/requests/pattern.hpp"

#include <pcre2.h>

#include <array>
#include <new>

#include "ingest/error.hpp"

namespace ingest::rest {

namespace {

constexpr std::uint32_t most_steps = 1'000'000;

struct code_deleter {
  void operator()(pcre2_code* c) const { pcre2_code_free(c); }
};
struct match_data_deleter {
  void operator()(pcre2_match_data* d) const { pcre2_match_data_free(d); }
};
struct context_deleter {
  void operator()(pcre2_match_context* c) const { pcre2_match_context_free(c); }
};

template <class T>
T* require(T* made) {
  if (made == nullptr) {
    throw std::bad_alloc();
  }
  return made;
}

PCRE2_SPTR bytes_of(std::string_view text) {
  return reinterpret_cast<PCRE2_SPTR>(text.data());
}

}  // namespace

struct pattern::compiled {
  std::unique_ptr<pcre2_code, code_deleter> code;

  std::optional<std::string_view> run(std::string_view text, std::uint32_t how) const {
    const std::unique_ptr<pcre2_match_data, match_data_deleter> found(
        require(pcre2_match_data_create_from_pattern(code.get(), nullptr)));
    const std::unique_ptr<pcre2_match_context, context_deleter> limits(require(pcre2_match_context_create(nullptr)));
    pcre2_set_match_limit(limits.get(), most_steps);
    if (pcre2_match(code.get(), bytes_of(text), text.size(), 0, how, found.get(), limits.get()) < 0) {
      return std::nullopt;
    }
    const PCRE2_SIZE* const ends = pcre2_get_ovector_pointer(found.get());
    return ends[0] <= ends[1] ? std::optional(text.substr(ends[0], ends[1] - ends[0])) : std::nullopt;
  }
};

pattern::pattern(const std::string& expression, const std::string& where) {
  int code = 0;
  PCRE2_SIZE place = 0;
  auto made = std::make_shared<compiled>();
  made->code.reset(pcre2_compile(bytes_of(expression), expression.size(), 0, &code, &place, nullptr));
  if (!made->code) {
    std::array<PCRE2_UCHAR, 128> why{};
    pcre2_get_error_message(code, why.data(), why.size());
    throw error(errc::config, where + ": \"" + expression +
                                  "\" is no regular expression: " + reinterpret_cast<const char*>(why.data()) +
                                  " at character " + std::to_string(place + 1));
  }
  compiled_ = std::move(made);
}

std::optional<std::string_view> pattern::match(std::string_view text) const {
  return compiled_->run(text, PCRE2_ANCHORED);
}

bool pattern::found_in(std::string_view text) const {
  return compiled_->run(text, 0).has_value();
}

}  // namespace ingest::rest
