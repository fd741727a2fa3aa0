"""KServe v2's messages under the name that they call themselves: Ray pickles them between its processes."""

from tritonclient.grpc.service_pb2 import ModelInferRequest, ModelInferResponse

__all__ = ["ModelInferRequest", "ModelInferResponse"]
