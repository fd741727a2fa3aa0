"""Bodies larger than a message, as files of one folder: a local disk, or a mounted bucket."""

import os
from pathlib import Path


class FolderObjects:
    """The `ObjectStore` port. Its URIs are names below the folder, so that readers may have it mounted elsewhere."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, name: str, content: bytes) -> str:
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.getpid()}.part")
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        return name
