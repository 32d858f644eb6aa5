"""core.store.cohort_records: filters with a name, which are never changed."""

import pytest

from core.errors import NotFoundError, StoreError
from tests.core.store.filling import a_source

RENTERS = [{"field": "Home", "test": "is", "value": ["rent"]}]


@pytest.fixture
def source(registry):
    """Return a stored loan file."""
    return a_source(registry)


def test_a_cohort_is_kept_with_its_conditions(registry, source):
    """What is read back is what was saved, the name without spare spaces."""
    kept = registry.add_cohort(source.id, "  Young   renters ", RENTERS)
    assert registry.cohort(kept.id) == kept
    assert (kept.name, kept.conditions) == ("Young renters", RENTERS)


def test_cohorts_belong_to_one_loan_file(registry, source):
    """Another file has none of them; those of a file come by name."""
    for name in ("Old", "New"):
        registry.add_cohort(source.id, name, RENTERS)
    assert [each.name for each in registry.cohorts(source.id)] == ["New", "Old"]
    assert registry.cohorts(a_source(registry, sha256="cc").id) == []


def test_two_cohorts_in_use_differ_in_name(registry, source):
    """A name says one thing, whatever its case; once removed it is free."""
    first = registry.add_cohort(source.id, "Renters", RENTERS)
    with pytest.raises(StoreError, match="There is already a cohort 'renters'"):
        registry.add_cohort(source.id, "renters", [])
    registry.remove_cohort(first.id)
    assert registry.add_cohort(source.id, "renters", []).id != first.id


def test_removing_hides_and_can_be_undone(registry, source):
    """A removed cohort is not listed, still answers to its address, and can be put back."""
    cohort = registry.add_cohort(source.id, "Renters", RENTERS)
    registry.remove_cohort(cohort.id)
    assert registry.cohorts(source.id) == []
    assert registry.cohort(cohort.id).name == "Renters"
    registry.restore_cohort(cohort.id)
    assert [each.id for each in registry.cohorts(source.id)] == [cohort.id]


def test_what_cannot_be_kept_is_refused(registry, source):
    """A name, and a loan file that is there."""
    with pytest.raises(StoreError, match="Give the cohort a name"):
        registry.add_cohort(source.id, "  ", RENTERS)
    with pytest.raises(NotFoundError, match="There is no loan file 'src_0'"):
        registry.add_cohort("src_0", "Renters", RENTERS)
    with pytest.raises(NotFoundError, match="There is no cohort 'coh_0'"):
        registry.remove_cohort("coh_0")
