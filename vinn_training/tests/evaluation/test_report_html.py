from vinn_training.evaluation.report_html import image, table


def test_cells_are_escaped_and_the_first_row_is_the_best() -> None:
    columns = {"<name>": lambda row: row["name"]}
    page = table(columns, [{"name": "a & b"}, {"name": "<b>"}])
    assert "<th>&lt;name&gt;</th>" in page
    assert "<tr class=best><td>a &amp; b</td></tr><tr><td>&lt;b&gt;</td></tr>" in page
    assert "best" not in table(columns, [{"name": "a"}], best=False)


def test_a_picture_is_within_the_page() -> None:
    assert image(b"png", 'a "b"') == '<img alt="a &quot;b&quot;" src="data:image/png;base64,cG5n">'
