"""Object storage that speaks S3: everything under a prefix, in all its versions, uploads included.

What was sent of an upload that never ended is kept by the storage, and no list of objects tells of it.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from urllib.parse import urlsplit
from uuid import UUID

import urllib3
from minio import Minio
from minio.deleteobjects import DeleteObject
from minio.error import MinioException, S3Error

from xiaohu.erasure.stores.file import StoresRefused, Why
from xiaohu.erasure.stores.protocol import (
    CALL_SECONDS,
    CONNECT_SECONDS,
    Connector,
    Flaw,
    Identities,
    StoreAway,
    pause,
)
from xiaohu.erasure.stores.shape import S3Store, around

_BUSY = frozenset({"InternalError", "ServiceUnavailable", "SlowDown", "RequestTimeout"})


class ObjectStorage(Connector):
    """An open object storage; its secret is "access key:secret key"."""

    def __init__(self, name: str, store: S3Store, *, secret: str) -> None:
        self.name, self.store = name, store
        access, colon, key = secret.partition(":")
        if not colon:
            raise StoresRefused(field=f"stores.{name}.secret", why=Why.NOT_TWO_KEYS)
        address = urlsplit(store.endpoint)
        timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=CALL_SECONDS)
        self._pool = urllib3.PoolManager(timeout=timeout, retries=False)
        self._client = Minio(
            address.netloc,
            access_key=access,
            secret_key=key,
            secure=address.scheme == "https",
            region=store.region,
            http_client=self._pool,
        )

    def order(self) -> Sequence[str]:
        """Return the datasets as the file lists them: objects refer to nothing."""
        return list(self.store.datasets)

    def flaws(self, *, whole: bool) -> Sequence[Flaw]:
        """Name buckets that are not there, or whose unfinished uploads cannot be seen."""
        at = f"stores.{self.name}.datasets"
        with self._speaking():
            gone = [
                Flaw(
                    label,
                    StoresRefused(field=f"{at}.{label}", why=Why.NO_BUCKET, value=objects.bucket),
                )
                for label, objects in self.store.datasets.items()
                if not self._client.bucket_exists(bucket_name=objects.bucket)
            ]
        if whole and not gone:
            with self._speaking(refused=Why.UPLOADS_STAY):
                for bucket in {objects.bucket for objects in self.store.datasets.values()}:
                    self._client._list_multipart_uploads(bucket_name=bucket, max_uploads=1)
        return gone

    def found(self, dataset: str, identities: Identities) -> int:
        """Return how many versions of objects and unfinished uploads are still there."""
        with self._speaking():
            versions = sum(1 for _ in self._versions(dataset, identities))
        with self._speaking(refused=Why.UPLOADS_STAY):
            return versions + sum(1 for _ in self._uploads(dataset, identities))

    def erase(self, dataset: str, identities: Identities, *, key: UUID, until: float) -> int:  # noqa: ARG002 - deleting a version twice is harmless
        """Abort uploads, one of which may yet end, then delete versions, batch by batch.

        What the storage refuses is still found afterwards.
        """
        began, done = time.monotonic(), 0
        bucket = self.store.datasets[dataset].bucket
        with self._speaking(refused=Why.UPLOADS_STAY):
            for name, upload in self._uploads(dataset, identities):
                if time.monotonic() >= until:
                    return done
                self._abort(bucket, name, upload)
                done += 1
                pause(done, began, self.store.rows_per_second, until)
        with self._speaking():
            versions = self._versions(dataset, identities)
            while time.monotonic() < until and (some := list(islice(versions, self.store.batch))):
                refused = self._client.remove_objects(bucket_name=bucket, delete_object_list=some)
                if any(True for _ in refused):
                    raise StoresRefused(field=f"stores.{self.name}", why=Why.NOT_PERMITTED)
                done += len(some)
                pause(done, began, self.store.rows_per_second, until)
        return done

    def close(self) -> None:
        """Close the connections."""
        self._pool.clear()

    def _versions(self, dataset: str, identities: Identities) -> Iterator[DeleteObject]:
        for prefix in self._prefixes(dataset, identities):
            for one in self._client.list_objects(
                bucket_name=self.store.datasets[dataset].bucket,
                prefix=prefix,
                recursive=True,
                include_version=True,
            ):
                if one.object_name is not None:
                    yield DeleteObject(one.object_name, one.version_id)

    def _uploads(self, dataset: str, identities: Identities) -> Iterator[tuple[str, str]]:
        """Return name and id of every upload that has not ended."""
        bucket = self.store.datasets[dataset].bucket
        for prefix in self._prefixes(dataset, identities):
            after: str | None = None
            more = True
            while more:  # The client has no call of its own for this, nor for aborting.
                page = self._client._list_multipart_uploads(
                    bucket_name=bucket, prefix=prefix, key_marker=after
                )
                for one in page.uploads:
                    if one.upload_id is not None and one.object_name.startswith(prefix):
                        yield one.object_name, one.upload_id
                after = page.next_key_marker
                more = page.is_truncated and bool(after)

    def _abort(self, bucket: str, name: str, upload: str) -> None:
        try:
            self._client._abort_multipart_upload(
                bucket_name=bucket, object_name=name, upload_id=upload
            )
        except S3Error as error:
            if error.code != "NoSuchUpload":  # It has ended; as an object it goes with the others.
                raise

    def _prefixes(self, dataset: str, identities: Identities) -> list[str]:
        objects = self.store.datasets[dataset]
        before, after = around(objects.prefix)
        return [f"{before}{value}{after}" for value in identities.of(objects.known_by)]

    @contextmanager
    def _speaking(self, *, refused: Why = Why.NOT_PERMITTED) -> Iterator[None]:
        """Talk to the storage; its errors become ours, without what they quote."""
        try:
            yield
        except S3Error as error:
            if error.code in _BUSY:
                raise StoreAway(store=self.name, why=Why.AWAY) from None
            why = Why.NO_BUCKET if error.code == "NoSuchBucket" else refused
            raise StoresRefused(field=f"stores.{self.name}", why=why, value="S3") from None
        except (urllib3.exceptions.HTTPError, MinioException):
            raise StoreAway(store=self.name, why=Why.AWAY) from None
