#include "support/page_batches.hpp"

#include <functional>

namespace ingest::testing {

batch page_batches::next(const std::vector<rows>& pages, slice_id slice) {
  batch b;
  std::string data;
  for (const rows& lines : pages) {
    page p;
    p.id = ++last_pages_[slice];
    p.slice = slice;
    p.segment = 1;
    p.offset = offset_ + data.size();
    std::string bytes;
    for (const std::string& line : lines) {
      bytes += line + "\n";
    }
    p.length = bytes.size();
    p.rows = lines.size();
    p.crc = static_cast<std::uint32_t>(std::hash<std::string>()(bytes));
    p.position = "after \"page\" " + std::to_string(p.id) + " of " + slice.name() + " \\";
    b.records += p.rows;
    b.position = p.position;
    b.pages.push_back(p);
    data += bytes;
  }
  offset_ += data.size();
  b.data = std::make_shared<const std::string>(std::move(data));
  return b;
}

batch page_batches::last(const std::vector<rows>& pages, slice_id slice) {
  batch b = next(pages, std::move(slice));
  b.last = b.pages.back().last = true;
  return b;
}

std::string event_row(const std::string& id, const std::string& extra) {
  return id + "\t{\"id\":\"" + id + "\",\"extra\":" + extra + "}";
}

page_batches::rows event_rows(int first, int last, const std::string& prefix) {
  page_batches::rows rows;
  for (int i = first; i <= last; ++i) {
    rows.push_back(event_row(prefix + std::to_string(i)));
  }
  return rows;
}

}  // namespace ingest::testing
