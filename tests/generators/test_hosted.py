"""Services answer here over real sockets, on this machine."""

import base64
import email.utils
import io
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread, main_thread

import httpx2
import numpy as np
import pytest
from PIL import Image as Encoded

from explorer.errors import (
    CostLimitReached,
    InvalidData,
    ModelAccessDenied,
    ModelBroken,
    ModelError,
    ModelNotFound,
    ModelUnreachable,
)
from explorer.generators import hosted
from explorer.generators.budget import Budget
from explorer.generators.hosted import HostedGenerator
from explorer.generators.troubles import asked_to_wait
from explorer.models.catalog import find_model
from explorer.models.requests import BLACK_IMAGE, Image, ImageRequest, ModelSpec
from explorer.settings import Settings
from explorer.words.prompts import Prompt
from tests.service import (
    KEY,
    TOKEN,
    ImageService,
    Reply,
    error_reply,
    image_bytes,
    image_reply,
    json_reply,
    serving,
    use_hub,
    use_openai,
)

SETTINGS = Settings(Path("unused"), "cpu", 32, max_cost_usd=100, price_usd=0.04, at_once=3)
AUTHOR = Prompt("author", "honest")
HUB_MODEL = "hf:together/owner/flux"


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[ImageService]:
    """Return a running service at OPENAI_BASE_URL; pauses between tries are short."""
    monkeypatch.setattr(hosted, "_FIRST_SECONDS", 0.01)
    with serving(ImageService()) as running:
        use_openai(monkeypatch, running)
        yield running


@pytest.fixture
def provider(service: ImageService, monkeypatch: pytest.MonkeyPatch) -> ImageService:
    """Return the service as a provider of the hub."""
    service.models["owner/flux"] = "provider/flux"
    use_hub(monkeypatch, service)
    return service


def spec(name: str = "openai:gpt-image-2") -> ModelSpec:
    """Return a model of the service with images of 32 pixels."""
    return find_model(name, "cpu", size=32).spec


def made(
    name: str = "openai:gpt-image-2", settings: Settings = SETTINGS, budget: Budget | None = None
) -> HostedGenerator:
    return HostedGenerator(spec(name), settings, budget or Budget(settings.max_cost_usd))


def requests(number: int = 1, name: str = "openai:gpt-image-2") -> list[ImageRequest]:
    return [ImageRequest(spec(name), AUTHOR, replicate) for replicate in range(number)]


def one(generator: HostedGenerator | None = None, name: str = "openai:gpt-image-2") -> Image:
    (image,) = (generator or made(name)).generate(requests(1, name))
    return image


def test_an_image_in_base64_has_the_pixels_that_were_sent(service: ImageService) -> None:
    sent = image_bytes("sent")
    service.replies = [image_reply(b64_json=base64.b64encode(sent).decode())]
    image = one()
    assert image.pixels is not None
    assert image.pixels.shape == (32, 32, 3)
    assert image.revised is None
    (asked,) = service.generations
    assert asked.body == {
        "model": "gpt-image-2",
        "prompt": AUTHOR.text,
        "n": 1,
        "size": "32x32",
        "quality": "medium",
    }
    assert asked.key == KEY


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_other_formats_are_read_too(service: ImageService, kind: str) -> None:
    sent = base64.b64encode(image_bytes("sent", kind=kind)).decode()
    service.replies = [image_reply(b64_json=sent)]
    assert one().pixels is not None


def test_what_is_transparent_becomes_white(service: ImageService) -> None:
    sent = image_bytes("sent", mode="RGBA")
    service.replies = [image_reply(b64_json=base64.b64encode(sent).decode())]
    image = one()
    assert image.pixels is not None
    assert image.pixels.shape == (32, 32, 3)


def test_an_image_at_an_address_is_fetched_without_the_key(service: ImageService) -> None:
    address = service.address.replace("/v1", "/files/1.png")
    service.replies = [json_reply({"data": [{"url": address}]})]
    assert one().pixels is not None
    asked, fetched = service.asked
    assert asked.key == KEY
    assert fetched.path == "/files/1.png"
    assert fetched.key == ""


def test_a_rewritten_prompt_is_kept_and_an_unchanged_one_is_not(service: ImageService) -> None:
    service.replies = [
        image_reply(revised_prompt="A Black woman who writes."),
        image_reply(revised_prompt=AUTHOR.text),
    ]
    rewritten, same = made(settings=replace(SETTINGS, at_once=1)).generate(requests(2))
    assert rewritten.revised == "A Black woman who writes."
    assert same.revised is None


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (
            error_reply(400, "Rejected by the safety system. Request req_1.", "moderation_blocked"),
            "refused (moderation_blocked): Rejected by the safety system",
        ),
        (
            error_reply(400, "Not allowed.", "content_policy_violation"),
            "refused (content_policy_violation): Not allowed",
        ),
        (json_reply({"data": []}), "refused: no image in the answer"),
        (error_reply(400, "NSFW content detected."), "refused (invalid_request_error): NSFW"),
        (
            json_reply({"detail": [{"type": "content_policy_violation", "msg": "No."}]}, 422),
            "refused (content_policy_violation): No",
        ),
    ],
)
def test_a_refusal_is_filtered_with_its_reason_and_not_charged(
    service: ImageService, reply: Reply, reason: str
) -> None:
    service.replies = [reply]
    budget = Budget(1)
    image = one(made(budget=budget))
    assert image.pixels is None
    assert image.filtered is not None
    assert image.filtered.startswith(reason)
    assert len(service.generations) == 1
    assert budget.spent.images == 0


def test_a_black_image_is_filtered(service: ImageService) -> None:
    stream = io.BytesIO()
    Encoded.new("RGB", (32, 32)).save(stream, "PNG")
    service.replies = [image_reply(b64_json=base64.b64encode(stream.getvalue()).decode())]
    assert one().filtered == BLACK_IMAGE


@pytest.mark.parametrize("status", [500, 503, 429, 408])
def test_what_passes_is_tried_again(service: ImageService, status: int) -> None:
    service.replies = [error_reply(status, "Busy."), error_reply(status, "Busy.")]
    budget = Budget(1)
    assert one(made(budget=budget)).pixels is not None
    assert len(service.generations) == 3
    assert budget.spent.images == 1


def test_retry_after_is_obeyed_by_every_request(service: ImageService) -> None:
    service.replies = [error_reply(429, "Slow down.", Retry_After="2")]
    service.usual = lambda asked: replace(image_reply(asked), seconds=1)
    generator = made(settings=replace(SETTINGS, at_once=2))
    images = list(generator.generate(requests(4)))
    assert len(images) == 4
    first, *others = sorted(service.generations, key=lambda asked: asked.started)
    later = [asked.started - first.started for asked in others]
    # One may be under way when the service asks to wait; all others wait.
    assert sum(seconds < 1.95 for seconds in later) <= 1


def test_a_date_in_retry_after_is_read() -> None:
    date = email.utils.formatdate(time.time() + 30, usegmt=True)
    response = httpx2.Response(
        429, headers={"Retry-After": date}, request=httpx2.Request("POST", "http://localhost")
    )
    seconds = asked_to_wait(httpx2.HTTPStatusError("", request=response.request, response=response))
    assert seconds == pytest.approx(30, abs=2)


def test_a_service_that_asks_to_wait_for_long_ends_the_run(service: ImageService) -> None:
    service.replies = [error_reply(429, "Come back tomorrow.", Retry_After="7200")]
    with pytest.raises(ModelUnreachable, match="in 120 minutes"):
        one()
    assert len(service.generations) == 1


def test_a_service_that_keeps_failing_ends_the_run(
    service: ImageService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hosted, "_ATTEMPTS", 3)
    service.usual = lambda _: error_reply(503, "Out of order.")
    with pytest.raises(ModelUnreachable, match=r"fails \(error 503\).*are kept"):
        one()
    assert len(service.generations) == 3


def broken_replies() -> list[Reply]:
    whole = image_reply()
    cut = base64.b64encode(image_bytes("sent")[:200]).decode()
    return [
        replace(whole, body=whole.body[:100], promised=len(whole.body)),
        replace(whole, body=whole.body[:100]),
        image_reply(b64_json="no base64!"),
        image_reply(b64_json=cut),
        json_reply({"data": "nothing"}),
        json_reply([]),
        Reply(200, b"<html>Sign in</html>"),
    ]


@pytest.mark.parametrize("reply", broken_replies())
def test_a_broken_answer_is_asked_for_again_and_may_be_charged(
    service: ImageService, reply: Reply
) -> None:
    service.replies = [reply]
    budget = Budget(1)
    assert one(made(budget=budget)).pixels is not None
    assert budget.spent.images == 2


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/1.png", "/v1/no/such/file"])
def test_an_image_that_cannot_be_fetched_is_paid_for_and_asked_for_again(
    service: ImageService, address: str
) -> None:
    there = service.address.removesuffix("/v1") + address if address.startswith("/") else address
    service.missing = "/v1/no/such/file"
    service.replies = [json_reply({"data": [{"url": there}]})]
    budget = Budget(1)
    assert one(made(budget=budget)).pixels is not None
    assert budget.spent.images == 2


def test_a_slow_answer_is_waited_for_and_no_longer_than_that(
    service: ImageService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("explorer.generators.services.SECONDS", 0.5)
    monkeypatch.setattr(hosted, "_ATTEMPTS", 2)
    service.replies = [replace(image_reply(), seconds=0.2)]
    assert one().pixels is not None
    service.usual = lambda asked: replace(image_reply(asked), seconds=1.5)
    with pytest.raises(ModelUnreachable, match="does not answer in time"):
        one()


@pytest.mark.parametrize(
    ("reply", "kind", "said"),
    [
        (error_reply(401, f"Incorrect API key {KEY}."), ModelAccessDenied, "OPENAI_API_KEY"),
        (error_reply(403, "Verify your organisation."), ModelAccessDenied, "Verify your org"),
        (error_reply(403, "Blocked by content policy."), ModelAccessDenied, "Blocked by"),
        (error_reply(402, "Pay."), ModelAccessDenied, "no credit"),
        (error_reply(429, "Quota.", "insufficient_quota"), ModelAccessDenied, "no credit"),
        (error_reply(404, "No such model.", "model_not_found"), ModelNotFound, "'gpt-image-2'"),
        (error_reply(400, "Invalid size.", "invalid_value"), ModelBroken, "Invalid size."),
    ],
)
def test_what_does_not_pass_ends_the_run_at_once(
    service: ImageService, reply: Reply, kind: type[ModelError], said: str
) -> None:
    service.replies = [reply]
    with pytest.raises(kind) as caught:
        one()
    assert said in str(caught.value)
    assert KEY not in str(caught.value)
    assert len(service.generations) == 1


def test_a_service_that_cannot_be_reached_is_named(
    service: ImageService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hosted, "_ATTEMPTS", 2)
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    del service
    budget = Budget(1)
    with pytest.raises(ModelUnreachable, match="cannot be reached"):
        one(made(budget=budget))
    assert budget.spent.images == 0


def test_an_image_of_another_size_is_refused_with_the_size_to_ask_for(
    service: ImageService,
) -> None:
    other = base64.b64encode(image_bytes("sent", size_px=(48, 32))).decode()
    service.replies = [image_reply(b64_json=other)]
    with pytest.raises(ModelBroken, match=r"48 x 32 pixels instead of 32 x 32.*--size"):
        one()


def test_images_come_in_order_and_several_at_a_time(service: ImageService) -> None:
    service.usual = lambda asked: replace(image_reply(asked), seconds=0.1)
    asked = requests(9)
    assert [image.request for image in made().generate(asked)] == asked
    assert service.busiest == 3


def test_what_was_paid_for_before_a_failure_comes_before_the_error(
    service: ImageService,
) -> None:
    service.replies = [
        replace(image_reply(), seconds=0.3),
        error_reply(401, "No."),
        replace(image_reply(), seconds=0.3),
    ]
    images: list[Image] = []
    with pytest.raises(ModelAccessDenied):
        images.extend(made().generate(requests(9)))
    assert len(images) == 2
    assert len(service.generations) == 3


def test_the_limit_ends_the_run_and_keeps_what_it_paid_for(service: ImageService) -> None:
    budget = Budget(0.12)
    images: list[Image] = []
    with pytest.raises(CostLimitReached, match=r"\$0\.12.*--max-cost"):
        images.extend(made(budget=budget).generate(requests(9)))
    assert len(images) == len(service.generations) == 3
    assert budget.spent.usd == pytest.approx(0.12)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (replace(SETTINGS, max_cost_usd=None), "--max-cost"),
        (replace(SETTINGS, price_usd=None), "--price"),
    ],
)
def test_nothing_is_spent_before_price_and_limit_are_known(
    service: ImageService, settings: Settings, said: str
) -> None:
    with pytest.raises(InvalidData, match=said):
        made(settings=settings).check([AUTHOR])
    assert service.asked == []


def test_a_service_without_a_price_needs_no_limit(service: ImageService) -> None:
    settings = replace(SETTINGS, max_cost_usd=None, price_usd=0)
    generator = made(settings=settings)
    assert generator.check([AUTHOR]) == ()
    assert one(generator).pixels is not None
    del service


@pytest.mark.parametrize(
    ("name", "variable"), [("openai:gpt-image-2", "OPENAI_API_KEY"), (HUB_MODEL, "HF_TOKEN")]
)
def test_a_missing_key_is_named(
    service: ImageService, monkeypatch: pytest.MonkeyPatch, name: str, variable: str
) -> None:
    monkeypatch.delenv(variable, raising=False)
    with pytest.raises(ModelAccessDenied, match=variable):
        made(name).load()
    assert service.asked == []


@pytest.mark.parametrize("key", ["sk-a b", "sk-\nb", "sk-\u00e9"])
def test_a_key_that_cannot_be_one_is_refused_and_not_shown(
    service: ImageService, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", key)
    with pytest.raises(ModelAccessDenied, match="OPENAI_API_KEY") as caught:
        made().load()
    assert key not in str(caught.value)
    assert service.asked == []


def test_an_address_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", "localhost:8000/v1")
    with pytest.raises(InvalidData, match="OPENAI_BASE_URL is 'localhost:8000/v1'"):
        made().load()


def test_a_key_is_never_sent_to_an_address_that_a_name_brings(service: ImageService) -> None:
    with pytest.raises(ModelAccessDenied, match="OPENAI_BASE_URL"):
        made("openai:gpt-image-2@http://127.0.0.1:9/v1").load()
    assert service.asked == []


def test_the_key_is_in_neither_provenance_nor_text(service: ImageService) -> None:
    generator = made()
    assert generator.provenance.device == "127.0.0.1"
    assert KEY not in f"{generator.provenance}{vars(generator)}"
    del service


def test_a_provider_of_the_hub_gets_prompt_size_and_seed(provider: ImageService) -> None:
    image = one(name=HUB_MODEL)
    assert image.pixels is not None
    asked = provider.generations[-1]
    (request,) = requests(1, HUB_MODEL)
    assert asked.path == "/together/v1/images/generations"
    assert asked.key == TOKEN
    assert asked.body["prompt"] == AUTHOR.text
    assert asked.body["model"] == "provider/flux"
    assert (asked.body["width"], asked.body["height"]) == (32, 32)
    assert asked.body["seed"] == request.seed


@pytest.mark.parametrize(
    "reply",
    [
        json_reply({"error": "Busy."}, 503),
        json_reply({"error": "Slow down."}, 429, Retry_After="0.1"),
        json_reply({"data": []}),
        image_reply(b64_json=base64.b64encode(image_bytes("sent")[:200]).decode()),
        replace(image_reply(), promised=10**6),
    ],
)
def test_a_provider_that_fails_is_asked_again(provider: ImageService, reply: Reply) -> None:
    provider.replies = [reply]
    assert one(name=HUB_MODEL).pixels is not None
    assert len(provider.generations) == 2


def test_a_refusal_of_a_provider_is_filtered(provider: ImageService) -> None:
    provider.replies = [error_reply(422, "NSFW content detected.", "nsfw_content")]
    assert one(name=HUB_MODEL).filtered == "refused (nsfw_content): NSFW content detected"


@pytest.mark.parametrize(
    ("name", "reply", "kind"),
    [
        (HUB_MODEL, json_reply({"error": "Invalid token"}, 401), ModelAccessDenied),
        (HUB_MODEL, json_reply({"error": "Pay."}, 402), ModelAccessDenied),
        ("hf:together/owner/unknown", None, ModelError),
        ("hf:nobody/owner/flux", None, ModelBroken),
        ("hf:fal-ai/owner/flux", None, ModelBroken),
    ],
)
def test_what_a_provider_lacks_is_said(
    provider: ImageService, name: str, reply: Reply | None, kind: type[ModelError]
) -> None:
    provider.replies = [reply] if reply else []
    with pytest.raises(kind) as caught:
        one(name=name)
    assert TOKEN not in str(caught.value)


def test_ctrl_c_in_a_pause_sends_nothing_more(service: ImageService) -> None:
    service.replies = [error_reply(429, "Slow down.", Retry_After="30")] * 3
    budget = Budget(1)

    def interrupt() -> None:
        time.sleep(0.5)
        signal.pthread_kill(main_thread().ident or 0, signal.SIGINT)

    Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        list(made(budget=budget).generate(requests(9)))
    assert len(service.generations) == 3
    assert budget.spent.images == 0


def test_ctrl_c_stays_ctrl_c_if_what_is_under_way_fails(service: ImageService) -> None:
    service.usual = lambda _: replace(error_reply(401, "No."), seconds=0.6)

    def interrupt() -> None:
        time.sleep(0.3)
        signal.pthread_kill(main_thread().ident or 0, signal.SIGINT)

    Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        list(made().generate(requests(9)))
    assert len(service.generations) == 3


def test_ctrl_c_keeps_what_is_under_way(service: ImageService) -> None:
    service.usual = lambda asked: replace(image_reply(asked), seconds=0.6)

    def interrupt() -> None:
        time.sleep(0.3)
        signal.pthread_kill(main_thread().ident or 0, signal.SIGINT)

    images: list[Image] = []
    Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        images.extend(made().generate(requests(9)))
    assert len(images) == 3
    assert all(isinstance(image.pixels, np.ndarray) for image in images)
