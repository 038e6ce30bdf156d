using CnnService.Api.Data;
using Microsoft.Data.Sqlite;

namespace CnnService.Api.Tests.Data;

public sealed class StorageFailureTests
{
    // As sqlite.org/rescode.html numbers them.
    [Theory]
    [InlineData(5, StorageTrouble.Busy)]
    [InlineData(15, StorageTrouble.Busy)] // SQLITE_PROTOCOL: another process held the log's locks for ten seconds
    [InlineData(13, StorageTrouble.Full)]
    [InlineData(10, StorageTrouble.Unreachable)]
    [InlineData(18, StorageTrouble.TooLarge)]
    [InlineData(11, StorageTrouble.Damaged)]
    public void Of_ResultCode_IsWhatItMeans(int code, StorageTrouble expected) =>
        Assert.Equal(expected, StorageFailure.Of(new SqliteException("", code))?.Trouble);

    [Fact]
    public void Of_FaultOfTheProgram_IsNone() => Assert.Null(StorageFailure.Of(new SqliteException("no such table", 1)));
}
