#include "postgres/row_copy.hpp"

#include <algorithm>
#include <vector>

#include "json/json_pointer.hpp"
#include "json/json_scanner.hpp"
#include "postgres/lost_transaction.hpp"
#include "records/nul_escapes.hpp"

namespace ingest::detail {

namespace {

constexpr std::size_t buffer_bytes = 128 << 10;

/// Records without the NUL characters that PostgreSQL would refuse, if that is asked for. Keys stay as they are, for
/// they could become those of others.
class nul_replacement {
 public:
  explicit nul_replacement(const table_shape& shape) : policy_(shape.nuls) {
    for (const shape_column& c : shape.columns) {
      if (shape.is_key(c) && c.at) {
        keys_.push_back(*c.at);
      }
    }
    found_.resize(keys_.size());
  }

  std::string_view operator()(std::string_view key, std::string_view record) {
    const bool stays = policy_ == nul_policy::reject || record.find(nul) == record.npos || key.find(nul) != key.npos ||
                       is_in_key(record);
    const std::uint64_t found =
        stays ? 0 : replace_nuls(record, policy_ == nul_policy::escape ? "\\\\u0000" : "", replaced_);
    count_ += found;
    return found > 0 ? std::string_view(replaced_) : record;
  }

  std::uint64_t count() const { return count_; }

 private:
  static constexpr std::string_view nul = "\\u0000";

  bool is_in_key(std::string_view record) {
    found_.assign(found_.size(), {});
    try {
      json_scanner in(record);
      find_values(in, keys_, found_);
    } catch (const json_fault&) {
      return false;  // the server says so
    }
    return std::any_of(found_.begin(), found_.end(), [](const json_value& v) { return v.raw.find(nul) != v.raw.npos; });
  }

  const nul_policy policy_;
  std::vector<json_pointer> keys_;
  std::vector<json_value> found_;
  std::string replaced_;
  std::uint64_t count_ = 0;
};

/// In microseconds since 2000; 0 where nobody wants to know.
std::int64_t transaction_time(postgres_connection& c, const table_shape& shape) {
  const bool marks = std::any_of(shape.columns.begin(), shape.columns.end(),
                                 [](const shape_column& column) { return column.is_deletion; });
  constexpr std::int64_t until_2000 = 946'684'800'000'000;
  return marks ? c.execute("SELECT " + in_microseconds("now()")).number(0, 0) - until_2000 : 0;
}

}  // namespace

copied_rows copy_into(postgres_connection& c, const std::string& copy, const target_table& target,
                      const copy_rows& rows, std::size_t begin, std::size_t end) {
  copy_encoder encoder(target.shape, target.types, transaction_time(c, target.shape));
  nul_replacement without_nuls(target.shape);
  c.begin_copy(copy + encoder.options());
  std::string buffer;
  encoder.begin(buffer);
  for (std::size_t i = begin; i < end; ++i) {
    rows.prefetch_behind(i);
    encoder.append(rows.key(i), without_nuls(rows.key(i), rows.record(i)), buffer);
    if (buffer.size() >= buffer_bytes) {
      c.put(buffer);
      buffer.clear();
    }
  }
  encoder.end(buffer);
  c.put(buffer);
  copied_rows copied{c.end_copy(), encoder.apart()};
  copied.apart.nuls = without_nuls.count();
  return copied;
}

}  // namespace ingest::detail
