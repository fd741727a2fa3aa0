"""Bearer tokens: a server refuses callers without the right one, a client sends its own.

Tokens live in files (mounted secrets) and are read anew when the file changes, so that they can be rotated.
"""

import hmac
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import grpc

from biorl.chassis.grpc.probes import is_probe

logger = logging.getLogger(__name__)


class TokenFile:
    """A secret in a file, trailing newline not part of it. Raises OSError or ValueError when there is none at first."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._changed_at = -1
        self._token = b""
        self._reread()

    def read(self) -> bytes:
        """The current token; the one before while the file cannot be read."""
        try:
            self._reread()
        except (OSError, ValueError) as error:  # mid-rotation; the old token is as good as a moment ago
            logger.warning("the token is not read anew: %s", error)
        return self._token

    def _reread(self) -> None:
        changed_at = self._path.stat().st_mtime_ns
        if changed_at == self._changed_at:
            return
        token = self._path.read_bytes().strip()
        if not token:
            raise ValueError(f"{self._path} is empty: a token is needed")
        self._token, self._changed_at = token, changed_at


class BearerToken(grpc.aio.ServerInterceptor):
    """Refuses callers without the token, of whatever kind the call is; probes need none."""

    def __init__(self, path: Path) -> None:
        self._file = TokenFile(path)
        # To the wire all kinds of calls are alike, and this kind answers without waiting for a request.
        self._refusal: Any = grpc.stream_stream_rpc_method_handler(_refuse)

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:
        if is_probe(handler_call_details.method) or self._matches(handler_call_details):
            return await continuation(handler_call_details)
        return self._refusal

    def _matches(self, details: grpc.HandlerCallDetails) -> bool:
        given = dict(details.invocation_metadata or ()).get("authorization", "")
        shown = given if isinstance(given, bytes) else given.encode()
        return hmac.compare_digest(shown, b"Bearer " + self._file.read())


async def _refuse(_requests: Any, context: Any) -> None:
    await context.abort(grpc.StatusCode.UNAUTHENTICATED, "a valid bearer token is needed")
