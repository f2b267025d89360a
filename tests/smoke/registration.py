"""Steps of the registration door: pages, API, tokens, tickets, the rush path."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from typing import Any

import zxingcpp
from PIL import Image

from eventsite.core.domain.tickets import verify
from eventsite.core.store.secrets import Secrets
from tests.smoke.world import World, dead_letters, expect, hidden_fields

Step = tuple[str, Callable[[World], None]]


def applied(world: World, who: str, **guest: Any) -> dict[str, Any]:
    return {
        "type_id": world.known["type_id"],
        "guest": {"name": f"{who.title()} Smoke", "email": world.address(who), **guest},
    }


def registrations(world: World) -> str:
    return f"{world.api}/events/demo/registrations"


def pages(world: World) -> None:
    home = world.call("GET", f"{world.web}/").text
    event = world.call("GET", f"{world.web}/e/demo/").text
    expect("<h1" in home and "register" in event, event[:300])


def documentation(world: World) -> None:
    docs = world.call("GET", f"{world.web}/api/docs/").text
    schema = world.call("GET", f"{world.web}/api/schema/?format=json")
    expect("/api/v1/scans" in schema["paths"], list(schema["paths"]))
    expect("/api/v1/scans" in docs, docs[:300])


def public_event(world: World) -> None:
    event = world.call("GET", f"{world.api}/events/demo")
    sold = {kind["type_id"]: kind["sale"] for kind in event["types"]}
    expect(sold["early"] == "waitlist" and sold["standard"] == "open", sold)
    expect("friend" not in sold, "a hidden ticket type is shown to everybody")
    world.known["type_id"] = "standard"
    agenda = world.call("GET", f"{world.api}/events/demo/agenda")
    expect(len(agenda["sessions"]) >= 50, len(agenda["sessions"]))


def register(world: World) -> None:
    body = applied(world, "ada")
    answer = world.call(
        "POST",
        registrations(world),
        body,
        want=202,
        Idempotency_Key=f"ada-{world.run}",
        X_Correlation_Id=f"smoke-{world.run}-ada",
    )
    expect(world.known["last"].headers["X-Correlation-Id"] == f"smoke-{world.run}-ada")
    expect((answer["state"], answer["status"]) == ("received", "confirmed"), answer)
    status = world.call("GET", answer["links"]["status"])
    expect((status["state"], status["status"]) == ("received", "confirmed"), status)
    world.known |= {"ada_answer": answer, "ada_body": body}


def register_again(world: World) -> None:
    answer = world.call(
        "POST",
        registrations(world),
        world.known["ada_body"],
        want=202,
        Idempotency_Key=f"ada-{world.run}",
    )
    expect(answer["replayed"] is True, answer)


def known_address(world: World) -> None:
    """Nothing in the answer tells that an address is known; its guest is told by mail."""
    answer = world.call(
        "POST",
        registrations(world),
        world.known["ada_body"],
        want=202,
        Idempotency_Key=f"ada-again-{world.run}",
    )
    first = world.known["ada_answer"]
    expect(answer.keys() == first.keys(), answer)
    same = ("state", "status", "place", "replayed")
    expect([answer[n] for n in same] == [first[n] for n in same], answer)
    world.mail(world.address("ada"), "Lanternfold")
    world.wait(
        "mail with the existing registration",
        lambda: len(world.messages(to=world.address("ada"))) == 2,
    )


def refusals(world: World) -> None:
    url, key = registrations(world), f"bad-{world.run}"
    world.refused("POST", url, "{not json", 400, "invalid", Idempotency_Key=key)
    bad = applied(world, "bad", email="no address")
    answer = world.refused("POST", url, bad, 400, "invalid", Idempotency_Key=key)
    expect("email" in answer["field"], answer)
    world.refused("POST", url, applied(world, "bad"), 400, "invalid")
    other = applied(world, "ada", locale="de")
    world.refused("POST", url, other, 422, "key_reused", Idempotency_Key=f"ada-{world.run}")
    elsewhere = f"{world.api}/events/nowhere/registrations"
    world.refused("POST", elsewhere, applied(world, "bad"), 404, "not_found", Idempotency_Key=key)


def ticket_mail(world: World) -> None:
    mail = world.mail(world.address("ada"), "Your ticket")
    expect(mail["headers"], mail)
    expect(f"smoke-{world.run}-ada" in json.dumps(mail["headers"]), mail["headers"])
    link = next(word for word in mail["text"].split() if "/g/" in word)
    page = world.call("GET", link).text
    expect("Ada Smoke" in page, page[:300])
    token = link.rstrip("/").split("/")[-1]
    world.known |= {"ada_mail": mail, "ada_link": link, "ada_token": token, "ada_id": token[:16]}


def decoded(world: World, png: bytes) -> str:
    import io

    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(png)))
    expect(len(found) == 1, f"{len(found)} codes in the picture")
    return str(found[0].text)


def ticket_picture(world: World) -> None:
    attachment = next(
        a for a in world.known["ada_mail"]["attachments"] if "png" in a["content_type"]
    )
    url = attachment["url"]
    if url.startswith("/"):
        url = world.running["messaging_url"] + url
    code = decoded(world, world.call("GET", url).content)
    secret = world.aws("secretsmanager").get_secret_value(
        SecretId=world.env["EVENTSITE_SECRETS_ID"]
    )
    ticket = verify(code, Secrets.parse(secret["SecretString"]).ticket_public_keys)
    expect(ticket.registration_id == world.known["ada_id"], ticket)
    world.known["ada_code"] = code


def ticket_api(world: World) -> None:
    one = f"{world.api}/registrations/{world.known['ada_id']}"
    png = world.call("GET", f"{one}/ticket.png", X_Guest_Token=world.known["ada_token"])
    expect(decoded(world, png.content) == world.known["ada_code"])
    svg = world.call("GET", f"{one}/ticket.svg", X_Guest_Token=world.known["ada_token"])
    expect(b"<svg" in svg.content, svg.content[:100])
    pdf = world.call("GET", f"{one}/ticket.pdf", X_Guest_Token=world.known["ada_token"])
    expect(pdf.content.startswith(b"%PDF-"), pdf.content[:100])
    calendar = world.call("GET", f"{one}/event.ics", X_Guest_Token=world.known["ada_token"])
    expect("BEGIN:VEVENT" in calendar.text, calendar.text[:100])
    world.refused("GET", f"{one}/ticket.png", None, 401, "bad_token")
    forged = world.known["ada_token"][:-1] + ("a" if world.known["ada_token"][-1] != "a" else "b")
    world.refused("GET", one, None, 401, "bad_link", X_Guest_Token=forged)


def form(world: World) -> None:
    url = f"{world.web}/e/demo/register/"
    page = world.call("GET", f"{url}?type={world.known['type_id']}").text
    guest = {"type_id": "standard", "name": "Page Smoke", "channel": "email"}
    guest["email"] = world.address("page")
    names = set(re.findall(r'name="(g\d+-\w+)"', page))
    fields = hidden_fields(page) | {
        name: guest[what] for name in names if (what := name.partition("-")[2]) in guest
    }
    fields["action"] = "send"
    for _ in range(2):
        answer = world.http.post(url, data=fields, headers={"Referer": url}, timeout=30)
        expect(answer.ok and "/receipts/" in answer.url, f"{answer.status_code} {answer.url}")
        expect(world.address("page") in answer.text, "the receipt says not where the mail went")
    world.mail(world.address("page"), "ticket")
    time.sleep(1)
    mails = world.messages(to=world.address("page"))
    expect(len(mails) == 1, f"{len(mails)} mails after a double submit")


# -- Cognito --
def id_token(world: World, who: str) -> str:
    cognito = world.aws("cognito-idp")
    client_id, password = world.env["EVENTSITE_COGNITO_CLIENT_ID"], f"Smoke-{world.run}-1a!"
    pool_id = world.env["EVENTSITE_COGNITO_ISSUER"].rsplit("/", 1)[-1]
    username = world.address(who)
    cognito.admin_create_user(
        UserPoolId=pool_id,
        Username=username,
        MessageAction="SUPPRESS",
        UserAttributes=[
            {"Name": "email", "Value": username},
            {"Name": "email_verified", "Value": "true"},
        ],
    )
    cognito.admin_set_user_password(
        UserPoolId=pool_id, Username=username, Password=password, Permanent=True
    )
    answer = cognito.initiate_auth(
        ClientId=client_id,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": username, "PASSWORD": password},
    )
    return str(answer["AuthenticationResult"]["IdToken"])


def account(world: World) -> None:
    token = id_token(world, "acc")
    bearer = f"Bearer {token}"
    me = world.call("GET", f"{world.api}/me", Authorization=bearer)
    expect(me["email"] == world.address("acc"), me)
    body = {"type_id": world.known["type_id"], "guest": {"name": "Account Smoke"}}
    answer = world.call(
        "POST",
        registrations(world),
        body,
        want=201,
        Authorization=bearer,
        Idempotency_Key=f"acc-{world.run}",
    )
    one = f"{world.api}/registrations/{answer['registration_id']}"
    world.call("GET", one, Authorization=bearer)
    world.refused(
        "GET", f"{world.api}/registrations/{world.known['ada_id']}", None, 403, "forbidden",
        Authorization=bearer,
    )  # fmt: skip
    head, claims, _ = token.split(".")
    world.refused(
        "GET", f"{world.api}/me", None, 401, "bad_token",
        Authorization=f"Bearer {head}.{claims}.AAAA",
    )  # fmt: skip
    world.known["bearer"] = bearer


def gateway_web(world: World) -> None:
    page = world.call("GET", f"{world.gateway}/admin/login/").text
    expect("csrfmiddlewaretoken" in page, page[:300])
    public = world.call("GET", f"{world.gateway}/e/demo/").text
    expect("register" in public, public[:300])
    event = world.call("GET", f"{world.gateway}/api/v1/events/demo")
    expect(event["event_id"] == "demo", event)


def gateway_picture(world: World) -> None:
    one = f"{world.gateway}/api/v1/registrations/{world.known['ada_id']}"
    png = world.call("GET", f"{one}/ticket.png", X_Guest_Token=world.known["ada_token"])
    expect(decoded(world, png.content) == world.known["ada_code"])


def gateway_authorizer(world: World) -> None:
    world.call("GET", f"{world.gateway}/api/v1/me", want=401)
    token = world.known["bearer"]
    me = world.call("GET", f"{world.gateway}/api/v1/me", Authorization=token)
    expect(me["email"] == world.address("acc"), me)


# -- the rush path --
def rush(world: World) -> None:
    url = f"{world.running['rush_url'].rstrip('/')}/api/v1/rush/demo/registrations"
    for _ in range(2):
        answer = world.call(
            "POST", url, applied(world, "rush"), want=202, Idempotency_Key=f"rush-{world.run}"
        )
    expect(answer["status"] == "queued", answer)
    world.known["rush_correlation"] = answer["correlation_id"]
    status = f"{world.api}/events/demo/attempts/{answer['correlation_id']}"

    def landed() -> bool:
        told = world.call("GET", status)
        return (told["state"], told.get("status")) == ("received", "confirmed")

    world.wait("outcome at the status address", landed)


def rush_lands(world: World) -> None:
    mail = world.mail(world.address("rush"), "Your ticket")
    expect(world.known["rush_correlation"], mail)
    time.sleep(0.5)
    mails = [m for m in world.messages(to=world.address("rush")) if "ticket" in m["subject"]]
    expect(len(mails) == 1, f"{len(mails)} ticket mails for one guest")


def rush_malformed(world: World) -> None:
    url = f"{world.running['rush_url'].rstrip('/')}/api/v1/rush/demo/registrations"
    answer = world.call("POST", url, "{not json", want=400)
    expect("code" in answer, answer)
    sqs = world.aws("sqs")
    marker = f"poison-{world.run}"
    sqs.send_message(
        QueueUrl=world.env["EVENTSITE_INTAKE_URL"], MessageBody=json.dumps({"x": marker})
    )
    good = {
        "event_id": "demo",
        "idempotency_key": f"after-{world.run}",
        "registration": applied(world, "after"),
    }
    sqs.send_message(QueueUrl=world.env["EVENTSITE_INTAKE_URL"], MessageBody=json.dumps(good))
    world.mail(world.address("after"), "Your ticket")
    world.wait(
        "dead letter with its cause",
        lambda: [c for c, b in dead_letters(world, "intake") if c and b.get("x") == marker],
    )


STEPS: list[Step] = [
    ("guest pages answer", pages),
    ("API documentation describes the API", documentation),
    ("event and agenda are public", public_event),
    ("a guest registers by the REST API", register),
    ("the same registration again is the same", register_again),
    ("bad registrations get a code and a field", refusals),
    ("the ticket mail came, with its signed link and correlation id", ticket_mail),
    ("a known address is answered alike, and told by mail", known_address),
    ("the QR picture of the mail decodes and its signature is ours", ticket_picture),
    ("ticket as PNG, SVG, PDF and calendar by API, for the guest only", ticket_api),
    ("a guest registers by the page, a double submit once", form),
    ("a Cognito account registers; a forged token does not", account),
    ("API Gateway: admin sign-in page, guest page and a REST call", gateway_web),
    ("API Gateway: the ticket PNG", gateway_picture),
    ("API Gateway: the Cognito authorizer", gateway_authorizer),
    ("API Gateway to SQS answers 202, twice; the status address tells the outcome", rush),
    ("the queued guest is registered once and has a ticket mail", rush_lands),
    ("a malformed message is parked with its cause and harms no other", rush_malformed),
]
