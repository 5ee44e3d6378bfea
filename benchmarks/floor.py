"""The least that a release can cost with boto3: the files in one parallel wave, then one page a project in another.

``floor.py BUCKET PREFIX FILES…``, with the endpoint and the credentials in boto3's own environment variables. It asks
the store nothing, so it keeps none of the promises that a repository needs.
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import boto3
from botocore.config import Config


def main(bucket: str, prefix: str, paths: list[Path]) -> None:
    client = boto3.client("s3", config=Config(max_pool_connections=128))
    projects: dict[str, list[str]] = {}
    for path in paths:
        projects.setdefault(path.name.split("-")[0].replace("_", "-"), []).append(path.name)

    def put_file(path: Path) -> None:
        project = path.name.split("-")[0].replace("_", "-")
        client.put_object(Bucket=bucket, Key=f"{prefix}/{project}/{path.name}", Body=path.read_bytes())

    def put_page(project: str) -> None:
        links = "".join(f'<a href="{name}">{name}</a><br>' for name in projects[project])
        client.put_object(Bucket=bucket, Key=f"{prefix}/{project}/", Body=links.encode(), ContentType="text/html")

    with ThreadPoolExecutor(128) as pool:
        list(pool.map(put_file, paths))
        list(pool.map(put_page, projects))


def run() -> None:
    """As the command line says."""
    main(sys.argv[1], sys.argv[2], [Path(name) for name in sys.argv[3:]])


if __name__ == "__main__":
    run()
