"""A wrong environment stops the start with a sentence, and never repeats a secret."""

import pytest

from xiaohu.config.options import Options, OptionsRefused, load


@pytest.fixture(autouse=True)
def _fresh_options() -> None:
    load.cache_clear()


def test_defaults_need_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XIAOHU_PORT", raising=False)
    options = Options()
    assert options.port == 8000
    assert options.address == "http://localhost:8000"


def test_unknown_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIAOHU_PROT", "9000")
    with pytest.raises(OptionsRefused, match="XIAOHU_PROT"):
        load()


@pytest.mark.parametrize("value", ["eighty", "0", "70000"])
def test_impossible_port_is_named(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("XIAOHU_PORT", value)
    with pytest.raises(OptionsRefused, match="XIAOHU_PORT"):
        load()


def test_other_databases_are_refused_without_showing_the_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("XIAOHU_DATABASE_URL", "mysql://user:hush-hush@localhost/db")
    with pytest.raises(OptionsRefused) as refused:
        load()
    assert "XIAOHU_DATABASE_URL" in str(refused.value)
    assert "hush-hush" not in str(refused.value)
