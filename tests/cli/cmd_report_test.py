"""The page of a made directory, judged by html.parser; its figures' numbers are those of aggregate."""
import html.parser
import unittest

import looking

VOID = {"meta", "br", "link", "img", "hr", "input"}


class Balanced(html.parser.HTMLParser):
    """Fails on a closing tag that does not match, and gathers ids."""

    def __init__(self):
        super().__init__()
        self.open, self.ids, self.svgs = [], [], 0

    def handle_starttag(self, tag, attrs):
        self.ids += [value for key, value in attrs if key == "id"]
        self.svgs += tag == "svg"
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.ids += [value for key, value in attrs if key == "id"]

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-3:]} at line {self.getpos()}"
        self.open.pop()


class Report(looking.Looking):
    def test_the_page_is_balanced_needs_no_network_and_has_the_numbers_of_aggregate(self):
        self.made()
        self.said("report", self.out)
        text = (self.out / "report/index.html").read_text()
        page = Balanced()
        page.feed(text)
        self.assertEqual((page.open, page.svgs), ([], 2))  # a figure, and learning curves
        self.assertEqual(len(page.ids), len(set(page.ids)), "ids are not unique")
        self.assertNotIn("http://", text.replace("http://www.w3.org/", ""), "the page must not need the network")
        figure = (self.out / "report/transferred-transferred.csv").read_text()
        self.assertEqual(figure, self.said("aggregate", self.out, "--experiment", "transferred", "--by",
                                           "per_class,transferred", "--csv"))

    def test_it_refuses_what_holds_no_results(self):
        self.assert_refused("report", self.out / "missing", because="holds no results")

    def test_a_file_that_a_user_put_there_is_refused_and_those_of_the_last_report_are_replaced(self):
        self.made()
        self.said("report", self.out)
        page, figure = self.out / "report/index.html", self.out / "report/transferred-transferred.csv"
        html, table = page.read_text(), figure.read_text()
        figure.write_text("changed")
        self.said("report", self.out)
        self.assertEqual(figure.read_text(), table)
        own = html.replace('<meta name="espalier-file" content="transferred-transferred.csv"/>', "")
        self.assertNotEqual(own, html)
        page.write_text(own)
        figure.write_text("mine")
        self.assert_refused("report", self.out, because=str(figure))
        self.assertEqual((page.read_text(), figure.read_text()), (own, "mine"))
        page.write_text("mine, too")
        self.assert_refused("report", self.out, because=str(page))
        self.assertEqual((page.read_text(), figure.read_text()), ("mine, too", "mine"))


if __name__ == "__main__":
    unittest.main()
