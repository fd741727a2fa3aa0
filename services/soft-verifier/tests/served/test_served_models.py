"""A served model is the same model whoever runs it: one suite over torch in process and over a real Triton."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import pytest
from served_networks import INPUTS, NAMES, SYMBOLS, pushes, said, save_torch, weights

from biorl.questions.question import Outcome, Split
from biorl.soft_verifier.__main__ import behind
from biorl.soft_verifier.adapters.torch_network import TorchNetwork
from biorl.soft_verifier.domain.belief import Belief, Status
from biorl.soft_verifier.domain.tensors import Tensors
from biorl.soft_verifier.evaluation import evaluate
from biorl.soft_verifier.ports import ModelRefusedError, TensorModel
from biorl.soft_verifier.service import Choice, Verification, load
from biorl.soft_verifier.testing import (
    CONTEXT,
    MemoryArtifacts,
    PerturbationClaim,
    RecordingObserver,
    annotation,
    gene,
    shift_screen,
)
from biorl.soft_verifier.training import calibrate
from biorl.soft_verifier.verifiers import VERIFIERS
from biorl.soft_verifier.verifiers.served_model import Behind, ServedModel
from conftest import Opened

OUTCOMES = (Outcome.DIFFERENTIALLY_EXPRESSED, Outcome.UP_REGULATED)


def texts(*columns: list[str]) -> list[np.ndarray]:
    return [np.array([[item] for item in column], dtype=object) for column in columns]


def shifts(model: TensorModel, *perturbations: str) -> np.ndarray:
    (asked,) = texts(list(perturbations))
    return model.infer({"PERTURBATION": asked}, ["SHIFT"])["SHIFT"]


def test_a_model_of_expression_says_every_readout_of_a_perturbation(both: Opened) -> None:
    model = behind(both("shift")).model
    assert shifts(model, gene(0, 0), gene(1, 3)) == pytest.approx(pushes()[[0, 1]])
    assert shifts(model, f"{gene(0, 0)}+{gene(1, 3)}") == pytest.approx(pushes()[[0, 1]].sum(axis=0, keepdims=True))


def test_a_model_of_pairs_takes_the_readout_too(both: Opened) -> None:
    model = behind(both("pair")).model
    perturbed, readouts = texts([gene(2, 0), gene(2, 1), gene(3, 1)], [NAMES[0], NAMES[5], NAMES[5]])
    found = model.infer({"PERTURBATION": perturbed, "READOUT": readouts}, ["SCORE"])["SCORE"]
    assert found == pytest.approx(pushes()[[2, 2, 3], [0, 5, 5]].reshape(3, 1))


def test_what_the_model_does_not_know_is_nan_and_its_neighbours_are_not_touched(both: Opened) -> None:
    found = shifts(behind(both("shift")).model, gene(0, 0), "NOBODY", gene(0, 1))
    assert np.isnan(found[1]).all()
    assert np.isfinite(found[[0, 2]]).all()


def test_an_answer_does_not_depend_on_its_company(both: Opened) -> None:
    model = behind(both("shift")).model
    together = shifts(model, *SYMBOLS)
    assert np.array_equal(together[::-1], shifts(model, *SYMBOLS[::-1]))
    assert np.array_equal(together[7:8], shifts(model, SYMBOLS[7]))


def test_many_threads_get_each_its_own_answer(both: Opened) -> None:
    model, rule = behind(both("shift")).model, pushes()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda symbol: shifts(model, symbol)[0], SYMBOLS * 5))
    assert np.array(found) == pytest.approx(np.tile(rule.repeat(10, axis=0), (5, 1)))


@pytest.mark.parametrize("wrong", ["input", "output"])
def test_tensors_that_the_model_does_not_have_are_refused_by_name(both: Opened, wrong: str) -> None:
    model = behind(both("shift")).model
    (asked,) = texts([gene(0, 0)])
    inputs = {"NOTHING" if wrong == "input" else "PERTURBATION": asked}
    with pytest.raises(ModelRefusedError, match="NOTHING"):
        model.infer(inputs, ["NOTHING" if wrong == "output" else "SHIFT"])


def test_a_card_can_say_which_model_it_was(both: Opened) -> None:
    described = behind(both("shift")).model.describe()
    assert described["model"] == "shift"
    assert described["protocol"] in {"KServe v2", "in process"}


@pytest.mark.parametrize("form", list(INPUTS))
def test_a_served_model_becomes_a_calibrated_verifier_by_settings_alone(both: Opened, form: str) -> None:
    store = MemoryArtifacts()
    opened = behind(both(form))
    calibrate("gears", shift_screen(), annotation(), store, opened)
    card = store.load("gears").card
    assert card["served"]["model"] == form
    for entry in card["models"]:
        assert entry["cross_validated"]["ranking"]["auc_per_gene"] > 0.95
        surest, *_, every = entry["cross_validated"]["risk_curves"]["beliefs"]
        assert surest[1] <= every[1]
    verifier = ServedModel(store.load("gears"), opened)
    for quality in evaluate(verifier, [effect for effect in shift_screen() if len(effect.perturbed_genes) == 1]):
        assert quality["coverage"] == 1
        assert quality["ranking"]["auc_per_gene"] > 0.95
        assert quality["calibration_error"] < 0.1
        assert len(quality["risk_by_coverage"]) == 4


def test_it_is_served_under_a_name_of_its_own_beside_the_others(both: Opened) -> None:
    store, opened = MemoryArtifacts(), behind(both("shift"))
    calibrate("gears", shift_screen(), annotation(), store, opened)
    served = load([Choice("exact"), Choice("gears", behind=opened)], VERIFIERS, store)
    verification = Verification(served, RecordingObserver())
    known, unknown = verification.predict("gears", [claim(gene(0, 9)), claim("NOBODY")])
    assert known.status is Status.SCORED
    assert unknown == Belief.abstained("model_does_not_know")


def test_claims_of_several_outcomes_in_one_call_are_read_as_each_alone(both: Opened) -> None:
    store, opened = MemoryArtifacts(), behind(both("pair"))
    calibrate("gears", shift_screen(), annotation(), store, opened)
    verifier = ServedModel(store.load("gears"), opened)
    asked = [claim(gene(family, 9), name, outcome) for family in range(3) for name in NAMES[:4] for outcome in OUTCOMES]
    alone = [verifier.believe([each])[0] for each in asked]
    assert [each.probability for each in verifier.believe(asked)] == pytest.approx([each.probability for each in alone])
    assert len({each.probability for each in alone[:2]}) == 2


def test_genes_that_the_model_has_not_learnt_are_abstentions_where_a_list_says_so(both: Opened, tmp_path) -> None:
    """GEARS and its like answer anything, at random for genes that they have never seen."""
    (tmp_path / "genes.txt").write_text("\n".join(SYMBOLS[:50]))
    store, opened = MemoryArtifacts(), behind(both("shift", perturbations=tmp_path / "genes.txt"))
    calibrate("gears", shift_screen(), annotation(), store, opened)
    verifier = ServedModel(store.load("gears"), opened)
    assert verifier.believe([claim(SYMBOLS[55]), claim(f"OLD-{SYMBOLS[0]}")])[0].reason == "gene_not_covered"
    assert verifier.believe([claim(f"OLD-{SYMBOLS[0]}")])[0].status is Status.SCORED


def test_what_a_model_has_not_learnt_from_goes_by_any_of_its_names() -> None:
    """The list is the model's own, from before genes were renamed, in its order of a pair's genes."""
    names = sorted({effect.perturbed_genes for effect in shift_screen() if effect.split is Split.TRAIN})[::2]
    now = frozenset("+".join(sorted(genes)) for genes in names)
    formerly = frozenset("+".join(f"OLD-{each}" for each in reversed(genes)) for genes in names)

    def quality(unseen: frozenset[str]) -> list[dict[str, object]]:
        tensors, store = Tensors(ONE_LINE, "SHIFT", readouts=tuple(NAMES)), MemoryArtifacts()
        calibrate("gears", shift_screen(), annotation(), store, Behind(OneLine(), tensors, unseen))
        return [entry["cross_validated"] for entry in store.load("gears").card["models"]]

    assert quality(now) == quality(formerly) != quality(frozenset())


ONE_LINE = {"perturbation": "GENE", "cell_line": "LINE"}


class OneLine:
    """Looks its cell line up by its name, letter for letter."""

    def describe(self) -> dict[str, str]:
        return {"model": "one line"}

    def infer(self, inputs, outputs) -> dict[str, np.ndarray]:
        families = [["ABCDEF".index(each[3]) for each in name.split("+")] for name in inputs["GENE"].ravel()]
        shifts = np.array([pushes()[each].sum(axis=0) for each in families])
        return {outputs[0]: np.where(inputs["LINE"] == CONTEXT.cell_line, shifts, np.nan)}


def test_a_model_hears_the_cell_line_as_it_was_calibrated_however_a_claim_writes_it() -> None:
    tensors = Tensors(ONE_LINE, "SHIFT", readouts=tuple(NAMES))
    store, opened = MemoryArtifacts(), Behind(OneLine(), tensors)
    calibrate("gears", shift_screen(), annotation(), store, opened)
    verifier = ServedModel(store.load("gears"), opened)
    asked = claim(gene(0, 9))
    lower = replace(asked, context=replace(CONTEXT, cell_line=CONTEXT.cell_line.lower()))
    as_it_was, otherwise = verifier.believe([asked, lower])
    assert as_it_was.status is Status.SCORED
    assert otherwise == as_it_was


@dataclass
class Doubting(OneLine):
    """Doubts whatever it says of some readouts, and nothing else."""

    doubt: float

    def infer(self, inputs, outputs) -> dict[str, np.ndarray]:
        shifts = super().infer(inputs, outputs)[outputs[0]]
        doubts = np.where(np.arange(len(NAMES)) < 2, self.doubt, np.nan)
        return {outputs[0]: shifts, outputs[1]: np.tile(doubts, (len(shifts), 1))}


def test_a_models_own_doubt_is_told_and_where_it_has_none_what_the_probability_says() -> None:
    tensors = Tensors(ONE_LINE, "SHIFT", "DOUBT", readouts=tuple(NAMES))
    store, opened = MemoryArtifacts(), Behind(Doubting(0.25), tensors)
    calibrate("gears", shift_screen(), annotation(), store, opened)
    own, none = ServedModel(store.load("gears"), opened).believe([claim(gene(0, 9), name) for name in NAMES[1:3]])
    assert own.uncertainty == 0.25
    assert none.uncertainty == pytest.approx(min(none.probability, 1 - none.probability))


def test_an_output_of_another_width_is_a_wrong_setting(both: Opened, tmp_path) -> None:
    opened = both("shift")
    (tmp_path / "readouts.txt").write_text("\n".join(NAMES[:3]))
    with pytest.raises(ModelRefusedError, match=r"not \(\d+, 3\)"):
        calibrate("gears", shift_screen(), annotation(), MemoryArtifacts(), behind(opened))


def test_a_file_whose_layers_do_not_fit_its_embeddings_is_no_network(tmp_path) -> None:
    arrays = weights("pair") | {"embedding": weights("shift")["embedding"]}
    path = save_torch(tmp_path / "odd.safetensors", arrays, said("pair"))
    with pytest.raises(ModelRefusedError, match="its first layer takes 36 numbers, not 2 embeddings of 6"):
        TorchNetwork(path)


def claim(perturbed: str, readout: str = "READ00", outcome: Outcome = OUTCOMES[0]) -> PerturbationClaim:
    return PerturbationClaim((perturbed,), readout, CONTEXT, outcome)
