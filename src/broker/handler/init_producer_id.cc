#include "broker/handler/handlers.h"

namespace souk::broker {

void InitProducerIdHandler::Handle(Core& core, const CallPtr& call,
                                   const wire::InitProducerIdRequest& request) {
  wire::InitProducerIdResponse response;
  if (request.transactional_id) {
    response.error_code = Wire(ErrorCode::kTransactionalIdAuthorizationFailed);
    response.producer_epoch = -1;
    return call->Reply(response);
  }
  auto id = core.store().AllocateProducerId();
  if (id)
    response.producer_id = *id;
  else
    response.error_code = Wire(KafkaError(id.error()));
  call->Reply(response);
}

}  // namespace souk::broker
