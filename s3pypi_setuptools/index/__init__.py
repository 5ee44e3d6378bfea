"""Index pages: their values (`model`), and their JSON and HTML forms (`simple_json`, `simple_html`).

The specification is https://packaging.python.org/en/latest/specifications/simple-repository-api/.
"""
