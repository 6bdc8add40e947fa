// A socket that listens. Private to the room.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <string_view>

#include "base/result.h"

namespace souk::net {

// kUnavailable says the place, why it cannot be had, and `remedy`.
Result<boost::asio::ip::tcp::acceptor> OpenAcceptor(boost::asio::io_context& io,
                                                    const boost::asio::ip::tcp::endpoint& place,
                                                    std::string_view remedy);

}  // namespace souk::net
