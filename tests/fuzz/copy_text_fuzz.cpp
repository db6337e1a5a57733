// An id and an event, whatever their bytes, become a row of COPY text that reads back as the same bytes.
#include "fuzz/copy_binary_reader.hpp"
#include "fuzz/copy_text_reader.hpp"
#include "fuzz/fuzz_target.hpp"
#include "ingest/row_encoder.hpp"
#include "postgres/copy_format.hpp"
#include "postgres/copy_rows.hpp"

using namespace ingest;
using namespace ingest::fuzz;

namespace {

void check_form(std::string_view row) {
  require(row.ends_with('\n') && std::count(row.begin(), row.end(), '\n') == 1, "a row is one line");
  require(std::count(row.begin(), row.end(), '\t') == 1, "a row has two columns");
  require(row.find('\r') == std::string_view::npos, "no carriage return is left");
  require(row != "\\.\n", "no row ends the COPY");
}

void check_acceptance(const std::string& row) {
  page p;
  p.id = 1;
  p.segment = 1;
  p.length = row.size();
  p.rows = 1;
  batch b;
  b.data = std::make_shared<const std::string>(row);
  b.pages = {p};
  detail::copy_rows rows;
  rows.assign(b, {p});
  require(rows.size() == 1 && rows.text(0) == row, "the sink takes the row as it is");
}

std::vector<std::vector<std::optional<std::string>>> sent(std::string_view row) {
  const detail::copy_encoder encoder(detail::copy_format::binary);
  std::string bytes;
  encoder.begin(bytes);
  encoder.append(row, bytes);
  encoder.end(bytes);
  return testing::read_binary_copy(bytes);
}

void check(std::optional<std::string_view> id, std::string_view json) {
  std::string row;
  copy_text_encoder().append(id, json, row);
  check_form(row);
  check_acceptance(row);
  const auto columns = testing::read_copy_line(std::string_view(row).substr(0, row.size() - 1));
  require(columns.size() == 2 && columns[0] == id && columns[1] == json, "PostgreSQL's rules give the bytes back");
  const auto ours = detail::read_columns(row);
  require(ours.has_id == id.has_value() && ours.id == id.value_or("") && ours.rest == json,
          "our own reader gives the bytes back");
  require(sent(row) == decltype(sent(row)){columns}, "what is sent in binary are the same columns");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  input in(bytes, size);
  const auto id = in.take(in.byte());
  check(id, in.rest());
  check(std::nullopt, in.rest());
  // As a row that was damaged on disk: any text may stand there.
  static_cast<void>(detail::read_columns(in.rest()));
  require(sent(in.rest()).size() == 1, "a damaged row is sent as one row");
  return 0;
}
