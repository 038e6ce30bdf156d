using CnnService.Api.Hosting;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace CnnService.Api.Data;

/// <summary>Opens the database and brings it to this version's tables.</summary>
public static class Database
{
    // Older versions of SQLite can lose commits in WAL mode.
    private static readonly Version OldestSqlite = new(3, 51, 3);

    /// <summary>Registers <see cref="ServiceDb"/>, for requests and for workers.</summary>
    public static void AddDatabase(this IServiceCollection services) => services.AddSingleton<CommitCount>()
        .AddDbContextFactory<ServiceDb>((provider, options) => options.UseSqlite(new SqliteConnectionStringBuilder
        {
            DataSource = provider.GetRequiredService<DataDirectory>().Database,
            DefaultTimeout = 30,
            ForeignKeys = true,
        }.ToString()));

    /// <summary>Creates or migrates the tables; <see cref="StartupException"/> if the file belongs to a newer version, or SQLite is too old.</summary>
    public static async Task PrepareAsync(IServiceProvider services, CancellationToken cancel)
    {
        await using ServiceDb db = await services.GetRequiredService<IDbContextFactory<ServiceDb>>().CreateDbContextAsync(cancel);
        string version = await db.Database.SqlQuery<string>($"SELECT sqlite_version() AS Value").SingleAsync(cancel);
        if (Version.Parse(version) < OldestSqlite) throw new StartupException($"SQLite {version} can lose commits; {OldestSqlite} or newer is needed.");
        string[] unknown = [.. (await db.Database.GetAppliedMigrationsAsync(cancel)).Except(db.Database.GetMigrations())];
        if (unknown.Length > 0) throw new StartupException($"The data directory was made by a newer version of this service ({unknown[^1]}); use that version, or another Storage:DataDirectory.");

        // An orphaned migration lock would hang every start, so migrate only when there is something to do.
        if ((await db.Database.GetPendingMigrationsAsync(cancel)).Any()) await db.Database.MigrateAsync(cancel);
        await db.Database.ExecuteSqlRawAsync("PRAGMA journal_mode = WAL;", cancel);
    }
}
