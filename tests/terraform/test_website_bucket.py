"""The module takes over a website's bucket and its distribution, on MiniStack, by the steps of the guide.

MiniStack has no websites: a server here answers as one does. The stack is the one of s3pypi before 1.0, as far as that
matters for taking it over.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.support import programs, samples
from tests.support.canned_server import Handler, serving
from tests.support.forked_programs import CHECKOUT
from tests.support.servers import S3Server
from tests.terraform import terraform
from tests.terraform.configuration import Configuration
from tests.terraform.reader import Reader

GUIDE = (CHECKOUT / "docs" / "migrate-website-bucket.md").read_text(encoding="utf-8")
BUCKET = DOMAIN = "pypi.example.com"
PREFIX = "3f2a"
DISTRIBUTION = "module.s3pypi.aws_cloudfront_distribution.cdn"
CLOSED = (
    DISTRIBUTION,
    "module.s3pypi.aws_s3_bucket_public_access_block.pypi",
    "module.s3pypi.aws_s3_bucket_policy.s3_policy",
)
"""The order in which a bucket is closed to others than the distribution."""
RECORDS = ("module.s3pypi.aws_route53_record.alias", "module.s3pypi.aws_route53_record.alias_ipv6")
SETS = ("TrustedKeyGroups", "TrustedSigners", "LambdaFunctionAssociations", "FunctionAssociations")
"""AWS answers with empty ones if a template has none; MiniStack does not, and then Terraform's provider crashes."""

pytestmark = [*terraform.NEEDED, pytest.mark.server]


@pytest.fixture
def website(aws: S3Server) -> Iterator[str]:
    """The URL of the bucket's website: index documents, for readers without credentials."""

    class Website(Handler):
        def do_GET(self) -> None:  # noqa: N802
            path = f"{self.path}index.html" if self.path.endswith("/") else self.path
            answer = requests.get(f"{aws.endpoint_url}/{BUCKET}{path}", timeout=60)
            self.send(answer.status_code, {"Content-Type": answer.headers["content-type"]}, answer.content)

    with serving(Website) as url:
        yield url


def template(port: int) -> dict[str, Any]:
    """Of CloudFormation: a bucket that anybody may read, with a website, and a distribution in front of that."""
    objects = {"Fn::Join": ["", ["arn:aws:s3:::", {"Ref": "PyPiS3Bucket"}, "/*"]]}
    allowed = {"Effect": "Allow", "Principal": "*", "Action": ["s3:GetObject"], "Resource": objects}
    origin = {
        "Id": "PyPiS3BucketOrigin",
        "DomainName": "127.0.0.1",
        "CustomOriginConfig": {"HTTPPort": port, "HTTPSPort": 443, "OriginProtocolPolicy": "http-only"},
    }
    behavior = {
        "TargetOriginId": "PyPiS3BucketOrigin",
        "ViewerProtocolPolicy": "https-only",
        "AllowedMethods": ["GET", "HEAD"],
        "ForwardedValues": {"QueryString": True, "Cookies": {"Forward": "none"}, "Headers": []},
        **{name: [] for name in SETS},
    }
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Resources": {
            "PyPiS3Bucket": {
                "Type": "AWS::S3::Bucket",
                "Properties": {
                    "BucketName": BUCKET,
                    "WebsiteConfiguration": {"IndexDocument": "index.html"},
                    "PublicAccessBlockConfiguration": {
                        "BlockPublicPolicy": False
                    },  # new buckets block it, old ones do not
                },
            },
            "PyPiS3BucketBucketPolicy": {
                "Type": "AWS::S3::BucketPolicy",
                "Properties": {"Bucket": {"Ref": "PyPiS3Bucket"}, "PolicyDocument": {"Statement": [allowed]}},
            },
            "PyPiCloudfrontDistribution": {
                "Type": "AWS::CloudFront::Distribution",
                "Properties": {
                    "DistributionConfig": {
                        "Aliases": [DOMAIN],
                        "Comment": "Created by s3pypi",
                        "Enabled": True,
                        "Origins": [origin],
                        "DefaultCacheBehavior": behavior,
                        "PriceClass": "PriceClass_100",
                    }
                },
            },
        },
    }


class Stack:
    """The old stack: it is made, and later deleted without its resources.

    :param distribution: its id; ``host`` is its name.
    """

    def __init__(self, server: S3Server, port: int) -> None:
        self._server = server
        self._template = template(port)
        stacks = server.client("cloudformation")
        stacks.create_stack(StackName="pypi", TemplateBody=json.dumps(self._template))
        stacks.get_waiter("stack_create_complete").wait(StackName="pypi", WaiterConfig={"Delay": 1})
        found = stacks.describe_stack_resource(StackName="pypi", LogicalResourceId="PyPiCloudfrontDistribution")
        self.distribution = str(found["StackResourceDetail"]["PhysicalResourceId"])
        made = server.client("cloudfront").get_distribution(Id=self.distribution)["Distribution"]
        self.host = str(made["DomainName"])

    def release(self) -> None:
        """As step 2 does."""
        for resource in self._template["Resources"].values():
            resource |= {"DeletionPolicy": "Retain", "Metadata": {"by": "Terraform"}}
        stacks = self._server.client("cloudformation")
        stacks.update_stack(StackName="pypi", TemplateBody=json.dumps(self._template))
        stacks.get_waiter("stack_update_complete").wait(StackName="pypi", WaiterConfig={"Delay": 1})
        stacks.delete_stack(StackName="pypi")
        stacks.get_waiter("stack_delete_complete").wait(StackName="pypi", WaiterConfig={"Delay": 1})


def block(language: str, start: str) -> str:
    """The block of the guide that starts so."""
    found = [text for text in re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL) if text.startswith(start)]
    (text,) = found
    return str(text)


def write_as_ilabs_does(server: S3Server, wheel: Path) -> None:
    page = f"<!DOCTYPE html>\n<html><body><a href='{wheel.name}'>{wheel.name}</a><br></body></html>\n"
    s3 = server.client()
    s3.put_object(Bucket=BUCKET, Key=f"{PREFIX}/demo/{wheel.name}", Body=wheel.read_bytes())
    s3.put_object(Bucket=BUCKET, Key=f"{PREFIX}/demo/index.html", Body=page.encode(), ContentType="text/html")


def new_record(server: S3Server, host: str) -> str:
    """The zone of the domain, where it is an alias of the distribution."""
    alias = {"DNSName": host, "HostedZoneId": "Z2FDTNDATAQYW2", "EvaluateTargetHealth": False}
    record = {"Name": DOMAIN, "Type": "A", "AliasTarget": alias}
    route53 = server.client("route53")
    zone = str(route53.list_hosted_zones()["HostedZones"][0]["Id"]).rpartition("/")[2]
    changes = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=changes)
    return zone


def test_a_website_becomes_a_private_bucket_and_readers_notice_nothing(
    aws: S3Server, website: str, tmp_path: Path
) -> None:
    stack = Stack(aws, int(website.rpartition(":")[2]))
    zone = new_record(aws, stack.host)
    wheel = samples.wheel(tmp_path)
    write_as_ilabs_does(aws, wheel)
    reader = Reader(aws, stack.host, f"/{PREFIX}/demo/")
    assert wheel.name in reader.get().text
    imports = block("hcl", "import").replace("E1EXAMPLE", stack.distribution).replace("Z0EXAMPLE", zone)
    s3 = aws.client()
    with reader:
        target = f"s3://{BUCKET}/{PREFIX}"
        for command in (("import",), ("migrate-index", "both", "--yes")):
            done = programs.run("s3pypi", *command, "-t", target, cwd=tmp_path)
            assert done.status == 0, done.stderr
        stack.release()

        configuration = Configuration(
            Path(shutil.copytree(terraform.FOLDER, tmp_path / "terraform")),
            region=aws.region,
            bucket=BUCKET,
            domain=DOMAIN,
        )
        configuration.init()
        policy = json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"])
        more = block("json", '{\n  "Version"').replace("E1EXAMPLE", stack.distribution)
        policy["Statement"] += json.loads(more.replace("111122223333", "000000000000"))["Statement"]
        s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy))
        assert requests.get(f"{website}/{PREFIX}/demo/", timeout=60).status_code == 200

        import_file = configuration.folder / "import.tf"
        import_file.write_text(imports.partition("\n\n")[0], encoding="utf-8")
        plan = configuration.plan(*block("sh", "terraform apply -target").split()[2:])
        assert set(plan) >= {DISTRIBUTION, *RECORDS}
        assert not [address for address in plan if ".aws_s3_bucket" in address], "the website goes on working"

        import_file.write_text(imports, encoding="utf-8")
        plan = configuration.plan()
        assert all(actions in (["create"], ["update"]) for actions in plan.values()), plan
        order = configuration.apply()
    assert [address for address in order if address in CLOSED] == list(CLOSED)
    assert reader.statuses == {200}
    assert wheel.name in reader.get().text
    file = Reader(aws, stack.host, f"/{PREFIX}/demo/{wheel.name}")
    assert file.get().content == wheel.read_bytes()
    assert requests.get(f"{website}/{PREFIX}/demo/", timeout=60).status_code == 403
    import_file.unlink()
    assert configuration.plan() == {}

    (tmp_path / "pip.conf").write_text(f"[ilabs.s3util]\ntarget = {target}\n", encoding="utf-8")
    newer = samples.wheel(tmp_path, version="2.0")
    done = programs.run(
        "s3pypi", "upload", str(newer), cwd=tmp_path, environ={"PIP_CONFIG_FILE": str(tmp_path / "pip.conf")}
    )
    assert (done.status, "refuses" in done.stderr) == (0, True), done.stderr
    assert newer.name in reader.get().text
    done = programs.run("s3pypi", "verify", "--deep", "-t", target, cwd=tmp_path)
    assert done.status == 0, done.stdout
