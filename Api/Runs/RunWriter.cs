using System.Security.Cryptography;
using CnnService.Api.Data;
using CnnService.Training;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace CnnService.Api.Runs;

/// <summary>
/// All writes of one attempt at a run. Each is one transaction that begins with the attempt's number as fencing token: when another worker has
/// taken the run over, nothing is written and <see cref="FencedException"/> is thrown.
/// </summary>
internal sealed class RunWriter(IDbContextFactory<ServiceDb> databases, RunNews news, TimeProvider time, RunClaim claim)
{
    /// <summary>Commits what has happened, then tells it; returns what a user has asked the run to do.</summary>
    public async Task<RunRequest?> WriteAsync(RunWrite write)
    {
        RunRequest? requested;
        await using (ServiceDb db = await databases.CreateDbContextAsync())
        await using (IDbContextTransaction transaction = await db.Database.BeginTransactionAsync())
        {
            RunRow row = await db.Runs.SingleOrDefaultAsync(r => r.Order == claim.Order && r.Attempts == claim.Attempt && r.State == RunState.Running)
                ?? throw new FencedException();
            requested = row.Requested;
            write.Apply(row);
            await AddEventsAsync(db, write);
            if (write.State is RunState state) await EnterAsync(db, row, state);
            if (write.Checkpoint is Checkpoint checkpoint) await ReplaceAsync(db, checkpoint);
            foreach (ModelFile file in write.Parameters) await ReplaceAsync(db, file);
            await db.SaveChangesAsync();
            await transaction.CommitAsync();
        }

        if (write.State is not null || write.HasEpoch) await news.TellAsync(claim.Order, CancellationToken.None);
        else if (write.Events.Count > 0) news.EventBell.Bell.Ring();
        return requested;
    }

    private async Task AddEventsAsync(ServiceDb db, RunWrite write)
    {
        if (write.Events.Count == 0 && write.State is null) return;
        long sequence = await EventLog.LastSequenceAsync(db, claim.Order, CancellationToken.None);
        foreach (EventRow item in write.Events) db.Events.Add(item.Placed(claim.Order, ++sequence));
        if (write.State is RunState state)
            db.Events.Add(new EventRow { Run = claim.Order, Sequence = sequence + 1, Type = EventType.State, State = state, At = time.GetUtcNow().UtcDateTime });
    }

    private async Task EnterAsync(ServiceDb db, RunRow row, RunState state)
    {
        (row.State, row.Requested) = (state, null);
        if (state == RunState.Paused) return;
        row.EndedAt = time.GetUtcNow().UtcDateTime;
        await db.Checkpoints.Where(checkpoint => checkpoint.Run == claim.Order).ExecuteDeleteAsync();
    }

    private async Task ReplaceAsync(ServiceDb db, Checkpoint checkpoint)
    {
        await db.Checkpoints.Where(row => row.Run == claim.Order).ExecuteDeleteAsync();
        await StoredContent.InsertAsync(
            db,
            nameof(db.Checkpoints),
            $"INSERT INTO Checkpoints (Run, Iteration, Attempt, Content) VALUES ({claim.Order}, {checkpoint.Iteration}, {claim.Attempt}, zeroblob({checkpoint.Length}))",
            checkpoint.WriteTo);
    }

    private async Task ReplaceAsync(ServiceDb db, ModelFile file)
    {
        await db.Parameters.Where(row => row.Run == claim.Order && row.Which == file.Which).ExecuteDeleteAsync();
        await StoredContent.InsertAsync(
            db,
            nameof(db.Parameters),
            $"INSERT INTO Parameters (Run, Which, Iteration, Sha256, Content) VALUES ({claim.Order}, {file.Which.ToString()}, {file.Iteration}, {file.Sha256}, zeroblob({file.Model.Length}))",
            file.Model.WriteTo);
    }
}

/// <summary>One transaction of a worker.</summary>
internal sealed record RunWrite
{
    /// <summary>Events without run and sequence, which the writer gives.</summary>
    public IReadOnlyList<EventRow> Events { get; init; } = [];

    /// <summary>Sets the row's progress.</summary>
    public Action<RunRow> Apply { get; init; } = static _ => { };

    /// <summary>The state that the run enters, with its event.</summary>
    public RunState? State { get; init; }

    /// <summary>A checkpoint that replaces the last one; its memory is the writer's until the write has ended.</summary>
    public Checkpoint? Checkpoint { get; init; }

    /// <summary>Parameters that replace those of before.</summary>
    public IReadOnlyList<ModelFile> Parameters { get; init; } = [];

    /// <summary>Whether an epoch's accuracies are among the events.</summary>
    public bool HasEpoch => Events.Any(item => item.Type == EventType.Epoch);
}

/// <summary>A model that is to be kept as the parameters of its run.</summary>
internal sealed class ModelFile(WhichParameters which, long iteration, Model model)
{
    private readonly Lazy<string> sha256 = new(() => HashOf(model));

    /// <summary>Best or last.</summary>
    public WhichParameters Which => which;

    /// <summary>The iteration that the parameters come from.</summary>
    public long Iteration => iteration;

    /// <summary>What is written.</summary>
    public Model Model => model;

    /// <summary>SHA-256 of the file; computed when it is asked for first, which is the writer's work while a run trains.</summary>
    public string Sha256 => sha256.Value;

    private static string HashOf(Model model)
    {
        using var hash = SHA256.Create();
        using (var hashed = new CryptoStream(Stream.Null, hash, CryptoStreamMode.Write)) model.WriteTo(hashed);
        return Convert.ToHexStringLower(hash.Hash!);
    }
}

/// <summary>A run that a worker has claimed.</summary>
/// <param name="Order">The run's key.</param>
/// <param name="Id">Its public id.</param>
/// <param name="Attempt">The fencing token.</param>
internal sealed record RunClaim(long Order, Guid Id, int Attempt);

/// <summary>Another attempt has taken the run over, or it is gone; this one stops without a trace.</summary>
internal sealed class FencedException() : Exception("Another attempt has taken this run over.");
