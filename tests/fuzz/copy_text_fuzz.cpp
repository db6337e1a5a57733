// An id and an event, whatever their bytes, become a row of COPY text that reads back as the same bytes.
#include "fuzz/copy_text_reader.hpp"
#include "fuzz/fuzz_target.hpp"
#include "ingest/row_encoder.hpp"
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
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  input in(bytes, size);
  const auto id = in.take(in.byte());
  check(id, in.rest());
  check(std::nullopt, in.rest());
  // As a row that was damaged on disk: any text may stand there.
  static_cast<void>(detail::read_columns(in.rest()));
  return 0;
}
