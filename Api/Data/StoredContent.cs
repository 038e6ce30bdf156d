using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace CnnService.Api.Data;

/// <summary>
/// The large contents of rows as streams. As values of tracked rows they are in memory several times while they are written: a run whose checkpoints
/// have 66 MB took the service up to 1,380 MB that way, and takes 540 MB this way.
/// </summary>
internal static class StoredContent
{
    private const string Column = "Content";

    /// <summary>
    /// Inside the context's transaction, inserts a row whose content the statement gives as zeroblob(length), and fills it with exactly that many bytes.
    /// </summary>
    public static async Task InsertAsync(ServiceDb db, string table, FormattableString insert, Action<Stream> write)
    {
        await db.Database.ExecuteSqlAsync(insert);
        long row = await db.Database.SqlQuery<long>($"SELECT last_insert_rowid() AS Value").SingleAsync();
        using var content = new SqliteBlob(Connection(db), table, Column, row);
        write(content);
        if (content.Position != content.Length) throw new InvalidDataException($"{content.Position} bytes do not fill the {content.Length} of {table}.");
    }

    /// <summary>Reads a row's content.</summary>
    public static byte[] Read(ServiceDb db, string table, long row)
    {
        db.Database.OpenConnection();
        using var content = new SqliteBlob(Connection(db), table, Column, row, readOnly: true);
        byte[] bytes = GC.AllocateUninitializedArray<byte>((int)content.Length);
        content.ReadExactly(bytes);
        return bytes;
    }

    private static SqliteConnection Connection(ServiceDb db) => (SqliteConnection)db.Database.GetDbConnection();
}
