using System.Security.Cryptography;
using CnnService.Api.Data;
using CnnService.Api.Hosting;
using Microsoft.EntityFrameworkCore;

namespace CnnService.Api.Verification;

/// <summary>
/// The work of <c>--verify</c>: it reads everything in the data directory, changes nothing, and tells what is not as it was stored.
/// </summary>
internal sealed class DataVerification(
    DataDirectory directory, IDbContextFactory<ServiceDb> databases, ContentStore contents, TextWriter output)
{
    private int faults;

    /// <summary>Verifies the data directory of a service that is not started; 0 when all is well, else 1.</summary>
    public static Task<int> RunAsync(WebApplication app, CancellationToken cancel) => new DataVerification(
        app.Services.GetRequiredService<DataDirectory>(), app.Services.GetRequiredService<IDbContextFactory<ServiceDb>>(),
        app.Services.GetRequiredService<ContentStore>(), Console.Out).RunAsync(cancel);

    private async Task<int> RunAsync(CancellationToken cancel)
    {
        try
        {
            return await VerifyAsync(cancel);
        }
        catch (Exception e) when (DataStart.Describe(e, directory) is { } reason)
        {
            throw new StartupException(reason);
        }
    }

    private async Task<int> VerifyAsync(CancellationToken cancel)
    {
        if (!File.Exists(directory.Database))
            throw new StartupException($"The data directory {directory.Root} has no database, so there is nothing to verify.");
        await using ServiceDb db = await databases.CreateDbContextAsync(cancel);
        if ((await db.Database.GetPendingMigrationsAsync(cancel)).Any())
            throw new StartupException(
                $"The data directory {directory.Root} is of a version before; "
                + "start the service once, which brings it up to date, and verify then.");

        await VerifyDatabaseAsync(db, cancel);
        await VerifyContentsAsync(db, cancel);
        await VerifyDatasetsAsync(db, cancel);
        await output.WriteLineAsync(faults == 0
            ? "All is as it was stored."
            : $"{faults} {(faults == 1 ? "thing is" : "things are")} not as stored; restore a backup.");
        return faults == 0 ? 0 : 1;
    }

    private async Task VerifyDatabaseAsync(ServiceDb db, CancellationToken cancel)
    {
        List<string> lines = await db.Database
            .SqlQuery<string>($"SELECT integrity_check AS Value FROM pragma_integrity_check").ToListAsync(cancel);
        string[] damages = [.. lines.Where(line => line != "ok")];
        string[] dangling = await db.Database
            .SqlQuery<string>($"SELECT \"table\" AS Value FROM pragma_foreign_key_check").ToArrayAsync(cancel);
        foreach (string damage in damages) await FaultAsync($"database: {damage}");
        foreach (string table in dangling.Distinct())
            await FaultAsync($"database: {dangling.Count(t => t == table)} rows of {table} point to rows that are not there");
        await output.WriteLineAsync($"database: {damages.Length + dangling.Length} faults");
    }

    private async Task VerifyContentsAsync(ServiceDb db, CancellationToken cancel)
    {
        List<Stored> stored =
        [
            .. await db.Runs
                .Join(
                    db.Checkpoints,
                    run => run.Order,
                    row => row.Run,
                    (run, row) => new Stored(run.Id, "checkpoint", row.Iteration, row.Content))
                .ToListAsync(cancel),
            .. await db.Runs
                .Join(
                    db.Parameters,
                    run => run.Order,
                    row => row.Run,
                    (run, row) => new Stored(run.Id, "parameters", row.Iteration, row.Content))
                .ToListAsync(cancel),
        ];
        int intact = 0;
        foreach (Stored item in stored)
        {
            if (await contents.IsIntactAsync(item.Content, cancel)) intact++;
            else await FaultAsync($"run {item.Run}: its {item.What} of iteration {item.Iteration} cannot be used");
        }

        await output.WriteLineAsync($"checkpoints and parameters: {intact} of {stored.Count} as stored");
    }

    private async Task VerifyDatasetsAsync(ServiceDb db, CancellationToken cancel)
    {
        int intact = 0;
        DatasetRow[] datasets = await db.Datasets.AsNoTracking().OrderBy(row => row.Name).ToArrayAsync(cancel);
        foreach (DatasetRow dataset in datasets)
        {
            if (await FaultOfAsync(dataset.Sha256, cancel) is { } fault)
                await FaultAsync($"dataset {dataset.Name}: its images are {fault}");
            else
                intact++;
        }

        await output.WriteLineAsync($"datasets: {intact} of {datasets.Length} as stored");
    }

    // The name of a content's file is the hash of its bytes.
    private async Task<string?> FaultOfAsync(string sha256, CancellationToken cancel)
    {
        try
        {
            await using FileStream file = File.OpenRead(Path.Combine(directory.Datasets, sha256));
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancel)) == sha256 ? null : "damaged";
        }
        catch (FileNotFoundException)
        {
            return "missing";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "not readable";
        }
    }

    private Task FaultAsync(string fault)
    {
        faults++;
        return output.WriteLineAsync(fault);
    }

    private sealed record Stored(Guid Run, string What, long Iteration, long Content);
}
