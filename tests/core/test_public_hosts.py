"""Webhooks go to the public Internet by https, and nowhere into a network of ours."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address

import pytest

from eventsite.core.domain.public_hosts import Target, is_public, target_of
from eventsite.core.domain.setups import checked_webhook
from eventsite.core.domain.webhooks import Topic, Webhook
from eventsite.core.errors import Invalid

HOOK = Webhook(event_id="demo", webhook_id="crm", name="CRM", url="https://crm.example.org/in")


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "2a00:1450:4001::1", "::ffff:8.8.8.8"],
)
def test_public_addresses_can_be_called(address):
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",  # noqa: S104 - that is the point
        "10.0.0.1",
        "100.64.0.1",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",  # metadata of the cloud
        "169.254.170.2",  # credentials of containers
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.1",
        "192.0.2.1",
        "192.168.1.1",
        "198.18.0.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",  # NAT64
        "64:ff9b::a9fe:a9fe",
        "100::1",
        "2001::1",  # Teredo
        "2001:db8::1",
        "2002:7f00:1::1",  # 6to4
        "2002:a00:1::1",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254",  # metadata of the cloud, IPv6
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
    ],
)
def test_no_other_address_can(address):
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://crm.example.org", Target("crm.example.org", 443, True, "/", False)),
        (
            "https://CRM.example.org:81/a?b=%20",
            Target("crm.example.org", 81, True, "/a?b=%20", False),
        ),
        ("https://8.8.8.8/x", Target("8.8.8.8", 443, True, "/x", False)),
        ("https://[2606:4700::1111]/", Target("2606:4700::1111", 443, True, "/", False)),
    ],
)
def test_an_address_leads_somewhere(url, target):
    assert target_of(url) == target


@pytest.mark.parametrize(
    ("url", "netloc"),
    [
        ("https://crm.example.org:443/", "crm.example.org"),
        ("https://crm.example.org:8443/", "crm.example.org:8443"),
        ("https://[2606:4700::1111]:8443/", "[2606:4700::1111]:8443"),
    ],
)
def test_the_host_header_names_an_unusual_port(url, netloc):
    assert target_of(url).netloc == netloc


@pytest.mark.parametrize(
    "url",
    [
        "",
        "crm.example.org",
        "//crm.example.org/",
        "http://crm.example.org/",
        "ftp://crm.example.org/",
        "file:///etc/passwd",
        "https://",
        "https:///path",
        "https://user@crm.example.org/",
        "https://user:word@crm.example.org/",
        "https://@crm.example.org/",
        "https://crm.example.org/#part",
        "https://crm.example.org#",
        "https://crm.example.org:0/",
        "https://crm.example.org:99999/",
        "https://crm.example.org:x/",
        "https://crm example.org/",
        "https://crm.example.org/a b",
        "https://crm.example.org/\r\nX-Evil: 1",
        "https://crm.example.org\\@127.0.0.1/",
        "https://bücher.example/",
        "https://a..b/",
        "https://crm.example.org./",
        "https://" + "a" * 64 + ".org/",
        "https://crm.example.org/" + "a" * 1000,
        "https://127.0.0.1/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.0.0.1/",
        "https://017700000001/",
        "https://0177.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[fe80::1%25eth0]/",
        "https://[::1",
        "https://[v1.x]/",
        "https://[127.0.0.1]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://10.0.0.1:8080/",
    ],
)
def test_an_address_that_is_none_or_not_public_is_refused(url):
    with pytest.raises(Invalid) as refused:
        target_of(url)
    assert refused.value.field == "url"


def test_settings_open_single_private_hosts_with_their_port_and_by_http():
    hosts = ("127.0.0.1:9000", "hooks.lan", "[::1]:9")
    assert target_of("http://127.0.0.1:9000/x", hosts).private
    assert target_of("https://127.0.0.1:9000/x", hosts).tls
    assert target_of("http://HOOKS.lan/", hosts).port == 80
    assert target_of("http://hooks.lan:81/", hosts).private
    assert target_of("http://[::1]:9/", hosts).private
    for url in ("http://127.0.0.1:9001/", "http://127.0.0.1/", "http://127.0.0.2:9000/"):
        with pytest.raises(Invalid):
            target_of(url, hosts)
    assert not target_of("https://crm.example.org/", hosts).private


def test_a_webhook_is_tidied_and_its_topics_stand_in_order():
    given = replace(HOOK, name="  My  CRM ", url=f" {HOOK.url} ", topics=("requests", "check_ins"))
    tidy = checked_webhook(given)
    assert (tidy.name, tidy.url) == ("My CRM", HOOK.url)
    assert tidy.topics == (Topic.CHECK_INS, Topic.REQUESTS)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"webhook_id": "a b"}, "webhook_id"),
        ({"webhook_id": ""}, "webhook_id"),
        ({"name": " "}, "name"),
        ({"url": "http://crm.example.org/"}, "url"),
        ({"url": "https://127.0.0.1/"}, "url"),
    ],
)
def test_a_webhook_that_breaks_a_rule_is_refused_at_its_field(change, field):
    with pytest.raises(Invalid) as refused:
        checked_webhook(replace(HOOK, **change))
    assert refused.value.field == field
