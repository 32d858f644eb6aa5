"""core.jobs.demo_story: what a page can show before, during and after a demo."""

import pytest

from core.jobs.demo_story import PLAN, Story, chapters, last_demo, start_demo
from core.jobs.progress import JobContext, Stopped


@pytest.fixture
def story(store):
    """Return the story of a demo that a worker has taken."""
    start_demo(store)
    return Story(JobContext(store, store.registry.claim("test", 1)))


def stored(story):
    """Return the demo's job as others see it."""
    return last_demo(story.workspace)


def test_one_demo_at_a_time(store):
    """Pressing the button twice watches the same demo; after its end a new one begins."""
    first = start_demo(store)
    assert start_demo(store).id == first.id
    store.registry.request_stop(first.id)
    assert start_demo(store).id != first.id


def test_plan_is_shown_before_it_begins(store):
    """A waiting demo already tells what it will do."""
    assert last_demo(store) is None
    assert chapters(start_demo(store)) == PLAN


def test_a_chapter_is_told_as_it_happens(story):
    """First it runs, then it says what was done, where to see it, and with which figures."""
    story.begin("read", 0.1)
    assert chapters(stored(story))[0].status == "running"
    assert (stored(story).message, stored(story).done) == ("Read a loan file", 0.1)
    story.tell("read", "Read it.", ({"step": "a", "cells": 3},), source="src_1")
    read = chapters(stored(story))[0]
    assert (read.status, read.sentence, read.query) == ("done", "Read it.", {"source": "src_1"})
    assert read.rows == ({"step": "a", "cells": 3},)


@pytest.mark.parametrize("status", ["stopped", "failed"])
def test_what_broke_off_says_so(story, status):
    """The running chapter shows the end; what was told before stays."""
    story.begin("read", 0.0)
    story.tell("read", "Read it.", source="src_1")
    story.begin("clean", 0.1)
    story.workspace.registry.finish(stored(story).id, status, "The disk is full.")
    read, clean, *rest = chapters(stored(story))
    assert (read.status, clean.status) == ("done", status)
    assert {chapter.status for chapter in rest} == {"waiting"}


def test_stop_is_obeyed_between_chapters(story):
    """No chapter begins after somebody pressed stop."""
    story.workspace.registry.request_stop(stored(story).id)
    with pytest.raises(Stopped):
        story.begin("read", 0.0)
    assert chapters(stored(story)) == PLAN
