#include "ingest/sinks/parquet_sink.hpp"

#include <set>
#include <utility>

#include "core/utf8.hpp"
#include "parquet/column_guesses.hpp"
#include "parquet/parquet_rows.hpp"
#include "parquet/parquet_writer.hpp"
#include "streams/lines.hpp"

namespace ingest {

namespace {

void check_column(const parquet_column& c) {
  constexpr int most_digits = 18;  // of a number of 64 bits
  if (c.name.empty() || c.name == detail::extra_column || !detail::is_utf8(c.name)) {
    throw error(errc::config, "a column of a Parquet file cannot be called \"" +
                                  detail::with_invalid_utf8_replaced(c.name) + "\": give it another name in `columns`");
  }
  const bool sensible = c.precision >= 1 && c.precision <= most_digits && c.scale >= 0 && c.scale <= c.precision;
  if (c.type == parquet_type::decimal && !sensible) {
    throw error(errc::config, "the column " + c.name + " of a Parquet file has " + std::to_string(c.precision) +
                                  " digits, " + std::to_string(c.scale) +
                                  " of them behind the point: give it a `precision` of 1 to 18 and a `scale` up to it");
  }
}

void check(const parquet_options& o) {
  constexpr std::uint64_t least_memory = 1 << 20;
  std::set<std::string> names;
  for (const parquet_column& c : o.columns) {
    check_column(c);
    if (!names.insert(c.name).second) {
      throw error(errc::config, "a Parquet file has two columns " + c.name + ": give each a name of its own");
    }
  }
  if (o.zstd_level && (*o.zstd_level < 1 || *o.zstd_level > 19)) {
    throw error(errc::config, "the zstd level " + std::to_string(*o.zstd_level) + " is not one of 1 to 19");
  }
  if (o.memory_bytes < least_memory) {
    throw error(errc::config, "a Parquet file cannot be written with less than 1 MiB of `memory_bytes`");
  }
}

}  // namespace

parquet_sink::parquet_sink(std::filesystem::path path, parquet_options options)
    : path_(path), options_(std::move(options)), file_(std::move(path), options_.files) {
  check(options_);
}

parquet_sink::~parquet_sink() = default;

/// What is written in place holds no whole file before its end, and cannot be taken back.
commit_point parquet_sink::commits() const {
  return file_.commits() == commit_point::finalize ? commit_point::finalize : commit_point::unknown;
}

void parquet_sink::open(std::stop_token stop) {
  file_.open(std::move(stop));
  if (!options_.columns.empty()) {
    begin(options_.columns);
  }
}

void parquet_sink::begin(std::vector<parquet_column> columns) {
  columns.push_back({.name = std::string(detail::extra_column), .type = parquet_type::json});
  const detail::parquet_writer::limits limits{static_cast<std::size_t>(options_.memory_bytes / 2), options_.zstd_level};
  writer_ = std::make_unique<detail::parquet_writer>(std::move(columns), limits, [this](std::string bytes) {
    batch b;
    b.data = std::make_shared<const std::string>(std::move(bytes));
    file_.write(b);
  });
  rows_ = std::make_unique<detail::parquet_rows>(*writer_);
}

write_outcome parquet_sink::write(const batch& records) {
  const std::string_view bytes = records.bytes();
  if (!bytes.empty() && bytes.back() != '\n') {
    throw error(errc::bad_data, "a batch for " + path_.string() +
                                    " does not end with a whole line; put a line_transform before the sink");
  }
  const std::uint64_t refused_before = refused_;
  if (!writer_) {
    sample_ += bytes;
    if (sample_.size() >= options_.memory_bytes / 4) {
      settle_columns();
    }
  } else {
    detail::for_each_line(bytes, [this](std::string_view line) { append(line); });
  }
  write_outcome outcome;
  outcome.rows_rejected = refused_ - refused_before;
  return outcome;
}

void parquet_sink::settle_columns() {
  detail::column_guesses guesses;
  detail::for_each_line(sample_, [&](std::string_view line) { guesses.look_at(line); });
  begin(guesses.columns());
  detail::for_each_line(sample_, [this](std::string_view line) { append(line); });
  std::string().swap(sample_);
}

void parquet_sink::append(std::string_view line) {
  line.remove_suffix(line.ends_with('\n') ? 1 : 0);
  const auto why = rows_->append(line);
  if (!why) {
    return;
  }
  if (!options_.refused) {
    throw error(errc::bad_data, "record " + std::to_string(writer_->rows() + refused_ + 1) + " cannot be a row of " +
                                    path_.string() + ": " + *why);
  }
  ++refused_;
  options_.refused(line, *why);
}

void parquet_sink::finalize() {
  if (!writer_) {
    settle_columns();
  }
  writer_->finish(options_.metadata);
  file_.finalize();
}

void parquet_sink::abort(const error& why) {
  std::string().swap(sample_);
  file_.abort(why);
}

parquet_counts parquet_sink::counts() const {
  return rows_ ? parquet_counts{writer_->rows(), rows_->values_apart(), rows_->members_apart(), refused_}
               : parquet_counts{};
}

}  // namespace ingest
