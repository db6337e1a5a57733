#include "demo_api/rest/records/rendered_records.hpp"

namespace demo_api::rest {
namespace {

constexpr std::size_t most_bytes = 256u << 20;

}  // namespace

std::unique_ptr<rendered_records> rendered_records::make(const collection& of, const body_format& format) {
  if (of.can_change() || of.most_each() > 0) {
    return nullptr;
  }
  auto made = std::make_unique<rendered_records>();
  made->separator_ = format.separator().size();
  for (std::uint64_t i = 0; i < of.size(); ++i) {
    made->starts_.push_back(made->text_.size());
    format.append_record(of.shape(), of.facts(i, ""), made->text_);
    made->text_ += format.separator();
    if (made->text_.size() > most_bytes) {
      return nullptr;
    }
  }
  made->starts_.push_back(made->text_.size());
  return made;
}

void rendered_records::append(std::uint64_t first, std::uint64_t count, std::string& out) const {
  if (count > 0) {
    out.append(text_, starts_[first], starts_[first + count] - starts_[first] - separator_);
  }
}

}  // namespace demo_api::rest
