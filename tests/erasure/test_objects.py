"""An operator's object storage: everything under somebody's prefix goes, in all its versions."""

import io
import time
from uuid import uuid4

import pytest
from minio import Minio
from minio.commonconfig import ENABLED
from minio.versioningconfig import VersioningConfig

from tests.erasure.servers import S3
from xiaohu.erasure.stores import file
from xiaohu.erasure.stores.file import StoresRefused
from xiaohu.erasure.stores.objects import ObjectStorage
from xiaohu.erasure.stores.protocol import Identities, StoreAway
from xiaohu.erasure.stores.shape import IdentityKind, S3Store

FILE = """
[stores.archive]
kind = "s3"
names = {{ zh = "档案", en = "Archive" }}
secret = "ARCHIVE"
endpoint = "{endpoint}"
[stores.archive.datasets.contracts]
bucket = "{bucket}"
prefix = "contracts/{{subscription_id}}/"
fields = {{ scan = "registration_identity" }}
"""
SECRET = "test:testtesttest"
THEIRS = Identities({IdentityKind.SUBSCRIPTION: ("S-1",)})


def store(server: S3, bucket: str = "papers") -> S3Store:
    """Return the store the file tells of."""
    stores, wrong = file.parse(FILE.format(endpoint=server.address, bucket=bucket))
    assert not wrong
    found = stores["archive"]
    assert isinstance(found, S3Store)
    return found


@pytest.fixture
def bucket(s3_server: S3) -> Minio:
    """Return a client; the bucket keeps versions and holds papers of two people."""
    access, _, key = SECRET.partition(":")
    client = Minio(
        s3_server.address.removeprefix("http://"), access, key, secure=False, region="us-east-1"
    )
    if client.bucket_exists("papers"):
        for one in client.list_objects("papers", recursive=True, include_version=True):
            client.remove_object("papers", str(one.object_name), version_id=one.version_id)
        for upload in client._list_multipart_uploads("papers").uploads:
            client._abort_multipart_upload("papers", upload.object_name, str(upload.upload_id))
    else:
        client.make_bucket("papers")
        client.set_bucket_versioning("papers", VersioningConfig(ENABLED))
    for name in ("S-1/a.pdf", "S-1/b.pdf", "S-1/a.pdf", "S-10/a.pdf", "S-2/a.pdf"):
        client.put_object("papers", f"contracts/{name}", io.BytesIO(b"paper"), 5)
    client.remove_object("papers", "contracts/S-1/b.pdf")  # which leaves a marker and a version
    return client


def test_erases_every_version_of_theirs_and_nothing_else(s3_server: S3, bucket: Minio) -> None:
    opened = ObjectStorage("archive", store(s3_server), secret=SECRET)
    assert opened.flaws(whole=True) == []
    assert opened.found("contracts", THEIRS) == 4
    opened.erase("contracts", THEIRS, key=uuid4(), until=time.monotonic() + 10)
    assert opened.found("contracts", THEIRS) == 0
    opened.close()
    left = {
        one.object_name
        for one in bucket.list_objects("papers", recursive=True, include_version=True)
    }
    assert left == {"contracts/S-10/a.pdf", "contracts/S-2/a.pdf"}


def begun(bucket: Minio, name: str) -> str:
    """Send a part of an object that is never finished; return the upload."""
    upload = bucket._create_multipart_upload("papers", f"contracts/{name}", {})
    bucket._upload_part("papers", f"contracts/{name}", b"paper", None, upload, 1)
    return upload


def unfinished(bucket: Minio) -> set[str]:
    """Return the names of objects that are still being sent."""
    return {one.object_name for one in bucket._list_multipart_uploads("papers").uploads}


def test_aborts_uploads_of_theirs_that_never_ended_and_nobody_elses(
    s3_server: S3, bucket: Minio
) -> None:
    for name in ("S-1/half.pdf", "S-1/half.pdf", "S-1/a.pdf", "S-10/half.pdf"):
        begun(bucket, name)
    opened = ObjectStorage("archive", store(s3_server), secret=SECRET)
    assert opened.found("contracts", THEIRS) == 4 + 3
    assert opened.erase("contracts", THEIRS, key=uuid4(), until=time.monotonic() + 10) == 7
    assert opened.found("contracts", THEIRS) == 0
    opened.close()
    assert unfinished(bucket) == {"contracts/S-10/half.pdf"}


@pytest.mark.parametrize("right", ["s3:ListBucketMultipartUploads", "s3:AbortMultipartUpload"])
def test_an_account_without_a_right_to_uploads_is_told_so(
    s3_server: S3, bucket: Minio, right: str
) -> None:
    begun(bucket, "S-1/half.pdf")
    with s3_server.account(without=right) as secret:
        opened = ObjectStorage("archive", store(s3_server), secret=secret)
        with pytest.raises(StoresRefused) as refused:
            opened.erase("contracts", THEIRS, key=uuid4(), until=time.monotonic() + 10)
        opened.close()
    assert refused.value.params["why"] == "uploads_stay"
    assert unfinished(bucket) == {"contracts/S-1/half.pdf"}


def test_a_look_at_the_storage_sees_whether_uploads_can_be_listed(
    s3_server: S3, bucket: Minio
) -> None:
    with s3_server.account(without="s3:ListBucketMultipartUploads") as secret:
        opened = ObjectStorage("archive", store(s3_server), secret=secret)
        with pytest.raises(StoresRefused) as refused:
            opened.flaws(whole=True)
        opened.close()
    assert refused.value.params["why"] == "uploads_stay"


def test_a_bucket_that_vanished_is_named(s3_server: S3) -> None:
    opened = ObjectStorage("archive", store(s3_server, "nobucket"), secret=SECRET)
    (flaw,) = opened.flaws(whole=False)
    assert flaw.refused.params["why"] == "no_bucket"
    assert flaw.refused.params["value"] == "nobucket"
    with pytest.raises(StoresRefused):
        opened.found("contracts", THEIRS)


def test_a_storage_that_is_down_is_away(s3_server: S3) -> None:
    nowhere = S3(s3_server.folder, port=1)
    opened = ObjectStorage("archive", store(nowhere), secret=SECRET)
    with pytest.raises(StoreAway):
        opened.found("contracts", THEIRS)


def test_a_secret_of_one_key_is_named(s3_server: S3) -> None:
    with pytest.raises(StoresRefused) as refused:
        ObjectStorage("archive", store(s3_server), secret="only")
    assert refused.value.params["why"] == "not_two_keys"
