"""Serves one numpy network through Ray Serve over KServe v2 (gRPC), until its standard input closes.

Runs in Ray's own environment: `python ray_serve_app.py FOLDER PORT`. FOLDER holds `numpy_network.py`, on the
path of all of Ray's processes, and what it reads. Prints `ready` when it answers.
"""

import sys
from pathlib import Path

import ray
from grpc_service_pb2 import ModelInferRequest, ModelInferResponse
from numpy_network import NumpyNetwork
from ray import serve
from ray.serve.config import gRPCOptions
from tritonclient.utils import deserialize_bytes_tensor

PROTOCOL = "tritonclient.grpc.service_pb2_grpc.add_GRPCInferenceServiceServicer_to_server"


@serve.deployment(ray_actor_options={"num_cpus": 0})
class Network:
    def __init__(self, folder: str) -> None:
        self._network = NumpyNetwork(Path(folder))

    def ModelInfer(self, request: ModelInferRequest) -> ModelInferResponse:  # noqa: N802 - the protocol's name
        sent = zip(request.inputs, request.raw_input_contents, strict=True)
        asked = {tensor.name: deserialize_bytes_tensor(content).tolist() for tensor, content in sent}
        found = self._network([asked[name] for name in self._network.inputs])
        answer = ModelInferResponse(model_name=request.model_name, raw_output_contents=[found.tobytes()])
        answer.outputs.add(name=self._network.output, datatype="FP32", shape=found.shape)
        return answer


def main(folder: str, port: int) -> None:
    ray.init(num_cpus=1, include_dashboard=False, log_to_driver=False, object_store_memory=100 << 20)
    serve.start(http_options={"port": 0}, grpc_options=gRPCOptions(port=port, grpc_servicer_functions=[PROTOCOL]))
    serve.run(Network.bind(folder), name="network")
    print("ready", flush=True)
    sys.stdin.read()
    serve.shutdown()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
