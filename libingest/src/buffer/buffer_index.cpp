#include "buffer/buffer_index.hpp"

#include <charconv>
#include <cstdio>

#include "core/crc32c.hpp"

namespace ingest {

namespace {

constexpr std::string_view header_magic("\x89IDX\r\n\x1a\n", 8);
constexpr std::string_view slice_magic("\x89SLC\r\n\x1a\n", 8);
constexpr std::string_view page_magic("\x89PAG\r\n\x1a\n", 8);
constexpr std::uint32_t index_version = 2;
constexpr std::uint32_t flag_last = 1;
constexpr std::size_t crc_bytes = 4;
constexpr std::size_t length_at = 8;          // of a record's length
constexpr std::size_t header_length_at = 12;  // of the header's length
constexpr std::string_view name_prefix = "events_buffer.";
constexpr std::string_view data_suffix = ".tsv";
constexpr std::string_view index_suffix = ".idx";

template <class Integer>
void store(std::string& bytes, std::size_t at, Integer value) {
  for (std::size_t i = 0; i < sizeof value; ++i) {
    bytes[at + i] = static_cast<char>(value >> (8 * i));
  }
}

template <class Integer>
Integer fetch(std::string_view bytes, std::size_t at) {
  Integer value = 0;
  for (std::size_t i = 0; i < sizeof value; ++i) {
    value = static_cast<Integer>(value | static_cast<Integer>(static_cast<unsigned char>(bytes[at + i])) << (8 * i));
  }
  return value;
}

/// Puts fields one behind the other.
class writer {
 public:
  template <class Integer>
  void number(Integer value) {
    bytes_.resize(bytes_.size() + sizeof value);
    store(bytes_, bytes_.size() - sizeof value, value);
  }
  void raw(std::string_view text) { bytes_ += text; }
  void text(std::string_view text) {
    number(static_cast<std::uint32_t>(text.size()));
    bytes_ += text;
  }

  /// Writes the total length at `at`, appends the checksum, combined with `seed`, and returns both.
  std::pair<std::string, std::uint32_t> close(std::size_t at, std::uint32_t seed) {
    store(bytes_, at, static_cast<std::uint32_t>(bytes_.size() + crc_bytes));
    const std::uint32_t crc = crc32c(bytes_) ^ seed;
    number(crc);
    return {std::move(bytes_), crc};
  }

 private:
  std::string bytes_;
};

/// Takes fields one after the other; once they do not fit any more, all are 0 or empty and ok() is false.
class reader {
 public:
  explicit reader(std::string_view bytes) : bytes_(bytes) {}

  template <class Integer>
  Integer number() {
    if (!has(sizeof(Integer))) {
      return 0;
    }
    const auto value = fetch<Integer>(bytes_, 0);
    bytes_.remove_prefix(sizeof(Integer));
    return value;
  }
  std::string text() {
    const auto size = number<std::uint32_t>();
    if (!has(size)) {
      return {};
    }
    std::string taken(bytes_.substr(0, size));
    bytes_.remove_prefix(size);
    return taken;
  }
  bool ok() const { return ok_; }

 private:
  bool has(std::size_t size) {
    ok_ = ok_ && bytes_.size() >= size;
    return ok_;
  }

  std::string_view bytes_;
  bool ok_ = true;
};

/// The part of `bytes` that begins with `magic` and has its length at `at`, without its checksum; nothing if the
/// checksum, combined with `seed`, does not hold.
std::optional<std::string_view> checked(std::string_view bytes, std::string_view magic, std::size_t at,
                                        std::uint32_t seed) {
  if (!bytes.starts_with(magic) || bytes.size() < at + sizeof(std::uint32_t)) {
    return std::nullopt;
  }
  const auto length = fetch<std::uint32_t>(bytes, at);
  if (length < at + sizeof(std::uint32_t) + crc_bytes || length > bytes.size()) {
    return std::nullopt;
  }
  const std::string_view body = bytes.substr(0, length - crc_bytes);
  if ((crc32c(body) ^ seed) != fetch<std::uint32_t>(bytes, body.size())) {
    return std::nullopt;
  }
  return body;
}

std::string file_name(std::uint64_t segment, std::string_view suffix) {
  char digits[32];
  std::snprintf(digits, sizeof digits, "%06llu", static_cast<unsigned long long>(segment));
  return std::string(name_prefix) + digits + std::string(suffix);
}

}  // namespace

std::string segment_file_name(std::uint64_t segment) {
  return file_name(segment, data_suffix);
}
std::string index_file_name(std::uint64_t segment) {
  return file_name(segment, index_suffix);
}

namespace detail {

encoded_header encode(const index_header& h) {
  writer out;
  out.raw(header_magic);
  out.number(index_version);
  out.number(std::uint32_t{0});  // the length, see close()
  out.number(h.segment);
  out.text(h.identity.pipeline);
  out.text(h.identity.run_id);
  out.text(h.identity.plan);
  auto [bytes, crc] = out.close(header_length_at, 0);
  return {std::move(bytes), crc};
}

std::optional<decoded_header> decode_header(std::string_view index, const std::string& file) {
  const auto body = checked(index, header_magic, header_length_at, 0);
  if (!body) {
    return std::nullopt;
  }
  const auto version = fetch<std::uint32_t>(*body, header_magic.size());
  if (version != index_version) {
    throw error(errc::bad_data, file + " has format version " + std::to_string(version) +
                                    ", this program reads version " + std::to_string(index_version) +
                                    "; finish the run with the program that began it");
  }
  decoded_header result;
  index_header& h = result.header;
  reader in(body->substr(header_length_at + sizeof(std::uint32_t)));
  h.segment = in.number<std::uint64_t>();
  h.identity.pipeline = in.text();
  h.identity.run_id = in.text();
  h.identity.plan = in.text();
  result.length = body->size() + crc_bytes;
  result.crc = fetch<std::uint32_t>(index, body->size());
  return in.ok() ? std::optional(std::move(result)) : std::nullopt;
}

std::string encode_slice(std::uint32_t number, const slice_progress& before, std::uint32_t header_crc) {
  writer out;
  out.raw(slice_magic);
  out.number(std::uint32_t{0});  // the length, see close()
  out.number(number);
  out.number(before.pages);
  out.number(before.rows);
  out.text(before.slice.stream());
  out.text(before.slice.name());
  out.text(before.position);
  return out.close(length_at, header_crc).first;
}

std::optional<decoded_slice> decode_slice(std::string_view index, std::size_t offset, std::uint32_t header_crc) {
  const auto body = checked(index.substr(offset), slice_magic, length_at, header_crc);
  if (!body) {
    return std::nullopt;
  }
  decoded_slice result;
  reader in(body->substr(length_at + sizeof(std::uint32_t)));
  result.number = in.number<std::uint32_t>();
  result.before.pages = in.number<page_id>();
  result.before.rows = in.number<std::uint64_t>();
  std::string stream = in.text();
  result.before.slice = slice_id(std::move(stream), in.text());
  result.before.position = in.text();
  result.length = body->size() + crc_bytes;
  return in.ok() ? std::optional(std::move(result)) : std::nullopt;
}

std::string encode_page(const page& p, std::uint32_t slice, std::uint64_t durable_before, std::uint32_t header_crc) {
  writer out;
  out.raw(page_magic);
  out.number(std::uint32_t{0});  // the length, see close()
  out.number(slice);
  out.number(p.id);
  out.number(p.offset);
  out.number(p.length);
  out.number(p.rows);
  out.number(durable_before);
  out.number(p.crc);
  out.number(p.last ? flag_last : std::uint32_t{0});
  out.text(p.position);
  return out.close(length_at, header_crc).first;
}

std::optional<decoded_page> decode_page(std::string_view index, std::size_t offset, std::uint32_t header_crc) {
  const auto body = checked(index.substr(offset), page_magic, length_at, header_crc);
  if (!body) {
    return std::nullopt;
  }
  decoded_page result;
  page& p = result.description;
  reader in(body->substr(length_at + sizeof(std::uint32_t)));
  result.slice = in.number<std::uint32_t>();
  p.id = in.number<page_id>();
  p.offset = in.number<std::uint64_t>();
  p.length = in.number<std::uint64_t>();
  p.rows = in.number<std::uint64_t>();
  result.durable_before = in.number<std::uint64_t>();
  p.crc = in.number<std::uint32_t>();
  p.last = (in.number<std::uint32_t>() & flag_last) != 0;
  p.position = in.text();
  result.length = body->size() + crc_bytes;
  return in.ok() ? std::optional(std::move(result)) : std::nullopt;
}

std::size_t find_page(std::string_view index, std::size_t offset) {
  return index.find(page_magic, offset);
}

std::optional<std::uint64_t> segment_of(const std::string& name) {
  if (!name.starts_with(name_prefix)) {
    return std::nullopt;
  }
  std::uint64_t segment = 0;
  std::from_chars(name.data() + name_prefix.size(), name.data() + name.size(), segment);
  const bool ours = segment > 0 && (name == segment_file_name(segment) || name == index_file_name(segment));
  return ours ? std::optional(segment) : std::nullopt;
}

}  // namespace detail

}  // namespace ingest
