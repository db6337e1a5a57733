#include "rest/paginators/page_position.hpp"

#include <array>
#include <charconv>

#include "ingest/error.hpp"
#include "rest/expressions/canonical_json.hpp"

namespace ingest::rest {

namespace {

std::string in_hex(std::uint64_t number) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, 16).ptr;
  return std::string(digits.data(), end);
}

std::optional<std::uint64_t> from_hex(const value* text) {
  if (text == nullptr || !text->is_text()) {
    return std::nullopt;
  }
  const std::string& digits = text->text();
  std::uint64_t number = 0;
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
  return fault == std::errc() && end == digits.data() + digits.size() ? std::optional(number) : std::nullopt;
}

std::optional<std::uint64_t> count_from(const value* number) {
  const bool is_count = number != nullptr && number->kind() == value::kind::integer && number->integer() >= 0;
  return is_count ? std::optional(static_cast<std::uint64_t>(number->integer())) : std::nullopt;
}

std::string with_members(const std::string& position, const dictionary& more) {
  dictionary members = value::from_json(position).members();
  for (const auto& [name, content] : more) {
    members.set(name, content);
  }
  return canonical_json(value::dict_of(std::move(members)));
}

}  // namespace

std::string page_position::to_text() const {
  dictionary members;
  if (doubted_end) {
    members.set("doubted_end", value::integer_of(static_cast<std::int64_t>(*doubted_end)));
  }
  if (ended) {
    members.set("ended", value::boolean_of(true));
  }
  if (observed) {
    members.set("observed", *observed);
  }
  if (last_page) {
    members.set("page", value::text_of(in_hex(*last_page)));
  }
  if (so_far) {
    members.set("so_far", value::integer_of(static_cast<std::int64_t>(*so_far)));
  }
  if (token) {
    members.set("token", *token);
  }
  if (unseen) {
    members.set("unseen", value::boolean_of(true));
  }
  return canonical_json(value::dict_of(std::move(members)));
}

page_position page_position::from_text(std::string_view text) {
  value said;
  try {
    said = value::from_json(text);
  } catch (const error&) {
    said = {};
  }
  if (!said.is_dict()) {
    throw error(errc::bad_data, "the position of a slice, " + std::to_string(text.size()) +
                                    " characters, is none that this program has written; read the stream from its "
                                    "beginning");
  }
  page_position position;
  if (const value* token = said.find("token")) {
    position.token = *token;
  }
  if (const value* observed = said.find("observed")) {
    position.observed = *observed;
  }
  position.last_page = from_hex(said.find("page"));
  position.ended = said.find("ended") != nullptr;
  position.unseen = said.find("unseen") != nullptr;
  position.doubted_end = count_from(said.find("doubted_end"));
  if (position.doubted_end == std::size_t{0}) {
    position.doubted_end.reset();
  }
  position.so_far = count_from(said.find("so_far"));
  return position;
}

std::string as_unread(const std::string& position, const std::optional<std::string>& partition) {
  dictionary more{{"unread", value::boolean_of(true)}};
  if (partition) {
    more.set("partition", value::text_of(*partition));
  }
  return with_members(position, more);
}

std::string after_all(const std::string& position) {
  return with_members(position, {{"after_all", value::boolean_of(true)}});
}

std::string with_watermark(const std::string& position, const std::string& partition, const std::string& watermark) {
  return with_members(position, {{"partition", value::text_of(partition)}, {"watermark", value::text_of(watermark)}});
}

}  // namespace ingest::rest
