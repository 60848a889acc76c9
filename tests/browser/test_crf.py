"""The CRF page as a person meets it: scrub, click a pixel, move a width put away in a popover."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def metric(page: Page, title: str) -> str:
    found = page.locator('[data-testid="stMetric"]').filter(has_text=title)
    return found.locator('[data-testid="stMetricValue"]').inner_text()
