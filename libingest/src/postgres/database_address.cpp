#include "postgres/database_address.hpp"

#include <libpq-fe.h>

#include <map>
#include <memory>

#include "ingest/error.hpp"
#include "ingest/log.hpp"
#include "ingest/postgres.hpp"

namespace ingest::detail {

namespace {

std::map<std::string, std::string> settings_of(const std::string& url) {
  char* why = nullptr;
  const std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)> parsed(PQconninfoParse(url.c_str(), &why),
                                                                              PQconninfoFree);
  // libpq's explanation quotes the URL, and with it perhaps the password: not for anybody's eyes.
  const std::unique_ptr<char, void (*)(void*)> unread(why, PQfreemem);
  if (!parsed || url.empty()) {
    throw error(errc::config,
                "`url` is no PostgreSQL connection URL: it has to look like "
                "postgresql://user:password@host:5432/database, with special characters in a password written as %XX");
  }
  std::map<std::string, std::string> settings;
  for (const PQconninfoOption* o = parsed.get(); o->keyword != nullptr; ++o) {
    if (o->val != nullptr) {
      settings[o->keyword] = o->val;
    }
  }
  return settings;
}

}  // namespace

database_address::database_address(std::string url) : url_(std::move(url)) {
  auto settings = settings_of(url_);
  password_ = settings["password"];
  log::add_secret(password_);
  const std::string user = settings["user"].empty() ? "" : settings["user"] + "@";
  const std::string port = settings["port"].empty() ? "" : ":" + settings["port"];
  const std::string host = settings["host"].empty() ? settings["hostaddr"] : settings["host"];
  shown_ = without_password("`url` (postgresql://" + user + host + port + "/" + settings["dbname"] + ")");
}

std::string database_address::without_password(std::string text) const {
  constexpr std::size_t shortest_secret = 4;  // a shorter one would mask ordinary text
  if (password_.size() < shortest_secret) {
    return text;
  }
  for (auto at = text.find(password_); at != std::string::npos; at = text.find(password_, at + 3)) {
    text.replace(at, password_.size(), "***");
  }
  return text;
}

}  // namespace ingest::detail

namespace ingest {

std::string place_of_database(const std::string& url) {
  std::map<std::string, std::string> settings;
  for (PQconninfoOption* const options : {PQconndefaults(), PQconninfoParse(url.c_str(), nullptr)}) {
    const std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)> owner(options, PQconninfoFree);
    for (const PQconninfoOption* o = options; o != nullptr && o->keyword != nullptr; ++o) {
      if (o->val != nullptr && *o->val != '\0') {
        settings[o->keyword] = o->val;
      }
    }
  }
  const std::string name = settings["dbname"].empty() ? settings["user"] : settings["dbname"];
  const std::string host = settings["host"].empty() ? settings["hostaddr"] : settings["host"];
  return "database " + name + " on " + (host.empty() ? "this machine, port" : host) + (host.empty() ? " " : ":") +
         settings["port"];
}

}  // namespace ingest
