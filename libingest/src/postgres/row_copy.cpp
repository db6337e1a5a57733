#include "postgres/row_copy.hpp"

namespace ingest::detail {

namespace {

constexpr std::size_t buffer_bytes = 128 << 10;

}  // namespace

copied_rows copy_into(postgres_connection& c, const std::string& copy, const target_table& target,
                      const copy_rows& rows, std::size_t begin, std::size_t end) {
  copy_encoder encoder(target.shape, target.types);
  c.begin_copy(copy + encoder.options());
  std::string buffer;
  encoder.begin(buffer);
  for (std::size_t i = begin; i < end; ++i) {
    rows.prefetch_behind(i);
    encoder.append(rows.key(i), rows.record(i), buffer);
    if (buffer.size() >= buffer_bytes) {
      c.put(buffer);
      buffer.clear();
    }
  }
  encoder.end(buffer);
  c.put(buffer);
  return {c.end_copy(), encoder.apart()};
}

}  // namespace ingest::detail
