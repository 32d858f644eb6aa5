"""core.store.recipe_records: steps with a name, used by any file."""

import pytest

from core.errors import NotFoundError, StoreError
from tests.core.store.filling import a_source

STEPS = [{"step": "impute", "columns": ["income"]}]


@pytest.fixture
def source(registry):
    """Return a stored loan file."""
    return a_source(registry)


def test_a_recipe_is_kept_with_its_steps(registry, source):
    """What is read back is what was saved, the name without spare spaces; the newest first."""
    kept = registry.add_recipe(source.id, "  Fill   gaps ", STEPS)
    assert registry.recipe(kept.id) == kept
    assert (kept.name, kept.steps, kept.source_id) == ("Fill gaps", STEPS, source.id)
    other = registry.add_recipe(a_source(registry, sha256="cc").id, "Newer", [])
    assert [each.id for each in registry.recipes()] == [other.id, kept.id]


def test_two_recipes_in_the_list_differ_in_name(registry, source):
    """Whatever its case; a recipe may keep its own."""
    first = registry.add_recipe(source.id, "Gaps", STEPS)
    second = registry.add_recipe(source.id, "Codes", STEPS)
    with pytest.raises(StoreError, match="There is already a recipe 'gaps'"):
        registry.add_recipe(source.id, "gaps", [])
    with pytest.raises(StoreError, match="There is already a recipe 'GAPS'"):
        registry.rename_recipe(second.id, "GAPS")
    registry.rename_recipe(first.id, "gaps")
    assert registry.recipe(first.id).name == "gaps"


def test_removing_hides_and_can_be_undone(registry, source):
    """Also when its name was given to another meanwhile."""
    recipe = registry.add_recipe(source.id, "Gaps", STEPS)
    registry.remove_recipe(recipe.id)
    assert registry.recipes() == []
    registry.add_recipe(source.id, "Gaps", [])
    registry.restore_recipe(recipe.id)
    names = sorted(each.name for each in registry.recipes())
    assert names[0] == "Gaps"
    assert names[1].startswith("Gaps (20")


@pytest.mark.parametrize("name", ["", "  "])
def test_a_recipe_needs_a_name(registry, source, name):
    """And a file it was made for."""
    with pytest.raises(StoreError, match="Give the recipe a name"):
        registry.add_recipe(source.id, name, STEPS)
    with pytest.raises(NotFoundError):
        registry.add_recipe("src_none", "Gaps", STEPS)
