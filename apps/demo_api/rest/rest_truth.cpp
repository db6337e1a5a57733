#include "demo_api/rest/rest_truth.hpp"

#include <string_view>
#include <utility>

namespace demo_api::rest {
namespace {

constexpr std::size_t step = 4096;  // records, or parents, at once

std::uint64_t hash_of(std::string_view line) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : line) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  }
  return hash;
}

/// Goes through all records of a resource.
class truth_reader {
 public:
  explicit truth_reader(const resource& of)
      : of_(of), lock_(of.records().reading()), lines_(make_body_format("lines")) {}

  /// Replaces `out` with further lines; false if there are none.
  bool read(std::string& out) {
    out.clear();
    const collection& records = of_.records();
    const std::uint64_t each = records.most_each();
    const std::uint64_t rounds = each > 0 ? records.size() / each : records.size();
    while (next_ < rounds && out.empty()) {
      const std::uint64_t last = std::min(next_ + step, rounds);
      if (each == 0) {
        append(selection(records, next_, last), out);
      }
      for (std::uint64_t parent = next_; each > 0 && parent < last; ++parent) {
        append(records.of_parent(parent), out);
      }
      next_ = last;
    }
    return !out.empty();
  }

 private:
  void append(const selection& all, std::string& out) const {
    of_.append_records(*lines_, all, {0, all.size()}, out);
    out += all.size() > 0 ? "\n" : "";
  }

  const resource& of_;
  std::shared_lock<std::shared_mutex> lock_;
  std::unique_ptr<body_format> lines_;
  std::uint64_t next_ = 0;
};

}  // namespace

void send_truth(const resource& of, http_response& response) {
  response.content_type = "application/x-ndjson";
  response.framed_by = http_response::framing::chunks;
  response.next_chunk = [reader = std::make_shared<truth_reader>(of)](std::string& lines) {
    return reader->read(lines);
  };
}

std::string summary_of_truth(const rest_api& api) {
  std::string json;
  for (const auto& of : api.resources()) {
    truth_reader reader(*of);
    std::uint64_t records = 0;
    std::uint64_t sum = 0;
    for (std::string lines; reader.read(lines);) {
      for (std::string_view left = lines; !left.empty(); ++records) {
        const std::string_view line = left.substr(0, left.find('\n'));
        sum += hash_of(line);
        left.remove_prefix(line.size() + 1);
      }
    }
    json += (json.empty() ? "{\"" : ",\"") + of->name() + ".records\":" + std::to_string(records) + ",\"" + of->name() +
            ".checksum\":" + std::to_string(sum);
  }
  return json + "}";
}

}  // namespace demo_api::rest
