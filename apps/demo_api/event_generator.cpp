#include "demo_api/event_generator.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "demo_api/event_writer.hpp"

namespace demo_api {
namespace {

using namespace std::string_view_literals;

// Upper bound of an ordinary event's length, with room to spare.
constexpr std::size_t event_capacity = 640;

constexpr std::array device_types = {"mobile"sv, "tablet"sv, "desktop"sv, "mobile"sv};
constexpr std::array browsers = {"Chrome"sv, "Safari"sv, "Firefox"sv, "Edge"sv};
constexpr std::array pages = {"/"sv,        "/home"sv,  "/products"sv, "/products/42"sv, "/cart"sv,    "/checkout"sv,
                              "/account"sv, "/blog"sv,  "/search"sv,   "/help"sv,        "/pricing"sv, "/news"sv,
                              "/login"sv,   "/about"sv, "/jobs"sv,     "/contact"sv};

struct event_kind {
  std::string_view type_and_name;  ///< from the end of userId to the first letter of the random part of the name
  std::string_view property;       ///< a second property's name, with its comma and quotes, or nothing
  std::uint64_t values;            ///< how many values the second property takes
};

constexpr std::array<event_kind, 8> kinds = {{
    {R"(","type":"click","name":"event_)", "", 0},
    {R"(","type":"page_view","name":"event_)", "", 0},
    {R"(","type":"api_call","name":"event_)", R"(,"ms":)", 900},
    {R"(","type":"form_submit","name":"event_)", "", 0},
    {R"(","type":"scroll","name":"event_)", R"(,"depth":)", 100},
    {R"(","type":"purchase","name":"event_)", R"(,"cents":)", 100'000},
    {R"(","type":"error","name":"event_)", R"(,"code":)", 600},
    {R"(","type":"video_play","name":"event_)", "", 0},
}};

char letter(std::uint64_t bits) {
  return static_cast<char>('a' + bits % 26);
}

void write_name(const event_kind& kind, std::uint64_t traits, event_writer& w) {
  w.text(kind.type_and_name);
  const std::array name = {letter(traits >> 32), letter(traits >> 42), letter(traits >> 52)};
  w.text({name.data(), name.size()});
  w.text(R"(","properties":)");
}

void write_properties(const event_kind& kind, std::uint64_t traits, event_writer& w) {
  w.text(R"({"page":")");
  w.text(pages[(traits >> 8) % pages.size()]);
  w.text("\"");
  if (!kind.property.empty()) {
    w.text(kind.property);
    w.number((traits >> 16) % kind.values);
  }
  w.text("}");
}

}  // namespace

event_generator::event_generator(const generator_settings& settings)
    : settings_(settings),
      sessions_(std::max<std::uint64_t>(1, settings.events / 50)),
      users_(std::max<std::uint64_t>(1, settings.events / 1000)),
      id_high_(settings.seed, 1),
      id_low_(settings.seed, 2),
      session_high_(settings.seed, 3),
      session_low_(settings.seed, 4),
      user_high_(settings.seed, 5),
      user_low_(settings.seed, 6),
      traits_(settings.seed, 7),
      session_traits_(settings.seed, 8),
      jitter_(settings.seed, 9),
      nasty_(settings.seed, 10),
      nul_(settings.seed, 11),
      no_id_(settings.seed, 12) {}

timestamp_ms event_generator::slot_start(std::uint64_t slot) const {
  const auto span = static_cast<std::uint64_t>(settings_.until - settings_.from);
  // span * slot / events, in parts that do not overflow.
  const std::uint64_t age = span / settings_.events * slot + span % settings_.events * slot / settings_.events;
  return settings_.until - 1 - static_cast<timestamp_ms>(age);
}

timestamp_ms event_generator::timestamp(std::size_t index) const {
  // Of 16 events, four share their millisecond, so that readers that resolve positions by time alone are found out.
  const std::uint64_t slot = index % 16 < 4 ? index - index % 16 : index;
  const timestamp_ms start = slot_start(slot);
  const timestamp_ms room = start - slot_start(slot + 1);
  return room > 1 ? start - static_cast<timestamp_ms>(jitter_[slot] % static_cast<std::uint64_t>(room)) : start;
}

std::string event_generator::key(std::size_t index) const {
  return uuid_text(id_high_[index], id_low_[index]);
}

void event_generator::append(std::size_t first, std::size_t last, char separator, std::string& out) const {
  for (std::size_t i = first; i < last; ++i) {
    if (i != first) {
      out += separator;
    }
    append_event(i, out);
  }
}

void event_generator::append_event(std::size_t index, std::string& out) const {
  const std::uint64_t traits = traits_[index];
  const std::uint64_t session = (index / 50 + (traits >> 40) % 8) % sessions_;
  const event_kind& kind = kinds[traits % kinds.size()];

  std::array<char, event_capacity> buffer;
  event_writer w(buffer.data());
  write_ids(index, session, w);
  write_name(kind, traits, w);
  if (nul_.chosen(index, settings_.nul)) {
    w.text(R"({"text":"before\u0000after"})");
  } else if (nasty_.chosen(index, settings_.nasty)) {
    out.append(buffer.data(), w.position());
    append_nasty_properties(traits >> 20, out);
    w = event_writer(buffer.data());
  } else {
    write_properties(kind, traits, w);
  }
  write_time_and_session(index, session, w);
  out.append(buffer.data(), w.position());
}

void event_generator::write_ids(std::size_t index, std::uint64_t session, event_writer& w) const {
  w.text("{");
  if (!no_id_.chosen(index, settings_.no_id)) {
    w.text(R"("id":")");
    w.uuid(id_high_[index], id_low_[index]);
    w.text(R"(",)");
  }
  w.text(R"("sessionId":")");
  w.uuid(session_high_[session], session_low_[session]);
  w.text(R"(","userId":")");
  const std::uint64_t user = session_traits_[session] % users_;
  w.uuid(user_high_[user], user_low_[user]);
}

void event_generator::write_time_and_session(std::size_t index, std::uint64_t session, event_writer& w) const {
  w.text(R"(,"timestamp":)");
  if (index % 2 == 0) {
    w.number(static_cast<std::uint64_t>(timestamp(index)));
  } else {
    w.text("\"");
    w.iso_time(timestamp(index));
    w.text("\"");
  }
  const std::uint64_t traits = session_traits_[session];
  w.text(R"(,"session":{"id":")");
  w.uuid(session_high_[session], session_low_[session]);
  w.text(R"(","deviceType":")");
  w.text(device_types[(traits >> 32) % device_types.size()]);
  w.text(R"(","browser":")");
  w.text(browsers[(traits >> 40) % browsers.size()]);
  w.text(R"("}})");
}

}  // namespace demo_api
