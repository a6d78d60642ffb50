"""The grammar of an attribution: weighted sets are read, added up and written alike."""

import numpy as np
import pytest
from dtoscore.data.attribution import Attribution, parse, set_of


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("b@0.3|a@0.7", "a@0.7|b@0.3"),
        (" b @ .3 | a@ 0.70 ", "a@0.7|b@0.3"),
        ("a@1e-05|b@0.99999", "a@1e-05|b@0.99999"),
        ("a@0.333333|b@0.333333|c@0.333333", "a@0.333333|b@0.333333|c@0.333333"),
        ("a@0.1|b@0.7|a@0.2", "a@0.3|b@0.7"),
        ("a@0.5|a@0.5", "a"),
        ("a@1", "a"),
        ("b|a", "a|b"),
        ("a@home", "a@home"),
    ],
)
def test_the_canonical_text_is_a_fixed_point(written: str, canonical: str) -> None:
    assert str(parse(written)) == canonical
    assert parse(canonical) == parse(written)


def test_weights_follow_their_members() -> None:
    said = parse("zetas@0.25|gulf@0.75")
    assert (said.members, said.weights) == (("gulf", "zetas"), (0.75, 0.25))
    assert said.organizations == ("gulf", "zetas")
    assert not said.is_rivalry
    assert not said.is_joint
    assert parse("zetas|gulf").weights == ()


def test_any_probabilities_come_back_as_they_were() -> None:
    rng = np.random.default_rng(1)
    for weights in rng.dirichlet([1.0, 1.0, 1.0], 200).tolist():
        said = Attribution(members=("a", "b", "c"), weights=tuple(weights))
        assert parse(str(said)) == said
        merged = set_of(("a", "b", "a"), weights)
        np.testing.assert_allclose(
            merged.weights, [weights[0] + weights[2], weights[1]], atol=1e-12
        )


@pytest.mark.parametrize("text", ["a@0.5|b", "a@0.2|b@0.2", "a@0|b@1", "a@0.4+b", "a@1><b@1"])
def test_what_is_no_weighted_set(text: str) -> None:
    with pytest.raises(ValueError, match="probabilit"):
        parse(text)
