#include "rest/streams/job_position.hpp"

#include <algorithm>

#include "ingest/error.hpp"
#include "rest/expressions/canonical_json.hpp"

namespace ingest::rest {

namespace {

value whole(std::uint64_t number) {
  return value::integer_of(static_cast<std::int64_t>(number));
}

std::optional<std::int64_t> number_at(const value& in, std::string_view name) {
  const value* const found = in.find(name);
  const bool is_number = found != nullptr && found->kind() == value::kind::integer && found->fits_64_bits();
  return is_number ? std::optional(found->integer()) : std::nullopt;
}

std::optional<value> value_at(const value& in, std::string_view name) {
  const value* const found = in.find(name);
  return found == nullptr ? std::nullopt : std::optional(*found);
}

std::string address_of(const value& file) {
  const std::string text = file.to_text();
  return text.substr(0, text.find('?'));
}

bool same_file(const value& a, const value& b) {
  return address_of(a) == address_of(b);
}

value parsed(std::string_view text) {
  try {
    return value::from_json(text);
  } catch (const error&) {
    return {};  // which is no position either
  }
}

}  // namespace

void job_position::forget_job() {
  job_position none;
  none.given = given;
  none.observed = observed;
  *this = none;
}

void job_position::end_file() {
  files.erase(files.begin());
  ++files_read;
  token.reset();
  read = 0;
  like = 0;
  last_page.reset();
}

bool job_position::find_again(const std::vector<value>& all) {
  if (!given) {
    files = all;
    files_read = 0;
    token.reset();
    last_page.reset();
    read = 0;
    like = 0;
    return true;
  }
  if (all.size() != files_read + files.size()) {
    return false;
  }
  const auto left = all.begin() + static_cast<std::ptrdiff_t>(files_read);
  if (all.size() > 1 && !std::equal(files.begin(), files.end(), left, same_file)) {
    return false;
  }
  files.assign(left, all.end());
  return true;
}

std::string job_position::to_text() const {
  dictionary members;
  if (created) {
    members.set("job", *created);
    members.set("until", value::integer_of(until_ms));
  }
  if (completed) {
    members.set("result", *completed);
    members.set("files", value::list_of(files));
    members.set("done", whole(files_read));
    members.set("read", whole(read));
    members.set("like", whole(like));
  }
  if (token) {
    members.set("token", *token);
  }
  if (last_page) {
    members.set("page", whole(*last_page));
  }
  if (observed) {
    members.set("observed", *observed);
  }
  members.set("given", value::boolean_of(given));
  if (ended) {
    members.set("ended", value::boolean_of(true));
  }
  return canonical_json(value::dict_of(std::move(members)));
}

job_position job_position::from_text(std::string_view text) {
  const value said = parsed(text);
  const value* const given = said.find("given");
  const value* const files = said.find("files");
  const auto until = number_at(said, "until");
  const auto done = number_at(said, "done");
  const auto read = number_at(said, "read");
  const auto like = number_at(said, "like");
  job_position position;
  position.created = value_at(said, "job");
  position.completed = value_at(said, "result");
  const bool is_job = !position.created || until;
  const bool is_result = !position.completed || (position.created && files != nullptr && files->is_list() &&
                                                 done.value_or(-1) >= 0 && read.value_or(-1) >= 0 && like);
  if (given == nullptr || !is_job || !is_result) {
    throw error(errc::bad_data, "the position \"" + std::string(text.substr(0, 200)) +
                                    "\" of a slice that is read by jobs is none that this program has written; read "
                                    "the stream from its beginning");
  }
  position.until_ms = until.value_or(0);
  if (position.completed) {
    position.files = files->items();
    position.files_read = static_cast<std::size_t>(*done);
    position.read = static_cast<std::size_t>(*read);
    position.like = static_cast<std::uint64_t>(*like);
  }
  position.token = value_at(said, "token");
  if (const auto page = number_at(said, "page")) {
    position.last_page = static_cast<std::uint64_t>(*page);
  }
  position.given = given->truth();
  position.observed = value_at(said, "observed");
  position.ended = said.find("ended") != nullptr;
  return position;
}

}  // namespace ingest::rest
