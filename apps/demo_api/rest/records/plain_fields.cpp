#include <array>
#include <charconv>

#include "demo_api/event_writer.hpp"
#include "demo_api/random.hpp"
#include "demo_api/rest/records/field_kinds.hpp"

namespace demo_api::rest {
namespace {

/// FNV-1a (Fowler, Noll, Vo), to make numbers of names.
std::uint64_t number_of(std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : name) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  }
  return hash;
}

void append_number(std::uint64_t n, std::string& out) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), n).ptr;
  out.append(digits.data(), end);
}

/// Random bits for each version of each record.
class drawn_field : public field {
 public:
  explicit drawn_field(const field_place& place) : table_(place.seed, number_of(place.path)) {}

 protected:
  std::uint64_t drawn(const record_facts& facts, std::uint64_t turn = 0) const {
    return scramble(table_[facts.index] + (facts.version << 20) + turn);
  }

 private:
  random_table table_;
};

class id_field final : public field {
 public:
  explicit id_field(settings& s) : prefix_(s.text("prefix", "")), from_(s.number("from", 1)) {}
  bool is_text() const override { return !prefix_.empty(); }
  void append(const record_facts& facts, std::string& out) const override {
    out += prefix_;
    append_number(from_ + facts.index, out);
  }

 private:
  std::string prefix_;
  std::uint64_t from_;
};

class parent_field final : public field {
 public:
  void append(const record_facts& facts, std::string& out) const override {
    out += facts.parent.empty() ? std::string_view("null") : facts.parent;
  }
};

class version_field final : public field {
 public:
  void append(const record_facts& facts, std::string& out) const override { append_number(facts.version, out); }
};

class uuid_field final : public drawn_field {
 public:
  using drawn_field::drawn_field;
  bool is_text() const override { return true; }
  void append(const record_facts& facts, std::string& out) const override {
    const std::uint64_t bits = drawn({facts.index, 0, 0, {}});
    out += uuid_text(bits, scramble(bits));
  }
};

class number_field final : public drawn_field {
 public:
  number_field(settings& s, const field_place& place)
      : drawn_field(place), prefix_(s.text("prefix", "")), from_(s.number("from", 0)) {
    const std::uint64_t to = s.number("to", 1000);
    if (to < from_) {
      s.refuse("to", "is less than \"from\"");
    }
    steps_ = to - from_ + 1;
  }
  bool is_text() const override { return !prefix_.empty(); }
  void append(const record_facts& facts, std::string& out) const override {
    out += prefix_;
    append_number(from_ + drawn(facts) % steps_, out);
  }

 private:
  std::string prefix_;
  std::uint64_t from_;
  std::uint64_t steps_;
};

class decimal_field final : public drawn_field {
 public:
  decimal_field(settings& s, const field_place& place)
      : drawn_field(place), to_(s.number("to", 1000)), digits_(s.number("digits", 2, 18)) {}
  void append(const record_facts& facts, std::string& out) const override {
    append_number(drawn(facts) % (to_ + 1), out);
    std::uint64_t fraction = drawn(facts, 1);
    for (std::uint64_t i = 0; i < digits_; ++i, fraction /= 10) {
      out += i == 0 ? "." : "";
      out += static_cast<char>('0' + fraction % 10);
    }
  }

 private:
  std::uint64_t to_;
  std::uint64_t digits_;
};

class boolean_field final : public drawn_field {
 public:
  boolean_field(settings& s, const field_place& place) : drawn_field(place), percent_(s.decimal("percent", 50, 100)) {}
  void append(const record_facts& facts, std::string& out) const override {
    out += static_cast<double>(drawn(facts) % 10'000) < percent_ * 100 ? "true" : "false";
  }

 private:
  double percent_;
};

class text_field final : public drawn_field {
 public:
  text_field(settings& s, const field_place& place)
      : drawn_field(place), words_(s.number("words", 2, 1000)), odd_(s.flag("odd", false)) {}
  bool is_text() const override { return true; }
  void append(const record_facts& facts, std::string& out) const override {
    static constexpr std::array<std::string_view, 16> usual = {"amber", "birch", "cloud", "delta", "ember", "fjord",
                                                               "glade", "heath", "inlet", "jetty", "knoll", "larch",
                                                               "marsh", "north", "ocean", "pearl"};
    static constexpr std::array<std::string_view, 8> odd = {"\"quoted\"", "a,b",    "line\nbreak",      "\\.",
                                                            "tab\there",  "Zürich", "\xF0\x9F\x98\x80", "NULL"};
    for (std::uint64_t i = 0; i < words_; ++i) {
      const std::uint64_t bits = drawn(facts, i);
      out += i == 0 ? "" : " ";
      out += odd_ && bits % 5 == 0 ? odd[bits / 16 % odd.size()] : usual[bits / 256 % usual.size()];
    }
  }

 private:
  std::uint64_t words_;
  bool odd_;
};

class choice_field final : public drawn_field {
 public:
  choice_field(settings& s, const field_place& place) : drawn_field(place), of_(s.texts("of")) {
    if (of_.empty()) {
      s.refuse("of", "is missing");
    }
  }
  bool is_text() const override { return true; }
  void append(const record_facts& facts, std::string& out) const override { out += of_[drawn(facts) % of_.size()]; }

 private:
  std::vector<std::string> of_;
};

}  // namespace

std::unique_ptr<field> make_id_field(settings& s, const field_place&) {
  return std::make_unique<id_field>(s);
}

std::unique_ptr<field> make_parent_field(settings&, const field_place&) {
  return std::make_unique<parent_field>();
}

std::unique_ptr<field> make_version_field(settings&, const field_place&) {
  return std::make_unique<version_field>();
}

std::unique_ptr<field> make_uuid_field(settings&, const field_place& place) {
  return std::make_unique<uuid_field>(place);
}

std::unique_ptr<field> make_number_field(settings& s, const field_place& place) {
  return std::make_unique<number_field>(s, place);
}

std::unique_ptr<field> make_decimal_field(settings& s, const field_place& place) {
  return std::make_unique<decimal_field>(s, place);
}

std::unique_ptr<field> make_boolean_field(settings& s, const field_place& place) {
  return std::make_unique<boolean_field>(s, place);
}

std::unique_ptr<field> make_text_field(settings& s, const field_place& place) {
  return std::make_unique<text_field>(s, place);
}

std::unique_ptr<field> make_choice_field(settings& s, const field_place& place) {
  return std::make_unique<choice_field>(s, place);
}

}  // namespace demo_api::rest
