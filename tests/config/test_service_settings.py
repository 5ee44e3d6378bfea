"""Settings of the service: each is one wherever settings are written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from s3pypi_setuptools.config.option import Option
from s3pypi_setuptools.config.service import Service
from s3pypi_setuptools.config.service_options import SERVICE_OPTIONS
from s3pypi_setuptools.config.settings import explain

TEXTS = {
    "ADDRESSES": "10.0.0.0/8,::1",
    "URL": "https://index.example.com/simple",
    "PORT": "8081",
    "SIZE": "1MiB",
    "NUMBER": "2",
    "PATH": "/pypi",
}


def text(option: Option) -> str:
    if option.flag:
        return "true"
    return option.choices[-1] if option.choices else TEXTS.get(option.metavar or "", "x-*,y")


@pytest.mark.parametrize("option", SERVICE_OPTIONS, ids=lambda option: option.name)
def test_a_setting_of_the_service_comes_from_every_source(place: Any, option: Option) -> None:
    written = text(option)
    toml = f"{option.name} = true" if option.flag else f'{option.name} = "{written}"'
    expected = place.resolve(command_line={option.name: True if option.flag else written}).value_of(option)
    assert expected != place.resolve().value_of(option)
    for file, lines in (
        ("setup.cfg", f"[s3pypi]\n{option.attribute} = {written}\n"),
        ("pyproject.toml", f"[tool.s3pypi]\n{toml}\n"),
        ("pyproject.toml", f'[tool.s3pypi]\ntarget = "t"\n[tool.s3pypi.targets.t]\ntarget = "./x"\n{toml}\n'),
        ("pyproject.toml", f'[project]\nname = "x"\n[tool.distutils.s3pypi]\n{toml}\n'),
    ):
        made = place.write(file, lines)
        assert place.resolve().value_of(option) == expected, lines
        made.unlink()
    place.environ[option.variable] = written
    assert place.resolve().value_of(option) == expected


@pytest.mark.parametrize("name", ["reserved", "trusted-proxies"])
def test_what_lists_values_may_be_a_list_and_given_several_times(place: Any, name: str) -> None:
    option = next(option for option in SERVICE_OPTIONS if option.name == name)
    expected = place.resolve(command_line={name: "10.0.0.1,10.0.0.2"}).value_of(option)
    assert place.resolve(command_line={name: ["10.0.0.1", "10.0.0.2"]}).value_of(option) == expected
    place.write("pyproject.toml", f'[tool.s3pypi]\n{name} = ["10.0.0.1", "10.0.0.2"]\n')
    assert place.resolve().value_of(option) == expected


@pytest.mark.parametrize("text", ["proxy.example.com", "10.0.0.7/8", "*,10.0.0.1", "10.0.0", "10.0.0.1 10.0.0.2"])
def test_proxies_are_addresses_and_networks(place: Any, refusal: Callable[..., str], text: str) -> None:
    assert "trusted-proxies: must be addresses or networks" in refusal(command_line={"trusted-proxies": text})


def test_a_list_of_other_things_is_refused(place: Any, refusal: Callable[..., str]) -> None:
    place.write("pyproject.toml", "[tool.s3pypi]\nreserved = [1]\n")
    assert "reserved: must be a text" in refusal()


def test_settings_of_the_service_are_explained_if_they_are_set_or_asked_for(place: Any) -> None:
    names = {option.name for option in SERVICE_OPTIONS}
    place.environ["S3PYPI_PORT"] = "8081"
    settings = place.resolve()
    assert {row.name: row.value for row in explain(settings) if row.name in names} == {"port": "8081"}
    assert names <= {row.name for row in explain(settings, service=True)}


@pytest.mark.parametrize("name", ["S3PYPI", "S3PYPI_INTERNAL"])
def test_variables_that_kubernetes_sets_for_a_service_are_no_settings(place: Any, name: str) -> None:
    place.environ |= {
        f"{name}_SERVICE_HOST": "10.0.0.11",
        f"{name}_SERVICE_PORT": "8080",
        f"{name}_SERVICE_PORT_HTTP": "8080",
        f"{name}_PORT": "tcp://10.0.0.11:8080",
        f"{name}_PORT_8080_TCP": "tcp://10.0.0.11:8080",
        f"{name}_PORT_8080_TCP_PROTO": "tcp",
        f"{name}_PORT_8080_TCP_PORT": "8080",
        f"{name}_PORT_8080_TCP_ADDR": "10.0.0.11",
    }
    assert place.resolve().service == Service()


@pytest.mark.parametrize("variable", ["S3PYPI_PORT", "S3PYPI_SERVICE", "S3PYPI_PORT_8080"])
def test_other_variables_like_them_are_refused(place: Any, refusal: Callable[..., str], variable: str) -> None:
    place.environ[variable] = "http://10.0.0.11:8080"
    assert variable in refusal()
