#include "net/acceptor.h"

#include <boost/asio/ip/address.hpp>

#include "net/port.h"

namespace asio = boost::asio;
using asio::ip::tcp;

namespace souk::net {

Result<tcp::acceptor> OpenAcceptor(asio::io_context& io, const tcp::endpoint& place,
                                   std::string_view remedy) {
  boost::system::error_code error;
  tcp::acceptor acceptor(io);
  acceptor.open(place.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(place, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    return Fail(Code::kUnavailable, "cannot listen on {}:{}: {}; {}", place.address().to_string(),
                place.port(), error.message(), remedy);
  }
  return acceptor;
}

Status CheckPortFree(const std::string& address, uint16_t port, std::string_view remedy) {
  boost::system::error_code error;
  auto place = asio::ip::make_address(address, error);
  if (error) return Fail(Code::kInvalid, "cannot listen on '{}': not an IP address", address);
  asio::io_context io;
  return OpenAcceptor(io, {place, port}, remedy).map([](const tcp::acceptor&) {});
}

}  // namespace souk::net
