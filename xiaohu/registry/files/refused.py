"""Why a file as a whole cannot be read; nothing was changed then."""

from xiaohu.core.refusals import Refusal


class FileRefused(Refusal):
    """The file is neither CSV nor XLSX, or is damaged."""

    code = "IMPORT_FILE_REFUSED"


class FileUnreadable(FileRefused):
    """There is no such file, or it may not be read."""

    code = "IMPORT_FILE_UNREADABLE"


class OldWorkbook(FileRefused):
    """A workbook of the old format, or one that is protected by a password."""

    code = "IMPORT_FILE_OLD"


class FileTooLarge(FileRefused):
    """A workbook that unpacks to more than is read of one."""

    code = "IMPORT_FILE_TOO_LARGE"


class ColumnMissing(FileRefused):
    """A column is not in the first line; `column` names it."""

    code = "IMPORT_COLUMN_MISSING"


class ColumnTwice(FileRefused):
    """A column is in the first line more than once; `column` names it."""

    code = "IMPORT_COLUMN_TWICE"
