"""`xiaohu cert`: documents corrected by two proved people; keys listed and renewed."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.ops.conftest import PASSWORD
from tests.stories import World, document_of
from verifiers import verify_bundle
from xiaohu.access import mfa
from xiaohu.access.models import StaffUser
from xiaohu.closures.models import Document, DocumentKind
from xiaohu.ops.cli import app
from xiaohu.ops.sentences import CannotStart
from xiaohu.trail import checkpoints, keys

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
OK, FAILED, USAGE, REFUSED = 0, 1, 2, 5


@pytest.fixture
def certificate(world: World) -> Document:
    """The certificate of a closed line."""
    found = document_of(world.close(), DocumentKind.CERTIFICATE)
    assert found is not None
    return found


def run(*arguments: object, by: str = "", password: str = PASSWORD) -> Result:
    """Run a command as somebody."""
    typed = ""
    if by:
        code = mfa.current_code(StaffUser.objects.get(username=by))
        typed, arguments = f"{password}\n{code}\n", (*arguments, "--by", by)
    return CliRunner().invoke(app, ["cert", *map(str, arguments)], input=typed)


def test_two_people_replace_a_certificate(certificate: Document) -> None:
    number = certificate.number.lower().replace("-", " ")
    asked = run("replace", number, "--reason", "wrong_fact", "--set", "product=示例", by="lin")
    assert asked.exit_code == OK, asked.output
    assert f"xiaohu cert agree {certificate.number}" in asked.stdout
    assert "wrong_fact" in run("show", number).stdout
    agreed = run("agree", number, by="zhao")
    assert agreed.exit_code == OK, agreed.output
    shown = json.loads(run("show", number, "--json").stdout)
    assert (shown["state"], shown["asked"]) == ("replaced", None)
    assert shown["replaced_by"] in agreed.stdout


def test_a_wrong_password_proves_nobody(certificate: Document) -> None:
    answer = run(
        "revoke", certificate.number, "--reason", "issued_in_error", by="lin", password="wrong one"
    )
    assert answer.exit_code == REFUSED
    assert "STAFF_NOT_PROVED" in answer.stderr
    certificate.refresh_from_db()
    assert certificate.state == "valid"


def test_dropping_leaves_it_as_it_is(certificate: Document) -> None:
    run("revoke", certificate.number, "--reason", "issued_in_error", by="lin")
    assert run("drop", certificate.number, by="zhao").exit_code == OK
    assert run("agree", certificate.number, by="zhao").exit_code == REFUSED


def test_an_unknown_number_is_refused(world: World) -> None:
    assert run("show", "0000-0000-0000").exit_code == REFUSED
    assert run("show", "nonsense").exit_code == REFUSED


def test_a_fact_without_a_value_is_explained(world: World) -> None:
    answer = run(
        "replace", "0000-0000-0000", "--reason", "wrong_fact", "--set", "product", "--by", "x"
    )
    assert answer.exit_code == USAGE


@pytest.mark.usefixtures("signing_keys")
def test_keys_are_listed_and_renewed_only_by_name(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    present = keys.key_id(keys.public_key(keys.DOCUMENTS))
    assert run("keys", "--renew").exit_code == FAILED
    assert run("keys", "--renew", "--confirm", "nonsense").exit_code == FAILED
    assert keys.key_id(keys.public_key(keys.DOCUMENTS)) == present
    assert run("keys", "--renew", "--confirm", present).exit_code == OK
    listed = json.loads(run("keys", "--json").stdout)
    assert [one["id"] for one in listed][1] == present
    assert listed[0]["until"] is None


def test_a_bundle_and_the_keys_are_written_for_whoever_verifies_offline(
    world: World, certificate: Document, tmp_path: Path
) -> None:
    bundle, public = tmp_path / "bundle.json", tmp_path / "keys.json"
    assert "BUNDLE_NOT_YET" in run("bundle", certificate.number, "-o", bundle).stderr
    checkpoints.sign(now=world.now)
    assert run("bundle", certificate.number.lower(), "-o", bundle).exit_code == OK
    assert run("keys", "-o", public).exit_code == OK
    proved = verify_bundle.verify(bundle.read_bytes(), public.read_bytes())
    assert proved["number"] == certificate.number
    assert run("bundle", "0000-0000-0000").exit_code == REFUSED
    nowhere = run("bundle", certificate.number, "-o", tmp_path / "no" / "file")
    assert isinstance(nowhere.exception, CannotStart)


@pytest.mark.usefixtures("signing_keys")
def test_a_bundle_of_a_key_that_signs_no_more_is_genuine(
    world: World, certificate: Document, tmp_path: Path
) -> None:
    checkpoints.sign(now=world.now)
    present = keys.key_id(keys.public_key(keys.DOCUMENTS))
    assert run("keys", "--renew", "--confirm", present).exit_code == OK
    bundle, public = tmp_path / "bundle.json", tmp_path / "keys.json"
    run("bundle", certificate.number, "-o", bundle)
    run("keys", "-o", public)
    proved = verify_bundle.verify(bundle.read_bytes(), public.read_bytes())
    assert proved["key"] == present
