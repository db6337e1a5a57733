// The body of a response, as a hostile or broken API may send it.
#include "datasync/page_parser.hpp"
#include "fuzz/fuzz_target.hpp"
#include "records/record_line.hpp"
#include "support/on_one_line.hpp"

using namespace ingest;
using namespace ingest::fuzz;

namespace {

const std::string before = "what was there before";

/// A page as it was read, or the error instead.
struct reading {
  std::optional<error> refusal;
  parsed_page page;
  std::string rows;
};

reading read(page_parser& parser, std::string_view body, const record_encoder& encoder) {
  reading r;
  std::string out = before;
  r.refusal = refusal_of([&] { r.page = parser.parse(body, encoder, out); });
  require(out.starts_with(before), "what the buffer held is left alone");
  r.rows = out.substr(before.size());
  return r;
}

void check_rows(const reading& r, std::string_view body) {
  const std::string text = testing::on_one_line(std::string(body));
  std::string_view rest = r.rows;
  for (std::uint64_t row = 0; row < r.page.rows; ++row) {
    require(rest.find('\n') != std::string_view::npos, "each event is a line");
    const auto line = detail::parse_record_line(rest.substr(0, rest.find('\n')));
    require(!line.record.empty() && !line.reason, "each line has an event");
    require(text.find(line.record) != std::string_view::npos, "an event is passed on byte for byte");
    rest.remove_prefix(rest.find('\n') + 1);
  }
  require(rest.empty(), "there are as many lines as events");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const auto used_again = make_page_parser({.id_pointer = "/a/0/id"});
  const std::string body(reinterpret_cast<const char*>(bytes), size);
  const auto parser = make_page_parser({.id_pointer = "/a/0/id"});
  const reading copy = read(*parser, body, keyed_encoder());
  const reading again = read(*used_again, body, keyed_encoder());
  const reading lines = read(*make_page_parser(), body, ndjson_encoder());
  require(copy.rows == again.rows, "what a parser has read before makes no difference");
  require(!copy.refusal == !lines.refusal, "neither do encoder and pointers");
  const reading tolerant = read(*make_page_parser({.id_pointer = "/a/0/id", .tolerant = true}), body, keyed_encoder());
  require(copy.refusal || (!tolerant.refusal && tolerant.rows == copy.rows),
          "what is JSON a tolerant parser reads alike");
  require(!tolerant.refusal || tolerant.rows.empty(), "a body refused by a tolerant parser leaves no rows");
  if (copy.refusal) {
    require(copy.refusal->code() == errc::unavailable && copy.refusal->transient(), "a body is refused as no page");
    require(copy.rows.empty() && lines.rows.empty(), "a refused body leaves no rows");
    return 0;
  }
  check_rows(copy, body);
  require(static_cast<std::uint64_t>(std::count(lines.rows.begin(), lines.rows.end(), '\n')) == copy.page.rows,
          "each event is one line of NDJSON");
  require(copy.page.known_by != parsed_page::evidence::nothing || !copy.page.has_more, "that there is more, was said");
  require(!copy.page.next_cursor || !copy.page.next_cursor->empty(), "a cursor is not empty");
  return 0;
}
