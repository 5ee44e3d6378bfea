from __future__ import annotations

import pytest

from s3pypi_setuptools.stores.s3.urls import key_in_bucket

KEY = "simple/demo/demo-1.0+x.zip"
PATH = "simple/demo/demo-1.0%2Bx.zip"


@pytest.mark.parametrize(
    "url",
    [
        f"https://s3.amazonaws.com/my-bucket/{PATH}",
        f"https://s3.eu-west-1.amazonaws.com/my-bucket/{PATH}",
        f"//s3-eu-west-1.amazonaws.com/my-bucket/{PATH}",
        f"https://my-bucket.s3.amazonaws.com/{PATH}",
        f"http://my-bucket.s3.eu-west-1.amazonaws.com:80/{PATH}",
        f"https://my-bucket.s3-eu-west-1.amazonaws.com/{PATH}",
        f"https://my-bucket.s3.dualstack.us-gov-west-1.amazonaws.com/{PATH}",
        f"https://my-bucket.s3.cn-north-1.amazonaws.com.cn/{PATH}",
        f"http://my-bucket.s3-website-eu-west-1.amazonaws.com/{PATH}",
        f"http://my-bucket.s3-website.eu-central-1.amazonaws.com/{PATH}",
        f"https://My-Bucket.S3.amazonaws.com/{PATH}",
        f"http://my-bucket/{PATH}",
    ],
)
def test_on_aws(url: str) -> None:
    assert key_in_bucket(url, "my-bucket", None) == KEY


@pytest.mark.parametrize(
    "url",
    [
        f"https://s3.amazonaws.com/other/my-bucket/{PATH}",
        f"https://other.s3.amazonaws.com/my-bucket/{PATH}",
        f"https://s3.amazonaws.com.example/my-bucket/{PATH}",
        f"https://my-bucket.s3.example.com/{PATH}",
        f"https://example.com/my-bucket/{PATH}",
        f"https://x.my-bucket.s3.amazonaws.com/{PATH}",
        "https://my-bucket.s3.amazonaws.com/",
        "https://s3.amazonaws.com/my-bucket",
        f"file:///my-bucket/{PATH}",
        f"/my-bucket/{PATH}",
        "https://[",
        f"https://my-bucket.s3.amazonaws.com:x/{PATH}",
    ],
)
def test_elsewhere_on_aws(url: str) -> None:
    assert key_in_bucket(url, "my-bucket", None) is None


@pytest.mark.parametrize(
    ("url", "key"),
    [
        (f"http://127.0.0.1:9000/my-bucket/{PATH}", KEY),
        (f"//127.0.0.1:9000/my-bucket/{PATH}", KEY),
        (f"http://my-bucket.127.0.0.1:9000/{PATH}", KEY),
        (f"http://127.0.0.1:9001/my-bucket/{PATH}", None),
        (f"http://127.0.0.1/my-bucket/{PATH}", None),
        (f"http://127.0.0.1:9000/other/{PATH}", None),
        (f"http://other.127.0.0.1:9000/{PATH}", None),
        (f"https://my-bucket.s3.amazonaws.com/{PATH}", None),
    ],
)
def test_on_another_service(url: str, key: str | None) -> None:
    assert key_in_bucket(url, "my-bucket", "http://127.0.0.1:9000") == key


def test_the_usual_port_of_an_endpoint_may_be_left_out() -> None:
    assert key_in_bucket(f"https://s3.example.com:443/b-1/{PATH}", "b-1", "https://s3.example.com") == KEY
    assert key_in_bucket(f"https://s3.example.com/b-1/{PATH}", "b-1", "https://s3.example.com:443") == KEY
    assert key_in_bucket(f"//s3.example.com/b-1/{PATH}", "b-1", "https://s3.example.com") == KEY
