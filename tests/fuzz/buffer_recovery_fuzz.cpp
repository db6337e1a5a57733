// The files of a disk buffer, as a crash, a disk or a person may have left them.
#include "buffer/range_reader.hpp"
#include "fuzz/buffer_image.hpp"
#include "fuzz/fuzz_target.hpp"
#include "support/sample_pages.hpp"

using namespace ingest;
using namespace ingest::fuzz;
using testing::memory_file_system;

namespace {

const std::filesystem::path directory = "/data";
constexpr page_id greatest_page = page_id{1} << 62;

/// Whether all pages can be read back. Only the newest segment's bytes are checked when a buffer is opened, the others'
/// when they are read.
bool are_whole(memory_file_system& files, const disk_buffer::contents& found) {
  range_reader reader(files, directory);
  for (const page& p : found.pages) {
    if (const auto refused = refusal_of([&] { reader.read({{p}}); })) {
      require(refused->code() == errc::bad_data && p.segment != found.last_segment, "the newest pages are whole");
      return false;
    }
  }
  return true;
}

/// Opens the buffer, which changes what a crash has left unfinished, and appends to it.
void check_life(memory_file_system& files, const run_identity& who, bool appends) {
  disk_buffer buffer(files, {directory, 200}, who, {});
  const std::vector<page> recovered = buffer.recovered();
  require(disk_buffer::inspect(files, directory).pages == recovered, "an opened buffer holds what it recovered");
  if (appends && buffer.progress(0).pages < greatest_page) {
    const page p = buffer.append(0, testing::sample_batch(1));
    buffer.sync();
    std::vector<page> expected = recovered;
    expected.push_back(p);
    require(disk_buffer::inspect(files, directory).pages == expected,
            "a buffer that was recovered can be gone on with");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  memory_file_system files;
  buffer_image(input(bytes, size), directory).write_to(files);
  disk_buffer::contents found;
  if (const auto refused = refusal_of([&] { found = disk_buffer::inspect(files, directory); })) {
    require(refused->code() == errc::bad_data, "a damaged buffer is bad data");
    const auto also = refusal_of([&] { check_life(files, testing::sample_run(), false); });
    require(also && also->code() == errc::bad_data, "a buffer that cannot be inspected is not opened either");
    return 0;
  }
  if (!are_whole(files, found)) {
    return 0;
  }
  const run_identity who = found.identity.value_or(testing::sample_run());
  const auto refused = refusal_of([&] {
    check_life(files, who, false);
    require(disk_buffer::inspect(files, directory).pages == found.pages, "opening takes no page away");
    check_life(files, who, true);
  });
  require(!refused, "a buffer that can be inspected can be opened and gone on with");
  return 0;
}
