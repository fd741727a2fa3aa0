"""Which compositions load, and what is said of those that do not."""

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from biorl.reward_aggregator.adapters.compositions import load_compositions
from biorl.reward_aggregator.domain.composition import InvalidCompositionError, Role, parse

PRIMARY = {"name": "truth", "role": "primary", "verifier": "exact"}
FORMAT = {"name": "form", "role": "auxiliary", "check": "format", "weight": 0.2}


README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def test_the_readme_shows_a_composition_that_loads_and_names_all_that_ship() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    assert [part.judge for part in parse(example).parts] == ["readout-rate", "format"]
    assert all(f"`{name}`" in README for name in load_compositions())


def written(*parts: object, **more: object) -> str:
    return yaml.safe_dump({"name": "mine", "parts": list(parts), **more})


def refusal(text: str) -> str:
    with pytest.raises(InvalidCompositionError) as refused:
        parse(text)
    return str(refused.value)


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ([PRIMARY, FORMAT | {"weight": 0.51}], "outrank correctness"),
        ([PRIMARY, FORMAT | {"weight": 0.3}, FORMAT | {"name": "more", "weight": 0.3}], "sum to 0.6"),
        ([FORMAT], "no part is primary"),
        ([PRIMARY, dict(PRIMARY)], "there twice"),
        ([{"name": "form", "role": "primary", "check": "format"}], "cannot be primary"),
        ([PRIMARY | {"weight": -1}], "between 1e-6 and 1e6"),
        ([PRIMARY | {"weight": float("nan")}], "between 1e-6 and 1e6"),
        ([PRIMARY | {"weight": True}], "must be a number"),
        ([PRIMARY | {"weight": "1"}], "must be a number"),
        ([PRIMARY | {"check": "format"}], "not both"),
        ([{"name": "truth", "role": "primary"}], "needs a `verifier` or a `check`"),
        ([PRIMARY | {"center": "none"}], "nothing reads the key 'center'"),
        ([PRIMARY | {"require_thinking": True}], "nothing reads the key 'require_thinking'"),
        ([PRIMARY | {"centre": "gene"}], "one of readout, none"),
        ([PRIMARY | {"role": "main"}], "one of primary, auxiliary"),
        ([PRIMARY | {"required": "yes"}], "true or false"),
        ([PRIMARY | {"tasks": "literature.*"}], "must be a list"),
        ([PRIMARY | {"tasks": ["Literature?"]}], "no task name"),
        ([PRIMARY | {"name": "The Truth"}], "small letters"),
        (["truth"], "must be a mapping"),
        ([], "at least one part"),
        ([PRIMARY | {"name": f"p{i}"} for i in range(33)], "at most 32"),
    ],
)
def test_a_composition_that_breaks_a_law_is_refused_with_the_reason(parts: list[object], why: str):
    assert why in refusal(written(*parts))


def test_a_refusal_names_composition_and_part():
    assert refusal(written(PRIMARY | {"weight": 0})).startswith("composition 'mine': part 'truth': `weight`")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[1, 2", "not readable as YAML"),
        ("name: a\nname: b", "there twice"),
        ("name: a\nparts: &p [*p]", "aliases"),
        ("just words", "must be a mapping"),
        ("x" * 70_000, "longer than"),
        ("!!python/object/apply:os.system ['true']", "not readable as YAML"),
    ],
)
def test_hostile_or_broken_yaml_is_refused(text: str, why: str):
    assert why in refusal(text)


@given(st.text(max_size=300))
def test_any_text_loads_or_is_refused(text: str):
    try:
        parse(text)
    except InvalidCompositionError:
        return


def test_the_shipped_compositions_load_and_the_default_covers_every_kind_of_task():
    compositions = load_compositions()
    assert set(compositions) == {
        *("default", "perturbation", "experiment", "literature", "composed", "knowledge", "properties")
    }
    for task in ("perturbation.de", "perturbation.direction", "literature.extraction"):
        weights = compositions["default"].weights(task)
        judging = [part for part in compositions["default"].parts if part.role is Role.PRIMARY and weights[part.name]]
        assert len(judging) == 1, task


def test_primaries_share_one_for_each_task():
    truth, hint = PRIMARY | {"weight": 3}, PRIMARY | {"name": "hint", "tasks": ["perturbation.*"]}
    composition = parse(written(truth, hint, FORMAT))
    assert composition.weights("perturbation.de") == {"truth": 0.75, "hint": 0.25, "form": 0.2}
    assert composition.weights("literature.extraction") == {"truth": 1.0, "hint": 0.0, "form": 0.2}


def test_the_digest_follows_what_decides_a_reward_and_nothing_else():
    plain = parse(written(PRIMARY))
    assert parse("# a remark\n" + written(PRIMARY, description="in other words")).digest == plain.digest
    assert parse(written(PRIMARY | {"weight": 2})).digest != plain.digest
    assert parse(written(PRIMARY | {"centre": "none"})).digest != plain.digest


def test_an_own_composition_replaces_a_shipped_one_and_a_bad_one_is_named_by_its_file(tmp_path):
    (tmp_path / "default.yaml").write_text(written(PRIMARY).replace("mine", "default"))
    assert [part.name for part in load_compositions(tmp_path)["default"].parts] == ["truth"]
    (tmp_path / "worse.yaml").write_text(written(FORMAT))
    with pytest.raises(InvalidCompositionError, match=r"worse\.yaml: composition 'mine': no part is primary"):
        load_compositions(tmp_path)


def test_two_files_of_one_name_are_refused(tmp_path):
    for file in ("a.yaml", "b.yaml"):
        (tmp_path / file).write_text(written(PRIMARY))
    with pytest.raises(InvalidCompositionError, match="another composition 'mine'"):
        load_compositions(tmp_path)
