using System.Security.Cryptography;
using CnnService.Api.Hosting;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace CnnService.Api.Data;

/// <summary>Opens the database and brings it to this version's tables.</summary>
public static class Database
{
    // Older versions of SQLite can lose commits in WAL mode.
    private static readonly Version OldestSqlite = new(3, 51, 3);

    private const long Incremental = 2; // as PRAGMA auto_vacuum tells it

    /// <summary>Registers <see cref="ServiceDb"/>, for requests and for workers.</summary>
    public static void AddDatabase(this IServiceCollection services) => services
        .AddDbContextFactory<ServiceDb>((provider, options) => options.UseSqlite(new SqliteConnectionStringBuilder
        {
            DataSource = provider.GetRequiredService<DataDirectory>().Database,
            DefaultTimeout = 5, // readers do not wait for a writer, and writers wait in DatabaseWriter
            ForeignKeys = true,
        }.ToString()))
        .AddSingleton<CommitCount>()
        .AddSingleton<DatabaseWriter>()
        .AddSingleton<ContentStore>()
        .AddSingleton<Sweeper>()
        .AddHostedService(provider => provider.GetRequiredService<Sweeper>());

    /// <summary>Creates or migrates the tables; <see cref="StartupException"/> if the file belongs to a newer version, or SQLite is too old.</summary>
    public static async Task PrepareAsync(IServiceProvider services, CancellationToken cancel)
    {
        await using ServiceDb db = await services.GetRequiredService<IDbContextFactory<ServiceDb>>().CreateDbContextAsync(cancel);
        string version = await db.Database.SqlQuery<string>($"SELECT sqlite_version() AS Value").SingleAsync(cancel);
        if (Version.Parse(version) < OldestSqlite) throw new StartupException($"SQLite {version} can lose commits; {OldestSqlite} or newer is needed.");
        string[] unknown = [.. (await db.Database.GetAppliedMigrationsAsync(cancel)).Except(db.Database.GetMigrations())];
        if (unknown.Length > 0) throw new StartupException($"The data directory was made by a newer version of this service ({unknown[^1]}); use that version, or another Storage:DataDirectory.");

        // An orphaned migration lock would hang every start, so migrate only when there is something to do.
        if ((await db.Database.GetPendingMigrationsAsync(cancel)).Any()) await MigrateAsync(db, cancel);
        await db.Database.ExecuteSqlRawAsync("PRAGMA journal_mode = WAL;", cancel);
    }

    private static async Task MigrateAsync(ServiceDb db, CancellationToken cancel)
    {
        await db.Database.OpenConnectionAsync(cancel);
        var connection = (SqliteConnection)db.Database.GetDbConnection();
        // For contents of before.
        connection.CreateFunction("sha256", (byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes)), isDeterministic: true);
        // Takes effect in a new file, and in an old one with VACUUM.
        await db.Database.ExecuteSqlRawAsync("PRAGMA auto_vacuum = INCREMENTAL;", cancel);
        await db.Database.MigrateAsync(cancel);
        if (await db.Database.SqlQuery<long>($"SELECT auto_vacuum AS Value FROM pragma_auto_vacuum").SingleAsync(cancel) != Incremental)
            await db.Database.ExecuteSqlRawAsync("VACUUM;", cancel);
    }
}
