#include "broker/errors.h"

namespace souk::broker {

ErrorCode KafkaError(const Error& error) {
  switch (error.code) {
    case Code::kInvalid: return ErrorCode::kInvalidRequest;
    case Code::kNotFound: return ErrorCode::kUnknownTopicOrPartition;
    case Code::kAlreadyExists: return ErrorCode::kTopicAlreadyExists;
    case Code::kCorrupt: return ErrorCode::kCorruptMessage;
    case Code::kIo: return ErrorCode::kKafkaStorageError;
    case Code::kTimeout:
    case Code::kUnavailable:
    case Code::kCancelled: return ErrorCode::kCoordinatorNotAvailable;
    case Code::kDenied: return ErrorCode::kInvalidRequest;
    case Code::kUnsupported: return ErrorCode::kUnsupportedVersion;
  }
  return ErrorCode::kUnknownServerError;
}

ErrorCode KafkaError(log::Refusal refusal) {
  switch (refusal) {
    case log::Refusal::kNone: return ErrorCode::kNone;
    case log::Refusal::kCorrupt: return ErrorCode::kCorruptMessage;
    case log::Refusal::kTooLarge: return ErrorCode::kMessageTooLarge;
    case log::Refusal::kOldFormat: return ErrorCode::kUnsupportedForMessageFormat;
    case log::Refusal::kInvalid: return ErrorCode::kInvalidRecord;
    case log::Refusal::kTransactional: return ErrorCode::kTransactionalIdAuthorizationFailed;
    case log::Refusal::kOutOfOrder: return ErrorCode::kOutOfOrderSequenceNumber;
    case log::Refusal::kOldEpoch: return ErrorCode::kInvalidProducerEpoch;
    case log::Refusal::kOldDuplicate: return ErrorCode::kDuplicateSequenceNumber;
  }
  return ErrorCode::kUnknownServerError;
}

}  // namespace souk::broker
