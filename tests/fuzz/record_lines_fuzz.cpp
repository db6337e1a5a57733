// A key and a record become a line that reads back as the same bytes, by our own reader and by what PostgreSQL gets; so
// does what is no record.
#include "fuzz/copy_binary_reader.hpp"
#include "fuzz/copy_csv_reader.hpp"
#include "fuzz/fuzz_target.hpp"
#include "ingest/record_encoder.hpp"
#include "postgres/copy_encoder.hpp"
#include "postgres/copy_rows.hpp"
#include "records/record_line.hpp"
#include "support/on_one_line.hpp"

using namespace ingest;
using namespace ingest::fuzz;
using ingest::testing::on_one_line;

namespace {

using columns = std::vector<std::optional<std::string>>;

const std::vector<std::string> binary{"text", "json"};
const std::vector<std::string> csv{"int8", "jsonb"};

std::string sent(const std::vector<std::string>& types, std::string_view line) {
  detail::copy_encoder encoder(detail::table_shape::of_events(), types);
  const auto parsed = detail::parse_record_line(line);
  std::string bytes;
  encoder.begin(bytes);
  encoder.append(parsed.key, parsed.record, bytes);
  encoder.end(bytes);
  return bytes;
}

/// The rows that the sink sees in a page of this line.
struct one_line {
  batch whole;
  detail::copy_rows rows;

  explicit one_line(const std::string& line);
};

one_line::one_line(const std::string& line) {
  page p;
  p.id = 1;
  p.segment = 1;
  p.length = line.size();
  p.rows = 1;
  whole.data = std::make_shared<const std::string>(line);
  whole.pages = {p};
  rows.assign(whole, {p});
  require(rows.total() == 1, "the sink takes the line");
}

void check_form(std::string_view line, std::ptrdiff_t tabs) {
  require(line.ends_with('\n') && std::count(line.begin(), line.end(), '\n') == 1, "it is one line");
  require(std::count(line.begin(), line.end(), '\t') == tabs, "it has as many columns as it should");
  require(line.find('\r') == std::string_view::npos, "no carriage return is left");
}

/// JSON, as far as lines know: no control character stands in it, but for those between tokens.
std::string as_json(std::string_view bytes) {
  std::string json(bytes);
  for (char& c : json) {
    c = static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r' ? '?' : c;
  }
  return json;
}

void check_record(std::optional<std::string_view> key, const std::string& json) {
  std::string line;
  keyed_encoder().append(key, json, line);
  check_form(line, 1);
  require(one_line(line).rows.size() == 1, "it is for the table");
  const auto parsed = detail::parse_record_line(line);
  std::string text;
  detail::append_key_text(parsed.key, text);
  require(parsed.key.empty() == !key && text == key.value_or(""), "the key reads back");
  require(parsed.record == on_one_line(json) && !parsed.reason, "the record reads back");
  const columns expected{key ? std::optional<std::string>(*key) : std::nullopt, on_one_line(json)};
  require(testing::read_binary_copy(sent(binary, line)) == std::vector<columns>{expected},
          "PostgreSQL gets the same in binary");
  require(testing::read_csv_copy(sent(csv, line)) == std::vector<columns>{expected}, "PostgreSQL gets the same as CSV");
}

void check_refused(std::string_view bytes, std::string_view reason) {
  std::string line;
  keyed_encoder().append_refused(reason, bytes, line);
  check_form(line, 2);
  const one_line sink(line);
  require(sink.rows.size() == 0 && sink.rows.refused().at(0).reason == reason, "it is not for the table, and says why");
  std::string text;
  detail::append_bytes(detail::parse_record_line(line).record, text);
  require(text == bytes, "the bytes read back");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  input in(bytes, size);
  const auto key = in.take(in.byte());
  check_record(key, as_json(in.rest()));
  check_record(std::nullopt, as_json(in.rest()));
  check_refused(in.rest(), key);
  // As a line that was damaged on disk: any text may stand there.
  std::string text;
  const auto parsed = detail::parse_record_line(in.rest());
  detail::append_key_text(parsed.key, text);
  detail::append_bytes(parsed.record, text);
  require(testing::read_binary_copy(sent(binary, in.rest())).size() == 1, "a damaged line is sent as one row");
  return 0;
}
