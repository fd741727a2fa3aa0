"""A licence is what the paper grants, restrictions included; what cannot be recognised is nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biorl.ingester.domain.licences import DEFAULT_ALLOWED, Terms, family_of, recognise

BY = "http://creativecommons.org/licenses/by/4.0/"


@pytest.mark.parametrize(
    ("terms", "spdx", "recognised_by"),
    [
        (Terms((BY,)), "CC-BY-4.0", "url"),
        (Terms(("https://creativecommons.org/licenses/by/3.0/).",)), "CC-BY-3.0", "url"),
        (Terms(("http://creativecommons.org/publicdomain/zero/1.0/",)), "CC0-1.0", "url"),
        (Terms(("http://creativecommons.org/publicdomain/mark/1.0/",)), "LicenseRef-PDM-1.0", "url"),
        (Terms(("http://creativecommons.org/licenses/by-nc-nd/4.0/",)), "CC-BY-NC-ND-4.0", "url"),
        (Terms(words="under the Creative Commons Attribution License, which permits"), "LicenseRef-CC-BY", "words"),
        (Terms(words="a CC BY 4.0 license"), "CC-BY-4.0", "words"),
        (Terms(words="under the Creative Commons CC0 public domain dedication."), "CC0-1.0", "words"),
        (Terms(words="is in the public domain in the US"), "LicenseRef-PD", "words"),
    ],
)
def test_a_licence_is_recognised(terms: Terms, spdx: str, recognised_by: str) -> None:
    licence = recognise(terms)
    assert licence is not None
    assert (licence.spdx, licence.recognised_by) == (spdx, recognised_by)


@pytest.mark.parametrize(
    "terms",
    [
        Terms((BY,), "for non-commercial use only"),
        Terms((BY, "http://creativecommons.org/licenses/by-nc/4.0/")),
        Terms(words="Creative Commons Attribution-NonCommercial License"),
        Terms(words="Creative Commons Attribution License, ShareAlike"),
        Terms(words="CC BY-ND 4.0"),
    ],
)
def test_a_restriction_outranks_the_rest(terms: Terms) -> None:
    licence = recognise(terms)
    assert licence is not None
    assert family_of(licence.spdx) not in DEFAULT_ALLOWED


def test_cc0_for_the_data_does_not_free_the_paper() -> None:
    licence = recognise(Terms(("http://creativecommons.org/publicdomain/zero/1.0/", BY)))
    assert licence is not None
    assert licence.spdx == "CC-BY-4.0"


@pytest.mark.parametrize("words", ["", "© 2020 Elsevier. All rights reserved.", "open access", "by commerce"])
def test_anything_else_is_unknown(words: str) -> None:
    assert recognise(Terms(words=words)) is None


@given(st.text(), st.lists(st.text(max_size=40), max_size=3))
def test_recognition_never_fails(words: str, urls: list[str]) -> None:
    recognise(Terms(tuple(urls), words))
