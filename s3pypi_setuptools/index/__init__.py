"""The index protocol: its values (`model`) and its two forms (`simple_json`, `simple_html`), each both ways."""
