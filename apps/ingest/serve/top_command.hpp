#pragma once

#include <ostream>

#include "settings/settings.hpp"

namespace ingest::app {

/// Shows a service that answers at HTTP_ADDRESS, or 127.0.0.1:9464: on a terminal each second anew until a signal, else
/// once. Returns 0, or 128 + the signal. Throws errc::unavailable where nothing answers, errc::authentication where the
/// token is wrong, and errc::usage for the address of a socket.
int top_command(const settings& s, std::ostream& out);

}  // namespace ingest::app
