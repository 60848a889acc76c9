"""A lecturer and three phones at once, in Chromium: vote, second vote, reveal, rejoin, painting pooled; the keys."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import DESKTOP, PHONE, settle

pytestmark = pytest.mark.browser


@pytest.fixture
def phones(browser: Browser) -> Iterator[list[Page]]:
    """Three phones, each a browser of its own."""
    contexts = [browser.new_context(viewport=PHONE, has_touch=True) for _ in range(3)]
    yield [context.new_page() for context in contexts]
    for context in contexts:
        context.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=DESKTOP)
    yield context
    context.close()


def open_step(page: Page, app: str, path: str, route: str, step: int) -> None:
    page.goto(f"{app}/{path}?route={route}&step={step}")
    expect(page.locator(".st-key-lecture_bar")).to_be_visible(timeout=60_000)
    settle(page)


def menu(page: Page) -> None:
    """Open the bar's menu; a rerun may have closed it again."""
    button = page.locator(".st-key-lecture_menu").get_by_role("button").first
    if button.get_attribute("aria-expanded") != "true":
        button.click()


def open_room(page: Page) -> str:
    """Open a room from the bar; its code."""
    menu(page)
    page.get_by_role("button", name="Open a room").click()
    code = page.get_by_role("heading", name=re.compile("^[A-Z2-9]{3} [A-Z2-9]{3}$"))
    expect(code).to_be_visible()
    text = code.inner_text()
    page.keyboard.press("Escape")
    settle(page)
    return text


def test_what_the_lecturer_pins_is_a_dot_on_a_phone(context: BrowserContext, app: str, phones: list[Page]) -> None:
    lecturer, phone = context.new_page(), phones[0]
    open_step(lecturer, app, "", "ten_minutes", 1)
    code = open_room(lecturer)
    phone.goto(f"{app}/vote")
    phone.get_by_label("The code on the screen").fill(code)
    phone.get_by_role("button", name="Join").click()
    dot = phone.locator("#dot")
    expect(phone.get_by_role("heading", name="Wait for the next question.")).to_be_visible()
    expect(dot).to_be_hidden()
    canvas = lecturer.locator("canvas[role=application]").first
    canvas.scroll_into_view_if_needed()
    size = canvas.bounding_box()
    canvas.click(position={"x": size["width"] / 4, "y": size["height"] / 2})
    expect(dot).to_be_visible()
    photo = phone.get_by_role("img", name=re.compile("the lecturer points 2[45]"))  # to a pixel of the screen
    picture, place = photo.bounding_box(), dot.bounding_box()
    assert place["x"] + place["width"] / 2 == pytest.approx(picture["x"] + picture["width"] / 4, abs=3)
    assert place["y"] + place["height"] / 2 == pytest.approx(picture["y"] + picture["height"] / 2, abs=3)


def at_step(page: Page, step: int) -> None:
    expect(page).to_have_url(re.compile(rf"[?&]step={step}(&|$)"))
    settle(page)


def test_a_class_votes_twice_and_sees_what_it_said(context: BrowserContext, app: str, phones: list[Page]) -> None:
    lecturer = context.new_page()
    open_step(lecturer, app, "", "ten_minutes", 1)
    code = open_room(lecturer)
    for phone in phones:
        phone.goto(f"{app}/vote")
        phone.get_by_label("The code on the screen").fill(code.lower())
        phone.get_by_role("button", name="Join").click()
        expect(phone.get_by_role("heading", name="Wait for the next question.")).to_be_visible()
    lecturer.get_by_role("button", name="Ask the class").click()
    for phone, option in zip(phones, ("fcn32s", "fcn8s", "fcn8s"), strict=True):
        phone.get_by_role("button", name=option).click()
        expect(phone.get_by_role("status")).to_contain_text("Counted")
    expect(lecturer.get_by_test_id("stMetricValue").filter(has_text="3")).to_be_visible()
    lecturer.get_by_role("button", name="End the vote").click()
    for phone in phones:  # each has heard of it, or a tap would still go to the vote that has ended
        expect(phone.get_by_role("status")).to_have_text("The vote has ended.")
        expect(phone.get_by_role("button", name="fcn32s")).to_be_disabled()
    lecturer.get_by_role("button", name="Vote again").click()
    phones[0].reload()  # rejoins by itself
    for phone in phones:
        expect(phone.get_by_role("button", name="fcn4s")).to_be_enabled()
        phone.get_by_role("button", name="fcn4s").click()
        expect(phone.get_by_role("button", name="fcn4s")).to_have_attribute("aria-pressed", "true")
    phones[1].context.set_offline(True)
    lecturer.get_by_role("button", name="End the vote").click()
    lecturer.get_by_role("button", name="Show", exact=True).click()
    expect(lecturer.get_by_text("% mean IoU").first).to_be_visible(timeout=60_000)
    phones[1].context.set_offline(False)
    for phone in phones:
        expect(phone.locator(".share")).to_have_count(4)
        expect(phone.locator(".share").last).to_contain_text("3 of 3")
        expect(phone.locator(".share.right")).to_have_count(1)
    lecturer.reload()
    at_step(lecturer, 1)
    expect(lecturer.get_by_text("first vote").or_(lecturer.locator("canvas, svg").first).first).to_be_visible()


def test_a_class_paints_and_meets_its_disagreement(context: BrowserContext, app: str, phones: list[Page]) -> None:
    lecturer = context.new_page()
    open_step(lecturer, app, "annotation", "twenty_five_minutes", 3)
    code = open_room(lecturer)
    lecturer.get_by_role("button", name="Let the class paint").click()
    for number, phone in enumerate(phones):
        phone.goto(f"{app}/vote#{code.replace(' ', '')}")
        canvas = phone.locator("#canvas")
        expect(canvas).to_be_visible()
        box = canvas.bounding_box()
        phone.mouse.move(box["x"] + 20, box["y"] + 40)
        phone.mouse.down()
        phone.mouse.move(box["x"] + (0.4 + 0.2 * number) * box["width"], box["y"] + 40, steps=5)
        phone.mouse.up()
        expect(phone.get_by_role("status")).to_contain_text("Counted")
    lecturer.get_by_role("button", name="End the painting").click()
    lecturer.get_by_role("button", name="Show", exact=True).click()
    expect(lecturer.get_by_text("yellow all 3")).to_be_visible()
    agreement = lecturer.get_by_test_id("stMetricValue").filter(has_text="%").first
    assert 0 < float(agreement.inner_text().removesuffix(" %")) < 100


def test_a_presenter_steps_through_by_keys_and_no_press_is_lost(context: BrowserContext, app: str) -> None:
    page = context.new_page()
    open_step(page, app, "resolution", "whole", 13)
    expect(page.locator("html")).to_have_attribute("data-lecture-keys", "heard")
    for _ in range(3):
        page.keyboard.press("PageDown")
    at_step(page, 16)
    page.keyboard.press("PageUp")
    at_step(page, 15)
    page.keyboard.press("ArrowLeft")
    at_step(page, 14)
    page.get_by_role("slider", name="One label every").focus()
    page.keyboard.press("ArrowLeft")  # the slider's own
    expect(page.get_by_text("Human labels through a grid of 16 px").first).to_be_visible()
    at_step(page, 14)
    page.keyboard.press("PageDown")  # the route's, whatever has the focus
    at_step(page, 15)
    page.reload()
    at_step(page, 15)


def test_the_notes_follow_the_projector_and_lead_it(context: BrowserContext, app: str) -> None:
    page = context.new_page()
    open_step(page, app, "", "ten_minutes", 1)
    open_room(page)
    menu(page)
    with context.expect_page() as opened:
        page.get_by_role("link", name="Notes in a second window").click()
    notes = opened.value
    expect(notes.get_by_text("Let them look first")).to_be_visible(timeout=60_000)
    page.bring_to_front()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Next").click()
    at_step(page, 2)
    expect(notes.get_by_text("One of the cheats knows the truth")).to_be_visible()
    notes.get_by_role("button", name="Next").click()
    at_step(page, 3)
