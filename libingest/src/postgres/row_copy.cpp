#include "postgres/row_copy.hpp"

#include "records/nul_escapes.hpp"

namespace ingest::detail {

namespace {

constexpr std::size_t buffer_bytes = 128 << 10;

/// Records without the NUL characters that PostgreSQL would refuse, if that is asked for.
class nul_replacement {
 public:
  explicit nul_replacement(nul_policy policy) : policy_(policy) {}

  std::string_view operator()(std::string_view key, std::string_view record) {
    const bool stays = policy_ == nul_policy::reject || key.find("\\u0000") != key.npos;
    const std::uint64_t found =
        stays ? 0 : replace_nuls(record, policy_ == nul_policy::escape ? "\\\\u0000" : "", replaced_);
    count_ += found;
    return found > 0 ? std::string_view(replaced_) : record;
  }

  std::uint64_t count() const { return count_; }

 private:
  const nul_policy policy_;
  std::string replaced_;
  std::uint64_t count_ = 0;
};

}  // namespace

copied_rows copy_into(postgres_connection& c, const std::string& copy, const target_table& target,
                      const copy_rows& rows, std::size_t begin, std::size_t end) {
  copy_encoder encoder(target.shape, target.types);
  nul_replacement without_nuls(target.shape.nuls);
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
