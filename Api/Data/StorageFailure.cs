using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace CnnService.Api.Data;

/// <summary>The reasons why the database did not do what it was asked.</summary>
public enum StorageTrouble
{
    /// <summary>Somebody else writes, for longer than one waits.</summary>
    Busy,

    /// <summary>The disk has no room.</summary>
    Full,

    /// <summary>The disk, or the system between, does not read or write.</summary>
    Unreachable,

    /// <summary>The value is larger than the database takes.</summary>
    TooLarge,

    /// <summary>The database's file is not what was written, or a disk that fails makes it look so: SQLite tells both alike.</summary>
    Damaged,
}

/// <summary>The meaning of a failure of the database: for those who may try again, and in words for people.</summary>
/// <param name="Trouble">The reason.</param>
/// <param name="Words">The event and its remedy, in words.</param>
internal sealed record StorageFailure(StorageTrouble Trouble, string Words)
{
    // Result codes of SQLite, as sqlite.org/rescode.html numbers them.
    private const int Permission = 3, BusyCode = 5, Locked = 6, NoMemory = 7, ReadOnly = 8, InputOutput = 10, Corrupt = 11, FullCode = 13,
        CannotOpen = 14, Protocol = 15, TooBig = 18, NoLargeFiles = 22, NotADatabase = 26;

    private const string Unreachable = "The data directory cannot be read or written; look at the disk, its limits and the service's log.";
    private const string Unreadable =
        "The database cannot be read; look at the disk and the service's log, and check the data with --verify.";

    // EIO, ENFILE, EMFILE and EROFS of Unix, which are the numbers of the exceptions there.
    private static readonly int[] SystemErrors = [5, 23, 24, 30];

    /// <summary>Whether the same may succeed later.</summary>
    public bool Passes => Trouble != StorageTrouble.TooLarge;

    /// <summary>The meaning of an exception; null where the database is not its cause.</summary>
    public static StorageFailure? Of(Exception exception) => exception switch
    {
        DatabaseBusyException => new(StorageTrouble.Busy, "The database is busy."),
        DbUpdateException { InnerException: { } inner } => Of(inner),
        SqliteException sqlite => Of(sqlite.SqliteErrorCode),
        IOException when SystemErrors.Contains(exception.HResult) => new(StorageTrouble.Unreachable, Unreachable),
        _ => null,
    };

    private static StorageFailure? Of(int code) => code switch
    {
        BusyCode or Locked or Protocol => new(StorageTrouble.Busy, "The database is busy."),
        FullCode => new(StorageTrouble.Full, "The disk is full; free some space."),
        Permission or NoMemory or ReadOnly or InputOutput or CannotOpen or NoLargeFiles =>
            new(StorageTrouble.Unreachable, Unreachable),
        TooBig => new(StorageTrouble.TooLarge, "A value is larger than the database takes."),
        Corrupt or NotADatabase => new(StorageTrouble.Damaged, Unreadable),
        _ => null,
    };
}

/// <summary>Nobody got the right to write within the time that one waits for it.</summary>
internal sealed class DatabaseBusyException() : Exception("The database is busy.");
