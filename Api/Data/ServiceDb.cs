using Microsoft.EntityFrameworkCore;

namespace CnnService.Api.Data;

/// <summary>The service's tables. Times are UTC; enumerations are stored as their names.</summary>
public sealed class ServiceDb(DbContextOptions<ServiceDb> options) : DbContext(options)
{
    /// <summary>Datasets by name; their contents are files.</summary>
    public DbSet<DatasetRow> Datasets => Set<DatasetRow>();

    /// <summary>Training runs, without those that are deleted.</summary>
    public DbSet<RunRow> Runs => Set<RunRow>();

    /// <summary>The events of all runs.</summary>
    public DbSet<EventRow> Events => Set<EventRow>();

    /// <summary>The losses of all runs in windows.</summary>
    public DbSet<LossWindowRow> LossWindows => Set<LossWindowRow>();

    /// <summary>The last two checkpoints of each run that has not ended.</summary>
    public DbSet<CheckpointRow> Checkpoints => Set<CheckpointRow>();

    /// <summary>Best and last parameters.</summary>
    public DbSet<ParametersRow> Parameters => Set<ParametersRow>();

    /// <summary>The contents that checkpoints and parameters point to.</summary>
    public DbSet<ContentRow> Contents => Set<ContentRow>();

    /// <summary>The bytes of contents.</summary>
    public DbSet<PieceRow> Pieces => Set<PieceRow>();

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<DatasetRow>().HasKey(row => row.Name);
        modelBuilder.Entity<RunRow>(run =>
        {
            run.HasKey(row => row.Order);
            run.HasIndex(row => row.Id).IsUnique();
            run.HasIndex(row => row.IdempotencyKey).IsUnique();
            run.HasIndex(row => row.State);
            run.HasIndex(row => row.Removed).HasFilter("Removed"); // the few that are deleted and not yet gone
            run.HasQueryFilter(row => !row.Removed);
        });
        modelBuilder.Entity<EventRow>(item =>
        {
            item.HasKey(row => new { row.Run, row.Sequence });
            item.HasIndex(row => new { row.Run, row.Iteration, row.Epoch }).HasFilter("Type = 'Epoch'"); // the few among many iterations
        });
        modelBuilder.Entity<LossWindowRow>().HasKey(row => new { row.Run, row.Level, row.Number });
        modelBuilder.Entity<CheckpointRow>().HasKey(row => new { row.Run, row.Iteration });
        modelBuilder.Entity<ParametersRow>().HasKey(row => new { row.Run, row.Which });
        modelBuilder.Entity<ContentRow>().HasKey(row => row.Key);
        modelBuilder.Entity<PieceRow>().HasKey(row => new { row.Content, row.Number });
        modelBuilder.Entity<PieceRow>().HasOne<ContentRow>().WithMany().HasForeignKey(row => row.Content).OnDelete(DeleteBehavior.Cascade);
        foreach (var type in (Type[])[typeof(EventRow), typeof(LossWindowRow), typeof(CheckpointRow), typeof(ParametersRow)])
            modelBuilder.Entity(type).HasOne(typeof(RunRow)).WithMany().HasForeignKey("Run").OnDelete(DeleteBehavior.Cascade);
        foreach (var type in (Type[])[typeof(CheckpointRow), typeof(ParametersRow)])
            modelBuilder.Entity(type).HasOne(typeof(ContentRow)).WithMany().HasForeignKey("Content").OnDelete(DeleteBehavior.Restrict);
    }

    /// <inheritdoc/>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<Enum>().HaveConversion<string>();
        configurationBuilder.Properties<DateTime>().HaveConversion<UtcConverter>();
    }

    // SQLite gives back times without their kind.
    private sealed class UtcConverter() : Microsoft.EntityFrameworkCore.Storage.ValueConversion.ValueConverter<DateTime, DateTime>(
        time => time, time => DateTime.SpecifyKind(time, DateTimeKind.Utc));
}
