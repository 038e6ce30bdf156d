using CnnService.Api.Data;
using Microsoft.Data.Sqlite;

namespace CnnService.Api.Tests.Data;

/// <summary>What comes from the storage is told from a fault of the program, whichever way the system words it.</summary>
public sealed class StorageFailureTests
{
    // As sqlite.org/rescode.html numbers them.
    [Theory]
    [InlineData(3, StorageTrouble.Unreachable)]
    [InlineData(5, StorageTrouble.Busy)]
    [InlineData(6, StorageTrouble.Busy)]
    [InlineData(7, StorageTrouble.Unreachable)]
    [InlineData(8, StorageTrouble.Unreachable)]
    [InlineData(10, StorageTrouble.Unreachable)]
    [InlineData(11, StorageTrouble.Damaged)]
    [InlineData(13, StorageTrouble.Full)]
    [InlineData(14, StorageTrouble.Unreachable)]
    [InlineData(15, StorageTrouble.Busy)] // SQLITE_PROTOCOL: another process held the log's locks for ten seconds
    [InlineData(18, StorageTrouble.TooLarge)]
    [InlineData(22, StorageTrouble.Unreachable)]
    [InlineData(26, StorageTrouble.Damaged)]
    public void Of_ResultCode_IsWhatItMeans(int code, StorageTrouble expected)
    {
        var failure = StorageFailure.Of(new SqliteException("", code));

        Assert.Equal((expected, expected != StorageTrouble.TooLarge), (failure?.Trouble, failure?.Passes));
    }

    [Theory]
    [InlineData(5)] // EIO
    [InlineData(23)] // ENFILE
    [InlineData(24)] // EMFILE
    [InlineData(30)] // EROFS
    public void Of_ErrorOfTheSystem_IsThatTheDiskIsOutOfReach(int number)
    {
        var failure = StorageFailure.Of(new IOException("/secret/path", number));

        Assert.Equal((StorageTrouble.Unreachable, true), (failure?.Trouble, failure?.Passes));
    }

    [Fact]
    public void Of_FaultOfTheProgram_IsNone()
    {
        Assert.Null(StorageFailure.Of(new SqliteException("no such table", 1)));
        Assert.Null(StorageFailure.Of(new FileNotFoundException()));
        Assert.Null(StorageFailure.Of(new InvalidOperationException()));
    }
}
