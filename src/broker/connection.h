// One client's connection: receives requests, has them handled one after the other, sends the answers.
#pragma once

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <deque>

#include "broker/broker.h"
#include "broker/call.h"

namespace souk::broker {

// What all connections share.
struct ConnectionLimits {
  size_t max_request_bytes = 0;
  size_t memory_bytes = 0;
  std::atomic<size_t> memory_used{0};  // by requests larger than a block
  std::atomic<size_t> blocks{0};       // that there are, of all threads
  std::atomic<size_t> connections{0};
  std::atomic<uint64_t> received_bytes{0}, sent_bytes{0};
};

// The blocks that one network thread receives into. A connection has one only while bytes are in it.
class BlockPool {
 public:
  static constexpr size_t kBlockBytes = 65'536;
  explicit BlockPool(std::atomic<size_t>& count) : count_(count) {}
  std::unique_ptr<char[]> Take();
  void Give(std::unique_ptr<char[]> block);

 private:
  std::atomic<size_t>& count_;
  std::vector<std::unique_ptr<char[]>> free_;
};

// Handles one request: `request` is what follows the size on the wire, valid until `handled` is called, which
// must happen on the connection's thread, also when the answer is still to come.
using RequestHandler = std::function<void(std::string_view request, std::shared_ptr<AnswerSink> sink,
                                          std::function<void()> handled)>;

// Threads: everything happens on the thread of `loop`, but Answer and Abort may be called from any.
// A request is taken up when the one before it was answered and little waits to be sent, so a client that
// does not read costs a few answers and holds nobody up.
class Connection : public AnswerSink, public std::enable_shared_from_this<Connection> {
 public:
  Connection(boost::asio::ip::tcp::socket socket, boost::asio::io_context& loop, BlockPool& blocks,
             ConnectionLimits& limits, const RequestHandler& handler);
  ~Connection() override;

  void Start();
  void Close();
  bool closed() const { return !socket_.is_open(); }
  // Ends the connection when its client did nothing for too long. `now_ms` is of the steady clock.
  void CloseIfStale(int64_t now_ms, int64_t idle_timeout_ms, int64_t request_timeout_ms);

  void Answer(std::vector<protocol::kafka::Segment> segments) override;
  void Abort(const std::string& reason) override;
  boost::asio::io_context& loop() override { return loop_; }
  std::string local_address() const override;
  std::string remote_address() const override;

 private:
  void WaitReadable();
  void OnReadable();
  bool Receive();  // false when there is nothing more for now
  bool ReceiveLarge();
  // What Process waits for when it returns.
  enum class Next { kGoOn, kYield, kWaitReadable, kWaitWritable, kWaitAnswer };
  void Process();  // takes up requests that are complete, sends answers
  Next TakeRequests(int& taken);
  bool TakeRequest();  // false when there is none
  void Handle(std::string_view request);
  void AfterHandled();
  void Answered(std::vector<protocol::kafka::Segment> segments);
  void Consume(size_t bytes);
  void DropBlock();
  void Shelve();  // gives the block back while there is to be waited
  void BeginLarge(size_t size);
  bool GrowLarge();
  void CloseWithoutMemory(size_t wanted);
  void EndLarge();
  bool Send();  // false when the socket is full
  bool SendSegment(protocol::kafka::Segment& segment);
  void WaitWritable();
  void Touch();

  boost::asio::ip::tcp::socket socket_;
  boost::asio::io_context& loop_;
  BlockPool& blocks_;
  ConnectionLimits& limits_;
  const RequestHandler& handler_;

  // Bytes [begin_, end_) are received and not handled. A block of the pool while bytes come and are handled;
  // memory of just their size while the connection waits.
  std::unique_ptr<char[]> block_;
  size_t block_bytes_ = 0;
  size_t begin_ = 0, end_ = 0;
  // A request that does not fit a block: received into memory that grows with what really came.
  char* large_ = nullptr;
  size_t large_size_ = 0, large_capacity_ = 0, large_received_ = 0;

  std::deque<protocol::kafka::Segment> out_;
  size_t sent_bytes_ = 0;    // of the first segment's memory
  size_t out_bytes_ = 0;     // of memory waiting, spans not counted
  bool handling_ = false;    // a handler is looking at the request
  bool unanswered_ = false;  // a request is under way
  bool processing_ = false;  // Process is on the stack
  bool reading_ = false, writing_ = false, waiting_for_memory_ = false;
  int64_t progress_ms_ = 0;  // when something last went through, by the steady clock
  int64_t request_since_ms_ = 0;
  size_t request_bytes_ = 0;
};

int64_t SteadyMs();

}  // namespace souk::broker
