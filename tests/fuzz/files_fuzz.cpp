// CSV, TSV and JSON files of all forms, plain, compressed or UTF-16, and the rows that are made of them.
#include <sys/mman.h>
#include <unistd.h>

#include "core/descriptor.hpp"
#include "fuzz/fuzz_target.hpp"
#include "ingest/sources/csv_source.hpp"
#include "ingest/sources/ndjson_source.hpp"
#include "ingest/transforms/key_transform.hpp"
#include "json/json_text.hpp"
#include "postgres/copy_rows.hpp"

using namespace ingest;
using namespace ingest::fuzz;

namespace {

// A bomb of a few bytes would take for ever, and all memory.
constexpr std::size_t most_batches = 64;
constexpr std::size_t most_bytes = 32 << 20;

/// A file without a directory, that can be opened by path.
class memory_file {
 public:
  explicit memory_file(std::string_view bytes) : file_(::memfd_create("fuzz", MFD_CLOEXEC)) {
    require(::write(file_.fd(), bytes.data(), bytes.size()) == static_cast<::ssize_t>(bytes.size()), "memory is there");
  }
  std::string path() const { return "/proc/self/fd/" + std::to_string(file_.fd()); }

 private:
  detail::descriptor file_;
};

struct reading {
  std::string bytes;
  std::uint64_t records = 0;
  std::vector<std::pair<std::string, std::size_t>> positions;  ///< and the bytes before each
  bool ended = false;
  bool refused = false;
};

reading read(source& from, const std::optional<std::string>& position) {
  reading r;
  const auto refused = refusal_of([&] {
    from.open(position, {});
    for (std::size_t batches = 0; batches < most_batches && r.bytes.size() < most_bytes && !r.ended; ++batches) {
      const auto b = from.read();
      r.ended = !b || b->last;
      if (b) {
        r.bytes += b->bytes();
        r.records += b->records;
        r.positions.emplace_back(b->position, r.bytes.size());
      }
    }
  });
  from.close();
  require(!refused || refused->code() == errc::bad_data || refused->code() == errc::config,
          "a file is refused as bad data, or for its header");
  r.refused = refused.has_value();
  return r;
}

/// What is loaded of the lines is text that COPY reads row by row.
void check_rows(const std::string& lines) {
  batch b;
  b.data = std::make_shared<const std::string>(lines);
  batch rows = *key_transform().apply(b);
  page p;
  p.id = p.segment = 1;
  p.rows = rows.records;
  p.length = rows.bytes().size();
  rows.pages = {p};
  detail::copy_rows().assign(rows, rows.pages);
}

void check(source& from) {
  const reading whole = read(from, std::nullopt);
  require(static_cast<std::uint64_t>(std::count(whole.bytes.begin(), whole.bytes.end(), '\n')) == whole.records,
          "each record is a line");
  check_rows(whole.bytes);
  if (!whole.ended || whole.refused || whole.positions.empty()) {
    return;
  }
  const auto& [position, before] = whole.positions[whole.positions.size() / 2];
  const reading rest = read(from, position);
  require(rest.bytes == whole.bytes.substr(before), "going on at a position gives what is left");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  input in(bytes, size);
  const std::uint8_t form = in.byte();
  const memory_file file(in.rest());
  const std::size_t batch_bytes = std::size_t{1} << (form >> 4);
  csv_options options = (form & 1) != 0 ? csv_options::tsv() : csv_options();
  options.batch_bytes = batch_bytes;
  options.max_record_bytes = 1 << 12;
  options.set_aside = (form & 4) != 0;
  if ((form & 2) != 0) {
    options.columns = {"a", "b"};
  }
  csv_source csv(file.path(), options);
  check(csv);
  ndjson_source ndjson(file.path(),
                       {.batch_bytes = batch_bytes, .max_line_bytes = 1 << 12, .set_aside = options.set_aside});
  check(ndjson);
  return 0;
}
