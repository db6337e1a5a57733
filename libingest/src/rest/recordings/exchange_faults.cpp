#include "rest/recordings/exchange_faults.hpp"

#include <charconv>
#include <optional>

#include "ingest/error.hpp"

namespace ingest::rest {

namespace {

constexpr std::pair<std::string_view, exchange_fault> names[] = {{"429", exchange_fault::rate_limited},
                                                                 {"cut", exchange_fault::cut},
                                                                 {"slow", exchange_fault::slow},
                                                                 {"expired", exchange_fault::expired}};

std::optional<exchange_fault> fault_called(std::string_view name) {
  for (const auto& [known, fault] : names) {
    if (known == name) {
      return fault;
    }
  }
  return std::nullopt;
}

std::optional<std::size_t> number_in(std::string_view text) {
  std::size_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  return fault == std::errc() && end == text.data() + text.size() && number > 0 ? std::optional(number) : std::nullopt;
}

}  // namespace

std::string_view name_of(exchange_fault f) {
  for (const auto& [name, fault] : names) {
    if (fault == f) {
      return name;
    }
  }
  return "";
}

void add_fault(std::map<std::string, exchange_faults>& to, const std::string& order) {
  const std::size_t equals = order.rfind('=');
  const std::size_t colon = order.rfind(':', equals);
  const bool has_both = equals != std::string::npos && colon != std::string::npos && colon > 0;
  const auto number = has_both ? number_in(order.substr(colon + 1, equals - colon - 1)) : std::nullopt;
  const auto fault = has_both ? fault_called(order.substr(equals + 1)) : std::nullopt;
  if (!number || !fault) {
    throw error(errc::usage,
                "--fault " + order +
                    ": must be STREAM:N=FAULT, where N is the number of an exchange and FAULT is 429, cut, "
                    "slow or expired");
  }
  to[order.substr(0, colon)][*number] = *fault;
}

void add_faults(std::map<std::string, exchange_faults>& to, const document& file) {
  const auto refuse = [&](const node& at) {
    throw error(errc::config, file.name + at_line(at) +
                                  ": must be a dict of streams, each {N: FAULT}, where N is the number of an exchange "
                                  "and FAULT is 429, cut, slow or expired");
  };
  if (!file.root.is_dict() && !file.root.is_none()) {
    refuse(file.root);
  }
  for (const node::member& stream : file.root.members()) {
    if (!stream.content.is_dict()) {
      refuse(stream.content);
    }
    for (const node::member& m : stream.content.members()) {
      const value& word = m.content.scalar();
      const auto number = number_in(m.name);
      const auto fault = fault_called(word.is_number() ? word.digits() : word.to_text());
      if (!number || !fault) {
        refuse(m.content);
      }
      to[stream.name][*number] = *fault;
    }
  }
}

}  // namespace ingest::rest
