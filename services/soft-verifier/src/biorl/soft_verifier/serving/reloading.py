"""A newer artifact takes the place of the one that is served, between two calls.

The new version is loaded and warmed up beside the old one, then takes over all at once: a call that has begun ends with
the version it began with, and says so. An artifact that cannot be loaded changes nothing, and is tried again.
"""

from collections.abc import Callable, Mapping, Sequence

from biorl.soft_verifier.ports import ArtifactStore, Observer, VerifierClass
from biorl.soft_verifier.serving.loading import Choice, Served, has_artifact, load_one


class Reloading:
    """Looks for newer artifacts of the choices that pin no version."""

    def __init__(
        self,
        choices: Sequence[Choice],
        registry: Mapping[str, VerifierClass],
        store: ArtifactStore,
        observer: Observer,
    ) -> None:
        """Made before anything is loaded: what is newest now counts as served."""
        self._registry, self._store, self._observer = registry, store, observer
        self._choices = [choice for choice in choices if choice.version is None and _may_change(choice, registry)]
        self._seen = {choice.name: store.newest(choice.name) for choice in self._choices}

    def look(self, replace: Callable[[Served], None]) -> None:
        """Once; `replace` gives a new version the old one's place. Raises nothing."""
        for choice in self._choices:
            try:
                newest = self._store.newest(choice.name)
                if newest is not None and newest != self._seen[choice.name]:
                    served = load_one(choice, self._registry, self._store)
                    replace(served)
                    self._seen[choice.name] = newest
                    self._observer.reloaded(served.source)
            except Exception as error:  # noqa: BLE001 - half-written or broken: the old version serves on
                self._observer.reload_failed(choice.name, error)


def _may_change(choice: Choice, registry: Mapping[str, VerifierClass]) -> bool:
    return (choice.behind is not None or choice.name in registry) and has_artifact(choice, registry)
