"""A browser on the test client: it fills in the forms of a page and finds in a page what a reader sees."""

import html
import re

from tests.conftest import PASSWORD


class Browser:
    """What a person does with a browser: opens addresses, fills in the forms that a page has, presses buttons."""

    def __init__(self, client):
        self.client = client

    def open(self, address, **options):
        return self.client.get(address, **options)

    def submit(self, page, action, **filled):
        """Send the form of this page that leads there, as it is but for what is filled in."""
        return self.client.post(html.unescape(action), data=fields(page, action) | filled, follow_redirects=False)

    def sign_in(self, email, password=PASSWORD, address="/admin/"):
        return self.submit(self.open(address), "/admin/sign-in", username=email, password=password)


def forms(page):
    return {
        html.unescape(action): inner
        for action, inner in re.findall(r'<form[^>]*method="post" action="([^"]*)"[^>]*>(.*?)</form>', page.text, re.S)
    }


def fields(page, action):
    inputs = re.findall(r"<input[^>]*>", forms(page)[action])
    pairs = [(re.search('name="([^"]*)"', tag), re.search('value="([^"]*)"', tag)) for tag in inputs if 'name="' in tag]
    return {name[1]: html.unescape(value[1]) if value else "" for name, value in pairs}


def heading(page):
    (found,) = re.findall("<h1[^>]*>(.*?)</h1>", page.text, re.S)
    return html.unescape(re.sub("<[^>]*>", "", found)).strip()


def text_of(page):
    """The words of a page, as a reader sees them."""
    (main,) = re.findall("<main.*?</main>", page.text, re.S)
    return " ".join(html.unescape(re.sub("<[^>]*>", " ", main)).split())


def links(page, name):
    """The addresses of the links of this name."""
    return [html.unescape(address) for address in re.findall(rf'<a[^>]*href="([^"]*)"[^>]*>{name}</a>', page.text)]
