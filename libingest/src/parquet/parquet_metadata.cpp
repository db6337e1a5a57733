#include "parquet/parquet_metadata.hpp"

#include <optional>

#include "parquet/format_codes.hpp"

namespace ingest::detail {

namespace {

// By their numbers in parquet.thrift.
constexpr std::int32_t required = 0;
constexpr std::int32_t optional = 1;

using list_of = thrift_encoder::type;

std::int64_t signed_of(std::uint64_t number) {
  return static_cast<std::int64_t>(number);
}

/// What readers know types by that know no logical ones.
std::optional<std::int32_t> converted_type(parquet_type type) {
  switch (type) {
    case parquet_type::string:
      return 0;
    case parquet_type::decimal:
      return 5;
    case parquet_type::date:
      return 6;
    case parquet_type::timestamp:
      return 10;
    case parquet_type::json:
      return 19;
    default:
      return std::nullopt;  // of a time there is only one that is UTC's
  }
}

void append_microseconds(thrift_encoder& out, bool utc) {
  out.boolean(1, utc);
  out.structure(2, [&] { out.structure(2); });
}

void append_logical_type(thrift_encoder& out, const parquet_column& c) {
  switch (c.type) {
    case parquet_type::string:
      return out.structure(1);
    case parquet_type::decimal:
      return out.structure(5, [&] {
        out.i32(1, c.scale);
        out.i32(2, c.precision);
      });
    case parquet_type::date:
      return out.structure(6);
    case parquet_type::time:
      return out.structure(7, [&] { append_microseconds(out, false); });
    case parquet_type::timestamp:
      return out.structure(8, [&] { append_microseconds(out, true); });
    case parquet_type::json:
      return out.structure(12);
    case parquet_type::uuid:
      return out.structure(14);
    default:
      return;
  }
}

bool has_logical_type(parquet_type type) {
  return type != parquet_type::boolean && type != parquet_type::int64 && type != parquet_type::real64;
}

void append_schema_element(thrift_encoder& out, const parquet_column& c) {
  constexpr std::int32_t uuid_bytes = 16;
  out.i32(1, static_cast<std::int32_t>(physical_of(c.type)));
  if (c.type == parquet_type::uuid) {
    out.i32(2, uuid_bytes);
  }
  out.i32(3, c.required ? required : optional);
  out.binary(4, c.name);
  if (const auto converted = converted_type(c.type)) {
    out.i32(6, *converted);
  }
  if (c.type == parquet_type::decimal) {
    out.i32(7, c.scale);
    out.i32(8, c.precision);
  }
  if (has_logical_type(c.type)) {
    out.structure(10, [&] { append_logical_type(out, c); });
  }
}

void append_statistics(thrift_encoder& out, const column_bounds& bounds) {
  const auto smallest = bounds.smallest();
  const auto largest = bounds.largest();
  out.i64(3, signed_of(bounds.nulls()));
  if (largest) {
    out.binary(5, largest->bytes);
  }
  if (smallest) {
    out.binary(6, smallest->bytes);
  }
  if (largest) {
    out.boolean(7, largest->exact);
  }
  if (smallest) {
    out.boolean(8, smallest->exact);
  }
  if (bounds.is_real()) {
    out.i64(9, 0);  // JSON has no NaN
  }
}

void append_encodings(thrift_encoder& out, const written_chunk& chunk) {
  out.list(2, list_of::i32, chunk.has_dictionary ? 3 : 2);
  out.element(plain);
  out.element(run_lengths);
  if (chunk.has_dictionary) {
    out.element(dictionary_numbers);
  }
}

void append_encoding_counts(thrift_encoder& out, const written_chunk& chunk) {
  const auto count = [&out](std::int32_t page, std::int32_t encoding, std::uint64_t pages) {
    out.element([&] {
      out.i32(1, page);
      out.i32(2, encoding);
      out.i32(3, static_cast<std::int32_t>(pages));
    });
  };
  const bool has_plain = chunk.plain_pages > 0;
  out.list(13, list_of::structure, (chunk.has_dictionary ? 2u : 0u) + (has_plain ? 1u : 0u));
  if (chunk.has_dictionary) {
    count(dictionary_page, plain, 1);
    count(data_page, dictionary_numbers, chunk.dictionary_coded_pages);
  }
  if (has_plain) {
    count(data_page, plain, chunk.plain_pages);
  }
}

}  // namespace

void parquet_metadata::begin_row_group() {
  chunks_.clear();
  chunk_count_ = 0;
  uncompressed_ = 0;
  compressed_ = 0;
}

void parquet_metadata::add_chunk(const written_chunk& chunk, std::uint64_t offset) {
  begin_ = chunk_count_ == 0 ? offset : begin_;
  thrift_encoder out(chunks_);
  const parquet_column& column = columns_->at(chunk_count_++);
  out.element([&] {
    out.i64(2, 0);  // where a copy of what follows stands: nowhere
    out.structure(3, [&] { append_chunk(out, column, chunk, offset); });
  });
  uncompressed_ += chunk.uncompressed_bytes;
  compressed_ += chunk.compressed_bytes;
}

void parquet_metadata::append_chunk(thrift_encoder& out, const parquet_column& column, const written_chunk& chunk,
                                    std::uint64_t offset) const {
  out.i32(1, static_cast<std::int32_t>(physical_of(column.type)));
  append_encodings(out, chunk);
  out.list(3, list_of::binary, 1);
  out.element(column.name);
  out.i32(4, codec_);
  out.i64(5, signed_of(chunk.values));
  out.i64(6, signed_of(chunk.uncompressed_bytes));
  out.i64(7, signed_of(chunk.compressed_bytes));
  out.i64(9, signed_of(offset + (chunk.has_dictionary ? chunk.pages.front().size() : 0)));
  if (chunk.has_dictionary) {
    out.i64(11, signed_of(offset));
  }
  out.structure(12, [&] { append_statistics(out, chunk.bounds); });
  append_encoding_counts(out, chunk);
}

void parquet_metadata::end_row_group(std::uint64_t rows) {
  thrift_encoder out(groups_);
  out.element([&] {
    out.list(1, list_of::structure, chunk_count_);
    groups_ += chunks_;
    out.i64(2, signed_of(uncompressed_));
    out.i64(3, signed_of(rows));
    out.i64(5, signed_of(begin_));
    out.i64(6, signed_of(compressed_));
  });
  ++group_count_;
  rows_ += rows;
}

std::string parquet_metadata::footer(const texts& key_values, std::string_view created_by) const {
  std::string bytes;
  thrift_encoder out(bytes);
  out.element([&] {
    out.i32(1, 1);
    out.list(2, list_of::structure, columns_->size() + 1);
    out.element([&] {
      out.binary(4, "schema");
      out.i32(5, static_cast<std::int32_t>(columns_->size()));
    });
    for (const parquet_column& c : *columns_) {
      out.element([&] { append_schema_element(out, c); });
    }
    out.i64(3, signed_of(rows_));
    out.list(4, list_of::structure, group_count_);
    bytes += groups_;
    if (!key_values.empty()) {
      out.list(5, list_of::structure, key_values.size());
      for (const auto& entry : key_values) {
        out.element([&] {
          out.binary(1, entry.first);
          out.binary(2, entry.second);
        });
      }
    }
    out.binary(6, created_by);
    out.list(7, list_of::structure, columns_->size());
    for (std::size_t i = 0; i < columns_->size(); ++i) {
      out.element([&] { out.structure(1); });  // the order that its type has
    }
  });
  return bytes;
}

}  // namespace ingest::detail
