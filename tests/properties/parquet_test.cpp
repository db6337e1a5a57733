// Parquet files of any columns: what goes in comes out, of a reader that is not ours.
#include "properties/property.hpp"

#include "faults/requirement.hpp"
#include "libingest/parquet/sample_values.hpp"
#include "support/scratch_dir.hpp"

using namespace ingest;
using namespace ingest::testing;

namespace {

boost::test_tools::assertion_result reader_is_there(boost::unit_test::test_unit_id) {
  return requirement(can_read_parquet(), "Node or the packages of tests/libingest/parquet/reader are not installed");
}

std::vector<parquet_column> drawn_columns() {
  const auto count = *rc::gen::inRange<std::size_t>(1, 30);
  std::vector<parquet_column> columns;
  for (std::size_t i = 0; i < count; ++i) {
    parquet_column c{.name = "c" + std::to_string(i), .type = static_cast<parquet_type>(*rc::gen::inRange(0, 10))};
    c.required = *rc::gen::inRange(0, 4) == 0;
    c.precision = *rc::gen::inRange(7, 19);
    c.scale = *rc::gen::inRange(0, 6);
    if (c.precision - c.scale < 7) {
      c.precision = c.scale + 7;
    }
    columns.push_back(c);
  }
  return columns;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(parquet_properties, *boost::unit_test::precondition(reader_is_there))

RC_BOOST_PROP(a_file_of_any_columns_reads_back_the_same, ()) {
  static const scratch_dir dir;
  parquet_options options{.columns = drawn_columns()};
  options.memory_bytes = *rc::gen::element<std::uint64_t>(1 << 20, 3 << 20, 32 << 20);
  options.zstd_level = *rc::gen::element(std::optional<int>(), std::optional<int>(1));
  sample_records records(options.columns, *rc::gen::arbitrary<std::uint32_t>());
  records.add(*rc::gen::inRange<std::size_t>(0, 3'000), *rc::gen::inRange<std::size_t>(1, 10));
  parquet_sink to(dir / "x.parquet", options);
  to.open({});
  batch b;
  b.data = std::make_shared<const std::string>(records.lines);
  to.write(b);
  to.finalize();
  RC_ASSERT(read_parquet(dir / "x.parquet").lines == records.rows);
}

BOOST_AUTO_TEST_SUITE_END()
