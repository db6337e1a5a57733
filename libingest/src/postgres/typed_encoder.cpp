#include "postgres/typed_encoder.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "core/ascii.hpp"
#include "core/trimmed.hpp"
#include "postgres/copy_binary.hpp"
#include "records/record_line.hpp"

namespace ingest::detail {

namespace {

constexpr std::size_t longest_example = 80;

/// A row has to lie in one page of 8 KiB, but for what can be kept outside: of long values 24 bytes stay at most.
/// Columns of a table of others that are not for us need some, too.
constexpr std::size_t most_in_row = 7'600;
constexpr std::size_t most_of_a_value = 24;

/// What texts say that is no deletion: programs write false and null in many ways, and zeros for no time.
bool says_no(std::string_view text) {
  constexpr std::array<std::string_view, 9> words = {"", "false", "f", "no", "n", "off", "null", "none", "\\n"};
  constexpr std::size_t longest_word = 5;
  const std::string_view bare = trimmed(text);
  if (bare.size() <= longest_word && std::find(words.begin(), words.end(), lower(bare)) != words.end()) {
    return true;
  }
  const std::string_view digits = bare.substr(0, bare.find_first_of("eE"));  // 0e5 is zero, too
  return digits.find('0') != std::string_view::npos && digits.find_first_not_of("-+0.:TZ ") == std::string_view::npos;
}

bool says_deleted(const json_value& value, std::string& scratch) {
  const auto text = value.text(scratch);
  if (!text) {
    return !value.is_null() && (value.what != json_value::kind::boolean || value.is_true());
  }
  return !says_no(*text);
}

/// The server's form of jsonb is longer than a short text, and nothing is known of it but that it can be kept outside.
std::size_t room_for(const column_type& type, std::size_t bytes) {
  if (type.catalog == "jsonb") {
    return most_of_a_value;
  }
  return type.width > 0 ? (type.width + 3) / 4 * 4 : std::min(bytes + 4, most_of_a_value);
}

}  // namespace

void add(const kept_apart& more, kept_apart& to) {
  to.misfits.resize(std::max(to.misfits.size(), more.misfits.size()));
  for (std::size_t i = 0; i < more.misfits.size(); ++i) {
    column_misfits& sum = to.misfits[i];
    sum.example = sum.values == 0 ? more.misfits[i].example : sum.example;
    sum.values += more.misfits[i].values;
    sum.rounded = sum.rounded || more.misfits[i].rounded;
  }
  to.without_room += more.without_room;
  to.members += more.members;
  to.left_alone.insert(more.left_alone.begin(), more.left_alone.end());
  to.nuls += more.nuls;
  to.new_members = to.new_members || more.new_members;
}

typed_encoder::typed_encoder(const table_shape& shape, const std::vector<std::string>& types, std::int64_t now)
    : shape_(&shape), now_(now) {
  columns_.reserve(shape.columns.size());
  for (std::size_t i = 0; i + 1 < shape.columns.size(); ++i) {
    if (shape.columns[i].is_deletion) {
      deletion_ = i;
    }
    columns_.push_back({find_column_type(types.at(i)), deletion_ == i ? "" : shape.columns[i].at->tokens().front(),
                        shape.is_key(shape.columns[i])});
  }
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (deletion_ != i) {
      by_name_.emplace(columns_[i].member, i);
    }
  }
  found_.resize(columns_.size());
  apart_.misfits.resize(columns_.size());
}

bool typed_encoder::append(std::string_view record, std::string& to) {
  extra_.clear();
  if (!find_members(record)) {
    return false;
  }
  room_ = most_in_row - std::min(most_in_row, columns_.size() / 8);  // a bit of each tells whether it is null
  append_big_endian(static_cast<std::uint16_t>(columns_.size() + 1), to);
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (deletion_ == i) {
      append_deletion(record, to);
    } else {
      append_value(i, to);
    }
  }
  append_extra(to);
  return true;
}

bool typed_encoder::find_members(std::string_view record) {
  found_.assign(found_.size(), {});
  next_ = 0;
  try {
    json_scanner in(record);
    if (in.peek() != '{') {
      return false;
    }
    in.object([&](std::string_view name) { take(name, in.value()); });
    in.finish();
    return true;
  } catch (const json_fault&) {
    return false;
  }
}

/// Records of a stream have their members in the same order, mostly.
void typed_encoder::take(std::string_view name, const json_value& value) {
  if (next_ < columns_.size() && columns_[next_].member == name) {
    found_[next_++] = value;
    return;
  }
  if (const auto known = by_name_.find(name); known != by_name_.end()) {
    found_[known->second] = value;
    next_ = known->second + 1;
    return;
  }
  if (has_other_name(name) && take_under_other_name(name, value)) {
    return;
  }
  if (shape_->says_nothing(value) && !keeps(name)) {
    return;  // a column that comes later would have nothing of it either
  }
  ++apart_.members;
  if (const auto column = shape_->left_alone.find(name); column != shape_->left_alone.end()) {
    apart_.left_alone.insert(*column);
  }
  apart_.new_members = apart_.new_members || (!shape_->says_nothing(value) && shape_->wants_column(name));
  keep(name, value);
}

void typed_encoder::append_deletion(std::string_view record, std::string& to) {
  json_value value;
  json_scanner in(record);
  find_values(in, std::span(&*shape_->columns[*deletion_].at, 1), std::span(&value, 1));
  if (!says_deleted(value, scratch_)) {
    append_big_endian(null_length, to);
    return;
  }
  append_big_endian<std::uint32_t>(sizeof now_, to);
  if (find_column_type("timestamptz")->append(value, scratch_, to) == value_fit::none &&
      append_epoch(value, shape_->epochs, scratch_, to) == value_fit::none) {
    append_big_endian(static_cast<std::uint64_t>(now_), to);
  }
}

/// From its first record on, the column is that member's; another one that is called like the column has none.
bool typed_encoder::take_under_other_name(std::string_view name, const json_value& value) {
  const auto column_name = column_name_of(name);
  const auto known = column_name ? by_name_.find(*column_name) : by_name_.end();
  if (known == by_name_.end() || found_[known->second].what != json_value::kind::missing) {
    return false;
  }
  const std::size_t index = known->second;
  by_name_.erase(known);
  columns_[index].member = name;
  by_name_.emplace(columns_[index].member, index);
  found_[index] = value;
  next_ = index + 1;
  return true;
}

void typed_encoder::append_value(std::size_t index, std::string& to) {
  const json_value& value = found_[index];
  const std::size_t begin = to.size();
  append_big_endian(null_length, to);
  if (columns_[index].is_key ? shape_->is_no_key(value) : shape_->says_nothing(value)) {
    return;
  }
  const value_fit fit = append_fitting(columns_[index], value, to);
  if (fit != value_fit::none) {
    put_big_endian(static_cast<std::uint32_t>(to.size() - begin - sizeof null_length), to.data() + begin);
  }
  if (fit == value_fit::none && no_room_) {
    ++apart_.without_room;
    keep(columns_[index].member, value);
  } else if (fit != value_fit::exact) {
    column_misfits& misfits = apart_.misfits[index];
    if (++misfits.values == 1) {
      misfits.example = value.raw.substr(0, longest_example);
    }
    misfits.rounded = misfits.rounded || fit == value_fit::rounded;
    keep(columns_[index].member, value);
  }
}

value_fit typed_encoder::append_fitting(const column& c, const json_value& value, std::string& to) {
  const std::size_t begin = to.size();
  no_room_ = false;
  value_fit fit = c.type->append(value, scratch_, to);
  if (fit == value_fit::none && c.type->catalog == "timestamptz") {
    fit = append_epoch(value, shape_->epochs, scratch_, to);
  }
  if (fit == value_fit::none) {
    return fit;
  }
  const std::size_t needed = room_for(*c.type, to.size() - begin);
  if (needed > room_ && !c.is_key) {
    to.resize(begin);
    no_room_ = true;
    return value_fit::none;
  }
  room_ -= std::min(room_, needed);
  return fit;
}

/// Whether this record had such a member before, as far as can be seen: it is the last one that counts.
bool typed_encoder::keeps(std::string_view name) {
  if (extra_.empty()) {
    return false;
  }
  scratch_ = '"';
  append_escaped(name, scratch_);
  scratch_ += "\":";
  return extra_.find(scratch_) != std::string::npos;
}

void typed_encoder::keep(std::string_view name, const json_value& value) {
  extra_ += extra_.empty() ? "{\"" : ",\"";
  append_escaped(name, extra_);
  extra_ += "\":";
  extra_ += value.raw;
}

void typed_encoder::append_extra(std::string& to) {
  if (extra_.empty() && !shape_->columns.back().required) {
    append_big_endian(null_length, to);
    return;
  }
  extra_ += extra_.empty() ? "{}" : "}";
  append_big_endian(static_cast<std::uint32_t>(extra_.size() + 1), to);
  to += jsonb_version;
  to += extra_;
}

}  // namespace ingest::detail
