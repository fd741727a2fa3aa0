"""A model behind KServe v2 over gRPC (Triton, MLServer, KServe), through `tritonclient`. Implements `TensorModel`."""

from collections.abc import Mapping, Sequence

import numpy as np
import tritonclient.grpc as triton
from tritonclient.utils import InferenceServerException, np_to_triton_dtype

from biorl.soft_verifier.domain.belief import Array
from biorl.soft_verifier.ports import ModelRefusedError, ModelTimeoutError, ModelUnavailableError

AWAY = frozenset({"StatusCode.UNAVAILABLE", "StatusCode.NOT_FOUND", "StatusCode.CANCELLED", "StatusCode.UNKNOWN"})
"""NOT_FOUND is a model that is not loaded (yet); UNKNOWN a server that went away in the middle of an answer."""

CHANNEL = [
    ("grpc.max_send_message_length", triton.MAX_GRPC_MESSAGE_SIZE),
    ("grpc.max_receive_message_length", triton.MAX_GRPC_MESSAGE_SIZE),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1000),
]
"""Large answers are allowed; and gRPC would wait up to two minutes before it looks whether a server is back."""


class KserveModel:
    """Safe to call from several threads."""

    def __init__(self, url: str, model: str, version: str = "", timeout_s: float = 10.0, *, tls: bool = False) -> None:
        """`url` is host:port of the server's gRPC endpoint; an empty version takes the server's newest."""
        self._client = triton.InferenceServerClient(url, ssl=tls, channel_args=CHANNEL)
        self._name, self._version, self._timeout_s = model, version, timeout_s

    def describe(self) -> Mapping[str, str]:
        try:
            found = self._client.get_model_metadata(self._name, self._version, client_timeout=self._timeout_s)
        except InferenceServerException as error:
            raise self._told(error) from error
        versions = self._version or ", ".join(found.versions)
        return {"model": found.name, "version": versions, "platform": found.platform, "protocol": "KServe v2"}

    def infer(self, inputs: Mapping[str, Array], outputs: Sequence[str]) -> Mapping[str, Array]:
        sent = [_tensor(name, array) for name, array in inputs.items()]
        wanted = [triton.InferRequestedOutput(name) for name in outputs]
        try:
            answer = self._client.infer(self._name, sent, self._version, outputs=wanted, client_timeout=self._timeout_s)
        except InferenceServerException as error:
            raise self._told(error) from error
        found = {name: answer.as_numpy(name) for name in outputs}
        if missing := [name for name, array in found.items() if array is None]:
            msg = f"model {self._name} gave no output {', '.join(missing)}"
            raise ModelRefusedError(msg)
        return found

    def close(self) -> None:
        self._client.close()

    def _told(self, error: InferenceServerException) -> Exception:
        status = error.status()
        msg = f"model {self._name}: {error.message()}"
        if status == "StatusCode.DEADLINE_EXCEEDED":
            return ModelTimeoutError(msg)
        return ModelUnavailableError(msg) if status in AWAY else ModelRefusedError(msg)


def _tensor(name: str, array: Array) -> triton.InferInput:
    """Text becomes BYTES, numbers keep their type."""
    if array.dtype == object:
        encoded = np.array([str(item).encode() for item in array.ravel()], dtype=object).reshape(array.shape)
        tensor = triton.InferInput(name, list(array.shape), "BYTES")
        tensor.set_data_from_numpy(encoded)
        return tensor
    tensor = triton.InferInput(name, list(array.shape), np_to_triton_dtype(array.dtype))
    tensor.set_data_from_numpy(np.ascontiguousarray(array))
    return tensor
