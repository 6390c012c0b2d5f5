import pytest

from explorer.models.backends import Hosted
from explorer.models.catalog import find_model
from explorer.models.services import ServiceName, read_service, service_name

ELSEWHERE = "http://127.0.0.1:8000/v1"


@pytest.fixture(autouse=True)
def _usual_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("openai:gpt-image-2", ServiceName("openai", "gpt-image-2")),
        (f"openai:flux@{ELSEWHERE}/", ServiceName("openai", "flux", address=ELSEWHERE)),
        ("openai:flux@https://api.openai.com/v1", ServiceName("openai", "flux")),
        ("hf:fal-ai/owner/name", ServiceName("hf", "owner/name", "fal-ai")),
        ("hf:owner/name", None),
        ("openai:", None),
        ("owner/name", None),
        ("emoji-skewed", None),
    ],
)
def test_a_name_tells_service_and_model(text: str, expected: ServiceName | None) -> None:
    assert service_name(text) == expected


def test_another_address_in_the_environment_makes_another_model(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    usual = find_model("openai:gpt-image-2", "cpu").spec
    monkeypatch.setenv("OPENAI_BASE_URL", ELSEWHERE)
    other = find_model("openai:gpt-image-2", "cpu").spec
    assert usual.identity != other.identity
    assert other.name == f"openai:gpt-image-2@{ELSEWHERE}"
    monkeypatch.delenv("OPENAI_BASE_URL")
    assert find_model(other.name, "cpu").spec == other
    assert find_model("openai:gpt-image-2", "cpu").spec == usual


def test_only_a_provider_of_the_hub_is_sent_seeds() -> None:
    assert not find_model("openai:anything", "cpu").spec.seeded
    assert find_model("hf:fal-ai/owner/name", "cpu").spec.seeded


def test_a_model_that_is_not_listed_has_the_usual_size_and_the_services_own_quality() -> None:
    card = find_model("openai:anything", "cpu")
    assert card.spec.settings == Hosted(1024, 1024)
    assert not card.bundled
    assert read_service(card.spec) == ServiceName("openai", "anything")


def test_a_variant_of_a_service_is_found_again_by_its_name() -> None:
    variant = find_model("GPT Image 2 (OpenAI)", "cpu", quality="low").spec
    assert variant.name == "openai:gpt-image-2 (low)"
    assert find_model(variant.name, "cpu").spec == variant
