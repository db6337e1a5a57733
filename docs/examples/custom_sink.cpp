// A sink of one's own: counts words, and shows the most frequent ones when the stream is complete.
#include <iostream>
#include <map>
#include <sstream>

#include "ingest/ingest_stream.hpp"
#include "ingest/sources/fd_source.hpp"
#include "ingest/transforms/line_transform.hpp"

class word_count final : public ingest::sink {
 public:
  ingest::write_outcome write(const ingest::batch& records) override {
    std::istringstream words{std::string(records.bytes())};
    for (std::string word; words >> word;) {
      ++counts_[word];
    }
    return {.rows_loaded = records.records};
  }

  void finalize() override {
    for (const auto& [word, count] : counts_) {
      std::cout << word << ' ' << count << '\n';
    }
  }

  void abort(const ingest::error& why) override { std::cerr << "nothing was counted: " << why.what() << '\n'; }

  // The result stands when all is counted, so a failed instance can be replaced only from the beginning.
  ingest::commit_point commits() const override { return ingest::commit_point::finalize; }

 private:
  std::map<std::string, int> counts_;
};

int main() {
  ingest::fd_source from(0, "standard input");
  word_count to;
  // Blocks of bytes may end within a word; lines do not.
  const auto result = ingest::ingest_stream(from, to, {.transforms = {std::make_shared<ingest::line_transform>()}});
  return result.ok() ? 0 : result.failure->exit_code();
}
