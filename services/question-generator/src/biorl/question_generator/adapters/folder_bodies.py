"""Bodies that are larger than a message, as files of one folder. A URI cannot lead out of it."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from biorl.chassis.errors import TryLater, Unprocessable

MAX_BODY_BYTES = 64 * 1024**2


class FolderBodies:
    """Reads `<name>`, `file:<name>` and `file:///...`, as long as the file lies in the folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    def fetch(self, uri: str) -> bytes:
        """Raises Unprocessable for what cannot be there, TryLater for what is not there yet."""
        parts = urlsplit(uri)
        if parts.scheme not in {"", "file"} or parts.netloc:
            raise Unprocessable(f"{uri}: only files can be read")
        path = (self._folder / unquote(parts.path)).resolve()
        if not path.is_relative_to(self._folder):
            raise Unprocessable(f"{uri}: outside of the object folder")
        try:
            if path.stat().st_size > MAX_BODY_BYTES:
                raise Unprocessable(f"{uri}: larger than {MAX_BODY_BYTES} bytes")
            return path.read_bytes()
        except OSError as error:
            raise TryLater(f"{uri} cannot be read: {error}", after_s=5.0) from error
