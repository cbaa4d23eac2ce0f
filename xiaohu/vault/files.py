"""Files of a person: sealed whole, under the key of their unit; a name tells them apart."""

from collections.abc import Mapping
from uuid import UUID

from xiaohu.vault import box, keys
from xiaohu.vault.keys import Erased, KeyMissing
from xiaohu.vault.units import Unit


def seal(*, operator: str, unit: Unit, file_id: UUID, data: bytes) -> bytes:
    """Return a file as a box that opens only as this file of this unit.

    Raises:
        Erased: the unit was erased and can hold nothing again.
        KeystoreUnavailable: the keystore does not answer.
    """
    key = keys.fetch_or_make(operator, [unit])[unit]
    return box.seal(key, data, belongs_to=_owner(operator, unit, file_id))


def open_file(*, operator: str, unit: Unit, file_id: UUID, sealed: bytes) -> bytes:
    """Return what is in the box.

    Raises:
        Erased: the unit's key was destroyed.
        KeystoreUnavailable: the keystore does not answer.
    """
    return open_files(operator=operator, unit=unit, sealed={file_id: sealed})[file_id]


def open_files(*, operator: str, unit: Unit, sealed: Mapping[UUID, bytes]) -> dict[UUID, bytes]:
    """Return what is in several boxes of one unit, with one query for its key.

    Raises:
        Erased: the unit's key was destroyed.
        KeystoreUnavailable: the keystore does not answer.
        KeyMissing: it has no key of the unit, which was not destroyed.
    """
    if not sealed:
        return {}
    key = keys.fetch(operator, [unit]).get(unit)
    if key is None:
        raise Erased if keys.was_destroyed(operator, [unit]) else KeyMissing
    return {
        file_id: box.open_box(key, closed, belongs_to=_owner(operator, unit, file_id))
        for file_id, closed in sealed.items()
    }


def _owner(operator: str, unit: Unit, file_id: UUID) -> tuple[str, ...]:
    return (operator, unit.kind, str(unit.id), "file", str(file_id))
